# SPDX-License-Identifier: BSD-3-Clause
"""What the library answers about a source of every kind, on NVDIMMs that QEMU emulates.

usage: test_sources.py PERSISTENCE

PERSISTENCE is what the NVDIMMs protect from power cuts, as QEMU names it: `cpu`, caches
too, or `mem-ctrl`.
"""
import json
import sys

from machine import BUILD, MIB, Machine, build_initramfs, compare, facts, nvdimm, parse
from support import EXPLAIN, ScratchTest, main

PERSISTENCE = sys.argv.pop(1)
DURABLE = {'cpu': 'BYTE', 'mem-ctrl': 'CACHE_LINE'}[PERSISTENCE]
REFUSED = 'GRANULARITY_NOT_SUPPORTED'

# Of each NVDIMM, in the order of sources.sh: mebibytes, and the NUMA node.
NVDIMMS = ((128, 0), (352, 1), (128, 1), (64, 0), (64, 0), (128, 0), (128, 1))
# What devices keep of 128 MiB: dax starts at 2 MiB.
DEVDAX = 126 * MIB

USUAL = {
    'size': 4 * MIB, 'alignment': 4096, 'map': 'PAGE', 'map_cache_line': REFUSED,
    'map_byte': REFUSED, 'store': 'found again', 'deep_flush': 'done', 'device_id': 'NOSUPP',
    'device_usc': 'NOSUPP', 'numa_node': 0, 'bad_blocks': 'none', 'write': 'done', 'read': 'data',
}


def identity(*nvdimms):
    return '"' + ''.join(f'8680-{0x56 + number:02x}341200' for number in nvdimms) + '"'


def durable(granularity=DURABLE):
    return {'map': granularity, 'map_cache_line': granularity,
            'map_byte': granularity if granularity == 'BYTE' else REFUSED}


DEVICE = {'size': DEVDAX, 'alignment': 2 * MIB}
UNMAPPED = {'map': REFUSED, 'store': REFUSED, 'deep_flush': REFUSED}
NO_REGION = {'numa_node': 'DAX_REGION_NOT_FOUND'}
EXPECTED = {
    'ext4': {**durable(), 'device_id': identity(0)},
    'xfs': {**durable(), 'device_id': identity(1), 'numa_node': 1},
    'devdax': {**DEVICE, **durable(), 'device_id': identity(2), 'numa_node': 1},
    'raw': {'device_id': identity(3)},
    'sector': {'device_id': identity(4)},
    'partition': {**durable(), 'device_id': identity(5)},
    'volume': {**durable(), 'device_id': identity(5, 6), 'numa_node': -1},
    'e820': durable('CACHE_LINE'),
    'e820-devdax': {**DEVICE, **durable('CACHE_LINE')},
    'virtio-pmem': {'numa_node': -1},
    'virtio-devdax': {**DEVICE, **UNMAPPED, 'numa_node': -1},
    'hmem': {'size': 128 * MIB, 'alignment': 2 * MIB, **durable('CACHE_LINE'), **NO_REGION,
             'deep_flush': 'DAX_REGION_NOT_FOUND'},
    'tmpfs': NO_REGION,
}


NO_CACHE = {'cpu': 'cpu_cache', 'mem-ctrl': 'no_cpu_cache'}[PERSISTENCE]
ADR = '' if PERSISTENCE == 'cpu' else 'BYTE needs a platform that flushes its CPU caches'
VOLATILE = 'memory without an NVDIMM region'
MOUNT = 'mount it again with -o dax'
# What pmem2-explain tells: the cause, the start or a part of the advice, and of each region beneath
# the mode of its namespace.
EXPLAINED = {
    'ext4': (NO_CACHE, ADR, ['fsdax']),
    'xfs': (NO_CACHE, ADR, ['fsdax']),
    'directory': (NO_CACHE, ADR, ['fsdax']),
    'cached': ('no_map_sync', MOUNT, ['fsdax']),
    'cached-improved': (NO_CACHE, ADR, ['fsdax']),
    'devdax': (NO_CACHE, ADR, ['devdax']),
    'raw': ('no_map_sync', 'is in raw mode', ['raw']),
    'raw-improved': (NO_CACHE, ADR, ['fsdax']),
    'sector': ('no_map_sync', 'is in sector mode', ['sector']),
    'partition': (NO_CACHE, ADR, ['fsdax']),
    'volume': (NO_CACHE, ADR, ['fsdax', 'fsdax']),
    'e820': ('no_cpu_cache', 'BYTE needs a platform', ['fsdax']),
    'e820-devdax': ('no_cpu_cache', 'BYTE needs a platform', ['devdax']),
    'virtio-pmem': ('no_map_sync', 'is flushed by a call for each write', ['fsdax']),
    'virtio-devdax': ('explicit_flush', 'make it fsdax', ['devdax']),
    'hmem': ('no_region', VOLATILE, []),
    'tmpfs': ('no_map_sync', 'tmpfs is memory that a loss of power empties', []),
}


class Sources(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        initramfs = cls.scratch / 'initramfs'
        build_initramfs(initramfs, 'sources.sh', [BUILD / 'tests' / 'vm' / 'answers', EXPLAIN])
        machine = Machine(cls.scratch, initramfs, cls.options(),
                          f',nvdimm-persistence={PERSISTENCE}',
                          'memmap=128M!512M memmap=128M%640M-1+0xefffffff')
        output = machine.run()
        cls.answers = parse(output)
        cls.facts = {name: json.loads(text) for name, text in facts(output).items()}

    @classmethod
    def options(cls):
        options = ['-m', '2G,slots=16,maxmem=16G']
        for node in (0, 1):
            options += ['-object', f'memory-backend-ram,id=ram{node},size=1G',
                        '-numa', f'node,nodeid={node},memdev=ram{node}']
        for number, (size, node) in enumerate(NVDIMMS):
            name = f'nvdimm{number}'
            options += nvdimm(name, cls.scratch / name, size * MIB, node)
        virtio = cls.scratch / 'virtio'
        with open(virtio, 'wb') as image:
            image.truncate(128 * MIB)
        return options + ['-object', f'memory-backend-file,id=virtio,share=on,mem-path={virtio},'
                          'size=128M,align=2M', '-device', 'virtio-pmem-pci,id=v,memdev=virtio']

    def test_every_kind_of_source_is_answered_for(self):
        for source, answers in EXPECTED.items():
            expected = {name: str(answer) for name, answer in {**USUAL, **answers}.items()}
            with self.subTest(source):
                told = self.answers[source, 'ours']
                self.assertEqual({name: answer[0] for name, answer in told.items()}, expected)

    def test_every_refusal_says_why(self):
        for (source, library), told in self.answers.items():
            for question, (_, *message) in told.items():
                if library == 'ours':
                    with self.subTest(f'{source} {question}'):
                        self.assertNotIn('', message)

    def listed(self, kind):
        """By source: the lists of libndctl or libdaxctl."""
        return {name.removeprefix(kind): told for name, told in self.facts.items()
                if name.startswith(kind)}

    def test_devices_are_as_libdaxctl_lists_them(self):
        for source, (device,) in self.listed('dax-').items():
            with self.subTest(source):
                told = self.answers[source, 'ours']
                self.assertEqual(told['size'][0], str(device['size']))
                self.assertEqual(told['alignment'][0], str(device['align']))

    def test_regions_are_as_libndctl_lists_them(self):
        granularity = {'cpu_cache': 'BYTE', 'memory_controller': 'CACHE_LINE'}
        for source, listed in self.listed('region-').items():
            (region,) = listed['regions']
            with self.subTest(source):
                told = self.answers[source, 'ours']
                self.assertEqual(told['map'][0], granularity[region['persistence_domain']])
                self.assertEqual(told['numa_node'][0], str(region['numa_node']))

    def test_explain_agrees_with_the_library(self):
        for source, answers in EXPECTED.items():
            told, = self.facts[f'explain-{source}']['paths']
            granularity = {**USUAL, **answers}['map']
            with self.subTest(source):
                self.assertEqual(told['granularity'] or told['error'].removeprefix('PMEM2_E_'),
                                 granularity)
                self.assertEqual(told['map_sync']['granted'], told['cause'] != 'no_map_sync')

    def test_explain_tells_cause_and_remedy(self):
        self.assertEqual({f'explain-{source}' for source in EXPLAINED},
                         {name for name in self.facts if name.startswith('explain-')})
        for source, (cause, advice, modes) in EXPLAINED.items():
            told, = self.facts[f'explain-{source}']['paths']
            with self.subTest(source):
                self.assertEqual(told['cause'], cause)
                self.assertIn(advice, ' '.join(told['advice']))
                self.assertEqual(told['advice'] == [], advice == '')
                self.assertEqual([region['mode'] for region in told['device']['regions']], modes)

    def test_explain_tells_what_lies_beneath(self):
        told = {name.removeprefix('explain-'): fact['paths'][0]
                for name, fact in self.facts.items() if name.startswith('explain-')}
        self.assertEqual(told['ext4']['file_system']['type'], 'ext4')
        self.assertIn('dax', told['ext4']['file_system']['options'])
        self.assertTrue(told['ext4']['file']['dax'])
        self.assertFalse(told['cached']['file']['dax'])
        self.assertEqual(told['xfs']['file_system']['reflink'], False)
        self.assertEqual(told['partition']['device']['partition_start'], 2 * MIB)
        self.assertTrue(told['partition']['device']['partition_of'])
        self.assertTrue(told['volume']['device']['volume'])
        self.assertEqual(told['devdax']['mapping']['huge_page_bytes'], DEVDAX)
        self.assertEqual(told['xfs']['numa_node'], 1)
        self.assertEqual(told['devdax']['device_id'], identity(2).strip('"'))
        self.assertEqual(told['devdax']['bad_blocks'], {'ranges': 0, 'bytes': 0})

    def test_explain_lists_the_machine(self):
        machine = self.facts['machine']
        providers = {region['provider'] for region in machine['regions']}
        self.assertEqual(providers, {'ACPI.NFIT', 'e820', 'virtio-pmem'})
        self.assertEqual(len(machine['regions']), len(NVDIMMS) + 2)
        self.assertEqual(len([dax for dax in machine['dax_devices'] if dax['region'] is None]), 1)
        self.assertEqual(len(machine['dax_devices']), 4)

    def test_readme_tells_where_pmdk_answers_differently(self):
        compare(self, f'persistence {PERSISTENCE}: source', self.answers)


if __name__ == '__main__':
    main()
