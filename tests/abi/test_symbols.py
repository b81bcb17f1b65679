# SPDX-License-Identifier: BSD-3-Clause
"""The version script, the headers and the library agree on what is exported."""
import re
import unittest

from support import CC, INCLUDE, LIBRARY, NODES, SOURCE, exported_symbols, golden_names, \
    golden_symbols, main, run


def script_names(text, node):
    """The names listed as global in one node of a version script."""
    body = re.search(rf'^{re.escape(node)} {{(.*?)}}', text, re.DOTALL | re.MULTILINE).group(1)
    listed = body.split('local:')[0].replace('global:', '')
    return sorted(name.strip() for name in listed.split(';') if name.strip())


def declared_functions():
    headers = sorted(INCLUDE.rglob('*.h'))
    text = ''.join(run(*CC, '-E', '-P', f'-I{INCLUDE}', header) for header in headers)
    return set(re.findall(r'\b(pmem2_\w+)\s*\(', text))


class Symbols(unittest.TestCase):
    def test_golden_list_has_every_function_in_both_worlds(self):
        self.assertEqual(golden_names('LIBPMEM2_1.0'), golden_names('LIBPMEM2_2.0'))
        self.assertEqual(len(golden_names('LIBPMEM2_2.0')), 49)
        self.assertIn('pmem2_err_to_errno', golden_names('LIBPMEM2_EXT_1.0'))

    def test_library_exports_the_golden_list(self):
        self.assertEqual(exported_symbols(LIBRARY), sorted(golden_symbols()))

    def test_version_script_lists_the_golden_names(self):
        text = re.sub(r'#.*', '', (SOURCE / 'lib' / 'libpmem2.map').read_text())
        self.assertEqual(re.findall(r'^(\S+) {', text, re.MULTILINE), list(NODES))
        for node in NODES:
            self.assertEqual(script_names(text, node), golden_names(node), node)

    def test_version_script_hides_everything_else(self):
        text = (SOURCE / 'lib' / 'libpmem2.map').read_text()
        self.assertRegex(text, r'local:\s*\*;')
        self.assertEqual(text.count('*;'), 1)

    def test_headers_declare_the_golden_names(self):
        names = set(golden_names('LIBPMEM2_2.0')) | set(golden_names('LIBPMEM2_EXT_1.0'))
        self.assertEqual(declared_functions(), names)


if __name__ == '__main__':
    main()
