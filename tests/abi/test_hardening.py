# SPDX-License-Identifier: BSD-3-Clause
"""What the dynamic linker is told: read-only tables, no executable stack, few libraries."""
import re
import unittest

from support import LIBRARY, main, run


class Hardening(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.dynamic = run('readelf', '-dW', LIBRARY)
        cls.segments = run('readelf', '-lW', LIBRARY)

    def entries(self, tag):
        return re.findall(rf'\({tag}\)\s+(.*)', self.dynamic)

    def permissions(self, segment):
        """Such as 'R E', of each segment of one type."""
        hexadecimal = r'0x[0-9a-f]+'
        return re.findall(rf'^\s*{segment}\s+(?:{hexadecimal}\s+){{5}}([RWE ]{{3}})',
                          self.segments, re.MULTILINE)

    def test_relocations_are_done_at_start_and_then_read_only(self):
        self.assertEqual(len(self.permissions('GNU_RELRO')), 1)
        self.assertIn('NOW', ' '.join(self.entries('FLAGS_1')))

    def test_code_needs_no_relocation(self):
        self.assertTrue(self.entries('SONAME'))
        self.assertNotIn('TEXTREL', self.dynamic)

    def test_stack_is_not_executable(self):
        self.assertEqual(self.permissions('GNU_STACK'), ['RW '])

    def test_no_memory_is_writable_and_executable(self):
        loaded = self.permissions('LOAD')
        self.assertGreaterEqual(len(loaded), 2)
        self.assertFalse([flags for flags in loaded if 'W' in flags and 'E' in flags])

    def test_library_stays_loaded(self):
        """Its functions are handed out, and its SIGBUS handler is the process's."""
        self.assertIn('NODELETE', ' '.join(self.entries('FLAGS_1')))

    def test_soname_is_the_one_programs_ask_for(self):
        self.assertEqual(self.entries('SONAME'), ['Library soname: [libpmem2.so.1]'])

    def test_only_the_c_library_is_needed(self):
        needed = re.findall(r'\[(.*)\]', '\n'.join(self.entries('NEEDED')))
        self.assertIn('libc.so.6', needed)
        for name in needed:
            self.assertRegex(name, r'^(libc\.so\.6|ld-linux.*)$')

    def test_no_search_path_is_built_in(self):
        self.assertEqual(self.entries('RPATH') + self.entries('RUNPATH'), [])


if __name__ == '__main__':
    main()
