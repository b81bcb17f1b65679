# SPDX-License-Identifier: BSD-3-Clause
"""The manual pages are complete, and agree with the headers, the library and each other."""
import re
import unittest

from pages import ERROR_NUMBERS, FUNCTION_PAGES, HEADER, MAN, OTHERS, PAGES, WRITTEN, normalize, \
    plain, tags
from support import CC, INCLUDE, SOURCE, golden_names, main, run

FUNCTIONS = set(golden_names('LIBPMEM2_2.0')) | set(golden_names('LIBPMEM2_EXT_1.0'))

FUNCTION_SECTIONS = ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'RETURN VALUE', 'ERRORS', 'ATTRIBUTES',
                     'EXAMPLES', 'SEE ALSO']
OTHER_SECTIONS = ['NAME', 'SYNOPSIS', 'DESCRIPTION', 'OPTIONS', 'EXIT STATUS', 'RETURN VALUE',
                  'ERRORS', 'ENVIRONMENT', 'ATTRIBUTES', 'NOTES', 'CAVEATS', 'EXAMPLES', 'SEE ALSO']

# Of the environment; other names are those of the headers.
VARIABLES = {'PMEM2_FORCE_GRANULARITY', 'PMEM2_LOG_LEVEL', 'PMEM2_LOG_FILE'}

# Pages of others: of the Linux man-pages project, ndctl, numactl and Valgrind.
OTHERS_PAGES = {
    'ndctl(1)', 'ndctl-clear-errors(1)', 'ndctl-list(1)', 'valgrind(1)', 'fallocate(2)',
    'fcntl(2)', 'fork(2)', 'fstat(2)', 'fsync(2)', 'ftruncate(2)', 'ioctl(2)', 'mlockall(2)',
    'mmap(2)', 'mprotect(2)', 'msync(2)', 'munmap(2)', 'open(2)', 'pread(2)', 'pwrite(2)',
    'readlink(2)', 'sigaction(2)', 'abort(3)', 'errno(3)', 'memmove(3)', 'posix_fallocate(3)',
    'printf(3)', 'secure_getenv(3)', 'numa(7)', 'numactl(8)',
}


class Names(unittest.TestCase):
    def test_every_function_has_a_page_and_every_page_its_function(self):
        self.assertEqual({page.name for page in PAGES if page.section == '3'}, FUNCTIONS)

    def test_title_is_the_file_name(self):
        for page in WRITTEN:
            title = next(line for line in page.lines if line.startswith('.TH '))
            self.assertEqual(title.split()[1:3], [page.name, page.section], page.path)
            self.assertEqual(page.path.parent.name, f'man{page.section}')

    def test_page_is_found_by_all_its_names(self):
        for page in WRITTEN:
            self.assertEqual(page.names()[0], page.name)
            aliases = {alias.name for alias in PAGES
                       if alias.target == f'man{page.section}/{page.path.name}'}
            self.assertEqual(set(page.names()[1:]), aliases, page)

    def test_alias_is_nothing_else(self):
        for page in PAGES:
            if page.target is not None:
                self.assertEqual(len(page.lines), 1, page)
                self.assertTrue((MAN / page.target).is_file(), page)


class Sections(unittest.TestCase):
    def test_pages_of_functions_have_their_sections_in_order(self):
        for page in FUNCTION_PAGES:
            titles = [title for title in page.sections if title not in ('NOTES', 'CAVEATS')]
            self.assertEqual(titles, FUNCTION_SECTIONS, page)

    def test_sections_stand_in_the_usual_order(self):
        for page in WRITTEN:
            titles = list(page.sections)
            self.assertEqual(titles, [title for title in OTHER_SECTIONS if title in titles], page)
            self.assertLessEqual({'NAME', 'DESCRIPTION', 'EXAMPLES', 'SEE ALSO'}, set(titles))

    def test_no_section_is_empty(self):
        for page in WRITTEN:
            for title, lines in page.sections.items():
                self.assertTrue(any(plain(line).strip() for line in lines), (page, title))

    def test_attributes_tell_of_threads_and_signals(self):
        for page in FUNCTION_PAGES:
            for tag in ('Thread safety', 'Signal safety'):
                self.assertIn(tag, page.sections['ATTRIBUTES'], page)
            text = ' '.join(plain(line) for line in page.sections['ATTRIBUTES'])
            self.assertRegex(text, r'MT-Safe.* Signal safety .*AS-(Uns|S)afe', page)


class Headers(unittest.TestCase):
    def test_declarations_are_those_of_the_header(self):
        header = normalize(run(*CC, '-E', '-P', f'-I{INCLUDE}', INCLUDE / 'libpmem2' / 'ext.h'))
        for page in FUNCTION_PAGES:
            for declaration in page.synopsis():
                self.assertIn(declaration, header, page)

    def test_every_function_of_a_page_is_declared(self):
        for page in FUNCTION_PAGES:
            text = '; '.join(page.synopsis())
            for name in page.names():
                self.assertIn(f'{name}(', text, page)

    def test_names_of_the_library_exist(self):
        known = set(re.findall(r'\w+', HEADER))
        for page in WRITTEN:
            words = re.findall(r'\bpmem2_\w+|\bPMEM2_\w+',
                               ' '.join(plain(line) for line in page.lines))
            for word in set(words) - VARIABLES:
                exists = any(name.startswith(word) for name in known) if word.endswith('_') \
                    else word in known
                self.assertTrue(exists, (page, word))


def section_and_name(reference):
    return reference[-2], reference[:-3]


class References(unittest.TestCase):
    def test_pages_named_exist(self):
        known = {str(page) for page in PAGES} | OTHERS_PAGES
        used = {reference for page in WRITTEN for reference in page.references()}
        self.assertLessEqual(used, known)
        self.assertLessEqual(OTHERS_PAGES, used)

    def test_see_also_is_sorted_and_leads_elsewhere(self):
        for page in WRITTEN:
            lines = page.sections['SEE ALSO']
            listed = page.references('SEE ALSO')
            self.assertEqual(len(listed), len(lines), page)
            self.assertEqual(listed, sorted(set(listed), key=section_and_name), page)
            self.assertFalse({ref[:-3] for ref in listed} & set(page.names()), page)
            self.assertEqual([line[-1] == ',' for line in lines],
                             [True] * (len(lines) - 1) + [False], page)


class Errors(unittest.TestCase):
    page = next(page for page in WRITTEN if page.name == 'libpmem2_errors')

    def entries(self):
        """The lines about each code."""
        lines, entries = self.page.sections['ERRORS'], {}
        for before, line in zip([None] + lines, lines):
            if before == '.TP':
                entry = entries.setdefault(plain(line), [])
            elif line != '.TP':
                entry.append(line)
        return entries

    def test_all_codes_are_listed_with_their_numbers(self):
        wanted = [f'{name} ({number})' for name, number in ERROR_NUMBERS.items()]
        self.assertEqual(list(self.entries()), wanted)

    def test_codes_are_returned_by_the_functions_whose_pages_list_them(self):
        documented = {}
        for page in FUNCTION_PAGES:
            for function, codes in page.documented_errors().items():
                for code in codes:
                    documented.setdefault(code, set()).add(function)
        for title, lines in self.entries().items():
            code = title.split()[0]
            _, _, tail = '\n'.join(lines).partition('Returned by\n')
            listed = re.findall(r'^\.BR (\w+) \(3\)[,.]$', tail, re.M)
            self.assertEqual(listed, sorted(documented.get(code, ())), code)
            self.assertEqual('Not returned by this version.' in lines, not listed, code)

    def test_codes_of_pages_exist(self):
        for page in FUNCTION_PAGES:
            for codes in page.documented_errors().values():
                names = {code for code in codes if code.startswith('PMEM2_E_')}
                self.assertLessEqual(names, set(ERROR_NUMBERS), page)

    def test_other_errno_values_come_last(self):
        for page in FUNCTION_PAGES:
            lists = '\n'.join(page.sections['ERRORS']).split('\n.SS pmem2_')
            for lines in (part.splitlines() for part in lists):
                entries = [tags(['.TP', after]) for line, after in zip(lines, lines[1:])
                           if line == '.TP']
                places = [place for place, entry in enumerate(entries) if OTHERS in entry]
                self.assertIn(places, ([], [len(entries) - 1]), page)


class Environment(unittest.TestCase):
    def test_variables_of_the_library_are_those_of_the_page(self):
        sources = ''.join(path.read_text() for path in sorted((SOURCE / 'lib').rglob('*.[ch]')))
        read = set(re.findall(r'"(PMEM2?_[A-Z0-9_]+)"', sources))
        tool = (SOURCE / 'lib' / 'explain' / 'machine.c').read_text()
        self.assertEqual(set(re.findall(r'"(PMEM2?_[A-Z0-9_]+)"', tool)), read)
        page = next(page for page in WRITTEN if page.name == 'libpmem2_environment')
        text = '\n'.join(page.sections['ENVIRONMENT'])
        effective, _, without_effect = text.partition('.SS Without effect\n')
        self.assertEqual(set(re.findall(r'^\.TP\n\.B (PMEM\w+)', effective, re.M)), read)
        ignored = set(re.findall(r'^\.TP\n\.B (PMEM\w+)', without_effect, re.M))
        self.assertEqual(len(ignored), 2)
        self.assertFalse(ignored & read)


if __name__ == '__main__':
    main()
