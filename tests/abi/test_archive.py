# SPDX-License-Identifier: BSD-3-Clause
"""libpmem2.a links into anybody's programs and shared objects."""
from support import ARCHIVE, CC, INCLUDE, SOURCE, ScratchTest, exported_symbols, \
    golden_names, golden_symbols, main, need, run

LINKERS = (('bfd', 'ld.bfd', 'binutils'), ('gold', 'ld.gold', 'binutils'),
           ('lld', 'ld.lld', 'lld'))


def global_symbols(archive):
    lines = run('nm', '--defined-only', '--extern-only', archive).splitlines()
    return [line.split()[2] for line in lines if len(line.split()) == 3]


class Archive(ScratchTest):
    def test_no_symbol_has_a_version(self):
        output = run('nm', ARCHIVE)
        self.assertIn('pmem2_map_new', output)
        self.assertNotIn('@', output)

    def test_all_global_names_are_in_our_namespace(self):
        symbols = global_symbols(ARCHIVE)
        self.assertLess(set(golden_names('LIBPMEM2_2.0')), set(symbols))
        self.assertEqual([name for name in symbols if not name.startswith('pmem2_')], [])

    def test_program_links_statically_to_us_only(self):
        program = self.compile('program', f'-I{INCLUDE}', ARCHIVE)
        self.assert_stores(program)

    def test_static_pie_program_runs(self):
        program = self.compile('static-pie', f'-I{INCLUDE}', '-fPIE', '-static-pie', ARCHIVE)
        self.assert_stores(program)

    def test_fully_static_program_runs(self):
        program = self.compile('static', f'-I{INCLUDE}', '-fno-pie', '-static', ARCHIVE)
        self.assert_stores(program)

    def test_non_pie_program_runs(self):
        program = self.compile('no-pie', f'-I{INCLUDE}', '-fno-pie', '-no-pie', ARCHIVE)
        self.assert_stores(program)

    def test_links_into_a_shared_object_with_each_linker(self):
        for linker, command, package in LINKERS:
            with self.subTest(linker):
                need(command, package)
                self.check_shared_object(f'-fuse-ld={linker}')

    def check_shared_object(self, *options):
        self.compile('libouter.so', f'-I{INCLUDE}', '-shared', '-fPIC', '-Wl,-z,defs',
                     '-Wl,-z,text', '-Wl,-z,now', ARCHIVE, *options)
        caller = self.path('caller.c')
        caller.write_text('int store_durably(const char *path, const char *text);\n'
                          'int main(int argc, char *argv[])\n'
                          '{ return argc != 3 || store_durably(argv[1], argv[2]); }\n')
        program = self.compile('caller', f'-L{self.scratch}', '-louter', *options,
                               sources=(caller,))
        self.assert_stores(program, env={'LD_LIBRARY_PATH': str(self.scratch)})


class LinkTimeOptimisation(ScratchTest):
    """A build of its own: what gcc and clang keep of versions and ifuncs differs under LTO."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.options = ['-flto', '-O2']
        if 'clang' in run(*CC, '--version'):
            need('ld.lld', 'lld')
            cls.options.append('-fuse-ld=lld')
        cls.build = cls.scratch / 'build'
        run(need('meson', 'meson'), 'setup', cls.build, SOURCE, '-Db_lto=true', '-Dtests=disabled',
            '-Dbenchmarks=disabled', '-Dexamples=disabled', '--buildtype=release',
            env={'CC': ' '.join(CC),
                 'CC_LD': 'lld' if '-fuse-ld=lld' in cls.options else 'bfd'})
        run('ninja', '-C', cls.build, 'lib/libpmem2.a', 'lib/libpmem2.so.1.0.0')

    def test_archive_links_into_an_optimised_program(self):
        program = self.compile('program', f'-I{INCLUDE}', *self.options,
                               self.build / 'lib' / 'libpmem2.a')
        self.assert_stores(program)

    def test_shared_library_exports_the_golden_list(self):
        library = self.build / 'lib' / 'libpmem2.so.1.0.0'
        self.assertEqual(exported_symbols(library), sorted(golden_symbols()))

    def test_program_runs_on_the_shared_library(self):
        program = self.compile('shared', f'-I{INCLUDE}', f'-L{self.build}/lib', '-lpmem2')
        self.assert_stores(program, env={'LD_LIBRARY_PATH': f'{self.build}/lib'})


if __name__ == '__main__':
    main()
