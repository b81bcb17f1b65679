# SPDX-License-Identifier: BSD-3-Clause
"""The Debian packages are built for PMEM2_TARGET, a CPU other than this one.

What they are built with is unpacked beside them: no foreign package has to be installed.
"""
import os
import re

from support import SOURCE, ScratchTest, main, need, run
from target import TARGETS, fetch_ndctl

BUILD = SOURCE / 'packaging' / 'debian' / 'build'
NAMES = ['libpmem2', 'libpmem2-debug', 'libpmem2-dev', 'libpmem2-tools']
MACHINES = {'aarch64': 'AArch64', 'ppc64': 'PowerPC64', 'riscv64': 'RISC-V'}
PKG_CONFIG = """#!/bin/sh
PKG_CONFIG_LIBDIR='{folder}' exec pkg-config "$@"
"""


class CrossBuild(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.name = os.environ['PMEM2_TARGET']
        cls.target = TARGETS[cls.name]
        for command, package in (('dpkg-buildpackage', 'dpkg-dev'), ('dh', 'debhelper'),
                                 ('fakeroot', 'fakeroot'),
                                 (cls.target.tool('g++'), f'g++-{cls.target.triplet}')):
            need(command, package)
        cls.ndctl = fetch_ndctl(cls.target)
        cls.architecture = cls.target.architecture or cls.name
        cls.folder = cls.scratch / 'built'
        cls.build()

    @classmethod
    def build(cls):
        bin_folder = cls.scratch / 'bin'
        bin_folder.mkdir()
        descriptions = cls.ndctl / 'lib' / cls.target.triplet / 'pkgconfig' if cls.ndctl else ''
        pkg_config = bin_folder / f'{cls.target.triplet}-pkg-config'
        pkg_config.write_text(PKG_CONFIG.format(folder=descriptions))
        pkg_config.chmod(0o755)
        profiles = ['cross', 'nocheck', *([] if cls.ndctl else ['pkg.libpmem2.nondctl'])]
        run(BUILD, cls.folder, '--no-check-builddeps', '--build=binary', '--no-sign',
            f'--host-arch={cls.architecture}', f'--build-profiles={",".join(profiles)}',
            env={'DEB_BUILD_OPTIONS': 'nocheck parallel=2',
                 # Where dpkg-shlibdeps looks, too; programs of this CPU pass over what is there.
                 'LD_LIBRARY_PATH': f'{cls.target.sysroot}/lib',
                 'PATH': f'{bin_folder}:{os.environ["PATH"]}'})

    def packages(self):
        paths = sorted(self.folder.glob('*.deb'))
        return {path.name.split('_')[0]: path for path in paths if 'dbgsym' not in path.name}

    def test_all_packages_are_for_that_architecture(self):
        self.assertEqual(sorted(self.packages()), NAMES)
        for path in self.packages().values():
            self.assertEqual(run('dpkg-deb', '--field', path, 'Architecture').strip(),
                             self.architecture)

    def test_libraries_that_are_loaded_later_are_dependencies_where_they_are(self):
        depends = run('dpkg-deb', '--field', self.packages()['libpmem2'], 'Depends')
        self.assertEqual('libndctl6 (>= 64)' in depends and 'libdaxctl1 (>= 64)' in depends,
                         bool(self.ndctl), depends)
        self.assertRegex(depends, r'libc6\b')

    def test_programs_and_libraries_run_there(self):
        for name, path in (('libpmem2', f'usr/lib/{self.target.triplet}/libpmem2.so.1.0.0'),
                           ('libpmem2-tools', 'usr/bin/pmem2-explain')):
            folder = self.scratch / name
            run('dpkg-deb', '--extract', self.packages()[name], folder)
            header = run('readelf', '--file-header', folder / path)
            self.assertRegex(header, f'Machine: +.*{MACHINES[self.name]}')
        output = run(*self.target.runner, self.scratch / 'libpmem2-tools' / 'usr' / 'bin' /
                     'pmem2-explain',
                     env={'LD_LIBRARY_PATH': str(self.scratch / 'libpmem2' / 'usr' / 'lib' /
                                                 self.target.triplet)})
        self.assertTrue(re.search('(neon|vsx|rv64)-', output), output)


if __name__ == '__main__':
    main()
