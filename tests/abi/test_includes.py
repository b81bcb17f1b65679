# SPDX-License-Identifier: BSD-3-Clause
"""The files of lib/ include in one direction only, and few know the system or #if."""
import re
import unittest

from support import SOURCE, main

LIB = SOURCE / 'lib'

# From left to right; a file includes its own header and those to its left.
LEAVES = ('bits', 'export', 'text', 'trace', 'err', 'sysfs', 'devnode', 'span', 'lock', 'registry',
          'arena', 'os', 'arch', 'tune', 'sigbus')
FLOW = ('source', 'config', 'reservation', 'reason', 'granularity', 'map', 'find', 'ops')
REST = ('about', 'cause', 'code', 'durable', 'extent', 'ndctl', 'region', 'badlist', 'deep_flush', 'mcsafe', 'heal', 'device',
        'badblock')
ORDER = LEAVES + FLOW + REST

# Who may include headers of the operating system, beyond what every system has.
SYSTEM_FILES = ('os_linux', 'sysfs', 'arena', 'sigbus', 'extent', 'region')
SYSTEM_EXCEPTIONS = {
    'err': {'unistd.h'},  # write to stderr
    'source': {'fcntl.h'},  # the names of open flags
    'mcsafe': {'fcntl.h'},
    'heal': {'fcntl.h'},
    'devnode': {'sys/sysmacros.h'},
    'ndctl': {'daxctl/libdaxctl.h', 'ndctl/libndctl.h'},
    'ndctl_dlopen': {'dlfcn.h'},
}
PORTABLE = {
    'assert.h', 'bsd/sys/tree.h', 'errno.h', 'inttypes.h', 'limits.h', 'pthread.h', 'setjmp.h',
    'stdarg.h', 'stdatomic.h', 'stdbool.h', 'stddef.h', 'stdint.h', 'stdio.h', 'stdlib.h',
    'string.h', 'strings.h', 'sys/types.h', 'time.h',
}

# What kernels for several CPUs share, the folders of these, and what each of them has for it.
BASE = LIB / 'arch' / 'base'
OF_EACH_CPU = ('traits.h', 'instructions.h')
CPUS = [path.parent for path in sorted((LIB / 'arch').glob('*/traits.h'))]

# Every conditional outside lib/arch that is no include guard.
CONDITIONALS = {
    ('export.h', '#ifdef PMEM2_VERSIONED_API'),
    ('trace.h', '#ifdef PMEM2_DEBUG'),
    ('export.h', '#if defined(__has_attribute) && __has_attribute(symver)'),
    ('os_linux.c', '#ifndef MAP_SHARED_VALIDATE'),
    ('os_linux.c', '#ifndef MAP_SYNC'),
    ('os_linux.c', '#ifndef MAP_FIXED_NOREPLACE'),
    ('sysfs.c', '#ifndef __GLIBC__'),  # the name of getdents64
    ('sigbus.c', '#ifdef __GLIBC__'),  # the model of thread-local storage
}


def code_lines(path):
    text = re.sub(r'/\*.*?\*/', '', path.read_text(), flags=re.DOTALL)
    return [re.sub(r'^\s*#\s*', '#', line).strip() for line in text.splitlines()]


def includes(path, opening):
    pattern = re.compile(rf'#include {opening}([^">]+)[">]')
    return [match.group(1) for line in code_lines(path) if (match := pattern.match(line))]


def place(stem):
    """Where a file stands: os_linux.c implements os.h, and stands where that does."""
    while stem not in ORDER and '_' in stem:
        stem = stem.rpartition('_')[0]
    if stem not in ORDER:
        raise AssertionError(f'{stem}: give it a place in the order of test_includes.py')
    return ORDER.index(stem)


class Includes(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.files = sorted(path for path in LIB.iterdir() if path.suffix in ('.c', '.h'))
        cls.arch_files = sorted(path for path in (LIB / 'arch').rglob('*')
                                if re.search(r'\.(c|h|c\.in)$', path.name))

    def test_there_are_files_with_includes(self):
        for files in (self.files, self.arch_files):
            self.assertGreater(len(files), 10)
            self.assertGreater(sum(len(includes(path, '"')) for path in files), 10)

    def test_files_include_only_what_stands_to_their_left(self):
        for path in self.files:
            for header in includes(path, '"'):
                with self.subTest(file=path.name, header=header):
                    self.check_direction(path, header)

    def check_direction(self, path, header):
        if header.startswith('libpmem2'):
            return
        if header.startswith('debug/'):
            self.assertEqual(path.name, 'trace.h')
            return
        stem = header.removesuffix('.h')
        self.assertIn(stem, ORDER)
        own = place(path.stem) == place(stem) and path.suffix == '.c'
        self.assertTrue(own or place(stem) < place(path.stem),
                        f'{path.name} includes {header}, which does not stand to its left')

    def test_a_file_includes_its_own_header_first(self):
        for path in self.files:
            header = path.with_suffix('.h')
            if path.suffix == '.c' and header.exists():
                with self.subTest(file=path.name):
                    self.assertEqual(includes(path, '"')[0], header.name)

    def test_only_the_seam_knows_the_operating_system(self):
        for path in self.files:
            if path.stem.startswith(SYSTEM_FILES):
                continue
            system = set(includes(path, '<')) - PORTABLE
            with self.subTest(file=path.name):
                self.assertLessEqual(system, SYSTEM_EXCEPTIONS.get(path.stem, set()))

    def test_arch_knows_nothing_of_lib_but_its_interface(self):
        for path in self.arch_files:
            for header in includes(path, '"'):
                with self.subTest(file=str(path.relative_to(LIB)), header=header):
                    self.check_arch(path, header)

    def check_arch(self, path, header):
        if header in ('arch.h', 'bits.h', 'libpmem2.h') or '@' in header:
            return
        if header.startswith('arch/'):
            self.assertTrue((LIB / header).exists())
            return
        folders = [path.parent]
        if path.parent == BASE and header in OF_EACH_CPU:
            self.assertTrue(CPUS)
            self.assertEqual([cpu for cpu in CPUS if not (cpu / header).exists()], [])
            return
        if path.parent in CPUS:
            folders.append(BASE)
        self.assertTrue(any((folder / header).exists() for folder in folders))

    def test_conditionals_are_few_and_known(self):
        found = set()
        for path in self.files:
            guard = f'#ifndef PMEM2_{path.stem.upper()}_H'
            found |= {(path.name, line) for line in code_lines(path)
                      if re.match(r'#(if|el)', line) and line not in (guard, '#else')}
        self.assertEqual(found, CONDITIONALS)


if __name__ == '__main__':
    main()
