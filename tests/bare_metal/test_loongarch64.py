# SPDX-License-Identifier: BSD-3-Clause
"""The kernels for loongarch64 compile, and run where qemu plays one.

Debian 12 has no C library for it: the program is made of lib/arch alone.
"""
import re

from support import SOURCE, ScratchTest, main, need, run

ARCH = SOURCE / 'lib' / 'arch'
HERE = SOURCE / 'tests' / 'bare_metal'
OPTIONS = ['--target=loongarch64-linux-gnu', '-march=loongarch64', '-Wall', '-Wextra', '-Werror', '-O2',
           '-ffreestanding', '-fno-builtin', '-fno-stack-protector',
           f'-I{SOURCE}/lib', f'-I{SOURCE}/include', f'-I{ARCH}/base', f'-I{ARCH}/loongarch64']


class LoongArch(ScratchTest):
    def setUp(self):
        self.clang = need('clang-19', 'clang-19')
        self.linker = need('ld.lld-19', 'lld-19')

    def generated(self, name):
        """A source that the build makes, for the one kind of kernel that there is."""
        text = (ARCH / 'base' / f'{name}.c.in').read_text()
        path = self.scratch / f'{name}.c'
        path.write_text(text.replace('@FLUSH@', 'none').replace('@STREAM@', 'fixed'))
        return path

    def test_each_row_moves_and_fills_exactly(self):
        sources = [*(ARCH / 'loongarch64' / f'{name}.c' for name in ('decode', 'ask')),
                   *(ARCH / 'base' / f'{name}.c' for name in ('select', 'variants', 'drain')),
                   ARCH / 'table.c', self.generated('kernel'), self.generated('flush'),
                   HERE / 'main.c', HERE / 'linux_loongarch64.c']
        program = self.scratch / 'program'
        run(self.clang, *OPTIONS, '-static', '-nostdlib', f'--ld-path={self.linker}', *sources,
            '-o', program)
        emulator = need('qemu-loongarch64', 'qemu-user')
        print(run(emulator, '--version').splitlines()[0])
        output = run(emulator, program)
        self.assertIn('bound: la64-none\nrow: la64-none\n', output)
        right, made = re.search(r'(\d+) of (\d+) calls were right', output).groups()
        self.assertEqual(right, made, output)
        self.assertGreater(int(made), 10000)

    def test_resolvers_compile(self):
        for source in (ARCH / 'base' / 'resolve.c', ARCH / 'loongarch64' / 'load.c'):
            run(self.clang, *OPTIONS, '-fPIC', '-c', source, '-o', self.scratch / 'object.o')


if __name__ == '__main__':
    main()
