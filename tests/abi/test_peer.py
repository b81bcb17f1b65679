# SPDX-License-Identifier: BSD-3-Clause
"""Programs compiled with PMDK's own headers and library run on this one."""
import unittest

from support import CC, LIBRARY, ScratchTest, exported_symbols, main, run

PACKAGE = 'libpmem2-dev'
ASYNC = {f'pmem2_{name}@@LIBPMEM2_1.0'
         for name in ('config_set_vdm', 'memcpy_async', 'memmove_async', 'memset_async')}


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


if __name__ == '__main__':
    main()
