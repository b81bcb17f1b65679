# SPDX-License-Identifier: BSD-3-Clause
"""What stands in the objects of a static library."""
import re
import subprocess


def sections(command, header):
    """Split a tool's output into {object name: lines}."""
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    members, lines = {}, None
    for line in output.splitlines():
        start = header.match(line)
        if start:
            lines = members.setdefault(start.group(1), [])
        elif lines is not None and line.strip():
            lines.append(line)
    return members


def undefined(nm, library):
    members = sections([nm, '-u', library], re.compile(r'(?:.*/)?([^/]+\.o):$'))
    return {name: {line.split()[-1] for line in lines} for name, lines in members.items()}


def code(objdump, library):
    header = re.compile(r'(?:.*/)?([^/]+\.o): +file format')
    members = sections([objdump, '-d', '--no-show-raw-insn', library], header)
    return {name: [line.split('\t', 1)[1] for line in lines if '\t' in line]
            for name, lines in members.items()}
