# SPDX-License-Identifier: BSD-3-Clause
"""The library is built for another machine, and smoke.c runs there."""
import importlib.machinery
import importlib.util
import os
import re

from support import INCLUDE, NODES, SOURCE, golden_symbols, main, run
from target import NO_WRITEBACK, TargetTest


DISPATCH = os.environ.get('PMEM2_DISPATCH', 'auto')


class Cross(TargetTest):
    OPTIONS = ('-Dtests=disabled', '-Dexamples=disabled', f'-Ddispatch={DISPATCH}')

    @classmethod
    def prepare(cls):
        if not cls.target.emulator:
            # The benchmarks need headers of the kernel that come with Debian's glibc only.
            cls.OPTIONS = (*cls.OPTIONS, '-Dbenchmarks=disabled')

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
                without = ['without'] if refusal == NO_WRITEBACK else []
                output = run(*self.target.runner_of(cpu), program, self.scratch, refusal,
                             *without, env={'LD_LIBRARY_PATH': str(self.build / 'lib')})
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
        self.assertEqual('IFUNC' in symbols, DISPATCH == 'auto' and self.name != 'musl')


    def test_what_is_executed_keeps_its_order(self):
        """Stores, then each line's write-back, then the fence, in every call that is traced."""
        program = self.build / 'benchmarks' / 'emulated_calls'
        self.assertEqual(program.exists(), bool(self.target.emulator))
        if not program.exists():
            return
        table = load_counter().counts(str(program), self.target.runner)
        lines = {key[3]: found.flushes for key, found in table.items()
                 if key[1:3] == ('CACHE_LINE', 'persist')}
        for key, found in table.items():
            row, granularity, function, size = key
            if row in ('generic', 'bound'):
                continue
            with self.subTest(key):
                order = ''.join({'stores': 's', 'flushes': 'w', 'fences': 'f'}[kind]
                                for kind in found.order)
                expected = r's*f?w+f' if granularity == 'CACHE_LINE' else r's*f'
                self.assertRegex(order, f'^{expected}$')
                self.assertEqual(found.flushes, lines[size] if 'w' in order else 0)
                if function == 'memmove' and size == 8:
                    self.assertEqual(found.stores, 1)
            if row == 'chosen':
                bound = table['bound', granularity, function, size]
                with self.subTest(('bound', *key[1:])):
                    self.assertEqual((bound.flushes, bound.fences), (found.flushes, found.fences))
                    self.assertEqual(kernels(bound), kernels(found))
        self.assertEqual(lines[4096], 8 * lines[512])


def kernels(count):
    """The functions that copied and filled."""
    return {name for name in count.functions if re.match('pmem2_mem(move|set)_', name)}


def load_counter():
    """The benchmark's way to count, which is a program."""
    path = str(SOURCE / 'benchmarks' / 'emulated_count')
    loader = importlib.machinery.SourceFileLoader('emulated_count', path)
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader('emulated_count', loader))
    loader.exec_module(module)
    return module


if __name__ == '__main__':
    main()
