# SPDX-License-Identifier: BSD-3-Clause
"""The library loads and works however it is built and linked.

PMEM2_BUILD names the build. What must survive are the ifunc resolvers, which run before
anything is relocated, and the kernels, which are what their source says.
"""
import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from support import INCLUDE, PROGRAM, SOURCE, ScratchTest, exported_symbols, golden_symbols, main, \
    need, run

SMOKE = SOURCE / 'tests' / 'cross' / 'smoke.c'
LOADER = SOURCE / 'tests' / 'abi' / 'loader.c'
CHECK_OBJECTS = SOURCE / 'tests' / 'arch' / 'x86_64' / 'check_objects.py'

# What users may ask for in everything.
HARDENED = ('-fno-plt -fstack-protector-all -fstack-clash-protection -fcf-protection '
            '-D_FORTIFY_SOURCE=2')
NATIVE = '-march=x86-64-v3 -finstrument-functions -ftree-vectorize -ftrapv'


@dataclass
class Build:
    options: str = '--buildtype=release'  # of Meson
    flags: str = ''                       # of the programs that use the library
    linker: str = 'bfd'
    static: bool = True                   # whether the compiler has the run-time libraries for that
    smoke: bool = True                    # whether the program has its address space to itself
    libndctl: str = 'loaded'              # how the library comes to it
    debug: str = 'disabled'               # the debug library


def sanitizer(name, more='', **traits):
    options = f'--buildtype=debugoptimized -Db_sanitize={name} -Db_lundef=false'
    return Build(f'{options} "-Dc_args={more}"', f'-fsanitize={name} {more}', static=False,
                 **traits)


# AddressSanitizer and ThreadSanitizer of clang build the test-suite elsewhere.
BUILDS = {
    'gcc-unoptimised': Build('--buildtype=debug'),
    # At link time, gcc does not see that a failure has returned before what is then not set.
    'gcc-lto': Build('--buildtype=release -Db_lto=true',
                     '-flto -O3 -Wno-error=maybe-uninitialized', debug='enabled'),
    'gcc-address': sanitizer('address,undefined'),
    # It may map memory of its own where smoke.c extends a reservation.
    'gcc-thread': sanitizer('thread', smoke=False),
    'gcc-coverage': Build('--buildtype=debugoptimized -Db_coverage=true', '--coverage'),
    'gcc-pgo': Build('--buildtype=release -Db_pgo=generate', '-fprofile-generate'),
    'gcc-hardened': Build(f'--buildtype=debugoptimized "-Dc_args={HARDENED}"', HARDENED),
    'gcc-native': Build(f'--buildtype=release "-Dc_args={NATIVE}"'),
    'gcc-without-libndctl': Build('--buildtype=release -Dndctl=disabled', libndctl='never'),
    'gcc-linked-libndctl': Build('--buildtype=release -Dndctl=enabled -Dndctl_link=direct',
                                 '-lndctl -ldaxctl', static=False, libndctl='linked'),
    'clang-unoptimised': Build('--buildtype=debug'),
    'clang-thinlto': Build('--buildtype=release -Db_lto=true -Db_lto_mode=thin', '-flto=thin -O3',
                           linker='lld', debug='enabled'),
    # It knows too few functions of glibc to be right about memory; what counts is that it runs.
    'clang-memory': sanitizer('memory', '-fsanitize-recover=memory'),
    'clang-pgo': Build('--buildtype=release -Db_pgo=generate', '-fprofile-generate'),
}


class Builds(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.name = os.environ['PMEM2_BUILD']
        cls.compiler = cls.name.split('-')[0]
        cls.way = BUILDS[cls.name]
        need(cls.compiler, cls.compiler)
        need(f'ld.{cls.way.linker}', 'lld' if cls.way.linker == 'lld' else 'binutils')
        cls.build = cls.scratch / 'build'
        cls.library = cls.build / 'lib' / 'libpmem2.so.1'
        cls.archive = cls.build / 'lib' / 'libpmem2.a'
        run(need('meson', 'meson'), 'setup', cls.build, SOURCE, *shlex.split(cls.way.options),
            '-Dtests=disabled', '-Dbenchmarks=disabled', '-Dexamples=disabled',
            f'-Ddebug_library={cls.way.debug}',
            env={'CC': cls.compiler, 'CC_LD': cls.way.linker})
        run('ninja', '-C', cls.build)

    def link(self, name, *options, sources=None):
        sources = sources or (SMOKE if self.way.smoke else PROGRAM,)
        return self.compile(name, '-D_GNU_SOURCE', '-O2', f'-I{INCLUDE}',
                            f'-fuse-ld={self.way.linker}', *shlex.split(self.way.flags), *options,
                            compiler=[self.compiler], sources=sources)

    def link_shared(self, name, *options, **more):
        return self.link(name, *options, f'-L{self.build}/lib', '-lpmem2', **more)

    def environment(self, **more):
        return {'LD_LIBRARY_PATH': str(self.build / 'lib'),
                'LLVM_PROFILE_FILE': str(self.scratch / '%p.profraw'),
                'MSAN_OPTIONS': f'exit_code=0:log_path={self.scratch}/memory', **more}

    def assert_runs(self, program, **env):
        if not self.way.smoke:
            self.assert_stores(program, env=self.environment(**env))
            return
        output = run(program, self.scratch, 'MAP_SYNC', env=self.environment(**env))
        self.assertEqual(output, 'all done\n')

    def check_all_links(self):
        """Each of the ways in which programs come to the library."""
        for bind_now in ('', '1'):
            with self.subTest('shared', bind_now=bind_now):
                self.assert_runs(self.link_shared('shared'), LD_BIND_NOW=bind_now)
        with self.subTest('shared, relocated at start'):
            self.assert_runs(self.link_shared('now', '-Wl,-z,now'))
        with self.subTest('archive'):
            self.assert_runs(self.link('archive', self.archive))
        for options in ('-static', '-static-pie -fPIE') if self.way.static else ():
            with self.subTest(options):
                self.assert_runs(self.link('static', self.archive, *options.split()))
        for mode in ('lazy', 'now'):
            with self.subTest('dlopen', mode=mode):
                self.check_plugin(mode)

    def check_plugin(self, mode):
        plugin = self.link_shared('plugin.so', '-shared', '-fPIC', sources=(PROGRAM,))
        loader = self.link('loader', '-ldl', sources=(LOADER,))
        self.assert_stores(loader, mode, plugin, env=self.environment())

    def test_programs_run_however_they_are_linked(self):
        self.check_all_links()
        if self.name.endswith('pgo'):
            self.use_profile()
            self.check_all_links()

    def test_debug_library_takes_over(self):
        library = self.build / 'lib' / 'debug' / 'libpmem2.so.1'
        self.assertEqual(library.exists(), self.way.debug == 'enabled')
        if library.exists():
            env = self.environment(LD_LIBRARY_PATH=str(library.parent))
            self.assert_stores(self.link_shared('debugged', sources=(PROGRAM,)), env=env)
            self.assertEqual(exported_symbols(library), sorted(golden_symbols()))

    def use_profile(self):
        """Rebuild with what the programs so far have recorded."""
        profiles = list(self.scratch.glob('*.profraw'))
        if self.compiler == 'clang':
            self.assertTrue(profiles)
            run(need(profdata(), 'llvm'), 'merge', '-o', self.build / 'default.profdata', *profiles)
        else:
            self.assertTrue(list(self.build.rglob('*.gcda')))
        run('meson', 'configure', self.build, '-Db_pgo=use')
        run('ninja', '-C', self.build)
        commands = (self.build / 'compile_commands.json').read_text()
        self.assertIn('-fprofile-use', commands)

    def test_same_symbols_are_exported(self):
        self.assertLessEqual(set(golden_symbols()), set(exported_symbols(self.library)))

    def test_libndctl_is_reached_as_asked(self):
        needed = run(need('readelf', 'binutils'), '-d', self.library)
        named = b'libndctl.so' in self.library.read_bytes()
        way = 'linked' if '[libndctl.so' in needed else 'loaded' if named else 'never'
        self.assertEqual(way, self.way.libndctl)

    def test_kernels_and_resolvers_hold_only_what_is_theirs(self):
        arch = self.build / 'lib' / 'arch' / 'x86_64'
        kernels = sorted(arch.glob('libpmem2_kernels_*.a'))
        self.assertEqual(len(kernels), 4)
        others = [arch / f'libpmem2_{part}.a' for part in ('resolvers', 'flush')]
        run(sys.executable, CHECK_OBJECTS, need('nm', 'binutils'), need('objdump', 'binutils'),
            *others, *kernels)


def profdata():
    """The tool of the version that clang has."""
    folder = Path(run('clang', '--print-resource-dir').strip()).parents[2] / 'bin'
    return shutil.which('llvm-profdata', path=folder) or 'llvm-profdata'


if __name__ == '__main__':
    main()
