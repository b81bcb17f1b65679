# SPDX-License-Identifier: BSD-3-Clause
"""The tests of the library's files run on another machine."""
import json

from support import main, run
from target import TargetTest, install_check

SUITES = ('unit', 'threads')


class Units(TargetTest):
    OPTIONS = ('-Dtests=enabled', '-Dbenchmarks=disabled', '-Dexamples=disabled')

    @classmethod
    def prepare(cls):
        install_check(cls.target, cls.packages, cls.scratch)
        if cls.name == 'musl':
            # It comes without the kernel's headers; distributions that use it have them.
            cls.copy_headers('linux/fs.h', 'asm/types.h', 'asm-generic/types.h')

    def test_suites(self):
        suites = [word for suite in SUITES for word in ('--suite', suite)]
        print(run('meson', 'test', '-C', self.build, '--no-rebuild', '--print-errorlogs',
                  '--timeout-multiplier', '10', *suites, env={'CK_TIMEOUT_MULTIPLIER': '10'}))
        log = self.build / 'meson-logs' / 'testlog.json'
        results = [json.loads(line) for line in log.read_text().splitlines()]
        ran = [result['name'] for result in results if result['result'] == 'OK']
        self.assertGreater(len(ran), 50)


if __name__ == '__main__':
    main()
