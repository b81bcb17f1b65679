# SPDX-License-Identifier: BSD-3-Clause
"""Bad blocks beneath files, on the kernel that finds and hides them."""
from machine import BUILD, MIB, Machine, build_initramfs, compare, facts, nvdimm, parse
from support import ScratchTest, main

NVDIMMS = (128, 352, 128, 64)  # mebibytes, in the order of badblocks.sh
EIO = 'Input/output error'


class BadBlocks(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        initramfs = cls.scratch / 'initramfs'
        build_initramfs(initramfs, 'badblocks.sh', [BUILD / 'tests' / 'vm' / 'answers'])
        options = ['-m', '1G,slots=8,maxmem=8G']
        for number, size in enumerate(NVDIMMS):
            name = f'nvdimm{number}'
            options += nvdimm(name, cls.scratch / name, size * MIB)
        output = Machine(cls.scratch, initramfs, options).run()
        cls.answers = parse(output)
        cls.facts = facts(output)

    def ours(self, heading, question='bad_blocks'):
        return self.answers[heading, 'ours'][question][0]

    def test_file_without_bad_blocks_has_none(self):
        self.assertEqual(self.ours('nothing bad'), 'none')
        self.assertEqual(self.ours('file beside it'), 'none')

    def test_bad_sectors_make_their_block_of_the_file_bad(self):
        self.assertEqual(self.ours('sectors of a block'), '12288+4096')
        self.assertEqual(self.ours('blocks of xfs'), '4096+8192')
        self.assertEqual(self.ours('raw'), '0+4096')

    def test_range_over_two_extents_in_reverse_order_is_found_in_both(self):
        self.assertEqual(self.facts['distance'], '8')
        self.assertEqual(self.ours('two extents'), '0+4096 4096+4096')

    def test_safe_reads_fail_where_blocks_are_listed_and_only_there(self):
        self.assertEqual(self.ours('read of the bad block', 'read'), 'IO_FAIL')
        self.assertEqual(self.ours('read into it', 'read'), 'IO_FAIL')
        self.assertEqual(self.ours('read before it', 'read'), 'zeros')

    def test_bad_sectors_of_a_disk_are_found_on_its_partition(self):
        self.assertEqual(self.ours('partition'), '8192+4096')
        self.assertEqual(self.ours('read of the partition', 'read'), 'IO_FAIL')

    def test_volume_over_a_bad_disk_is_refused(self):
        self.assertEqual(self.ours('volume over a bad disk'), 'NOSUPP')

    def test_ordinary_users_are_told_too(self):
        self.assertEqual(self.ours('as an ordinary user'), '4096+8192')

    def test_clearing_fails_where_the_device_stays_bad_and_frees_the_file_of_the_block(self):
        self.assertEqual(self.facts['still-bad-ours'], 'yes')
        self.assertEqual(self.ours('clearing: clear 4096 4096', 'clear'), EIO)
        self.assertEqual(self.ours('clearing: bad_blocks'), 'none')
        self.assertEqual(self.ours('clearing: read 4096 4096', 'read'), 'zeros')

    def test_clearing_keeps_the_blocks_beside(self):
        self.assertEqual(self.ours('clearing: read 0 4096', 'read'), 'data')
        self.assertEqual(self.ours('clearing: read 8192 4096', 'read'), 'data')

    def test_readme_tells_where_pmdk_answers_differently(self):
        compare(self, 'bad blocks: what is asked', self.answers)


if __name__ == '__main__':
    main()
