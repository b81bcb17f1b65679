# SPDX-License-Identifier: BSD-3-Clause
"""Programs built for PMDK 1.x and for 2.x start on this library and run.

The libraries that they are linked with are stand-ins, which export the same
names under one version node and do nothing.
"""
from support import INCLUDE, LIBRARY, PROGRAM, ScratchTest, golden_names, main, run


class Worlds(ScratchTest):
    def test_program_of_pmdk_1_runs(self):
        self.check_world('LIBPMEM2_1.0')

    def test_program_of_pmdk_2_runs(self):
        self.check_world('LIBPMEM2_2.0')

    def check_world(self, node):
        names = golden_names(node)
        program = self.link_with_stand_in(node, names)
        wanted = run('nm', '-D', '--undefined-only', '--with-symbol-versions', program)
        for name in names:
            self.assertRegex(wanted, rf'\b{name}@{node}\b')
        for bind_now in ('', '1'):
            env = {'LD_LIBRARY_PATH': str(LIBRARY.parent), 'LD_BIND_NOW': bind_now}
            self.assert_loads(program, LIBRARY, env)
            self.assert_stores(program, env=env)

    def link_with_stand_in(self, node, names):
        """A program that refers to every function, so that one missing stops its start."""
        folder = self.path(node)
        folder.mkdir()
        script, stand_in, all_functions = (folder / name for name in ('map', 'lib.c', 'all.c'))
        script.write_text(f'{node} {{ global: {"; ".join(names)}; local: *; }};\n')
        stand_in.write_text(''.join(f'void {name}(void);\nvoid {name}(void) {{}}\n'
                                    for name in names))
        table = ', '.join(f'(void (*)(void)){name}' for name in names)
        all_functions.write_text('#include <libpmem2.h>\nextern void (*const all[])(void);\n'
                                 f'void (*const all[])(void) = {{{table}}};\n')
        self.compile(f'{node}/libpmem2.so', '-shared', '-fPIC', '-Wl,-soname,libpmem2.so.1',
                     f'-Wl,--version-script={script}', sources=(stand_in,))
        return self.compile(f'{node}/program', f'-I{INCLUDE}', f'-L{folder}', '-lpmem2',
                            sources=(PROGRAM, all_functions))


if __name__ == '__main__':
    main()
