# SPDX-License-Identifier: BSD-3-Clause
"""What the library has made durable is found again after the power was cut.

Each boot writes files, tells which pages of them are durable, and is killed at a moment
chosen at random; the next one reads the files. The machine has no CPU cache to lose: this
finds what was left in the page cache, and metadata that was not written.
"""
import random
import re
import time

from machine import BUILD, MIB, Machine, build_initramfs, nvdimm
from support import ScratchTest, main

NVDIMMS = (128, 128, 352, 128, 128)  # mebibytes, in the order of power.sh
CUTS = 4
DURABLE = ('ext4-dax', 'ext4', 'xfs-dax')
NEGLECTED = ('neglected-dax', 'neglected')
# How many pages of each file are written at least before the power is cut.
LEAST = 24
SEED = random.randrange(1 << 32)


def last_told(verb, text):
    """The number of pages told last of each file, in lines that came whole."""
    lines = re.findall(rf'^{verb} /mnt/(\S+)/file (\d+)$', text[:text.rfind('\n') + 1], re.M)
    return {name: int(pages) for name, pages in lines}


class Power(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        print(f'seed {SEED}')
        chance = random.Random(SEED)
        cls.initramfs = cls.scratch / 'initramfs'
        build_initramfs(cls.initramfs, 'power.sh', [BUILD / 'tests' / 'vm' / 'writer'])
        written = [cls.boot(0, chance)]
        cls.rounds = []
        for number in range(1, CUTS + 1):
            written.append(cls.boot(number, chance))
            cls.rounds.append((written[-2][0], written[-1][1]))

    @classmethod
    def boot(cls, number, chance):
        """What was acknowledged before the cut of this round, and found of the one before."""
        options = ['-m', '1G,slots=8,maxmem=8G']
        for index, size in enumerate(NVDIMMS):
            name = f'nvdimm{index}'
            options += nvdimm(name, cls.scratch / name, size * MIB)
        machine = Machine(cls.scratch, cls.initramfs, options, append=f'round={number}')

        def busy():
            written = last_told('written', machine.read('output'))
            return all(written.get(name, 0) >= LEAST for name in DURABLE + NEGLECTED)

        machine.start()
        machine.wait_for(busy, 'pages written to all files')
        time.sleep(chance.random())
        machine.kill()
        output = machine.read('output')
        return last_told('written', output), last_told('found', output)

    def test_power_was_cut_while_all_files_were_written(self):
        for written, found in self.rounds:
            self.assertEqual(set(found), set(DURABLE + NEGLECTED))
            self.assertTrue(all(pages < 48 * MIB // 4096 for pages in written.values()), written)

    def test_what_was_acknowledged_is_found(self):
        for written, found in self.rounds:
            for name in DURABLE:
                with self.subTest(f'{name}, seed {SEED}'):
                    self.assertGreaterEqual(found[name], written[name])

    def test_what_was_neglected_is_lost(self):
        for written, found in self.rounds:
            for name in NEGLECTED:
                with self.subTest(f'{name}, seed {SEED}'):
                    self.assertLess(found[name], written[name])


if __name__ == '__main__':
    main()
