# SPDX-License-Identifier: BSD-3-Clause
"""The codes that the manual pages list are those that the tests of the library meet.

test_errors.py DECLARED PROGRAM...: DECLARED is the list of functions, joined by commas, whose
results the programs note down (tests/recorder.c).
"""
import errno
import os
import re
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pages import ERROR_NUMBERS, FUNCTION_PAGES, HEADER, OTHERS
from support import ENVIRONMENT, main

RECORDED = sys.argv[1].split(',')
PROGRAMS = sys.argv[2:]

# The tests that make system calls fail use it for errno values without a meaning of their own.
ANY_ERRNO = -errno.EMFILE

# Its result is no code.
NO_FAILURES = {'pmem2_err_to_errno'}


def name_of(number):
    """What a page calls a code."""
    names = {int(value): name for name, value in ERROR_NUMBERS.items()}
    if number == ANY_ERRNO:
        return OTHERS
    return names.get(number) or f'-{errno.errorcode[-number]}'


def run_recorded(program, record):
    env = {**ENVIRONMENT, 'PMEM2_TEST_RECORD': str(record), 'CK_VERBOSITY': 'minimal'}
    return subprocess.run([program], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, errors='replace', check=False)


def meet():
    """Run the programs; the codes that functions have returned: {function: {code, ...}}."""
    with tempfile.TemporaryDirectory(prefix='pmem2-man-') as folder:
        record = Path(folder) / 'record'
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            results = list(pool.map(lambda program: run_recorded(program, record), PROGRAMS))
        for program, result in zip(PROGRAMS, results):
            if result.returncode != 0:
                raise AssertionError(f'{program}: {result.returncode}\n{result.stdout}')
        met = {}
        for line in record.read_text().splitlines():
            function, number = line.split()
            met.setdefault(function, set()).add(name_of(int(number)))
    return met


class Errors(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.met = meet()

    def test_every_function_that_can_fail_is_recorded(self):
        declared = set(re.findall(r'^int (pmem2_\w+)\(', HEADER, re.M))
        self.assertEqual(set(RECORDED), declared - NO_FAILURES)

    def test_pages_list_the_codes_that_are_met_and_no_others(self):
        for page in FUNCTION_PAGES:
            for function, documented in page.documented_errors().items():
                with self.subTest(function):
                    met = self.met.get(function, set())
                    self.assertEqual(met - documented, set(), 'the page does not list them')
                    self.assertEqual(documented - met, set(), 'no test meets them')


if __name__ == '__main__':
    del sys.argv[1:]
    main()
