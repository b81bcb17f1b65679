# SPDX-License-Identifier: BSD-3-Clause
"""The debug library stops programs that break their part of the contract, and no others."""
import re
import signal

from programs import DEBUG_LIBRARY, SOURCES, ProgramTest
from support import LIBRARY, main

NO_MAP = 'lies in no live map'
COARSER = 'coarser granularity than BYTE'
WRONG = {
    'persist_on_the_stack': NO_MAP,
    'persist_beyond_the_map': NO_MAP,
    'persist_before_the_map': NO_MAP,
    'flush_after_the_map_is_deleted': NO_MAP,
    'fill_on_the_stack': NO_MAP,
    'persist_a_page_map_with_the_function_of_bytes': COARSER,
    'copy_to_a_page_map_with_the_function_of_bytes': COARSER,
    'persist_around_the_address_space': 'beyond the address space',
    'copy_with_unknown_flags': 'flags 0x41: .* bits 0x40',
    'fill_with_unknown_flags': 'flags 0x80000000: .* bits 0x80000000',
    'create_a_config_nowhere': 'see to it that cfg != NULL',
    'delete_a_map_twice': r'see to it that map_ptr != NULL && \*map_ptr != NULL',
    'search_from_a_map_of_nowhere': 'see to it that .*map->reservation == rsv',
}
RIGHT = (
    'persist_whole_lines_and_pages',
    'persist_neighbours_in_one_go',
    'copy_to_the_stack_without_flush',
    'flush_nothing_anywhere',
    'persist_bytes_with_the_function_of_pages',
    'persist_memory_mapped_by_the_program',
    'delete_a_map_whose_place_was_taken',
    'ask_anonymous_memory_for_its_device',
)


class Checks(ProgramTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.deeds = cls().link(SOURCES / 'deeds.c')

    def do(self, library, deed, **env):
        return self.run_on(library, self.deeds, deed, self.file('data'), **env)

    def test_wrong_deeds_are_stopped_with_a_reason(self):
        for deed, reason in WRONG.items():
            with self.subTest(deed):
                result = self.do(DEBUG_LIBRARY, deed)
                self.assertEqual((result.stdout, result.returncode), ('', -signal.SIGABRT))
                self.assertRegex(result.stderr, rf'^libpmem2: \w+\.c:\d+ \w+: .*{reason}.*\n$')

    def test_right_deeds_are_done(self):
        for library in (LIBRARY, DEBUG_LIBRARY):
            for deed in RIGHT:
                with self.subTest(deed, library=library):
                    result = self.do(library, deed)
                    self.assertEqual((result.stdout, result.stderr, result.returncode),
                                     ('done\n', '', 0))

    def test_every_deed_is_judged(self):
        source = (SOURCES / 'deeds.c').read_text()
        deeds = set(re.findall(r'\{DEED\((\w+)\)\}', source))
        self.assertEqual(deeds - set(WRONG) - set(RIGHT),
                         {'close_all_descriptors_and_write_a_file'})

    def test_reason_is_in_the_log_too(self):
        log = self.path('log')
        result = self.do(DEBUG_LIBRARY, 'persist_on_the_stack', PMEM2_LOG_LEVEL='1',
                         PMEM2_LOG_FILE=str(log))
        self.assertIn(NO_MAP, result.stderr)
        self.assertRegex(log.read_text(), rf'<1> .*{NO_MAP}\n$')

    def test_normal_library_checks_nothing(self):
        for deed in ('persist_on_the_stack', 'persist_a_page_map_with_the_function_of_bytes',
                     'copy_with_unknown_flags'):
            with self.subTest(deed):
                result = self.do(LIBRARY, deed)
                self.assertEqual((result.stdout, result.stderr), ('done\n', ''))


if __name__ == '__main__':
    main()
