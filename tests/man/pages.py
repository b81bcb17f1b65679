# SPDX-License-Identifier: BSD-3-Clause
"""What the scripts of this folder share: the manual pages, taken apart."""
import re
from pathlib import Path

from support import INCLUDE, SOURCE

MAN = SOURCE / 'man'
HEADER = ''.join((INCLUDE / 'libpmem2' / name).read_text() for name in ('base.h', 'ext.h'))
ERROR_NUMBERS = dict(re.findall(r'#define (PMEM2_E_\w+) \((-\d+)\)', HEADER))

# Stands for every errno value that a page does not name: the tag of its last entry.
OTHERS = '-errno'

FONT_MACRO = re.compile(r'\.(B|I|BI|BR|IB|IR|RB|RI) ')
ESCAPES = {r'\-': '-', r'\e': '\\', r'\(aq': "'", r'\(ha': '^', r'\(ti': '~', r'\(ga': '`',
           r'\(bu': '*', r'\&': '', r'\fI': '', r'\fR': ''}
ESCAPE = re.compile(r'\\(?:\(..|f.|.)')


def unescape(text):
    """The characters that roff prints; fails on an escape that is none of those used here."""
    return ESCAPE.sub(lambda match: ESCAPES[match.group()], text)


def arguments(line):
    """The arguments of a request."""
    return [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|(\S+)', line)[1:]]


def plain(line):
    """The text of a line, without fonts."""
    if FONT_MACRO.match(line):
        words = arguments(line)
        line = (' ' if line.startswith(('.B ', '.I ')) else '').join(words)
    elif line.startswith('.'):
        line = ''
    return unescape(line)


class Page:
    def __init__(self, path):
        self.path = path
        self.name = path.stem
        self.section = path.suffix[1:]
        self.lines = path.read_text().splitlines()
        self.target = self.lines[0][4:] if self.lines[0].startswith('.so ') else None
        self.sections = self._split()

    def __str__(self):
        return f'{self.name}({self.section})'

    def _split(self):
        """The lines of each section by its title, in the order of the page."""
        sections = {}
        for line in self.lines:
            if line.startswith('.SH '):
                title = line[4:].strip('"')
                sections[title] = []
            elif sections:
                sections[title].append(line)
        return sections

    def names(self):
        """What the page is about, as NAME tells."""
        listed, _, _ = ' '.join(self.sections['NAME']).partition(r' \- ')
        return listed.split(', ')

    def synopsis(self):
        """The declarations, one a string, with single blanks; comments are left out."""
        text = ' '.join(plain(line) for line in self.sections['SYNOPSIS'])
        text = re.sub(r'/\*.*?\*/', '', text)
        return [normalize(part) for part in re.sub(r'#include <libpmem2(/ext)?\.h>', '', text).split(';')
                if part.strip()]

    def functions_that_return_int(self):
        declared = [re.fullmatch(r'int (\w+)\(.*\)', part) for part in self.synopsis()]
        return [match.group(1) for match in declared if match]

    def documented_errors(self):
        """The codes that ERRORS lists for each function that returns int: {name: {code, ...}}.

        A subsection named for a function is about that one. The rest is about all, except for
        those whose subsection starts with "None".
        """
        lines = self.sections['ERRORS']
        own, current, common = {}, None, []
        for line in lines:
            if line.startswith('.SS '):
                current = line[4:] if line.startswith('.SS pmem2_') else current
            if current is None:
                common.append(line)
            else:
                own.setdefault(current, []).append(line)
        return {name: set() if 'None.' in own.get(name, [])[:2]
                else tags(common) | tags(own.get(name, []))
                for name in self.functions_that_return_int()}

    def references(self, title=None):
        """The pages that this one names, such as mmap(2), in their order; or that a section does."""
        lines = self.lines if title is None else self.sections[title]
        found = re.findall(r'^\.(?:BR|RB \() ([\w-]+) \((\d)\)',
                           '\n'.join(lines).replace(r'\-', '-'), re.M)
        return [f'{name}({section})' for name, section in found]


def tags(lines):
    """The codes that tag the entries of a list."""
    found = set()
    for before, line in zip(lines, lines[1:]):
        if before in ('.TP', '.TQ'):
            text = ''.join(plain(line).split())
            found |= set(re.findall(r'PMEM2_E_\w+|-E[A-Z0-9]+|-errno', text))
    return found


def normalize(text):
    return ' '.join(text.split()).replace('( ', '(')


def load():
    """All pages, aliases included, by section and name."""
    paths = sorted(MAN.glob('man[137]/*.[137]'))
    assert paths, f'no pages in {MAN}'
    return [Page(path) for path in paths]


PAGES = load()
WRITTEN = [page for page in PAGES if page.target is None]
FUNCTION_PAGES = [page for page in WRITTEN if page.section == '3']
