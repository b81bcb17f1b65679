# SPDX-License-Identifier: BSD-3-Clause
"""The debug library stands in for the normal one, which has nothing of it."""
import re

from programs import DEBUG_LIBRARY, SOURCES, ProgramTest
from support import ARCHIVE, LIBRARY, PROGRAM, SOURCE, exported_symbols, golden_symbols, main, need, run

SMOKE = SOURCE / 'tests' / 'cross' / 'smoke.c'
# What stands before and in each request to Valgrind on x86-64, and what only a tracer needs.
REQUEST = bytes.fromhex('48c1c703 48c1c70d 48c1c73d 48c1c733')
TRACES = (b'PMEM2_LOG_', b'lies in no live map', b'the caller must', b'cfg %p', b'cfg != NULL',
          b'debug library')
OF_DEBUGGING = re.compile(r'pmem2_(debug|announce)')


class Library(ProgramTest):
    def test_ld_library_path_switches_a_program_over(self):
        program = self.link(PROGRAM)
        for library in (LIBRARY, DEBUG_LIBRARY):
            env = {'LD_LIBRARY_PATH': str(library.parent)}
            self.assert_loads(program, library, env)
            self.assert_stores(program, env=env)

    def test_both_libraries_have_one_interface(self):
        self.assertEqual(exported_symbols(DEBUG_LIBRARY), sorted(golden_symbols()))
        soname = 'SONAME.*libpmem2.so.1'
        for library in (LIBRARY, DEBUG_LIBRARY):
            self.assertRegex(run(need('readelf', 'binutils'), '-dW', library), soname)

    def test_normal_library_has_no_text_of_the_other(self):
        debug = DEBUG_LIBRARY.read_bytes()
        for text in TRACES:
            self.assertIn(text, debug)
            for library in (LIBRARY, ARCHIVE):
                self.assertNotIn(text, library.read_bytes(), library)

    def test_normal_library_has_no_function_of_the_other(self):
        self.assertRegex(run('nm', DEBUG_LIBRARY), OF_DEBUGGING)
        for library in (LIBRARY, ARCHIVE):
            names = run('nm', library)
            self.assertIn('pmem2_map_new', names)
            self.assertNotRegex(names, OF_DEBUGGING)

    def test_normal_library_tells_valgrind_nothing(self):
        for library in (LIBRARY, ARCHIVE):
            self.assertNotIn(REQUEST, library.read_bytes())

    def test_everything_works_on_the_debug_library(self):
        smoke = self.link(SMOKE)
        for level in range(5):
            with self.subTest(level=level):
                result = self.run_on(DEBUG_LIBRARY, smoke, self.scratch, 'MAP_SYNC',
                                     PMEM2_LOG_LEVEL=str(level))
                self.assertEqual((result.stdout, result.returncode), ('all done\n', 0))

    def test_functions_may_be_called_in_signal_handlers(self):
        program = self.link(SOURCES / 'signals.c')
        for library in (LIBRARY, DEBUG_LIBRARY):
            result = self.run_on(library, program)
            self.assertEqual(result.stdout, '20000 maps, many signals\n', result.stderr)


if __name__ == '__main__':
    main()
