# SPDX-License-Identifier: BSD-3-Clause
"""The library is built for another machine, and smoke.c runs there.

PMEM2_TARGET names the target. Machines of another CPU are played by
qemu; musl is another C library on this CPU.
"""
import os
import shutil
from dataclasses import dataclass

from support import CC, INCLUDE, NODES, SOURCE, ScratchTest, golden_symbols, main, need, run

NO_WRITEBACK = 'no way for programs to write cache lines back'
NO_DAX = 'MAP_SYNC'


@dataclass
class Target:
    compiler: str
    packages: str
    refusal: str  # why a file gets no finer granularity than PAGE
    emulator: str = ''
    sysroot: str = ''


TARGETS = {
    'aarch64': Target('aarch64-linux-gnu-gcc', 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
                      NO_WRITEBACK, 'qemu-aarch64', '/usr/aarch64-linux-gnu'),
    'riscv64': Target('riscv64-linux-gnu-gcc', 'gcc-riscv64-linux-gnu libc6-dev-riscv64-cross',
                      NO_WRITEBACK, 'qemu-riscv64', '/usr/riscv64-linux-gnu'),
    'musl': Target('musl-gcc', 'musl-tools', NO_DAX),
}


class Cross(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.name = os.environ['PMEM2_TARGET']
        cls.target = TARGETS[cls.name]
        need(cls.target.compiler, cls.target.packages)
        if cls.target.emulator:
            need(cls.target.emulator, 'qemu-user')
        cls.build = cls.scratch / 'build'
        cls.copy_tree_header()
        cls.build_library()

    @classmethod
    def copy_tree_header(cls):
        """<bsd/sys/tree.h> serves any CPU; the folder it stands in does not."""
        probe = cls.scratch / 'probe.c'
        probe.write_text('#include <bsd/sys/tree.h>\n')
        words = run(*CC, '-M', probe).split()
        header, = (word for word in words if word.endswith('/bsd/sys/tree.h'))
        folder = header.removesuffix('/sys/tree.h')
        shutil.copytree(folder, cls.scratch / 'include' / 'bsd')

    @classmethod
    def build_library(cls):
        machine = cls.scratch / 'machine.ini'
        machine.write_text(cls.machine_file())
        kind = '--cross-file' if cls.target.emulator else '--native-file'
        run(need('meson', 'meson'), 'setup', cls.build, SOURCE, kind, machine, '--werror',
            '-Dtests=disabled', '-Dbenchmarks=disabled', '-Dexamples=disabled')
        run('ninja', '-C', cls.build)

    @classmethod
    def machine_file(cls):
        lines = ['[binaries]', f"c = '{cls.target.compiler}'"]
        if cls.target.emulator:
            lines += [f"{tool} = '{cls.tool(tool)}'" for tool in ('ar', 'strip')]
            lines += [f"exe_wrapper = ['{cls.target.emulator}', '-L', '{cls.target.sysroot}']",
                      '[host_machine]', "system = 'linux'", f"cpu_family = '{cls.name}'",
                      f"cpu = '{cls.name}'", "endian = 'little'"]
        lines += ['[built-in options]', f"c_args = ['-I{cls.scratch}/include']", '']
        return '\n'.join(lines)

    @classmethod
    def tool(cls, name):
        """A tool that knows the target's object files."""
        return cls.target.compiler.removesuffix('gcc') + name if cls.target.emulator else name

    def smoke(self, name, *options):
        program = self.compile(name, '-D_GNU_SOURCE', '-O2', f'-I{INCLUDE}', *options,
                               compiler=[self.target.compiler],
                               sources=(SOURCE / 'tests' / 'cross' / 'smoke.c',))
        command = [program, self.scratch, self.target.refusal]
        if self.target.emulator:
            command = [self.target.emulator, '-L', self.target.sysroot] + command
        output = run(*command, env={'LD_LIBRARY_PATH': str(self.build / 'lib')})
        self.assertEqual(output, 'all done\n')

    def test_program_runs_on_the_shared_library(self):
        self.smoke('shared', f'-L{self.build}/lib', '-lpmem2')

    def test_program_runs_with_the_archive(self):
        self.smoke('archive', self.build / 'lib' / 'libpmem2.a')

    def test_static_program_runs(self):
        self.smoke('static', self.build / 'lib' / 'libpmem2.a', '-static')

    def test_same_symbols_are_exported(self):
        lines = run(self.tool('nm'), '-D', '--defined-only', '--with-symbol-versions',
                    self.build / 'lib' / 'libpmem2.so').splitlines()
        exported = {line.split()[2] for line in lines} - set(NODES)
        self.assertLessEqual(set(golden_symbols()), exported)
        self.assertEqual([name for name in exported if not name.startswith('pmem2_')], [])

    def test_functions_are_bound_without_ifunc(self):
        symbols = run(self.tool('readelf'), '-sW', self.build / 'lib' / 'libpmem2.so')
        self.assertIn('FUNC', symbols)
        self.assertNotIn('IFUNC', symbols)


if __name__ == '__main__':
    main()
