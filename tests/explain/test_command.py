# SPDX-License-Identifier: BSD-3-Clause
"""pmem2-explain as a command: arguments, exit status, messages, JSON and colours."""
import json
import os
import pty
import re
import shlex
import socket
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

PROGRAM, VERSION = sys.argv[1:3]
# A program for another CPU needs an emulator.
COMMAND = [*shlex.split(os.environ.get('MESON_EXE_WRAPPER', '')), PROGRAM]
del sys.argv[1:3]
PAGE = {'PMEM2_FORCE_GRANULARITY': 'PAGE'}


def environment(**variables):
    return {**{name: value for name, value in os.environ.items()
               if not name.startswith('PMEM')}, **variables}


class Command(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='pmem2-explain-')
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / 'file'
        self.file.write_bytes(b'x' * 12345)

    def has_write_back(self):
        """Whether programs can write lines back on this CPU, which no variable changes."""
        return not re.search('-none$|generic', self.explain()['default_variant'])

    def run_program(self, *words, **variables):
        return subprocess.run([*COMMAND, *map(str, words)], env=environment(**variables),
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=60, check=False)

    def refuse(self, message, *words, **variables):
        """It exits with 2, and standard error matches."""
        result = self.run_program(*words, **variables)
        self.assertEqual(result.returncode, 2, result)
        self.assertRegex(result.stderr, message)
        return result

    def explain(self, *words, status=0, **variables):
        """What it prints as JSON."""
        result = self.run_program('--json', *words, **variables)
        self.assertEqual((result.returncode, result.stderr), (status, ''))
        return json.loads(result.stdout)


class Usage(Command):
    def test_help_and_version(self):
        for option in ('-h', '--help'):
            result = self.run_program(option)
            self.assertEqual((result.returncode, result.stderr), (0, ''))
            self.assertRegex(result.stdout, r'^usage: pmem2-explain ')
            for name in ('--json', '--require', '--help', '--version'):
                self.assertIn(name, result.stdout)
        for option in ('-V', '--version'):
            result = self.run_program(option)
            self.assertEqual((result.returncode, result.stdout, result.stderr),
                             (0, f'pmem2-explain {VERSION}\n', ''))

    def test_bad_usage(self):
        for words, message in ((['--bogus'], "unrecognized option.*bogus"),
                               (['--require=bit', self.file],
                                '--require=bit: a granularity is byte, cache_line or page'),
                               (['--require=BYTE', self.file], '--require=BYTE: '),
                               (['--require', 'page'], '--require needs a path to judge'),
                               (['--require'], 'option.*requires an argument')):
            result = self.refuse(message, *words)
            self.assertIn('pmem2-explain --help tells more', result.stderr)
            self.assertEqual(result.stdout, '')

    def test_output_that_cannot_be_written_is_an_error(self):
        with open('/dev/full', 'wb') as full:
            result = subprocess.run([*COMMAND, self.file], env=environment(), stdout=full,
                                    stderr=subprocess.PIPE, text=True, check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn('standard output: No space left on device', result.stderr)


class Paths(Command):
    def test_path_that_cannot_be_explained_is_named_with_the_reason(self):
        empty, fifo, sock = (self.folder / name for name in ('empty', 'fifo', 'socket'))
        empty.touch()
        os.mkfifo(fifo)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(sock))
        cases = ((empty, 'the file is empty, so there is nothing to map'),
                 (fifo, 'neither a file nor a directory nor a device dax'),
                 (sock, 'neither a file nor a directory nor a device dax'),
                 (self.folder / 'none', 'No such file or directory'),
                 ('/dev/null', r'a character device other than device dax.*this file'),
                 ('/proc', 'a directory, and no unnamed file can be made in it'))
        for path, message in cases:
            with self.subTest(path):
                result = self.refuse(f'^pmem2-explain: {re.escape(str(path))}: .*{message}', path)
                self.assertEqual(result.stdout, '')

    def test_other_paths_are_explained_beside_a_bad_one(self):
        result = self.refuse('No such file', '--json', '/nonexistent', self.file)
        self.assertEqual([told['path'] for told in json.loads(result.stdout)['paths']],
                         [str(self.file)])

    def test_file_is_explained_and_left_as_it_is(self):
        before = os.stat(self.file)
        told, = self.explain(self.file)['paths']
        after = os.stat(self.file)
        self.assertEqual((told['kind'], told['file']['size']), ('file', 12345))
        self.assertEqual(told['file']['alignment'], os.sysconf('SC_PAGESIZE'))
        self.assertFalse(told['file']['read_only'])
        self.assertEqual((before.st_mtime_ns, before.st_size), (after.st_mtime_ns, after.st_size))
        self.assertTrue(self.file.read_bytes() == b'x' * 12345)
        self.assertIn(told['granularity'], ('BYTE', 'CACHE_LINE', 'PAGE'))
        self.assertTrue(told['reason'] and told['steps'])
        self.assertGreaterEqual(told['mapping']['address_alignment'],
                                told['file']['alignment'])

    def test_mount_is_the_one_of_the_file(self):
        told, = self.explain(self.file)['paths']
        found = max((line.split() for line in Path('/proc/self/mounts').read_text().splitlines()
                     if str(self.file).startswith(line.split()[1].rstrip('/') + '/')),
                    key=lambda words: len(words[1]))
        self.assertEqual([told['file_system'][name] for name in ('mount_point', 'type')],
                         found[1:3])

    def test_directory_is_explained_by_a_file_that_is_gone_afterwards(self):
        told, = self.explain(self.folder)['paths']
        self.assertEqual((told['kind'], told['file']['size']), ('directory', 4 << 20))
        self.assertEqual([path.name for path in self.folder.iterdir()], ['file'])

    def test_file_without_write_permission_is_read_only(self):
        self.file.chmod(0o444)
        words = [*COMMAND, '--json', str(self.file)]
        if os.geteuid() == 0:
            words = ['setpriv', '--bounding-set=-dac_override', *words]
        result = subprocess.run(words, env=environment(), capture_output=True, text=True,
                                check=False)
        self.assertEqual(result.returncode, 0, result.stderr)
        told, = json.loads(result.stdout)['paths']
        self.assertTrue(told['file']['read_only'])
        self.assertIsNone(told['error'])

    def test_names_that_are_no_text_stay_valid_json(self):
        name = os.fsencode(self.folder) + b'/\xff"\n'
        with open(name, 'wb') as file:
            file.write(b'x')
        result = subprocess.run([*COMMAND, '--json', name], env=environment(), capture_output=True,
                                check=True)
        self.assertEqual(json.loads(result.stdout.decode('utf-8'))['paths'][0]['path'],
                         f'{self.folder}/\ufffd"\n')


class Require(Command):
    def test_exit_status_tells_whether_the_granularity_is_met(self):
        names = ('BYTE', 'CACHE_LINE', 'PAGE')
        for has in names if self.has_write_back() else ('PAGE',):
            for wanted in names:
                with self.subTest(f'{has}, {wanted}'):
                    result = self.run_program('--require', wanted.lower(), self.file,
                                              PMEM2_FORCE_GRANULARITY=has)
                    self.assertEqual(result.returncode,
                                     int(names.index(has) > names.index(wanted)))

    def test_worst_path_counts(self):
        result = self.run_program('-r', 'byte', self.file, '/nonexistent', **PAGE)
        self.assertEqual(result.returncode, 2)
        result = self.run_program('-r', 'page', self.file, self.folder, **PAGE)
        self.assertEqual(result.returncode, 0)


class Environment(Command):
    def test_forced_granularity_is_told_with_its_cause(self):
        told, = self.explain(self.file, PMEM2_FORCE_GRANULARITY='BYTE')['paths']
        if not self.has_write_back():
            self.assertEqual((told['granularity'], told['cause']), ('PAGE', 'no_writeback'))
            return
        self.assertEqual((told['granularity'], told['cause']), ('BYTE', 'environment'))
        self.assertIn('PMEM2_FORCE_GRANULARITY', told['reason'])
        self.assertIn('unset PMEM2_FORCE_GRANULARITY', told['advice'])

    def test_machine_is_told_without_a_path(self):
        told = self.explain(PMEM_NO_MOVNT='1')
        self.assertEqual(told['version'], VERSION)
        self.assertEqual(told['variables']['PMEM_NO_MOVNT'], '1')
        self.assertIsNone(told['variables']['PMEM_AVX'])
        self.assertEqual(told['kernel'], os.uname().release)
        self.assertGreaterEqual(told['huge_page'], os.sysconf('SC_PAGESIZE'))
        result = self.run_program()
        self.assertRegex(result.stdout, r'^this machine\n  kernel +' + os.uname().release)


class Colours(Command):
    def on_terminal(self, **variables):
        main, child = pty.openpty()
        with subprocess.Popen([*COMMAND, self.file], env=environment(**variables), stdout=child,
                              stderr=child, stdin=child) as process:
            os.close(child)
            output = b''
            try:
                while part := os.read(main, 65536):
                    output += part
            except OSError:  # the other end is closed
                pass
            os.close(main)
            self.assertEqual(process.wait(), 0)
        return output

    def test_colours_on_a_terminal_only(self):
        self.assertIn(b'\x1b[', self.on_terminal(TERM='xterm', NO_COLOR=''))
        self.assertNotIn('\x1b[', self.run_program(self.file, TERM='xterm').stdout)

    def test_colours_can_be_switched_off(self):
        self.assertNotIn(b'\x1b[', self.on_terminal(TERM='xterm', NO_COLOR='1'))
        self.assertNotIn(b'\x1b[', self.on_terminal(TERM='dumb', NO_COLOR=''))


if __name__ == '__main__':
    unittest.main(verbosity=2)
