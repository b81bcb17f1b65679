# SPDX-License-Identifier: BSD-3-Clause
"""What is installed is found, compiled against, linked with and loaded."""
import shlex

from support import PROGRAM, SOURCE, InstalledTest, main, need, run

LOADER = SOURCE / 'tests' / 'abi' / 'loader.c'
CXX = {
    'g++': ('g++', ('c++98', 'c++03', 'c++11', 'c++14', 'c++17', 'c++20', 'c++23')),
    'clang++': ('clang', ('c++98', 'c++03', 'c++11', 'c++14', 'c++17', 'c++20', 'c++2b')),
}


class Install(InstalledTest):
    def pkg_config(self, *options):
        output = run(need('pkg-config', 'pkg-config'), *options, 'libpmem2',
                     env=self.pkg_config_env)
        return shlex.split(output)

    def test_installed_files_are_complete(self):
        names = {path.name for path in self.root.rglob('*') if not path.is_dir()}
        self.assertLessEqual({'libpmem2.so', 'libpmem2.so.1', 'libpmem2.so.1.0.0', 'libpmem2.a',
                              'libpmem2.pc', 'libpmem2Config.cmake',
                              'libpmem2ConfigVersion.cmake', 'libpmem2.h', 'base.h'}, names)
        self.assertTrue((self.library.parent / 'libpmem2.so.1.0.0').is_file())

    def test_debug_library_lies_beside_and_takes_over(self):
        folder = self.library.parent / 'pmdk_debug'
        if not folder.exists():
            self.skipTest('configured without the debug library')
        program = self.compile('debugged', *self.pkg_config('--cflags', '--libs'))
        log = self.path('log')
        env = {'LD_LIBRARY_PATH': str(folder), 'PMEM2_LOG_LEVEL': '1', 'PMEM2_LOG_FILE': str(log)}
        self.assert_loads(program, folder / 'libpmem2.so.1', env)
        self.assert_stores(program, env=env)
        self.assertIn('debug library', log.read_text())

    def test_version_is_above_that_of_pmdk(self):
        self.assertEqual(self.pkg_config('--modversion'), ['3.0.0'])
        self.pkg_config('--exists', '--atleast-version=2.1.3')

    def test_program_found_with_pkg_config_runs(self):
        program = self.compile('shared', *self.pkg_config('--cflags', '--libs'))
        self.assert_loads(program, self.library.parent / 'libpmem2.so.1', self.env)
        self.assert_stores(program, env=self.env)

    def test_static_program_found_with_pkg_config_runs(self):
        program = self.compile('static', *self.pkg_config('--cflags'), '-static',
                               *self.pkg_config('--static', '--libs'))
        self.assertNotIn('INTERP', run('readelf', '-lW', program))
        self.assert_stores(program)

    def test_static_programs_are_linked_with_threads(self):
        self.assertIn('-pthread', self.pkg_config('--static', '--libs'))
        self.assertNotIn('-pthread', self.pkg_config('--libs'))

    def test_program_linked_by_name_runs(self):
        for linker in ('bfd', 'gold', 'lld'):
            with self.subTest(linker):
                need(f'ld.{linker}', 'lld' if linker == 'lld' else 'binutils')
                program = self.compile('named', f'-I{self.prefix}/include',
                                       f'-L{self.library.parent}', '-lpmem2', f'-fuse-ld={linker}')
                self.assert_loads(program, self.library.parent / 'libpmem2.so.1', self.env)
                for bind_now in ('', '1'):
                    self.assert_stores(program, env={**self.env, 'LD_BIND_NOW': bind_now})

    def test_cxx_program_runs(self):
        source = self.path('program.cc')
        source.write_text(PROGRAM.read_text())
        for compiler, (package, standards) in CXX.items():
            for standard in standards:
                with self.subTest(compiler=compiler, standard=standard):
                    program = self.compile('cxx', f'-std={standard}', '-Wpedantic',
                                           *self.pkg_config('--cflags', '--libs'),
                                           compiler=[need(compiler, package)], sources=(source,))
                    self.assert_stores(program, env=self.env)

    def test_program_runs_on_a_tree_that_was_moved(self):
        """With pkg-config's own means: the file says where the tree was meant to lie."""
        moved = self.move('moved by pkg-config')
        folder = moved / self.pc_file.parent.relative_to(self.prefix)
        options = run(need('pkg-config', 'pkg-config'), '--define-prefix', '--cflags', '--libs',
                      'libpmem2', env={'PKG_CONFIG_LIBDIR': str(folder)})
        program = self.compile('moved', *shlex.split(options))
        self.assertIn(str(moved), options.replace('\\', ''))
        self.assert_runs_on(program, folder.parent)

    def test_program_linked_with_the_archive_through_pkg_config_runs(self):
        program = self.compile('archive', *self.pkg_config('--cflags'), '-Wl,-Bstatic',
                               '-Wl,--push-state', *self.pkg_config('--static', '--libs'),
                               '-Wl,--pop-state', '-Wl,-Bdynamic')
        self.assertNotIn('libpmem2', run('readelf', '-dW', program))
        self.assert_stores(program)

    def assert_runs_on(self, program, folder):
        env = {'LD_LIBRARY_PATH': str(folder)}
        self.assert_loads(program, folder / 'libpmem2.so.1', env)
        self.assert_stores(program, env=env)

    def test_plugin_is_loaded_and_unloaded(self):
        plugin = self.compile('plugin.so', '-shared', '-fPIC',
                              *self.pkg_config('--cflags', '--libs'))
        loader = self.compile('loader', sources=(LOADER,))
        for mode in ('lazy', 'now'):
            for bind_now in ('', '1'):
                with self.subTest(mode=mode, bind_now=bind_now):
                    self.assert_stores(loader, mode, plugin,
                                       env={**self.env, 'LD_BIND_NOW': bind_now})


if __name__ == '__main__':
    main()
