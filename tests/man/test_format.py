# SPDX-License-Identifier: BSD-3-Clause
"""The formatters have nothing to say about the manual pages, and what they print fits."""
import unittest

from pages import MAN, PAGES, WRITTEN
from support import main, need, run

WIDTH = 80


class Format(unittest.TestCase):
    def test_mandoc_is_silent(self):
        mandoc = need('mandoc', 'mandoc')
        # It has its opinion of aliases that are no links.
        for page in WRITTEN:
            self.assertEqual(run(mandoc, '-Tlint', '-W', 'warning', page.path), '')

    def test_groff_is_silent(self):
        groff = need('groff', 'groff-base')
        for page in PAGES:
            self.assertEqual(run(groff, '-man', '-ww', '-Tutf8', '-z', page.path, cwd=MAN), '')

    def test_no_line_is_wider_than_a_terminal(self):
        groff = need('groff', 'groff-base')
        for page in WRITTEN:
            text = run(groff, '-man', '-Tutf8', '-P-cbou', page.path)
            self.assertIn('SEE ALSO', text, page)
            wide = [line for line in text.splitlines() if len(line) > WIDTH]
            self.assertEqual(wide, [], page)

    def test_alias_shows_its_page(self):
        groff = need('groff', 'groff-base')
        for page in PAGES:
            if page.target is not None:
                self.assertEqual(run(groff, '-man', '-Tutf8', page.path, cwd=MAN),
                                 run(groff, '-man', '-Tutf8', MAN / page.target))


if __name__ == '__main__':
    main()
