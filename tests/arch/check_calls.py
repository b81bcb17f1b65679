#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Check that the objects of a static library call nothing and refer to nothing.

usage: check_calls.py NM LIBRARY
"""
import subprocess
import sys

nm, library = sys.argv[1:]


def symbols(*options):
    output = subprocess.run([nm, *options, library], check=True, capture_output=True, text=True)
    return [line for line in output.stdout.splitlines() if line and not line.endswith(':')]


undefined = symbols('-u')
if undefined:
    print(f'{library} refers to', *undefined)
if not symbols('--defined-only'):
    sys.exit(f'{library} defines nothing')
sys.exit(1 if undefined else 0)
