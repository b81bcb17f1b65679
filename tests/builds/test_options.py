# SPDX-License-Identifier: BSD-3-Clause
"""What each option of the build leaves out or brings in, and the release that is built from it."""
import json
import shutil

from support import SOURCE, ScratchTest, main, need, run

LIBRARY = {'libpmem2.so', 'libpmem2.so.1', 'libpmem2.so.1.0.0', 'libpmem2.a', 'libpmem2.pc',
           'libpmem2Config.cmake', 'libpmem2ConfigVersion.cmake', 'libpmem2.h', 'base.h',
           'ext.h'}
PAGES = {'libpmem2.7', 'pmem2_map_new.3'}
TOOLS = {'pmem2-explain'}
DEBUG = {'pmdk_debug/libpmem2.so.1', 'pmdk_debug/libpmem2.so.1.0.0'}


class Options(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meson = need('meson', 'meson')

    def configure(self, name, *options, source=SOURCE):
        build = self.path(name)
        run(self.meson, 'setup', build, source, *options)
        return build

    def installed(self, build):
        """The files that would be installed; those in the debug library's folder with its name."""
        plan = json.loads(run(self.meson, 'introspect', '--installed', build))
        return {'/'.join(target.split('/')[-2:]) if '/pmdk_debug/' in target
                else target.rsplit('/', 1)[-1] for target in plan.values()}

    def programs(self, build):
        targets = json.loads(run(self.meson, 'introspect', '--targets', build))
        return {target['name'] for target in targets if target['type'] == 'executable'}

    def test_library_alone(self):
        build = self.configure('alone', '-Dauto_features=disabled')
        self.assertEqual(self.installed(build) & {'libpmem2.so.1', 'libpmem2.h'},
                         {'libpmem2.so.1', 'libpmem2.h'})
        self.assertLessEqual(self.installed(build), LIBRARY)
        self.assertEqual(self.programs(build), set())

    def test_each_part_comes_by_its_own_option(self):
        cases = (('man', PAGES, set()), ('debug_library', DEBUG, set()), ('tools', TOOLS, set()),
                 ('examples', set(), {'hello'}), ('benchmarks', set(), {'copy_cost'}),
                 ('tests', set(), {'test_map'}))
        for option, files, programs in cases:
            with self.subTest(option):
                build = self.configure(option, '-Dauto_features=disabled', f'-D{option}=enabled')
                self.assert_parts(build, files, programs)

    def assert_parts(self, build, files, programs):
        for part in (PAGES, DEBUG, TOOLS):
            self.assertEqual(self.installed(build) & part, files & part)
        for name in ('hello', 'copy_cost', 'test_map'):
            self.assertEqual(name in self.programs(build), name in programs, name)

    def test_everything_comes_by_default(self):
        build = self.configure('default')
        self.assert_parts(build, PAGES | DEBUG | TOOLS, {'hello', 'copy_cost', 'test_map'})

    def test_debug_library_goes_where_it_is_told(self):
        build = self.configure('elsewhere', '-Dauto_features=disabled',
                               '-Ddebug_library=enabled', '-Ddebug_dir=lib/pmdk_dbg')
        plan = json.loads(run(self.meson, 'introspect', '--installed', build))
        places = [place for place in plan.values() if '/pmdk_dbg/' in place]
        self.assertTrue(places)
        self.assertEqual({place.split('/pmdk_dbg/')[0] for place in places}, {'/usr/local/lib'})

    def test_dispatch_that_the_platform_lacks_is_refused(self):
        musl = shutil.which('musl-gcc')
        if musl is None:
            self.skipTest('no musl-gcc: install the Debian package musl-tools')
        with self.assertRaisesRegex(AssertionError, 'ifunc'):
            run(self.meson, 'setup', self.path('musl'), SOURCE, '-Ddispatch=ifunc',
                '-Dauto_features=disabled', env={'CC': musl})


class Release(ScratchTest):
    def commit(self):
        """The sources in a repository of their own, whatever they lie in here."""
        tree = self.path('tree')
        shutil.copytree(SOURCE, tree, symlinks=True,
                        ignore=shutil.ignore_patterns('.git', 'build*', '__pycache__'))
        run('git', 'init', '-q', tree)
        run('git', 'add', '-A', cwd=tree)
        run('git', '-c', 'user.name=nobody', '-c', 'user.email=nobody@localhost',
            'commit', '-q', '-m', 'All', cwd=tree)
        return tree

    def test_archive_builds_and_installs_alone(self):
        meson = need('meson', 'meson')
        build, unpacked, root = self.path('build'), self.path('unpacked'), self.path('root')
        run(meson, 'setup', build, self.commit(), '-Dauto_features=disabled')
        run(meson, 'dist', '-C', build, '--no-tests', '--formats', 'gztar')
        run('tar', '-xzf', build / 'meson-dist' / 'libpmem2-3.0.0.tar.gz', '-C', self.scratch)
        run(meson, 'setup', unpacked, self.path('libpmem2-3.0.0'), '-Dauto_features=disabled',
            '-Dman=enabled', '--buildtype=release')
        run(meson, 'install', '-C', unpacked, '--destdir', root)
        names = {path.name for path in root.rglob('*') if not path.is_dir()}
        self.assertLessEqual(LIBRARY | PAGES, names)


if __name__ == '__main__':
    main()
