# SPDX-License-Identifier: BSD-3-Clause
"""What the debug library tells Valgrind; the normal one tells it nothing."""
import os
import unittest

from programs import DEBUG_LIBRARY, SOURCES, ProgramTest
from support import LIBRARY, main, need, run

# The numbers are those of pmemcheck.h and memcheck.h.
REGISTER, REGISTER_FILE, REMOVE, FLUSH, FENCE, USE = \
    'PC 0', 'PC 1', 'PC 2', 'PC 5', 'PC 6', 'MC 4'
MAPPED = [f'map: {REGISTER} map+0 8192 0 0', f'map: {REGISTER_FILE} 3 map+0 8192 4096']
DELETED = [f'delete: {REMOVE} map+0 8192 0 0']
DEEP = [f'deep flush: {FLUSH} map+6 500 0 0', f'deep flush: {FENCE} 0 0 0 0']


def flushed(doing, where, drained):
    requests = [f'{doing}: {USE} {where} 0 0', f'{doing}: {FLUSH} {where} 0 0']
    return requests + ([f'{doing}: {FENCE} 0 0 0 0'] if drained else [])


def used(pages):
    """Where pages are synchronised, there is nothing to be drained later."""
    return (flushed('persist', 'map+1 100', True) + flushed('flush', 'map+2 200', pages)
            + [f'drain: {FENCE} 0 0 0 0'] + flushed('copy', 'map+3 4', True)
            + flushed('fill without drain', 'map+4 300', pages))


@unittest.skipUnless(os.environ['PMEM2_TELLS_VALGRIND'], 'built without Valgrind (Debian: valgrind)')
class Requests(ProgramTest):
    def requests(self, library, sharing, granularity='PAGE'):
        result = self.run_on(library, self.link(SOURCES / 'requests.c'), self.file('data'), sharing,
                             PMEM2_FORCE_GRANULARITY=granularity)
        self.assertEqual((result.stderr, result.returncode), ('', 0))
        return result.stdout.splitlines()

    def setUp(self):
        if self._testMethodName.startswith('test_stepped') and \
                os.environ['PMEM2_CPU_FAMILY'] != 'x86_64':
            self.skipTest('only the code of requests on x86-64 is known')

    def test_stepped_program_makes_all_requests(self):
        for granularity in ('PAGE', 'CACHE_LINE', 'BYTE'):
            with self.subTest(granularity):
                self.assertEqual(self.requests(DEBUG_LIBRARY, 'shared', granularity),
                                 MAPPED + used(granularity == 'PAGE') + DEEP + DELETED)

    def test_stepped_program_does_not_announce_private_memory(self):
        self.assertEqual(self.requests(DEBUG_LIBRARY, 'private'), used(False))

    def test_stepped_program_makes_no_request_of_the_normal_library(self):
        self.assertEqual(self.requests(LIBRARY, 'shared'), [])

    def test_memcheck_finds_what_must_not_be_persisted(self):
        found = 'Unaddressable byte(s) found during client check request'
        program = self.link(SOURCES / 'hidden.c')
        valgrind = (need('valgrind', 'valgrind'), '-q', '--error-exitcode=9')
        result = self.run_on(self.stripped(DEBUG_LIBRARY), *valgrind, program)
        self.assertIn(found, result.stderr)
        self.assertEqual(result.returncode, 9)
        result = self.run_on(self.stripped(LIBRARY), *valgrind, program)
        self.assertEqual((result.stderr, result.returncode), ('', 0))

    def stripped(self, library):
        """A copy without what clang tells debuggers, at which older Valgrinds fail."""
        folder = self.path(f'stripped-{library.parent.name}')
        folder.mkdir()
        run('strip', '--strip-debug', '-o', folder / library.name, library)
        return folder / library.name


if __name__ == '__main__':
    main()
