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
WRAP = """
[wrap-file]
directory = libpmem2

[provide]
dependency_names = libpmem2
"""


class Subproject(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        meson = need('meson', 'meson')
        outer, cls.build = cls.scratch / 'outer', cls.scratch / 'build'
        outer.mkdir()
        shutil.copytree(SOURCE, outer / 'subprojects' / 'libpmem2',
                        ignore=shutil.ignore_patterns('.git', 'build*'))
        (outer / 'subprojects' / 'libpmem2.wrap').write_text(WRAP)
        (outer / 'meson.build').write_text(PROJECT)
        shutil.copy(PROGRAM, outer)
        run(meson, 'setup', cls.build, outer, '--wrap-mode=forcefallback',
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


if __name__ == '__main__':
    main()
