# SPDX-License-Identifier: BSD-3-Clause
"""Somebody else's CMake project finds the installed library, and its programs run."""
import shutil

from support import CC, PROGRAM, InstalledTest, main, need, run

PROJECT = """
cmake_minimum_required(VERSION 3.16)
project(outer {languages})
{find}
add_executable(program program.{suffix})
target_link_libraries(program {target})
"""
PACKAGE = 'find_package(libpmem2 {version} REQUIRED CONFIG)'
MODULE = """
find_package(PkgConfig REQUIRED)
pkg_check_modules(PMEM2 REQUIRED IMPORTED_TARGET libpmem2>=1.10)
"""


class CMake(InstalledTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cmake = need('cmake', 'cmake')
        cls.projects = 0

    def configure(self, find, target='libpmem2::libpmem2', language='C', prefix=None):
        """Write a project, configure it and return where it is built."""
        CMake.projects += 1
        project = self.path(f'project {self.projects}')
        project.mkdir()
        suffix = {'C': 'c', 'CXX': 'cc'}[language]
        shutil.copy(PROGRAM, project / f'program.{suffix}')
        (project / 'CMakeLists.txt').write_text(
            PROJECT.format(languages=language, find=find, target=target, suffix=suffix))
        compiler = {'CC': ' '.join(CC)} if language == 'C' else {}
        run(self.cmake, '-G', 'Ninja', '-S', project, '-B', project / 'build',
            f'-DCMAKE_PREFIX_PATH={prefix or self.prefix}', env={**compiler, **self.pkg_config_env})
        return project / 'build'

    def build(self, *arguments, **more):
        build = self.configure(*arguments, **more)
        run(self.cmake, '--build', build)
        return build / 'program'

    def assert_runs(self, program, folder=None):
        """No LD_LIBRARY_PATH: CMake notes in the program where the library lies."""
        self.assert_loads(program, (folder or self.library.parent) / 'libpmem2.so.1', {})
        self.assert_stores(program)

    def test_program_of_a_project_that_finds_the_package_runs(self):
        for language in ('C', 'CXX'):
            with self.subTest(language):
                self.assert_runs(self.build(PACKAGE.format(version='2.1.3'), language=language))

    def test_program_of_a_project_that_asks_pkg_config_runs(self):
        program = self.build(MODULE, target='PkgConfig::PMEM2')
        env = {'LD_LIBRARY_PATH': str(self.library.parent)}
        self.assert_loads(program, self.library.parent / 'libpmem2.so.1', env)
        self.assert_stores(program, env=env)

    def test_program_linked_with_the_archive_runs(self):
        program = self.build(PACKAGE.format(version=''), target='libpmem2::libpmem2_static')
        self.assertNotIn('libpmem2', run('readelf', '-dW', program))
        self.assert_stores(program)

    def test_package_is_found_where_the_tree_was_moved(self):
        moved = self.move('moved')
        program = self.build(PACKAGE.format(version='3'), prefix=moved)
        self.assert_runs(program, moved / self.library.parent.relative_to(self.prefix))

    def test_package_is_found_again_in_a_part_of_a_project(self):
        twice = PACKAGE.format(version='1.10') * 2
        self.assert_runs(self.build(twice.replace(')f', ')\nf')))

    def test_versions_up_to_this_one_are_satisfied(self):
        for version in ('', '1.10', '1.12.1', '2.1.3', '3.0.0', '3.0.0 EXACT', '1.10...3.0',
                        '2...<4'):
            with self.subTest(version):
                self.configure(PACKAGE.format(version=version))

    def test_other_versions_are_refused(self):
        for version in ('3.0.1', '4', '1.10 EXACT', '1.10...2.1', '1.10...<3.0.0'):
            with self.subTest(version), self.assertRaisesRegex(AssertionError, 'version: 3.0.0'):
                self.configure(PACKAGE.format(version=version))

    def test_archive_is_optional(self):
        moved = self.move('without archive')
        archive, = moved.rglob('libpmem2.a')
        archive.unlink()
        check = 'if(TARGET libpmem2::libpmem2_static)\nmessage(FATAL_ERROR "no")\nendif()'
        program = self.build(PACKAGE.format(version='') + '\n' + check, prefix=moved)
        self.assert_runs(program, moved / self.library.parent.relative_to(self.prefix))


if __name__ == '__main__':
    main()
