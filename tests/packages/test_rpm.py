# SPDX-License-Identifier: BSD-3-Clause
"""rpmbuild makes packages of the spec, with the files and dependencies that they are to have."""
from support import SOURCE, ScratchTest, main, need, run

SPEC = SOURCE / 'packaging' / 'rpm' / 'libpmem2.spec'
FILES = {
    'libpmem2': ['libpmem2.so.1', 'libpmem2.so.1.0.0', 'LICENSE'],
    'libpmem2-devel': ['libpmem2.h', 'base.h', 'libpmem2.a', 'libpmem2.so', 'libpmem2.pc',
                       'libpmem2Config.cmake', 'pmem2_map_new.3', 'libpmem2.7', 'hello.c'],
    'libpmem2-tools': ['pmem2-explain', 'pmem2-explain.1', 'LICENSE'],
    'libpmem2-debug': ['libpmem2.so.1', 'libpmem2.so.1.0.0', 'LICENSE'],
}


class Rpm(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rpmbuild = need('rpmbuild', 'rpm')
        sources = cls.scratch / 'SOURCES'
        sources.mkdir()
        version = run('rpmspec', '--query', '--srpm', '--queryformat', '%{version}', SPEC)
        files = run('git', '-C', SOURCE, 'ls-files', '--cached').splitlines()
        run('tar', '--create', '--xz', '--file', sources / f'libpmem2-{version}.tar.xz',
            '--directory', SOURCE, f'--transform=s,^,libpmem2-{version}/,', *files)
        # Its build requirements are known by their names in Fedora.
        run(rpmbuild, '-bb', '--nodeps', '--without', 'check', '--define',
            f'_topdir {cls.scratch}', SPEC)

    def query(self, name, what):
        package, = (path for path in self.scratch.glob('RPMS/*/*.rpm')
                    if path.name.startswith(f'{name}-3'))
        return run('rpm', '--query', '--package', what, package).splitlines()

    def test_each_package_has_its_files(self):
        for name, files in FILES.items():
            found = {path.rsplit('/', 1)[-1].removesuffix('.gz')
                     for path in self.query(name, '--list')}
            with self.subTest(package=name):
                self.assertEqual(set(files) - found, set())

    def test_libraries_that_are_loaded_later_are_dependencies(self):
        for name in ('libpmem2', 'libpmem2-debug'):
            with self.subTest(package=name):
                self.assertLessEqual({'ndctl-libs >= 64', 'daxctl-libs >= 64'},
                                     set(self.query(name, '--requires')))

    def test_library_is_provided_by_its_name(self):
        self.assertIn('libpmem2.so.1(LIBPMEM2_1.0)(64bit)', self.query('libpmem2', '--provides'))


if __name__ == '__main__':
    main()
