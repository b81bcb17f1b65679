# SPDX-License-Identifier: BSD-3-Clause
"""Interleaved NVDIMMs, dirty-shutdown counts, and bad blocks that can be cleared: on the kernel's
own emulation of NVDIMMs, against what ndctl tells of them."""
import json
import re

from kernel import fetch_emulation
from machine import BUILD, Machine, build_initramfs, differences, facts, parse
from support import ScratchTest, main

# The driver of the emulation asks for the others.
MODULES = ('crc32c_generic', 'crc32c_intel', 'nfit_test', 'nd_btt', 'ext4')
PROGRAMS = ('answers', 'guard')
# By source: the one whose region's NVDIMMs are listed.
REGIONS = {'fsdax': 'fsdax', 'devdax': 'fsdax', 'pair': 'pair', 'other': 'other'}


class Nfit(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        initramfs = cls.scratch / 'initramfs'
        build_initramfs(initramfs, 'nfit.sh', [BUILD / 'tests' / 'vm' / name for name in PROGRAMS],
                        MODULES, [fetch_emulation()])
        output = Machine(cls.scratch, initramfs, ['-m', '2G']).run()
        cls.answers = parse(output)
        cls.facts = {name: json.loads(text) for name, text in facts(output).items()}

    def ours(self, heading, question='bad_blocks'):
        return self.answers[heading, 'ours'][question][0]

    def dimms(self, source):
        """What ndctl lists of the NVDIMMs of a source's region."""
        return self.facts[f'dimms-{source}']

    def test_regions_are_interleaved(self):
        self.assertEqual(len(self.dimms('fsdax')), 4)
        self.assertEqual(len(self.dimms('pair')), 2)

    def test_file_on_another_bus_is_told_from_those_on_the_first(self):
        ids = {source: {dimm['id'] for dimm in self.dimms(source)} for source in ('fsdax', 'other')}
        self.assertEqual(len(ids['other']), 1)
        self.assertTrue(ids['fsdax'].isdisjoint(ids['other']))

    def test_device_id_is_the_ids_that_ndctl_lists(self):
        for source, listed in REGIONS.items():
            ids = ''.join(dimm['id'] for dimm in self.dimms(listed))
            self.assertEqual(self.ours(source, 'device_id'), f'"{ids}"')

    def test_unsafe_shutdowns_are_the_sum_of_the_counts_that_ndctl_lists(self):
        for source in ('fsdax', 'devdax', 'pair'):
            listed = REGIONS[source]
            counts = [dimm['health']['shutdown_count'] for dimm in self.dimms(listed)]
            self.assertNotIn(0, counts)
            self.assertEqual(self.ours(source, 'device_usc'), str(sum(counts)))

    def test_deep_flush_of_a_device_writes_to_its_region_and_tells_if_it_may_not(self):
        self.assertEqual(self.facts['deep-flush-devdax'], 1)
        self.assertEqual(self.ours('devdax', 'deep_flush'), 'done')
        self.assertEqual(self.ours('user', 'deep_flush'), 'Permission denied')

    def bad_sectors(self, fact, mode):
        """The sectors that ndctl lists for the namespace of that mode which has any."""
        return {block['offset'] + number for namespace in self.facts[fact]
                if namespace['mode'] == mode for block in namespace.get('badblocks', ())
                for number in range(block['length'])}

    def told_sectors(self, heading):
        ranges = re.findall(r'(\d+)\+(\d+)', self.ours(heading))
        return {sector for offset, length in ranges
                for sector in range(int(offset) // 512, (int(offset) + int(length)) // 512)}

    def test_sectors_of_a_device_are_those_that_ndctl_lists(self):
        listed = self.bad_sectors('media', 'devdax')
        self.assertEqual(len(listed), 3)
        self.assertEqual(self.told_sectors('dax scrubbed'), listed)

    def test_blocks_of_a_file_are_those_with_sectors_that_ndctl_lists(self):
        start = self.facts['start']
        blocks = {(sector - start) // 8 for sector in self.bad_sectors('media', 'fsdax')}
        self.assertEqual(blocks, {1, 3, 4})
        self.assertEqual({sector // 8 for sector in self.told_sectors('file scrubbed')}, blocks)

    def test_safe_reads_fail_where_it_is_bad_and_only_there(self):
        for kind in ('the file', 'dax'):
            self.assertEqual(self.ours(f'bad page of {kind}', 'read'), 'IO_FAIL')
            self.assertEqual(self.ours(f'good page of {kind}', 'read'), 'zeros')

    def test_threads_and_the_handler_of_the_program_each_get_their_own_faults(self):
        told = self.answers['threads', 'ours']
        self.assertEqual(set(told), {'good_writes', 'good_reads', 'bad_reads', 'bad_writes',
                                     'caught', 'handled'})
        for name, (answer,) in told.items():
            seen, total = answer.split(' of ')
            with self.subTest(name):
                self.assertEqual(seen, total)

    def test_what_is_cleared_reads_as_zeros_and_the_rest_stays(self):
        for kind, rest in (('file', '12288+8192'), ('dax', '31449088+512')):
            heading = f'{kind} cleared in part'
            self.assertEqual(self.ours(heading, 'clear'), 'done')
            self.assertEqual(self.ours(heading), rest)
            self.assertEqual(self.ours(heading, 'read'), 'zeros')
        self.assertEqual(self.ours('beside it', 'read'), 'data')

    def test_what_is_cleared_is_not_found_again_by_scrubbing(self):
        self.assertEqual(self.ours('file scrubbed again'), 'none')
        self.assertEqual(self.ours('dax scrubbed again'), 'none')
        for mode in ('fsdax', 'devdax'):
            self.assertEqual(self.bad_sectors('media-cleared', mode), set())

    def test_pmdk_answers_alike(self):
        self.assertEqual(differences(self.answers), [])


if __name__ == '__main__':
    main()
