# SPDX-License-Identifier: BSD-3-Clause
"""A virtual machine that runs Debian's kernel, with NVDIMMs that QEMU emulates.

Nothing here needs root. What this machine lacks makes tests skipped.
"""
import re
import subprocess
import time
import unittest
from pathlib import Path

from initramfs import Archive
from kernel import HERE, fetch_kernel, find, in_order, kernel_image, modules_below
from support import BUILD, ENVIRONMENT, LIBRARY

MIB = 1 << 20
LABELS = 2 * MIB
# A boot takes 10 to 20 seconds, on a machine that is busy with more several times that.
LIMIT = 420

# In this order; what they depend on comes before. ext4 and xfs ask for crc32c by name.
MODULES = ('crc32c_generic', 'crc32c_intel', 'virtio_pci', 'nfit', 'nd_pmem', 'nd_btt', 'dax_pmem',
           'device_dax', 'dax_hmem', 'virtio_pmem', 'nd_e820', 'ext4', 'xfs', 'dm_mod')
PROGRAMS = ('ndctl', 'daxctl', 'mkfs.ext4', 'mkfs.xfs', 'parted', 'dmsetup', 'filefrag')


# ---- what the guest has -----------------------------------------------------


def linked_with(program):
    """The shared libraries of a program, and the loader."""
    lines = subprocess.run(['ldd', program], check=False, text=True, env=ENVIRONMENT,
                           stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    return [Path(path) for path in re.findall(r'(/\S+) \(0x', lines)]


def guest_program(archive, program, name):
    """Put a program into the guest, with all that it is linked with."""
    archive.add_file(name, program)
    for library in linked_with(program):
        archive.add_file(str(library), library)


def peer_library():
    """PMDK's library, if it is installed."""
    lines = subprocess.run(['ldconfig', '-p'], check=False, text=True, stdout=subprocess.PIPE,
                           env={'PATH': '/usr/sbin:/sbin:/usr/bin:/bin'}).stdout
    found = re.search(r'libpmem2\.so\.1 .*=> (\S+)', lines)
    return found and Path(found[1])


def build_initramfs(target, script, programs, modules=MODULES, more_modules=()):
    """The first root of a guest that runs a script of this folder; `programs` are ours.

    Modules are Debian's unless there are others of the same names in the folders given.
    """
    files = modules_below(fetch_kernel(), *more_modules)
    archive = Archive()
    archive.add_file('/init', HERE / 'init.sh')
    archive.add_text('/script', ''.join((HERE / name).read_text() for name in ('guest.sh', script)))
    archive.add_file('/bin/busybox', find('busybox'))
    for name in PROGRAMS:
        guest_program(archive, find(name), f'/sbin/{name}')
    # Ours looks for libndctl when it is first needed, and finds ndctl's.
    if not any('/libndctl.so.6' in name for name in archive.names):
        raise unittest.SkipTest('ndctl is not linked with libndctl.so.6')
    for program in programs:
        guest_program(archive, program, f'/bin/{program.name}')
    tested = {'ours': LIBRARY, 'peer': peer_library()}
    for name, library in tested.items():
        if library is not None:
            guest_program(archive, library, f'/libraries/{name}/libpmem2.so.1')
    for number, path in enumerate(in_order(modules, files)):
        archive.add_file(f'/modules/{number:03}-{path.name}', path)
    archive.write(target)


# ---- the machine ------------------------------------------------------------


def nvdimm(name, file, size, node=None, labels=LABELS):
    """Options of QEMU for an NVDIMM on a file, which is made if it is not there."""
    if not file.exists():
        with open(file, 'wb') as image:
            image.truncate(size + labels)
    place = '' if node is None else f',node={node}'
    return ['-object', f'memory-backend-file,id=m{name},share=on,mem-path={file},'
            f'size={size + labels},align=2M',
            '-device', f'nvdimm,id={name},memdev=m{name},label-size={labels}{place}']


class Machine:
    """One boot. Output of the guest's script, kernel log and exit status come by separate ports."""

    def __init__(self, scratch, initramfs, options, machine='', append=''):
        self.scratch = scratch
        self.ports = {name: scratch / name for name in ('log', 'output', 'status')}
        for port in self.ports.values():
            port.write_bytes(b'')
        self.command = [
            str(find('qemu-system-x86_64')), '-accel', 'tcg', '-cpu', 'max', '-nodefaults',
            '-display', 'none', '-no-reboot', '-machine', f'pc,nvdimm=on{machine}',
            '-kernel', str(kernel_image()), '-initrd', str(initramfs), '-append',
            f'console=ttyS0 loglevel=6 oops=panic panic=-1 {append}']
        for port in self.ports.values():
            self.command += ['-serial', f'file:{port}']
        self.command += options
        self.process = None

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL,
                                        stderr=subprocess.STDOUT)

    def read(self, port):
        return self.ports[port].read_text(errors='replace').replace('\r', '')

    def wait_for(self, condition, what, limit=LIMIT):
        """Until condition() holds; it must before the machine ends."""
        deadline = time.monotonic() + limit
        while not condition():
            if self.process.poll() is not None and not condition():
                raise AssertionError(f'the machine ended without {what}\n{self.story()}')
            if time.monotonic() > deadline:
                self.kill()
                raise AssertionError(f'no {what} within {limit} s\n{self.story()}')
            time.sleep(0.02)

    def kill(self):
        """As if the power was cut."""
        self.process.kill()
        self.process.wait()

    def story(self):
        log = self.read('log').splitlines()[-60:]
        return '\n'.join([*log, '--- output', *self.read('output').splitlines()[-40:]])

    def run(self):
        """Boot, and give back what the guest's script printed; it must succeed."""
        self.start()
        try:
            self.wait_for(lambda: self.process.poll() is not None, 'end of the machine')
        finally:
            self.kill()
        status = self.read('status').strip()
        if status != '0':
            raise AssertionError(f'exit status {status or "not told"} of the guest\n'
                                 f'{self.story()}')
        return self.read('output')


def facts(output):
    """What the guest's script found out by itself, in lines `fact NAME TEXT`."""
    return dict(re.findall(r'^fact (\S+) (.*)$', output, re.M))


def parse(output):
    """By heading, `== SOURCE LIBRARY`: answer and message by question."""
    answers = {}
    told = {}
    for line in output.splitlines():
        if line.startswith('fact '):
            continue
        if heading := re.fullmatch('== (.*) (.*)', line):
            told = answers.setdefault(heading.groups(), {})
        else:
            question, _, answer = line.partition(' ')
            told[question] = answer.split('\t') if '\t' in answer else [answer]
    return answers


def differences(answers):
    """Where the two libraries answer differently, as rows of a table."""
    if not any(library == 'peer' for _, library in answers):
        raise unittest.SkipTest('no PMDK: install the Debian package libpmem2')
    rows = []
    for (source, library), theirs in answers.items():
        for question, answer in theirs.items() if library == 'peer' else ():
            ours = answers[source, 'ours'][question]
            if ours[0] != answer[0]:
                rows.append(f'| {source} | {question} | {ours[0]} | {answer[0]} |')
    return rows


def compare(test, title, answers):
    """README.md must hold the table of differences; it is written beside the programs too."""
    rows = [f'| {title} | question | ours | PMDK |', '|---|---|---|---|', *differences(answers), '']
    table = '\n'.join(rows)
    name = f"answers-{re.sub('[^a-z]+', '-', title)}.md"
    (BUILD / 'tests' / 'vm' / name).write_text(table)
    readme = (HERE / 'README.md').read_text()
    test.assertIn(f'\n\n{table}', readme, 'README.md lacks this table')
    test.assertNotIn(f'{table}|', readme, 'README.md has more')
