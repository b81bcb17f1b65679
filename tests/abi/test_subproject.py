# SPDX-License-Identifier: BSD-3-Clause
"""Somebody else's Meson project builds this library with itself."""
import re
import shutil

from support import CC, PROGRAM, SOURCE, ScratchTest, main, need, run

PROJECT = """
project('outer', 'c')
executable('outer', 'program.c', dependencies: dependency('libpmem2', version: '>= 2.1.3'))
executable('outer_static', 'program.c', dependencies: dependency('libpmem2', static: true))
"""
CXX_PROJECT = """
project('outer', 'cpp')
executable('outer', 'program.cc', dependencies: dependency('libpmem2', version: '>= 1.10'))
"""
WRAP = """
[wrap-file]
directory = libpmem2

[provide]
"""
BY_NAME = WRAP + 'dependency_names = libpmem2\n'
BY_VARIABLE = WRAP + 'libpmem2 = libpmem2_dep\n'


def write_project(outer, text, wrap):
    outer.mkdir()
    shutil.copytree(SOURCE, outer / 'subprojects' / 'libpmem2',
                    ignore=shutil.ignore_patterns('.git', 'build*'))
    (outer / 'subprojects' / 'libpmem2.wrap').write_text(wrap)
    (outer / 'meson.build').write_text(text)
    for suffix in ('c', 'cc'):
        shutil.copy(PROGRAM, outer / f'program.{suffix}')


class Subproject(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        outer, cls.build = cls.scratch / 'outer', cls.scratch / 'build'
        write_project(outer, PROJECT, BY_NAME)
        run(need('meson', 'meson'), 'setup', cls.build, outer, '--wrap-mode=forcefallback',
            env={'CC': ' '.join(CC)})

    def build_with(self, default_library):
        run('meson', 'configure', self.build, f'-Dlibpmem2:default_library={default_library}')
        run('ninja', '-C', self.build, 'outer', 'outer_static')

    def needed(self, program):
        """The libraries that a program needs at run time."""
        dynamic = run('readelf', '-dW', self.build / program)
        return re.findall(r'\(NEEDED\).*\[(.*)\]', dynamic)

    def test_dependency_gives_the_shared_library(self):
        self.build_with('shared')
        self.assertIn('libpmem2.so.1', self.needed('outer'))
        self.assert_stores(self.build / 'outer')

    def test_dependency_gives_the_static_library_when_asked(self):
        for default_library in ('shared', 'static'):
            self.build_with(default_library)
            self.assertIn('libc.so.6', self.needed('outer_static'))
            self.assertNotIn('libpmem2.so.1', self.needed('outer_static'))
            self.assert_stores(self.build / 'outer_static')

    def test_dependency_follows_the_default_library(self):
        self.build_with('static')
        self.assertIn('libc.so.6', self.needed('outer'))
        self.assertNotIn('libpmem2.so.1', self.needed('outer'))
        self.assert_stores(self.build / 'outer')

    def test_wrap_may_name_the_variable_and_the_project_be_cxx(self):
        outer, build = self.path('cxx'), self.path('cxx-build')
        write_project(outer, CXX_PROJECT, BY_VARIABLE)
        run('meson', 'setup', build, outer, '--wrap-mode=forcefallback',
            env={'CC': ' '.join(CC)})
        run('ninja', '-C', build, 'outer')
        self.assert_loads(build / 'outer', build / 'subprojects/libpmem2/lib/libpmem2.so.1', {})
        self.assert_stores(build / 'outer')


if __name__ == '__main__':
    main()
