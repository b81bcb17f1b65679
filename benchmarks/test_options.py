#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""test_options.py VERSION PROGRAM...: what each benchmark's command line answers."""
import pathlib
import subprocess
import sys
import unittest

VERSION, *PROGRAMS = sys.argv[1:]


def ask(program, *words):
    result = subprocess.run([program, *words], capture_output=True, text=True, check=False)
    return result.returncode, result.stdout, result.stderr


class Options(unittest.TestCase):
    def test_version(self):
        for program in PROGRAMS:
            text = f'{pathlib.Path(program).name} {VERSION}\n'
            self.assertEqual(ask(program, '--version'), (0, text, ''))

    def test_help_names_each_option(self):
        for program in PROGRAMS:
            status, output, errors = ask(program, '--help')
            self.assertEqual((status, errors), (0, ''))
            for option in ('output', 'peer', 'rounds', 'dir', 'full', 'help', 'version'):
                self.assertRegex(output, rf'(?m)^  --{option}\b')

    def test_bad_usage(self):
        for program in PROGRAMS:
            for word, message in (('--bogus', "unrecognized option '--bogus'"),
                                  ('--rounds=8', '--rounds=8: a number from 9 to 1000 is needed'),
                                  ('more', 'more: no argument is expected')):
                status, output, errors = ask(program, word)
                self.assertEqual((status, output), (2, ''))
                self.assertIn(message, errors)


if __name__ == '__main__':
    unittest.main(argv=sys.argv[:1])
