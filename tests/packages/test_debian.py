# SPDX-License-Identifier: BSD-3-Clause
"""The Debian packages: clean by Debian's checkers, reproducible, and an upgrade of Debian 12's.

They are installed over this system's packages in an overlay of its file system, which is thrown
away; that needs root.
"""
import filecmp
import os
import unittest

from support import SOURCE, ScratchTest, main, need, run

BUILD = SOURCE / 'packaging' / 'debian' / 'build'
# Those of Debian 12, and what comes besides.
UPGRADED = ['libpmem2', 'libpmem2-debug', 'libpmem2-dev']
NAMES = [*UPGRADED, 'libpmem2-tools']
DEPENDENCIES = ['libdaxctl1 (>= 64)', 'libndctl6 (>= 64)']

# $1: a folder with what is to be installed; the rest: commands to run there then.
INSTALL = '''
set -e
mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
mount -t proc proc "$1/root/proc"
mount --bind /dev "$1/root/dev"
mount --bind "$1/shared" "$1/root/mnt"
chroot "$1/root" sh -e /mnt/commands
'''


def need_commands():
    need('dpkg-buildpackage', 'dpkg-dev')
    need('dh', 'debhelper')
    need('fakeroot', 'fakeroot')


class Debian(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        need_commands()
        cls.folder = cls.scratch / 'built'
        cls.log = cls.scratch / 'log'
        cls.log.write_text(run(BUILD, cls.folder, env={'DEB_BUILD_OPTIONS': 'parallel=2'}))

    def package(self, name, folder=None):
        path, = (folder or self.folder).glob(f'{name}_*.deb')
        return path

    def field(self, name, field):
        return run('dpkg-deb', '--field', self.package(name), field).strip()

    def test_packages_have_the_names_of_debians_and_are_newer(self):
        built = {path.name.split('_')[0] for path in self.folder.glob('*.deb')}
        self.assertEqual(sorted(name for name in built if not name.endswith('dbgsym')), NAMES)
        run('dpkg', '--compare-versions', self.field('libpmem2', 'Version'), 'gt', '2.1.0')

    def test_libraries_that_are_loaded_later_are_dependencies(self):
        for name in ('libpmem2', 'libpmem2-debug'):
            for dependency in DEPENDENCIES:
                self.assertIn(dependency, self.field(name, 'Depends'), name)

    def test_tools_need_the_library_that_has_what_they_call(self):
        self.assertRegex(self.field('libpmem2-tools', 'Depends'), r'libpmem2 \(>= 3')

    def test_unit_tests_ran(self):
        self.assertRegex(self.log.read_text(), r'(?m)^Ok: +[1-9]')

    def test_lintian_is_silent(self):
        changes, = self.folder.glob('*.changes')
        output = run(need('lintian', 'lintian'), '--allow-root', '--fail-on', 'error,warning',
                     changes)
        self.assertNotRegex(output, r'(?m)^[EW]:')

    def test_build_log_shows_hardened_builds(self):
        run(need('blhc', 'blhc'), '--bindnow', self.log)

    def test_build_elsewhere_is_the_same(self):
        elsewhere = self.scratch / 'another' / 'place'
        elsewhere.parent.mkdir()
        before = os.umask(0o077)
        try:
            run(BUILD, elsewhere, env={'DEB_BUILD_OPTIONS': 'nocheck parallel=2',
                                       'TZ': 'Pacific/Kiritimati', 'LC_ALL': 'C.UTF-8'})
        finally:
            os.umask(before)
        for path in self.folder.glob('*.deb'):
            with self.subTest(package=path.name):
                self.assertTrue(filecmp.cmp(path, elsewhere / path.name, shallow=False))

    def in_overlay(self, commands):
        """Run shell commands on this system with `self.shared` as its /mnt."""
        place = self.scratch / f'overlay-{self.id()}'
        for name in ('upper', 'work', 'root'):
            (place / name).mkdir(parents=True)
        (place / 'shared').symlink_to(self.shared)
        (self.shared / 'commands').write_text(commands)
        return run('unshare', '--mount', 'sh', '-c', INSTALL, 'sh', place)

    def share(self):
        """A folder that the overlay sees as /mnt, with the packages and their tests."""
        if os.geteuid() != 0:
            raise unittest.SkipTest('only root may mount an overlay')
        self.shared = self.scratch / f'shared-{self.id()}'
        self.shared.mkdir()
        for name in NAMES:
            os.link(self.package(name), self.shared / f'{name}.deb')
        run('cp', '-r', SOURCE / 'packaging' / 'debian' / 'tests', self.shared)

    def test_upgrade_in_place_keeps_programs_running(self):
        run(need('dpkg-query', 'dpkg'), '--show', *UPGRADED)
        self.share()
        run('gcc', SOURCE / 'tests' / 'abi' / 'program.c', '-o', self.shared / 'program',
            '-lpmem2')
        output = self.in_overlay('''
            dpkg-query --show libpmem2
            dpkg --install /mnt/*.deb
            dpkg --audit
            dpkg --verify libpmem2 libpmem2-dev libpmem2-debug libpmem2-tools
            dpkg-query --show libpmem2
            truncate --size=4096 /tmp/stored
            /mnt/program /tmp/stored 'the text'
            tr -d '\\0' </tmp/stored
        ''').split('\n')
        self.assertRegex(output[0], r'^libpmem2\S*\t1\.')
        self.assertRegex(output[-2], r'^libpmem2\S*\t3\.')
        self.assertEqual(output[-1], 'the text')

    def test_tests_of_the_packages_pass(self):
        self.share()
        output = self.in_overlay('''
            dpkg --install /mnt/*.deb
            /mnt/tests/link
            /mnt/tests/debug
            /mnt/tests/tools
        ''')
        self.assertRegex(output, r'granularity +CACHE_LINE\n')
        self.assertIn('shared stored the text\narchived stored the text\n', output)


if __name__ == '__main__':
    main()
