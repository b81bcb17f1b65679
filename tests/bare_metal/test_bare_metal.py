# SPDX-License-Identifier: BSD-3-Clause
"""The kernels run on CPUs that few have, played by bochs, with no operating system.

PMEM2_CPU names the CPU as bochs does.
"""
import os
import pty
import re
import subprocess
import threading
import unittest
from pathlib import Path

from support import BUILD, CC, SOURCE, ScratchTest, main, need, run

HERE = SOURCE / 'tests' / 'bare_metal'
ARCH = BUILD / 'lib' / 'arch' / 'x86_64'
ISOLINUX = Path('/usr/lib/ISOLINUX/isolinux.bin')
MODULES = Path('/usr/lib/syslinux/modules/bios')
BIOS = Path('/usr/share/bochs')
SECONDS = 240

# Each CPU's best row, and what else it has besides the ones that need less.
CPUS = {
    'tigerlake': ('avx512-clwb', {'avx512', 'avx2', 'sse2'}, {'clwb', 'clflushopt', 'clflush'}),
    'corei7_icelake_u': ('avx512-clflushopt', {'avx512', 'avx2', 'sse2'},
                         {'clflushopt', 'clflush'}),
}

MACHINE = """\
cpu: model={cpu}, ips=4000000, reset_on_triple_fault=0
memory: guest=32, host=32
romimage: file={bios}/BIOS-bochs-latest
vgaromimage: file={bios}/VGABIOS-lgpl-latest
ata0-master: type=cdrom, path={scratch}/image.iso, status=inserted
boot: cdrom
display_library: term
com1: enabled=1, mode=file, dev={scratch}/serial
log: {scratch}/log
panic: action=fatal
"""


def need_file(path, package):
    if not path.exists():
        raise unittest.SkipTest(f'no {path}: install the Debian package {package}')
    return path


class BareMetal(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cpu = os.environ['PMEM2_CPU']
        cls.best, cls.vectors, cls.flushes = CPUS[cls.cpu]
        cls.make_image()
        cls.serial = cls.run_machine()

    @classmethod
    def make_kernel(cls, target):
        archives = [ARCH / f'libpmem2_{name}.a' for name in (
            'variants', 'resolvers', 'flush', 'kernels_sse2', 'kernels_avx2', 'kernels_avx512',
            'kernels_movdir64b')]
        image = cls.scratch / 'image.elf'
        run(*CC, '-Wall', '-Wextra', '-Werror', '-O3', '-ffreestanding', '-fno-builtin', '-fno-pic',
            '-fno-stack-protector', '-fcf-protection=none', f'-I{SOURCE}/lib',
            f'-I{SOURCE}/include', '-static', '-nostdlib', '-Wl,--build-id=none',
            f'-Wl,-T,{HERE}/image.ld', HERE / 'boot.S', HERE / 'main.c', HERE / 'serial.c',
            *archives, *archives,
            '-o', image)
        run(need('objcopy', 'binutils'), '-O', 'binary', image, target)

    @classmethod
    def make_image(cls):
        folder = cls.scratch / 'cd'
        folder.mkdir()
        cls.make_kernel(folder / 'kernel')
        (folder / 'isolinux.cfg').write_text(
            'default kernels\nlabel kernels\nkernel mboot.c32\nappend kernel\n')
        for path, package in ((ISOLINUX, 'isolinux'), (MODULES / 'ldlinux.c32', 'syslinux-common'),
                              (MODULES / 'libcom32.c32', 'syslinux-common'),
                              (MODULES / 'mboot.c32', 'syslinux-common')):
            (folder / path.name).write_bytes(need_file(path, package).read_bytes())
        run(need('xorriso', 'xorriso'), '-as', 'mkisofs', '-quiet', '-o', cls.scratch / 'image.iso',
            '-b', 'isolinux.bin', '-no-emul-boot', '-boot-load-size', '4', '-boot-info-table',
            folder)

    @classmethod
    def run_machine(cls):
        """What the machine wrote to its serial port until it switched itself off."""
        need_file(BIOS / 'BIOS-bochs-latest', 'bochsbios')
        config, commands, serial = (cls.scratch / name for name in ('config', 'commands', 'serial'))
        config.write_text(MACHINE.format(cpu=cls.cpu, bios=BIOS, scratch=cls.scratch))
        commands.write_text('c\n')  # The emulator's debugger waits for it.
        cls.run_in_terminal(need('bochs', 'bochs bochs-term'), '-q', '-f', config, '-rc', commands)
        return serial.read_text() if serial.exists() else ''

    @classmethod
    def run_in_terminal(cls, *command):
        ours, its = pty.openpty()
        # Meson lets malloc fill memory, and bochs dies of what it has forgotten to.
        env = {**os.environ, 'TERM': 'xterm', 'MALLOC_PERTURB_': '0'}
        with subprocess.Popen([str(word) for word in command], stdin=its, stdout=its, stderr=its,
                              cwd=cls.scratch, env=env) as process:
            os.close(its)
            watchdog = threading.Timer(SECONDS, process.kill)
            watchdog.start()
            try:
                while os.read(ours, 65536):
                    pass
            except OSError:
                pass  # Nobody has the terminal open any more.
            process.wait()
            watchdog.cancel()
        os.close(ours)

    def rows(self):
        return re.findall('^row: (.*)$', self.serial, re.MULTILINE)

    def test_cpu_is_bound_to_its_best_row(self):
        self.assertIn(f'bound: {self.best}\n', self.serial)

    def test_all_rows_that_the_cpu_has_are_run(self):
        rows = {row for row in self.rows() if not row.startswith('movdir64b')}
        self.assertEqual(rows, {f'{vectors}-{flush}{stream}' for vectors in self.vectors
                                for flush in self.flushes
                                for stream in ('', '-threshold', '-nomovnt')})

    def test_every_call_is_right(self):
        self.assertNotIn('wrong', self.serial)
        result = re.search(r'^(\d+) of (\d+) calls were right$', self.serial, re.MULTILINE)
        self.assertTrue(result, self.serial + (self.scratch / 'log').read_text()[-2000:])
        self.assertEqual(result[1], result[2])
        self.assertGreaterEqual(int(result[2]), 4 * 5 * 2 * 321 * len(self.rows()))


if __name__ == '__main__':
    main()
