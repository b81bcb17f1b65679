# SPDX-License-Identifier: BSD-3-Clause
"""What the scripts of this folder share: this build's files, commands, skipping.

Meson sets the PMEM2_ variables. A script exits with 77 when something that it
needs is missing, also when the rest of its tests passed: no test goes missing unseen.
"""
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

SOURCE = Path(os.environ['PMEM2_SOURCE_ROOT'])
BUILD = Path(os.environ['PMEM2_BUILD_ROOT'])
CC = shlex.split(os.environ['PMEM2_CC'])

INCLUDE = SOURCE / 'include'
LIBRARY = BUILD / 'lib' / 'libpmem2.so.1'
EXPLAIN = BUILD / 'lib' / 'explain' / 'pmem2-explain'
ARCHIVE = BUILD / 'lib' / 'libpmem2.a'
PROGRAM = SOURCE / 'tests' / 'abi' / 'program.c'
# Meson lets programs find the library of this build; ours say themselves which they want.
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != 'LD_LIBRARY_PATH'}
NODES = ('LIBPMEM2_1.0', 'LIBPMEM2_2.0', 'LIBPMEM2_EXT_1.0')


def need(command, package):
    """The path of a command; without it, the test is skipped."""
    path = shutil.which(command)
    if path is None:
        raise unittest.SkipTest(f'no {command}: install the Debian package {package}')
    return path


def run(*command, env=None, cwd=None):
    """The standard output of a command that must succeed."""
    words = [str(word) for word in command]
    result = subprocess.run(words, env={**ENVIRONMENT, **(env or {})}, cwd=cwd, text=True,
                            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if result.returncode != 0:
        raise AssertionError(f'{shlex.join(words)}\nexit status {result.returncode}\n'
                             f'{result.stdout}')
    return result.stdout


def golden_symbols():
    """The names that the library exports, with their versions."""
    lines = (SOURCE / 'tests' / 'abi' / 'symbols.txt').read_text().splitlines()
    return [line for line in lines if line and not line.startswith('#')]


def golden_names(node):
    """The functions that stand in a version node."""
    names = [re.split('@@?', symbol) for symbol in golden_symbols()]
    return sorted(name for name, version in names if version == node)


def exported_symbols(library):
    """The symbols that a shared library defines, such as f@@NODE."""
    lines = run('nm', '-D', '--defined-only', '--with-symbol-versions', library).splitlines()
    return sorted(line.split()[2] for line in lines if line.split()[1] != 'A')


class ScratchTest(unittest.TestCase):
    """Tests that need a folder, `self.scratch`, which all tests of the class share."""

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix='pmem2-abi-')
        cls.addClassCleanup(folder.cleanup)
        cls.scratch = Path(folder.name)

    def path(self, name):
        return self.scratch / name

    def compile(self, name, *options, compiler=None, sources=(PROGRAM,)):
        """Compile and link `sources` into scratch/name."""
        target = self.path(name)
        run(*(compiler or CC), '-Wall', '-Wextra', '-Werror', *sources, '-o', target, *options)
        return target

    def assert_loads(self, program, library, env):
        """The program would run on this very library."""
        loaded = run(program, env={**env, 'LD_TRACE_LOADED_OBJECTS': '1'})
        self.assertIn(f'libpmem2.so.1 => {library} ', loaded)

    def assert_stores(self, *command, env=None):
        """Run program.c's test program, which stores a text durably in a file."""
        stored = self.path('stored')
        stored.write_bytes(bytes(1 << 16))
        run(*command, stored, 'the text', env=env)
        self.assertEqual(stored.read_bytes().rstrip(b'\0'), b'the text')


class InstalledTest(ScratchTest):
    """Tests of what `meson install` puts below `self.root`; `self.prefix` is the prefix there."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.root = cls.scratch / 'root'
        run(need('meson', 'meson'), 'install', '-C', BUILD, '--no-rebuild', '--quiet',
            '--destdir', cls.root)
        cls.pc_file, = cls.root.rglob('libpmem2.pc')
        cls.library, = (path for path in cls.root.rglob('libpmem2.so')
                        if path.parent.name != 'pmdk_debug')
        cls.prefix, = (path.parents[1] for path in cls.root.rglob('include/libpmem2.h'))
        cls.env = {'LD_LIBRARY_PATH': str(cls.library.parent)}

    @property
    def pkg_config_env(self):
        return {'PKG_CONFIG_LIBDIR': str(self.pc_file.parent),
                'PKG_CONFIG_SYSROOT_DIR': str(self.root)}

    def move(self, name):
        """A copy of the prefix elsewhere; without the original, nothing can be found there."""
        moved = self.path(name)
        shutil.copytree(self.prefix, moved, symlinks=True)
        return moved


def main():
    program = unittest.main(exit=False, verbosity=2)
    result = program.result
    if not result.wasSuccessful() or not (result.testsRun or result.skipped):
        sys.exit(1)
    sys.exit(77 if result.skipped else 0)
