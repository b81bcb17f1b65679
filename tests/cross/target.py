# SPDX-License-Identifier: BSD-3-Clause
"""The library built for another machine: PMEM2_TARGET names which.

Machines of another CPU are played by qemu; musl is another C library on this CPU.
"""
import os
import shutil
from dataclasses import dataclass

from debian import download, fetch_source, making
from support import BUILD, CC, SOURCE, ScratchTest, need, run

NO_WRITEBACK = 'no way for programs to write cache lines back'
NO_DAX = 'MAP_SYNC'
CHECK = BUILD / 'tests' / 'cross' / 'check'

# Headers to build with, and what a program loads when it asks for bad blocks.
NDCTL = ['libndctl-dev', 'libdaxctl-dev', 'libndctl6', 'libdaxctl1', 'libkmod2', 'libuuid1',
         'libudev1', 'liblzma5', 'libzstd1', 'libssl3', 'libcap2']


@dataclass
class Target:
    compiler: str
    packages: str
    # Why a file gets no finer granularity than PAGE, on each CPU that is tried.
    refusals: dict
    emulator: str = ''
    sysroot: str = ''
    architecture: str = ''  # as Debian names it, where it has libndctl

    def tool(self, name):
        """A tool that knows the target's object files."""
        return self.compiler.removesuffix('gcc') + name if self.emulator else name

    @property
    def runner(self):
        """What a command for the target starts with."""
        return [self.emulator, '-L', self.sysroot] if self.emulator else []

    def runner_of(self, cpu):
        return [*self.runner, '-cpu', cpu] if self.emulator else []

    @property
    def triplet(self):
        return self.compiler.removesuffix('-gcc')


def fetch_ndctl(target):
    """Debian's packages of libndctl for the target, unpacked; None where it has none."""
    if not target.architecture:
        return None
    folder = BUILD / 'tests' / 'cross' / f'ndctl-{target.architecture}'
    with making(folder) as empty:
        if empty is not None:
            for package in download(empty, lambda *options: NDCTL, 'libndctl',
                                    (f'-oAPT::Architecture={target.architecture}',
                                     f'-oAPT::Architectures={target.architecture}')):
                run('dpkg-deb', '--extract', package, empty)
                package.unlink()
            # What names libraries by where they will be.
            for description in (empty / 'usr' / 'lib' / target.triplet / 'pkgconfig').glob('*.pc'):
                text = description.read_text().replace('=/usr', f'={empty}/usr')
                description.write_text(text)
    return folder / 'usr'


TARGETS = {
    'aarch64': Target('aarch64-linux-gnu-gcc', 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross',
                      {'max': NO_DAX, 'cortex-a57': NO_WRITEBACK},
                      'qemu-aarch64', '/usr/aarch64-linux-gnu', 'arm64'),
    'ppc64': Target('powerpc64le-linux-gnu-gcc',
                    'gcc-powerpc64le-linux-gnu libc6-dev-ppc64el-cross',
                    {'power8': NO_DAX, 'power9': NO_DAX, 'power10': NO_DAX},
                    'qemu-ppc64le', '/usr/powerpc64le-linux-gnu', 'ppc64el'),
    'riscv64': Target('riscv64-linux-gnu-gcc', 'gcc-riscv64-linux-gnu libc6-dev-riscv64-cross',
                      {'rv64': NO_WRITEBACK}, 'qemu-riscv64', '/usr/riscv64-linux-gnu'),
    'musl': Target('musl-gcc', 'musl-tools', {'this': NO_DAX}),
}


class TargetTest(ScratchTest):
    """Tests of a build for `self.target` in `self.build`, configured with OPTIONS."""

    OPTIONS = ()

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.name = os.environ['PMEM2_TARGET']
        cls.target = TARGETS[cls.name]
        need(cls.target.compiler, cls.target.packages)
        if cls.target.emulator:
            need(cls.target.emulator, 'qemu-user')
        cls.build = cls.scratch / 'build'
        cls.packages = cls.scratch / 'packages'
        (cls.packages / 'lib' / 'pkgconfig').mkdir(parents=True)
        cls.copy_headers('bsd/sys/tree.h')
        cls.ndctl = fetch_ndctl(cls.target)
        cls.prepare()
        cls.build_library()

    @classmethod
    def prepare(cls):
        """Put further packages for the target below cls.packages."""

    @classmethod
    def copy_headers(cls, *names):
        """Whole folders of headers that serve any target, unlike the folder they stand in."""
        for name in names:
            probe = cls.scratch / 'probe.c'
            probe.write_text(f'#include <{name}>\n')
            path, = (word for word in run(*CC, '-M', probe).split() if word.endswith('/' + name))
            folder = name.split('/')[0]
            shutil.copytree(path.removesuffix(name) + folder, cls.packages / 'include' / folder)

    @classmethod
    def build_library(cls):
        machine = cls.scratch / 'machine.ini'
        machine.write_text(cls.machine_file())
        kind = '--cross-file' if cls.target.emulator else '--native-file'
        run(need('meson', 'meson'), 'setup', cls.build, SOURCE, kind, machine, '--werror',
            '-Dndctl=' + ('enabled' if cls.ndctl else 'disabled'), *cls.OPTIONS,
            env={'PKG_CONFIG_LIBDIR': cls.descriptions()})
        run('ninja', '-C', cls.build)

    @classmethod
    def emulated(cls):
        """What the emulator is told beside where its libraries are."""
        return ['-E', f'LD_LIBRARY_PATH={cls.libraries()}'] if cls.ndctl else []

    @classmethod
    def descriptions(cls):
        """Where pkg-config looks."""
        folders = [cls.packages / 'lib' / 'pkgconfig']
        if cls.ndctl:
            folders.append(cls.ndctl / 'lib' / cls.target.triplet / 'pkgconfig')
        return ':'.join(str(folder) for folder in folders)

    @classmethod
    def libraries(cls):
        """Where programs find libraries beside those of the sysroot."""
        if not cls.ndctl:
            return ''
        return ':'.join(str(folder / 'lib' / cls.target.triplet)
                        for folder in (cls.ndctl, cls.ndctl.parent))

    @classmethod
    def machine_file(cls):
        lines = ['[binaries]', f"c = '{cls.target.compiler}'"]
        if cls.target.emulator:
            lines += [f"{tool} = '{cls.target.tool(tool)}'" for tool in ('ar', 'nm', 'objdump', 'strip')]
            wrapper = [*cls.target.runner, *cls.emulated()]
            lines += ["pkgconfig = 'pkg-config'", f'exe_wrapper = {wrapper}',
                      '[host_machine]', "system = 'linux'", f"cpu_family = '{cls.name}'",
                      f"cpu = '{cls.name}'", "endian = 'little'",
                      '[properties]', f"pkg_config_libdir = '{cls.descriptions()}'"]
        lines += ['[built-in options]', f"c_args = ['-isystem', '{cls.packages}/include']", '']
        return '\n'.join(lines)


def check_source():
    """The source of Check, of which Debian has no package for every target."""
    with making(CHECK) as folder:
        if folder is not None:
            fetch_source(folder, 'check').rename(folder / 'source')
            for path in folder.iterdir():
                if path.name != 'source' and path.is_dir():
                    shutil.rmtree(path)
    return CHECK / 'source'


def install_check(target, prefix, scratch):
    """Build Check for the target, to be linked statically."""
    build = scratch / 'check'
    run(need('cmake', 'cmake'), '-S', check_source(), '-B', build, '-G', 'Ninja',
        '-DCMAKE_SYSTEM_NAME=Linux', f'-DCMAKE_C_COMPILER={target.compiler}',
        f'-DCMAKE_INSTALL_PREFIX={prefix}', '-DCMAKE_INSTALL_LIBDIR=lib',
        '-DCMAKE_BUILD_TYPE=Release', '-DBUILD_TESTING=OFF', '-DCHECK_ENABLE_SUBUNIT=OFF')
    run('ninja', '-C', build, 'install')
    for library in (prefix / 'lib').glob('libcheck.so*'):
        library.unlink()
    # Debian's source names a library that only its package has.
    description = prefix / 'lib' / 'pkgconfig' / 'check.pc'
    description.write_text(description.read_text().replace('-lcheck_pic', '-lcheck'))
