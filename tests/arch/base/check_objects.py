#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Check the object code of lib/arch/base: who calls out, and who holds which instructions.

usage: check_objects.py CPU NM OBJDUMP RESOLVERS LIBRARY...

CPU is the family, the rest are static libraries. Resolvers may refer to nothing but names
of this library, kernels to nothing but the line size and the streaming threshold. Each
object executes its own write-back and its own fence only, and streams only if it may.
"""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from objects import code, undefined

WRITE_BACKS = {
    'aarch64': {'cvap': r'dc\tcvap\b', 'cvadp': r'dc\tcvadp\b'},
    'ppc64': {'dcbstps': r'dcbstps\b', 'dcbf': r'dcbf\b'},
    'riscv64': {'cbo': r'cbo\.clean\b'},
}
ANY_WRITE_BACK = {
    'aarch64': r'dc\t|sys\t',
    'ppc64': r'dcb|icb',
    'riscv64': r'\.4byte|cbo\.',
}
FENCES = {
    'aarch64': {'': 'dsb\tsy'},
    'ppc64': {'': 'hwsync|sync', 'dcbstps': 'phwsync'},
    'riscv64': {'': 'fence\trw,rw'},
}
ANY_FENCE = r'd[ms]b\b|isb\b|\w*sync\b|fence|eieio'
STREAMING = {'aarch64': r'stnp\b', 'riscv64': r'(?:add|\.4byte)\tzero,zero,t0|ntl\.all', 'ppc64': None}
OUTSIDE = {'pmem2_line_size', 'pmem2_movnt_threshold', '.TOC.'}
# Of glibc: says that the program asks what CPU it runs on.
RESOLVERS_OUTSIDE = {'__parse_hwcap_and_convert_at_platform', '.TOC.'}
OBJECT = re.compile(r'(?:kernel|flush)_([a-z]+?)(?:_(fixed|tuned|never))?\.c\.o$')

problems = []


def named(line):
    """The line, with a name for what disassemblers without Zicbom take for data: cbo.clean."""
    data = re.fullmatch(r'\.4byte\t(0x[0-9a-f]+)', line)
    return 'cbo.clean' if data and int(data[1], 16) & 0xfff07fff == 0x0010200f else line


def matching(pattern, instructions):
    return [line for line in instructions if re.match(pattern, line)]


def check_object(cpu, member, instructions):
    flush, stream = OBJECT.search(member).groups()
    own = WRITE_BACKS[cpu].get(flush)
    found = matching(ANY_WRITE_BACK[cpu], instructions)
    if any(not own or not re.match(own, line) for line in found):
        problems.append(f'{member}: a write-back of another row: {found}')
    if own and not found:
        problems.append(f'{member}: no write-back')
    fence = FENCES[cpu].get(flush, FENCES[cpu][''])
    fences = matching(ANY_FENCE, instructions)
    if not fences or any(not re.fullmatch(fence, line.strip()) for line in fences):
        problems.append(f'{member}: fences {sorted(set(fences))}, not {fence!r}')
    if STREAMING[cpu] and stream:
        streams = matching(STREAMING[cpu], instructions)
        if bool(streams) != (stream != 'never'):
            problems.append(f'{member}: {len(streams)} streaming stores')


def main():
    cpu, nm, objdump, resolvers, *libraries = sys.argv[1:]
    for member, names in undefined(nm, resolvers).items():
        foreign = {name for name in names if not name.startswith('pmem2_')} - RESOLVERS_OUTSIDE
        if foreign:
            problems.append(f'{member}: a resolver refers to {sorted(foreign)}')
    for library in libraries:
        for member, names in undefined(nm, library).items():
            if not names <= OUTSIDE:
                problems.append(f'{member}: refers to {sorted(names - OUTSIDE)}')
        for member, instructions in code(objdump, library).items():
            check_object(cpu, member, [named(line.strip()) for line in instructions])
    print('\n'.join(problems) or 'nothing wrong')
    return 1 if problems else 0


if __name__ == '__main__':
    sys.exit(main())
