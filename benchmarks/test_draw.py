#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""test_draw.py DRAW PROGRAM: what `draw` makes of files like those of the benchmarks, and of
what PROGRAM, one of them, writes."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

SVG = '{http://www.w3.org/2000/svg}'
TIMES = """\
# cpu: some
benchmark,case,size,subject,role,ns_median,speed_up,speed_up_low,speed_up_high
copy_cost,BYTE memmove,8,ours,ours,4.5,2.1,2.0,2.2
copy_cost,BYTE memmove,8,peer,peer,9.5,1.0,1.0,1.0
copy_cost,BYTE memmove,8,flush,floor,1.5,6.3,6.2,6.4
copy_cost,BYTE memmove,64,ours,ours,6.5,1.5,1.4,1.6
copy_cost,BYTE memmove,64,peer,peer,9.8,1.0,1.0,1.0
copy_cost,BYTE memmove,64,flush,floor,1.5,6.5,6.4,6.6
copy_cost,BYTE memset,8,ours,ours,4.5,2.1,2.0,2.2
start_cost,start,,ours,ours,4.5,2.1,2.0,2.2
"""
INSTRUCTIONS = """\
benchmark,case,size,subject,role,instructions
instruction_count,BYTE memmove,8,ours,ours,20
instruction_count,BYTE memmove,64,ours,ours,24
"""


class Draw(unittest.TestCase):
    def setUp(self):
        self.dir = tempfile.TemporaryDirectory()
        self.addCleanup(self.dir.cleanup)
        self.root = pathlib.Path(self.dir.name)

    def draw(self, *texts):
        files = []
        for i, text in enumerate(texts):
            files.append(self.root / f'{i}.csv')
            files[-1].write_text(text)
        return subprocess.run([DRAW, self.root / 'out', *files], capture_output=True, text=True)

    def picture(self, name):
        return xml.etree.ElementTree.parse(self.root / 'out' / name).getroot()

    def words(self, picture):
        return [t.strip() for t in picture.itertext() if t.strip()]

    def test_one_picture_for_each_case_measured_at_two_sizes(self):
        self.assertEqual(self.draw(TIMES).returncode, 0)
        names = [path.name for path in (self.root / 'out').iterdir()]
        self.assertEqual(names, ['copy_cost-BYTE_memmove.svg'])

    def test_picture_names_case_and_subjects(self):
        self.draw(TIMES)
        picture = self.picture('copy_cost-BYTE_memmove.svg')
        self.assertEqual(picture.tag, SVG + 'svg')
        for text in ['copy_cost: BYTE memmove', 'ours', 'peer', 'flush', 'ns per call']:
            self.assertIn(text, self.words(picture))

    def test_ratio_is_drawn_of_ours_only(self):
        self.draw(TIMES)
        words = self.words(self.picture('copy_cost-BYTE_memmove.svg'))
        self.assertEqual([words.count(s) for s in ['ours', 'peer', 'flush']], [2, 1, 1])
        self.assertIn('time of peer / time of each (above 1: faster)', words)

    def test_without_peer_there_is_no_ratio(self):
        lines = [line for line in TIMES.splitlines() if ',peer,' not in line]
        alone = [lines[0], lines[1]] + [','.join(line.split(',')[:6]) + ',,,' for line in lines[2:]]
        self.assertEqual(self.draw('\n'.join(alone) + '\n').returncode, 0)
        self.assertEqual(self.words(self.picture('copy_cost-BYTE_memmove.svg')).count('ours'), 1)

    def test_instructions_are_drawn_too(self):
        self.assertEqual(self.draw(TIMES, INSTRUCTIONS).returncode, 0)
        words = self.words(self.picture('instruction_count-BYTE_memmove.svg'))
        self.assertIn('instructions per call', words)

    def test_each_subject_has_a_line_with_its_points(self):
        self.draw(INSTRUCTIONS)
        picture = self.picture('instruction_count-BYTE_memmove.svg')
        marks = [use for use in picture.iter(SVG + 'use') if 'translate' in use.get('transform', '')]
        self.assertEqual(len(marks), 2 + 1, 'two points and the one of the key')

    def test_what_a_benchmark_writes_can_be_drawn(self):
        csv = self.root / 'times.csv'
        subprocess.run([PROGRAM, '--rounds=9', f'--output={csv}'], check=True, capture_output=True)
        self.assertEqual(self.draw(csv.read_text()).returncode, 0)
        words = self.words(self.picture('copy_cost-CACHE_LINE_memmove.svg'))
        self.assertIn('ours', words)

    def test_file_of_another_kind_is_refused(self):
        result = self.draw('a,b\n1,2\n')
        self.assertNotEqual(result.returncode, 0)
        self.assertIn('0.csv', result.stderr)

    def test_nothing_to_draw_is_an_error(self):
        result = self.draw(TIMES.splitlines()[1] + '\n')
        self.assertNotEqual(result.returncode, 0)
        self.assertIn('two sizes', result.stderr)


if __name__ == '__main__':
    DRAW, PROGRAM = sys.argv.pop(1), sys.argv.pop(1)
    if shutil.which('gnuplot') is None:
        print('gnuplot is missing')
        sys.exit(77)
    unittest.main()
