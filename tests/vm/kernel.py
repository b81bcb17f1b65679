# SPDX-License-Identifier: BSD-3-Clause
"""Debian's kernel, and modules for it that emulate NVDIMMs; loaded down once per build folder."""
import os
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from debian import download, making
from nfit_edits import EDITS
from support import BUILD, SOURCE, run

HERE = SOURCE / 'tests' / 'vm'
CACHE = BUILD / 'tests' / 'vm' / 'kernel'
EMULATION = BUILD / 'tests' / 'vm' / 'emulation'

PACKAGES = 'qemu-system-x86 busybox-static ndctl daxctl e2fsprogs xfsprogs parted dmsetup'
# What of the kernel's source the emulation is made from.
PARTS = ('drivers/acpi/nfit', 'drivers/dax', 'drivers/nvdimm', 'tools/testing/nvdimm')


def find(command, packages=PACKAGES):
    """The path of a command, also of those for root."""
    path = shutil.which(command, path=os.environ['PATH'] + ':/usr/sbin:/sbin')
    if path is None:
        raise unittest.SkipTest(f'no {command}: install the Debian packages {packages}')
    return Path(path)


# ---- packages ---------------------------------------------------------------


def kernel_package(*options):
    """The package that linux-image-amd64 stands for, in a list; None if the lists lack it."""
    lines = subprocess.run(['apt-cache', *options, 'depends', 'linux-image-amd64'], text=True,
                           check=False, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    found = re.search(r'Depends: (linux-image-\S+)', lines)
    return found and [found[1]]


# ---- the kernel -------------------------------------------------------------


def fetch_kernel():
    """The folder of Debian's kernel, unpacked; loaded down by the first test that needs it."""
    with making(CACHE) as folder:
        if folder is not None:
            package = download(folder, kernel_package, 'what linux-image-amd64 depends on')[0]
            run('dpkg-deb', '--extract', package, folder / 'root')
            (folder / 'version').write_text(run('dpkg-deb', '--field', package, 'Version').strip())
            package.unlink()
    return CACHE / 'root'


def kernel_image():
    return next((fetch_kernel() / 'boot').glob('vmlinuz-*'))


def module_name(path):
    return path.name.split('.')[0].replace('-', '_')


def modules_below(*folders):
    """The files of modules by name; those in later folders count."""
    return {module_name(path): path for folder in folders for path in folder.rglob('*.ko*')}


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


# ---- the emulation ----------------------------------------------------------


def fetch_emulation():
    """The folder of nfit_test and the modules it comes with, built for that very kernel."""
    fetch_kernel()
    for command in ('make', 'gcc-12', 'xz'):
        find(command, 'make gcc-12 libelf1 xz-utils')
    with making(EMULATION, str(EDITS)) as folder:
        if folder is not None:
            build_emulation(folder)
    return EMULATION / 'source' / 'tools' / 'testing' / 'nvdimm'


def build_emulation(folder):
    release = kernel_image().name.removeprefix('vmlinuz-')
    headers = unpack_headers(folder, release)
    source = unpack_source(folder, release)
    include = [f'-I{source}/drivers/{part}' for part in ('nvdimm', 'acpi/nfit')]
    run('make', f'-j{os.cpu_count()}', '-C', headers, f'M={source}/tools/testing/nvdimm',
        f'KCFLAGS=-g0 {" ".join(include)}', 'modules')
    for name in ('packages', 'headers'):
        shutil.rmtree(folder / name)


def unpack_packages(folder, names):
    """Unpack packages of the kernel's version into folder/headers."""
    version = (CACHE / 'version').read_text()
    packages = folder / 'packages'
    packages.mkdir()
    wanted = [f'{name}={version}' for name in names]
    for package in download(packages, lambda *_: wanted, ' '.join(wanted)):
        run('dpkg-deb', '--extract', package, folder / 'headers')


def unpack_headers(folder, release):
    common = f'linux-headers-{release.removesuffix("-amd64")}-common'
    series = '.'.join(release.split('.')[:2])
    unpack_packages(folder, (f'linux-headers-{release}', common, f'linux-kbuild-{series}',
                             f'linux-source-{series}'))
    usr_src = folder / 'headers' / 'usr' / 'src'
    headers = usr_src / f'linux-headers-{release}'
    # It names the place where the package would be installed.
    (headers / 'Makefile').write_text(f'include {usr_src}/{common}/Makefile\n')
    return headers


def unpack_source(folder, release):
    archive = next((folder / 'headers' / 'usr' / 'src').glob('linux-source-*.tar.xz'))
    source = folder / 'source'
    source.mkdir()
    run('tar', '--extract', '--file', archive, '--directory', source, '--strip-components=1',
        '--wildcards', *(f'linux-source-*/{part}' for part in PARTS))
    for name, edits in EDITS.items():
        edit(source / name, edits, release)
    return source


def edit(path, edits, release):
    text = path.read_text()
    for old, new in edits:
        if text.count(old) != 1:
            raise AssertionError(f'{path.name} of Linux {release} is not what nfit_edits.py '
                                 f'mends; it lacks:\n{old}')
        text = text.replace(old, new)
    path.write_text(text)
