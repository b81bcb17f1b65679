# SPDX-License-Identifier: BSD-3-Clause
"""Each public header compiles alone, in every language standard, without a warning.

They bring nothing with them but sizes and integer types.
"""
import re

from support import INCLUDE, ScratchTest, main, need, run

WARNINGS = ('-Wall', '-Wextra', '-Wpedantic', '-Wundef', '-Wshadow', '-Wconversion',
            '-Werror')
C_WARNINGS = ('-Wstrict-prototypes', '-Wmissing-prototypes', '-Wold-style-definition',
              '-Wc++-compat')
C = ('c89', 'c99', 'c11', 'c17', 'c2x')
CXX = ('c++98', 'c++03', 'c++11', 'c++14', 'c++17', 'c++20')
COMPILERS = {
    ('gcc', 'gcc'): ('c', C, C_WARNINGS),
    ('clang', 'clang'): ('c', C, C_WARNINGS),
    ('g++', 'g++'): ('c++', CXX + ('c++23',), ()),
    ('clang++', 'clang'): ('c++', CXX + ('c++2b',), ()),
}


class Headers(ScratchTest):
    def test_headers_compile_alone(self):
        headers = sorted(path.relative_to(INCLUDE) for path in INCLUDE.rglob('*.h'))
        self.assertGreaterEqual(len(headers), 2)
        for (compiler, package), (language, standards, warnings) in COMPILERS.items():
            for standard in standards:
                for header in headers:
                    with self.subTest(compiler=compiler, standard=standard, header=str(header)):
                        need(compiler, package)
                        self.check(compiler, f'-x{language}', f'-std={standard}', header, warnings)

    def test_headers_include_sizes_and_integer_types_only(self):
        for path in INCLUDE.rglob('*.h'):
            included = set(re.findall(r'^\s*#\s*include\s*(\S+)', path.read_text(), re.M))
            own = {name for name in included if name.startswith('<libpmem2/')}
            with self.subTest(header=path.name):
                self.assertTrue(included)
                self.assertLessEqual(included - own, {'<stddef.h>', '<stdint.h>'})

    def check(self, compiler, language, standard, header, warnings):
        source = self.path('source.c')
        source.write_text(f'#include <{header}>\n#include <{header}>\n'
                          'extern int not_empty;\n')
        run(compiler, language, standard, *WARNINGS, *warnings, '-fsyntax-only', f'-I{INCLUDE}',
            source)


if __name__ == '__main__':
    main()
