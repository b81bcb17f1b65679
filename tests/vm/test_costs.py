# SPDX-License-Identifier: BSD-3-Clause
"""What the library costs on a file and a device, on one of four NVDIMMs each: the system calls, and
the instructions, which the guest's clock counts."""
import unittest

from machine import BUILD, MIB, Machine, build_initramfs, nvdimm, parse
from support import ScratchTest, main

# By source and question: the system calls it takes each time.
EXACTLY = {
    'fsdax': {'source': 2, 'size': 1, 'map': 8, 'deep_flush': 1, 'numa_node': 5},
    'devdax': {'source': 3, 'size': 3, 'map': 13, 'deep_flush': 4, 'numa_node': 4},
}
# Those that ask libndctl, which reads all of sysfs about all NVDIMMs; it is loaded the first time.
THROUGH_LIBNDCTL = ('device_id', 'device_usc', 'bad_blocks')
FIRST, LATER = 600, 520
# At most so many instructions in all of mapping and unmapping, but for the first time, when the
# pages of the program and of the library are not there yet.
MAPPING = {'fsdax': 150_000, 'devdax': 250_000}
# Where both libraries make the same calls, the kernel's work differs by so much.
NOISE = 1.02


class Costs(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        initramfs = cls.scratch / 'initramfs'
        build_initramfs(initramfs, 'costs.sh', [BUILD / 'tests' / 'vm' / 'costs'])
        options = ['-m', '1G,slots=8,maxmem=8G', '-icount', 'shift=0,sleep=off']
        for number in range(4):
            name = f'nvdimm{number}'
            options += nvdimm(name, cls.scratch / name, 128 * MIB)
        told = parse(Machine(cls.scratch, initramfs, options, append='tsc=reliable').run())
        cls.calls, cls.instructions = ({}, {})
        for asked, answers in told.items():
            counts = {question: [int(number) for number in answer[0].split()]
                      for question, answer in answers.items()}
            cls.calls[asked] = {question: told[:2] for question, told in counts.items()}
            cls.instructions[asked] = {question: told[2:] for question, told in counts.items()}
        for asked, calls in cls.calls.items():
            print(*asked, 'calls', calls, 'instructions', cls.instructions[asked])

    def test_answers_from_the_kernel_take_no_more_calls_than_needed(self):
        for source, questions in EXACTLY.items():
            for question, calls in questions.items():
                with self.subTest(f'{source} {question}'):
                    self.assertEqual(self.calls[source, 'ours'][question], [calls, calls])

    def test_answers_from_libndctl_take_it_one_walk(self):
        for source in EXACTLY:
            for question in THROUGH_LIBNDCTL:
                first, later = self.calls[source, 'ours'][question]
                with self.subTest(f'{source} {question}'):
                    self.assertLessEqual(first, FIRST)
                    self.assertLessEqual(later, LATER)

    def test_mapping_takes_few_instructions(self):
        for source, most in MAPPING.items():
            with self.subTest(source):
                self.assertLessEqual(self.instructions[source, 'ours']['map'][1], most)

    def test_no_question_takes_more_calls_or_instructions_than_with_pmdk(self):
        if ('fsdax', 'peer') not in self.calls:
            raise unittest.SkipTest('no PMDK: install the Debian package libpmem2')
        for counts in (self.calls, self.instructions):
            for source in EXACTLY:
                for question, theirs in counts[source, 'peer'].items():
                    ours = counts[source, 'ours'][question]
                    with self.subTest(f'{source} {question}'):
                        self.assertLessEqual(ours[1], NOISE * theirs[1])


if __name__ == '__main__':
    main()
