# SPDX-License-Identifier: BSD-3-Clause
"""What protects a process that loads the library, as its ELF file shows.

Read-only tables, no executable stack, few libraries, checked stacks and branches.
"""
import json
import re
import subprocess

from support import ARCHIVE, BUILD, CC, LIBRARY, ScratchTest, main, run

FEATURES = ('IBT', 'SHSTK')


class Hardening(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.dynamic = run('readelf', '-dW', LIBRARY)
        cls.segments = run('readelf', '-lW', LIBRARY)
        cls.imports = run('nm', '-D', '--undefined-only', LIBRARY)
        cls.is_x86_64 = 'X86-64' in run('readelf', '-hW', LIBRARY)

    def entries(self, tag):
        return re.findall(rf'\({tag}\)\s+(.*)', self.dynamic)

    def permissions(self, segment):
        """Such as 'R E', of each segment of one type."""
        hexadecimal = r'0x[0-9a-f]+'
        return re.findall(rf'^\s*{segment}\s+(?:{hexadecimal}\s+){{5}}([RWE ]{{3}})',
                          self.segments, re.MULTILINE)

    def test_relocations_are_done_at_start_and_then_read_only(self):
        self.assertEqual(len(self.permissions('GNU_RELRO')), 1)
        self.assertIn('NOW', ' '.join(self.entries('FLAGS_1')))

    def test_code_needs_no_relocation(self):
        self.assertTrue(self.entries('SONAME'))
        self.assertNotIn('TEXTREL', self.dynamic)

    def test_stack_is_not_executable(self):
        self.assertEqual(self.permissions('GNU_STACK'), ['RW '])

    def test_no_memory_is_writable_and_executable(self):
        loaded = self.permissions('LOAD')
        self.assertGreaterEqual(len(loaded), 2)
        self.assertFalse([flags for flags in loaded if 'W' in flags and 'E' in flags])

    def test_library_stays_loaded(self):
        """Its functions are handed out, and its SIGBUS handler is the process's."""
        self.assertIn('NODELETE', ' '.join(self.entries('FLAGS_1')))

    def test_soname_is_the_one_programs_ask_for(self):
        self.assertEqual(self.entries('SONAME'), ['Library soname: [libpmem2.so.1]'])

    def test_only_the_c_library_is_needed(self):
        needed = re.findall(r'\[(.*)\]', '\n'.join(self.entries('NEEDED')))
        self.assertIn('libc.so.6', needed)
        for name in needed:
            self.assertRegex(name, r'^(libc\.so\.6|ld-linux.*)$')

    def test_no_search_path_is_built_in(self):
        self.assertEqual(self.entries('RPATH') + self.entries('RUNPATH'), [])

    def test_no_function_pointer_of_the_library_can_be_overwritten(self):
        """What the dynamic linker fills in is read-only afterwards, but for two places of data."""
        place = re.search(r'GNU_RELRO\s+0x\w+\s+0x(\w+)\s+0x\w+\s+0x(\w+)', self.segments)
        start = int(place.group(1), 16)
        end = start + int(place.group(2), 16)
        relocated = [int(offset, 16) for offset in
                     re.findall(r'^([0-9a-f]{12,16})\s+[0-9a-f]+ R_', run('readelf', '-rW', LIBRARY),
                                re.MULTILINE)]
        data = {int(address, 16): name for address, name in
                re.findall(r'^([0-9a-f]+) [dD] (\w+)$', run('nm', LIBRARY), re.MULTILINE)}
        self.assertGreater(len(relocated), 100)
        writable = [data[offset] for offset in relocated if not start <= offset < end]
        self.assertLessEqual(set(writable), {'__dso_handle', 'pmem2_sysfs_root'})

    def test_stacks_are_protected(self):
        self.assertIn('__stack_chk_fail', self.imports)
        commands = json.loads((BUILD / 'compile_commands.json').read_text())
        files = [command['command'] for command in commands if '/lib/' in command['file']]
        self.assertGreater(len(files), 20)
        for command in files:
            self.assertIn(' -fstack-clash-protection ', command)

    def test_functions_of_the_c_library_check_sizes(self):
        self.assertIn('__vasprintf_chk', self.imports)
        self.assertNotIn(' vasprintf', self.imports)

    def test_indirect_branches_and_returns_are_controlled(self):
        """The linker notes that only if all objects do, also those of the C library."""
        if not self.is_x86_64:
            self.skipTest('other CPUs have other notes')
        objects = self.path('objects')
        objects.mkdir()
        run('ar', 'x', ARCHIVE, cwd=objects)
        files = sorted(objects.iterdir())
        self.assertGreater(len(files), 50)
        for path in files:
            self.assert_features(path)
        start = run(*CC, '-print-file-name=crti.o').strip()
        if FEATURES[0] in notes(start):
            self.assert_features(LIBRARY)

    def assert_features(self, path):
        for feature in FEATURES:
            self.assertRegex(notes(path), rf'x86 feature:.*\b{feature}\b', path)


def notes(path):
    """The ELF notes of a file; readelf counts it as a failure if it does not know all of them."""
    return subprocess.run(['readelf', '-nW', path], text=True, stdout=subprocess.PIPE,
                          check=False).stdout


if __name__ == '__main__':
    main()
