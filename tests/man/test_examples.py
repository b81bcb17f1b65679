# SPDX-License-Identifier: BSD-3-Clause
"""The examples of the manual pages compile without a warning, and do what their pages say.

Those of commands are scripts for the shell.

What an example is expected to do stands in comments before it: its exit status and, if any,
its arguments and regular expressions for all that it prints.
"""
import re
import subprocess
import tempfile
import unittest
from pathlib import Path

from pages import WRITTEN, unescape
from support import CC, ENVIRONMENT, EXPLAIN, INCLUDE, LIBRARY, main, run

EXAMPLE = re.compile(r'((?:^\.\\" \w+ [^\n]*\n)*)^\.EX\n(.*?)^\.EE$', re.M | re.S)
# Roff prints other characters for these, or takes them for its own.
NOT_AS_THEY_STAND = re.compile(r"(?<!\\)[-'^~`]|^[.']", re.M)
FILES = {'file.dat': bytes(1 << 20), 'file.bak': bytes(1 << 20)}


class Example:
    def __init__(self, page, comments, source):
        self.page = page
        self.source = source
        pairs = re.findall(r'^\.\\" (\w+) (.*)$', comments, re.M)
        self.expected = {'args': '', 'stdout': '', 'stderr': '', **dict(pairs)}

    def program(self):
        return unescape(self.source)


def examples():
    return [Example(page, comments, source) for page in WRITTEN
            for comments, source in EXAMPLE.findall('\n'.join(page.lines))]


class Programs(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix='pmem2-man-')
        self.addCleanup(folder.cleanup)
        self.scratch = Path(folder.name)

    def command(self, example):
        """What runs it, without arguments."""
        if example.page.section == '1':
            return ['sh', '-ec', example.program()]
        return [self.build(example)]

    def build(self, example):
        source = self.scratch / 'example.c'
        source.write_text(example.program())
        program = self.scratch / 'example'
        run(*CC, '-Wall', '-Wextra', '-Werror', f'-I{INCLUDE}', source, '-o', program, LIBRARY,
            f'-Wl,-rpath,{LIBRARY.parent}')
        return program

    def check(self, example):
        command = self.command(example)
        for name, content in FILES.items():
            (self.scratch / name).write_bytes(content)
        env = {name: value for name, value in ENVIRONMENT.items() if not name.startswith('PMEM')}
        env['PATH'] = f'{EXPLAIN.parent}:{env["PATH"]}'
        result = subprocess.run([*command, *example.expected['args'].split()], cwd=self.scratch,
                                env=env, capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(str(result.returncode), example.expected['exit'], result.stderr)
        for stream in ('stdout', 'stderr'):
            printed = getattr(result, stream).rstrip('\n')
            wanted = example.expected[stream]
            self.assertTrue(re.fullmatch(wanted, printed), f'{stream}: {printed!r}')


class Examples(Programs):
    def test_every_page_has_an_example(self):
        with_example = {example.page for example in examples()}
        self.assertEqual(with_example, set(WRITTEN))

    def test_examples_stand_in_their_section_only(self):
        for page in WRITTEN:
            self.assertEqual(page.lines.count('.EX'), page.sections['EXAMPLES'].count('.EX'), page)
            self.assertEqual(page.lines.count('.EX'), len(EXAMPLE.findall('\n'.join(page.lines))))

    def test_examples_can_be_copied_from_the_page(self):
        for example in examples():
            spoilt = NOT_AS_THEY_STAND.search(example.source)
            self.assertIsNone(spoilt, example.page)

    def test_examples_work(self):
        for example in examples():
            for name in FILES:
                (self.scratch / name).unlink(missing_ok=True)
            with self.subTest(str(example.page)):
                self.check(example)


if __name__ == '__main__':
    main()
