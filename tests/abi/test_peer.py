# SPDX-License-Identifier: BSD-3-Clause
"""Programs compiled with PMDK's own headers and library run on this one.

That types and functions are the same is told by abidiff, from libraries of empty functions that
are declared by each side's headers: PMDK's own library comes without debugging information.
"""
import re
import unittest

from support import CC, INCLUDE, LIBRARY, ScratchTest, exported_symbols, main, need, run

PACKAGE = 'libpmem2-dev'
ASYNC = {f'pmem2_{name}@@LIBPMEM2_1.0'
         for name in ('config_set_vdm', 'memcpy_async', 'memmove_async', 'memset_async')}

DECLARATION = re.compile(r'^[^;{}]*\bpmem2_\w+\([^;{}]*\)(?=;)', re.MULTILINE)


class Peer(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.library = run(*CC, '-print-file-name=libpmem2.so').strip()
        if '/' not in cls.library or not ASYNC <= set(exported_symbols(cls.library)):
            raise unittest.SkipTest(f'no libpmem2.so of PMDK: install the Debian package {PACKAGE}')

    def test_program_runs(self):
        env = {'LD_LIBRARY_PATH': str(LIBRARY.parent)}
        program = self.compile('program', self.library)
        wanted = run('nm', '-D', '--undefined-only', '--with-symbol-versions', program)
        self.assertIn('pmem2_map_new@LIBPMEM2_1.0', wanted)
        self.assert_loads(program, LIBRARY, env)
        self.assert_stores(program, env=env)

    def test_all_its_functions_are_here_but_the_asynchronous_ones(self):
        theirs = {symbol.replace('@@', '@') for symbol in exported_symbols(self.library)}
        missing = theirs - set(exported_symbols(LIBRARY))
        self.assertEqual(missing, {symbol.replace('@@', '@') for symbol in ASYNC})

    def stand_in(self, name, header, *options):
        """A library with debugging information that defines all that a header declares."""
        text = re.sub(r'__attribute__\(\(.*?\)\)\)', '', run(*CC, '-E', '-P', *options, header))
        functions = [match for match in DECLARATION.findall(text) if 'typedef' not in match]
        self.assertGreaterEqual(len(functions), 49)
        source = self.path(f'{name}.c')
        source.write_text('#include <libpmem2.h>\n'
                          + ''.join(f'{function}\n{{ __builtin_trap(); }}\n'
                                    for function in functions))
        return self.compile(f'{name}.so', '-g', '-O0', '-shared', '-fPIC', '-Wno-unused-parameter',
                            '-Wno-c2x-extensions', *options, sources=(source,))

    def test_abidiff_finds_no_function_changed(self):
        theirs = self.stand_in('theirs', '/usr/include/libpmem2.h')
        ours = self.stand_in('ours', INCLUDE / 'libpmem2.h', f'-I{INCLUDE}')
        changed = self.stand_in('changed', INCLUDE / 'libpmem2.h', f'-I{INCLUDE}',
                                '-DPMEM2_SHARED=PMEM2_SHARING_UNSET, PMEM2_SHARED')
        abidiff = (need('abidiff', 'abigail-tools'), '--no-added-syms', theirs)
        with self.assertRaisesRegex(AssertionError, 'pmem2_config_set_sharing'):
            run(*abidiff, changed)
        self.assertEqual(run(*abidiff, ours), '')

    def test_abidiff_finds_no_symbol_removed_but_the_asynchronous_ones(self):
        suppressed = self.path('suppressed')
        suppressed.write_text(''.join(
            f'[suppress_function]\nsymbol_name = {symbol.split("@")[0]}\n' for symbol in ASYNC))
        report = run(need('abidiff', 'abigail-tools'), '--no-added-syms', '--suppressions',
                     suppressed, self.library, LIBRARY)
        self.assertRegex(report, r'Function symbols changes summary: 0 Removed \(4 filtered')


if __name__ == '__main__':
    main()
