# SPDX-License-Identifier: BSD-3-Clause
"""The tests of the library's files run on another machine."""
import json
import re
import subprocess

from support import ENVIRONMENT as SYSTEM, SOURCE, main, run
from target import TargetTest, install_check

SUITES = ('unit', 'threads', 'kernels')
# Of Check: the file, the check and its message, where one did not hold.
FAILURE = re.compile(r'(?m)^\S*?(\w+)\.c:\d+:[FE]:[^:]*:(\w+):\d+: ')
# What would take all memory: an emulator keeps a table of every page that is reserved.
NOT_TRIED = 'vast'
ENVIRONMENT = {'CK_TIMEOUT_MULTIPLIER': '10', 'PMEM2_TEST_SAMPLE': '1'}


class Units(TargetTest):
    OPTIONS = ('-Dtests=enabled', '-Dbenchmarks=disabled', '-Dexamples=disabled',
               '-Ddebug_library=disabled')

    @classmethod
    def prepare(cls):
        install_check(cls.target, cls.packages, cls.scratch)
        if cls.name == 'musl':
            # It comes without the kernel's headers; distributions that use it have them.
            cls.copy_headers('linux/fs.h', 'asm/types.h', 'asm-generic/types.h')

    @classmethod
    def emulated(cls):
        skip = cls.build / 'tests' / 'arch' / 'base' / 'libskip.so'
        return [*super().emulated(), '-E', f'LD_PRELOAD={skip}']

    def test_suites(self):
        excluded = {}
        if self.target.emulator:
            excluded = {'CK_EXCLUDE_TAGS': NOT_TRIED}
            print(run(self.target.emulator, '--version').splitlines()[0])
            print(f'not tried: cases with the tag {NOT_TRIED}')
        # On this CPU, with another C library, the kernels are what they are.
        own = SUITES if self.target.emulator else SUITES[:-1]
        suites = [word for suite in own for word in ('--suite', suite)]
        command = ['meson', 'test', '-C', self.build, '--no-rebuild', '--timeout-multiplier', '10',
                   *suites]
        # What does not hold is told below; here it would be counted as this test's own.
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False,
                       env={**SYSTEM, **ENVIRONMENT, **excluded})
        log = self.build / 'meson-logs' / 'testlog.json'
        results = [json.loads(line) for line in log.read_text().splitlines()]
        for result in results:
            with self.subTest(result['name']):
                self.assert_as_well_as_can_be(result)
        self.assertGreater(len(results), 50)

    def assert_as_well_as_can_be(self, result):
        """All checks held, but for those that the emulator cannot execute."""
        if result['result'] == 'OK':
            return
        output = result.get('stdout', '')
        failures = set(FAILURE.findall(output))
        self.assertTrue(failures, f"{result['result']}: {output}")
        for program, check in failures:
            self.assertTrue(self.target.emulator, output)
            self.assertIn((program, check), LIMITS, output)
            why = LIMITS[program, check]
            if why.startswith('on '):
                self.assertEqual(why.split()[1], self.name, output)
            print(f'{program}: {check}: cannot be executed here: {why}')


def read_limits():
    """What emulators cannot execute: a program, a check, and why."""
    lines = (SOURCE / 'tests' / 'cross' / 'limits.txt').read_text().splitlines()
    rows = [line.split(maxsplit=2) for line in lines if line and not line.startswith('#')]
    return {(program, check): why for program, check, why in rows}


LIMITS = read_limits()

if __name__ == '__main__':
    main()
