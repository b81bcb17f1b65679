#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Check the object code of lib/arch: who calls out, and who holds which instructions.

usage: check_objects.py NM OBJDUMP RESOLVERS FLUSH KERNELS...

RESOLVERS, FLUSH and KERNELS are static libraries. Resolvers may refer to nothing
but names of this library, kernels to nothing but the streaming threshold. Each
object executes its own write-back instruction only, streams only if its policy
allows it, and fetches lines as its processors can.
"""
import re
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from objects import code, undefined

WRITE_BACKS = {'clflush', 'clflushopt', 'clwb'}
STREAMING = re.compile(r'v?movnt\w+|movdir\w+')
FENCES = {'sfence', 'mfence', 'lfence'}
VECTORS = {
    'sse2': {'xmm'},
    'avx2': {'xmm', 'ymm'},
    'avx512': {'xmm', 'ymm', 'zmm'},
    'movdir64b': {'xmm', 'ymm'},
}
STREAMING_OF = {
    'sse2': {'movntdq', 'movnti'},
    'avx2': {'vmovntdq', 'movnti'},
    'avx512': {'vmovntdq', 'movnti'},
    'movdir64b': {'movdir64b', 'vmovntdq', 'movnti'},
}
FETCH_OF = {'sse2': 'prefetcht0', 'avx2': 'prefetchw', 'avx512': 'prefetchw',
            'movdir64b': 'prefetchw'}
# Without the prefix v, an instruction on xmm registers waits where wide ones are in use.
LEGACY = re.compile(r'(?!v|sfence)\w+\s.*%xmm')
PURE = {'tuned': {'pmem2_movnt_threshold'}, 'fixed': set(), 'never': set()}

problems = []


def complain(member, what):
    problems.append(f'{member}: {what}')


def mnemonics(instructions):
    return {word for line in instructions for word in line.split()[:2]}


def check_write_back(member, words, flush):
    own = WRITE_BACKS & {flush}
    if words & WRITE_BACKS != own:
        complain(member, f'executes {sorted(words & WRITE_BACKS)}, not {sorted(own)}')
    if not words & FENCES <= {'sfence'}:
        complain(member, f'executes {sorted(words & FENCES)}')


def check_vectors(member, instructions, isa):
    found = set(re.findall(r'%([xyz]mm)\d', '\n'.join(instructions)))
    if found != VECTORS[isa]:
        complain(member, f'uses {sorted(found)}')
    if 'ymm' in VECTORS[isa]:
        legacy = {line.split()[0] for line in instructions if LEGACY.match(line)}
        if legacy:
            complain(member, f'mixes {sorted(legacy)} with wide registers')


def check_kernel(member, isa, flush, stream, instructions, names):
    words = mnemonics(instructions)
    streams = {word for word in words if STREAMING.fullmatch(word)}
    if names != PURE[stream]:
        complain(member, f'refers to {sorted(names)}')
    if streams != (set() if stream == 'never' else STREAMING_OF[isa]):
        complain(member, f'streams with {sorted(streams)}')
    fetches = {word for word in words if word.startswith('prefetch')}
    if fetches != {FETCH_OF[isa]}:
        complain(member, f'fetches with {sorted(fetches)}')
    if 'sfence' not in words:
        complain(member, 'has no fence')
    check_write_back(member, words, flush)
    check_vectors(member, instructions, isa)


def check_kernels(nm, objdump, library):
    names = undefined(nm, library)
    found = set()
    for member, instructions in code(objdump, library).items():
        match = re.search(r'kernel_([a-z0-9]+)_([a-z]+)_([a-z]+)\.c\.o$', member)
        if not match:
            complain(member, 'is no kernel')
            continue
        found.add(match.groups())
        check_kernel(member, *match.groups(), instructions, names.get(member, set()))
    isa = next(iter(found))[0]
    policies = set(PURE) - ({'never'} if isa == 'movdir64b' else set())
    if found != {(isa, f, s) for f in WRITE_BACKS | {'none'} for s in policies}:
        complain(library, f'holds only {sorted(found)}')
    return isa


def check_flushes(nm, objdump, library):
    names = undefined(nm, library)
    found = set()
    for member, instructions in code(objdump, library).items():
        match = re.search(r'flush_([a-z]+)\.c\.o$', member)
        flush = match.group(1) if match else 'none'
        found.add(flush)
        if names.get(member):
            complain(member, f'refers to {sorted(names[member])}')
        check_write_back(member, mnemonics(instructions), flush)
    if found != WRITE_BACKS | {'none'}:
        complain(library, f'holds only {sorted(found)}')


def check_resolvers(nm, objdump, library):
    members = code(objdump, library)
    if not any(member.endswith('select.c.o') for member in members):
        complain(library, 'holds no select.c')
    for member, names in undefined(nm, library).items():
        foreign = {name for name in names if not name.startswith('pmem2_')}
        if foreign:
            complain(member, f'refers to {sorted(foreign)}')


def main():
    nm, objdump, resolvers, flushes, *kernels = sys.argv[1:]
    check_resolvers(nm, objdump, resolvers)
    check_flushes(nm, objdump, flushes)
    isas = {check_kernels(nm, objdump, library) for library in kernels}
    if isas != set(VECTORS):
        complain('kernels', f'hold only {sorted(isas)}')
    for problem in problems:
        print(problem)
    return 1 if problems else 0


sys.exit(main())
