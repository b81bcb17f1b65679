# SPDX-License-Identifier: BSD-3-Clause
"""A virtual machine that runs Debian's kernel, with NVDIMMs that QEMU emulates.

Nothing here needs root. What this machine lacks makes tests skipped.
"""
import fcntl
import os
import re
import shutil
import subprocess
import time
import unittest
from pathlib import Path

from initramfs import Archive
from support import BUILD, ENVIRONMENT, LIBRARY, SOURCE, run

HERE = SOURCE / 'tests' / 'vm'
CACHE = BUILD / 'tests' / 'vm' / 'kernel'

MIB = 1 << 20
LABELS = 2 * MIB
# A boot takes 10 to 20 seconds, on a machine that is busy with more several times that.
LIMIT = 420

# In this order; what they depend on comes before. ext4 and xfs ask for crc32c by name.
MODULES = ('crc32c_generic', 'crc32c_intel', 'virtio_pci', 'nfit', 'nd_pmem', 'nd_btt', 'dax_pmem',
           'device_dax', 'dax_hmem', 'virtio_pmem', 'nd_e820', 'ext4', 'xfs', 'dm_mod')
PROGRAMS = ('ndctl', 'mkfs.ext4', 'mkfs.xfs', 'parted', 'dmsetup', 'filefrag')
PACKAGES = 'qemu-system-x86 busybox-static ndctl e2fsprogs xfsprogs parted dmsetup'


def find(command):
    """The path of a command, also of those for root."""
    path = shutil.which(command, path=os.environ['PATH'] + ':/usr/sbin:/sbin')
    if path is None:
        raise unittest.SkipTest(f'no {command}: install the Debian packages {PACKAGES}')
    return Path(path)


# ---- the kernel -------------------------------------------------------------


def kernel_package(*options):
    """The package that linux-image-amd64 stands for; None if the package lists lack it."""
    lines = subprocess.run(['apt-cache', *options, 'depends', 'linux-image-amd64'], text=True,
                           check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    found = re.search(r'Depends: (linux-image-\S+)', lines)
    return found and found[1]


def download_with(options, folder):
    """Whether the kernel's package could be loaded down into the folder."""
    name = kernel_package(*options)
    if name is None:
        return False
    return subprocess.run(['apt-get', '-q', *options, 'download', name], cwd=folder, check=False,
                          stderr=subprocess.STDOUT).returncode == 0


def private_lists(folder):
    """Options for package lists of our own, which are as new as can be and need no root."""
    for name in ('lists/partial', 'archives/partial'):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return (f'-oDir::State::Lists={folder}/lists', f'-oDir::Cache={folder}',
            f'-oDir::Cache::Archives={folder}/archives', '-oAPT::Sandbox::User=')


def download_kernel(folder):
    find('apt-get')
    if not download_with(('-oAPT::Sandbox::User=',), folder):
        options = private_lists(folder)
        subprocess.run(['apt-get', '-q', *options, 'update'], check=False)
        if not download_with(options, folder):
            raise unittest.SkipTest("Debian's kernel: apt-get cannot download what "
                                    'linux-image-amd64 depends on')
    return next(folder.glob('linux-image-*.deb'))


def unpack_kernel():
    shutil.rmtree(CACHE, ignore_errors=True)
    CACHE.mkdir(parents=True)
    package = download_kernel(CACHE)
    run('dpkg-deb', '--extract', package, CACHE / 'root')
    package.unlink()
    (CACHE / 'done').touch()


def fetch_kernel():
    """The folder of Debian's kernel, unpacked; loaded down by the first test that needs it."""
    with open(CACHE.with_suffix('.lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (CACHE / 'done').exists():
            unpack_kernel()
    return CACHE / 'root'


def module_name(path):
    return path.name.split('.')[0].replace('-', '_')


def in_order(names, files):
    """The files of modules and of what they depend on, which stands before them."""
    ordered = []
    for name in names:
        if name not in files:
            continue  # built in
        needs = re.search(rb'\0depends=([^\0]*)', files[name].read_bytes())
        wanted = needs[1].decode().replace('-', '_').split(',') if needs else []
        ordered += [path for path in [*in_order(filter(None, wanted), files), files[name]]
                    if path not in ordered]
    return ordered


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


def build_initramfs(target, script, programs):
    """The first root of a guest that runs a script of this folder; `programs` are ours."""
    root = fetch_kernel()
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
    modules = in_order(MODULES, {module_name(path): path for path in root.rglob('*.ko*')})
    for number, path in enumerate(modules):
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
        kernel = next((fetch_kernel() / 'boot').glob('vmlinuz-*'))
        self.command = [
            str(find('qemu-system-x86_64')), '-accel', 'tcg', '-cpu', 'max', '-nodefaults',
            '-display', 'none', '-no-reboot', '-machine', f'pc,nvdimm=on{machine}',
            '-kernel', str(kernel), '-initrd', str(initramfs), '-append',
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


def parse(output):
    """By heading, `== SOURCE LIBRARY`: answer and message by question."""
    answers = {}
    told = {}
    for line in output.splitlines():
        if heading := re.fullmatch('== (.*) (.*)', line):
            told = answers.setdefault(heading.groups(), {})
        else:
            question, _, answer = line.partition(' ')
            told[question] = answer.split('\t') if '\t' in answer else [answer]
    return answers
