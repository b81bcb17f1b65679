# SPDX-License-Identifier: BSD-3-Clause
"""What the tutorial says goes wrong when a part of a step is left out, does go wrong."""
import unittest

from support import main
from test_examples import Programs, examples

# Of step N, what is left out, what stands there then, and what the program does.
LEFT_OUT = [
    (1, """ ||
        pmem2_config_set_required_store_granularity(cfg,
            PMEM2_GRANULARITY_PAGE) != 0""", '',
     {'exit': '1', 'stdout': '', 'stderr': '.*file.dat: .*granularity.*'}),
    (3, 'log + count_records(map)', 'log', {'stdout': '1 records'}),
    (5, """ &&
        log[count].checksum == checksum(1, &log[count])""", '', {'stdout': '2 whole record'}),
    (6, 'checksum(log.last, rec)', 'checksum(1, rec)',
     {'stdout': '3 records, the last is third'}),
]


class Tutorial(Programs):
    def test_what_is_left_out_is_missed(self):
        steps = [example for example in examples() if example.page.name == 'libpmem2_tutorial']
        self.assertEqual(len(steps), 6)
        for number, part, instead, expected in LEFT_OUT:
            with self.subTest(step=number):
                step = steps[number - 1]
                self.assertEqual(step.program().count(part), 1)
                changed = step.program().replace(part, instead)
                if number == 6:
                    changed = changed.replace('checksum(log->last, &rec)', 'checksum(1, &rec)')
                step.program = lambda changed=changed: changed
                step.expected.update(expected)
                self.check(step)


if __name__ == '__main__':
    main()
