# SPDX-License-Identifier: BSD-3-Clause
"""The library is built for another machine, and smoke.c runs there."""
from support import INCLUDE, NODES, SOURCE, golden_symbols, main, run
from target import NO_WRITEBACK, TargetTest


class Cross(TargetTest):
    OPTIONS = ('-Dtests=disabled', '-Dbenchmarks=disabled', '-Dexamples=disabled')

    def smoke(self, name, *options):
        sources = [SOURCE / 'tests' / 'cross' / 'smoke.c']
        here = SOURCE / 'tests' / 'arch' / self.name / 'missing_here.c'
        if here.exists():
            # What raises SIGILL on the emulator is stepped over.
            base = SOURCE / 'tests' / 'arch' / 'base'
            sources += [here, base / 'missing.c', base / 'skip.c']
        program = self.compile(name, '-D_GNU_SOURCE', '-O2', f'-I{INCLUDE}', *options,
                               compiler=[self.target.compiler], sources=sources)
        for cpu, refusal in self.target.refusals.items():
            with self.subTest(cpu):
                write_back = 'none' if refusal == NO_WRITEBACK else 'write-back'
                output = run(*self.target.runner_of(cpu), program, self.scratch, refusal,
                             write_back, env={'LD_LIBRARY_PATH': str(self.build / 'lib')})
                self.assertEqual(output, 'all done\n')

    def test_program_runs_on_the_shared_library(self):
        self.smoke('shared', f'-L{self.build}/lib', '-lpmem2')

    def test_program_runs_with_the_archive(self):
        self.smoke('archive', self.build / 'lib' / 'libpmem2.a')

    def test_static_program_runs(self):
        self.smoke('static', self.build / 'lib' / 'libpmem2.a', '-static')

    def test_same_symbols_are_exported(self):
        lines = run(self.target.tool('nm'), '-D', '--defined-only', '--with-symbol-versions',
                    self.build / 'lib' / 'libpmem2.so').splitlines()
        exported = {line.split()[2] for line in lines} - set(NODES)
        self.assertLessEqual(set(golden_symbols()), exported)
        self.assertEqual([name for name in exported if not name.startswith('pmem2_')], [])

    def test_functions_are_bound_by_ifunc_where_the_c_library_can(self):
        symbols = run(self.target.tool('readelf'), '-sW', self.build / 'lib' / 'libpmem2.so')
        self.assertIn('FUNC', symbols)
        self.assertEqual('IFUNC' in symbols, self.name != 'musl')


if __name__ == '__main__':
    main()
