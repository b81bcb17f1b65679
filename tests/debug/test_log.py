# SPDX-License-Identifier: BSD-3-Clause
"""PMEM2_LOG_LEVEL and PMEM2_LOG_FILE of the debug library."""
import re
import signal

from programs import DEBUG_LIBRARY, SOURCES, ProgramTest
from support import LIBRARY, PROGRAM, main

LINE = re.compile(r'^(\S+)/(\d+): <([1-4])> \[(\w+\.c):(\d+) (\w+)\] .+$')
LEVELS = ('1', '2', '3', '4')


class Log(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program = cls().link(PROGRAM)
        cls.deeds = cls().link(SOURCES / 'deeds.c')

    def log_of(self, level, library=DEBUG_LIBRARY, **env):
        """The lines on stderr of a program that stores a text, and nothing fails."""
        env = {**({} if level is None else {'PMEM2_LOG_LEVEL': level}), **env}
        result = self.run_on(library, self.program, self.file('stored'), 'text', **env)
        self.assertEqual((result.stdout, result.returncode), ('', 0))
        return result.stderr.splitlines()

    def levels_of(self, lines):
        for line in lines:
            self.assertRegex(line, LINE)
        return {LINE.match(line).group(3) for line in lines}

    def test_nothing_is_logged_by_default(self):
        for level in (None, '0', '', 'four', '-1', '3x'):
            self.assertEqual(self.log_of(level), [], level)

    def test_normal_library_logs_nothing(self):
        name = self.path('normal.log')
        self.assertEqual(self.log_of('4', LIBRARY, PMEM2_LOG_FILE=str(name)), [])
        self.assertFalse(name.exists())

    def test_each_level_adds_to_the_one_below(self):
        before = 0
        for index, level in enumerate(LEVELS):
            lines = self.log_of(level)
            self.assertEqual(self.levels_of(lines), set(LEVELS[:index + 1]))
            self.assertGreater(len(lines), before)
            before = len(lines)
        for level in ('5', '17'):
            lines = self.log_of(level)
            self.assertRegex(lines[0], 'level 4$')
            self.assertEqual(len(lines), before)

    def test_first_line_tells_version_and_level(self):
        self.assertRegex(self.log_of('1')[0], r'libpmem2 3\.0\.0, debug library .* level 1$')

    def test_lines_tell_program_and_place(self):
        text = '\n'.join(self.log_of('3'))
        self.assertRegex(text, r'(?m)^program/\d+: <3> \[map\.c:\d+ pmem2_map_new\] cfg 0x[0-9a-f]+')

    def test_basic_operations_are_logged(self):
        text = '\n'.join(self.log_of('2'))
        self.assertRegex(text, r'<2> \[map\.c:\d+ pmem2_map_new\] .*65536 bytes.* SHARED')
        self.assertRegex(text, r'<2> \[map\.c:\d+ \w+\] .*65536 bytes.* gone')

    def test_flushes_are_logged_at_the_highest_level(self):
        self.assertRegex('\n'.join(self.log_of('4')), r'<4> .*65536 bytes at 0x')
        self.assertNotRegex('\n'.join(self.log_of('3')), r'persist\] .*65536 bytes at 0x')

    def test_failures_are_logged_with_their_message(self):
        result = self.run_on(DEBUG_LIBRARY, self.program, self.scratch, 'text', PMEM2_LOG_LEVEL='1')
        message = result.stderr.splitlines()[-1].split(': ', 1)[1]
        self.assertIn('source: fd', message)
        self.assertRegex(result.stderr, rf'<1> \[source\.c:\d+ \w+\] -\d+: {re.escape(message)}\n')

    def test_log_goes_to_the_file(self):
        name = self.path('a.log')
        self.assertEqual(self.log_of('2', PMEM2_LOG_FILE=str(name)), [])
        self.assertEqual(self.levels_of(name.read_text().splitlines()), {'1', '2'})

    def test_log_is_added_to_what_the_file_has(self):
        name = self.path('b.log')
        name.write_text('what was there\n')
        self.log_of('1', PMEM2_LOG_FILE=str(name))
        self.assertRegex(name.read_text(), r'^what was there\n.*debug library')

    def test_name_that_ends_in_a_dash_gets_the_process_id(self):
        name = self.path('c.log-')
        self.log_of('1', PMEM2_LOG_FILE=str(name))
        written, = self.scratch.glob('c.log-*')
        process = written.name.removeprefix('c.log-')
        self.assertRegex(written.read_text(), f'^program/{process}: ')

    def test_file_that_cannot_be_opened_stops_the_program(self):
        result = self.run_on(DEBUG_LIBRARY, self.program, self.file('d'), 'text',
                             PMEM2_LOG_FILE='/nowhere/log')
        self.assertEqual(result.returncode, -signal.SIGABRT)
        self.assertIn('opening /nowhere/log: No such file', result.stderr)

    def test_log_does_not_follow_its_descriptor_into_other_files(self):
        name = self.path('e.log')
        result = self.run_on(DEBUG_LIBRARY, self.deeds, 'close_all_descriptors_and_write_a_file',
                             self.file('e'), PMEM2_LOG_LEVEL='4', PMEM2_LOG_FILE=str(name))
        self.assertEqual((result.stdout, result.stderr), ('done\n', ''))
        self.assertIn('debug library', name.read_text())


if __name__ == '__main__':
    main()
