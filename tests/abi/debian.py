# SPDX-License-Identifier: BSD-3-Clause
"""What the tests need of Debian beyond its installed packages; needs no root, and changes no system.

Things are loaded down, or made, once per build folder.
"""
import contextlib
import fcntl
import re
import shutil
import subprocess
import unittest
from pathlib import Path

from support import need, run

SOURCES = Path('/etc/apt')
# Without this, apt wants a user of its own to own the folder.
ANY_USER = ('-oAPT::Sandbox::User=',)


@contextlib.contextmanager
def making(folder, version=''):
    """An empty folder to make something in; None if this version of it has been made before."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_suffix('.lock'), 'w') as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = folder / 'done'
        if done.exists() and done.read_text() == version:
            yield None
            return
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        yield folder
        done.write_text(version)


def private_lists(folder):
    """Options for package lists of our own, which are as new as can be and need no root."""
    for name in ('lists/partial', 'archives/partial'):
        (folder / name).mkdir(parents=True, exist_ok=True)
    return (f'-oDir::State::Lists={folder}/lists', f'-oDir::Cache={folder}',
            f'-oDir::Cache::Archives={folder}/archives', *ANY_USER)


def apt_get(options, *words, cwd=None):
    """Whether apt-get did it; what it says stands in the test's log."""
    return subprocess.run(['apt-get', '-q', *options, *words], cwd=cwd, check=False,
                          stderr=subprocess.STDOUT).returncode == 0


def download_with(options, folder, named):
    names = named(*options)
    return names is not None and apt_get(options, 'download', *names, cwd=folder)


def download(folder, named, what, extra=()):
    """Load packages down into a folder; named(options of apt) gives their names, or None."""
    need('apt-get', 'apt')
    if not download_with((*ANY_USER, *extra), folder, named):
        options = (*private_lists(folder), *extra)
        apt_get(options, 'update')
        if not download_with(options, folder, named):
            raise unittest.SkipTest(f'apt-get cannot download {what}')
    return sorted(folder.glob('*.deb'))


def source_lists(folder):
    """Options for lists of sources, from wherever this system gets its packages."""
    parts = folder / 'sources.d'
    parts.mkdir()
    files = [SOURCES / 'sources.list', *(SOURCES / 'sources.list.d').iterdir()]
    # apt takes no notice of files with other endings.
    for path in (path for path in files if path.suffix in ('.list', '.sources') and path.exists()):
        text = re.sub(r'(?m)^deb\s', 'deb-src ', path.read_text())
        (parts / path.name).write_text(re.sub(r'(?m)^Types:.*', 'Types: deb-src', text))
    return (*private_lists(folder), '-oDir::Etc::SourceList=/dev/null',
            f'-oDir::Etc::SourceParts={parts}')


def fetch_source(folder, package):
    """Unpack a package's source below the folder, an empty one; where it stands."""
    for command in ('apt-get', 'dpkg-source'):
        need(command, 'apt dpkg-dev')
    options = source_lists(folder)
    apt_get(options, 'update')
    if not apt_get(options, 'source', '--download-only', package, cwd=folder):
        raise unittest.SkipTest(f'apt-get cannot download the source of {package}')
    description, = folder.glob(f'{package}_*.dsc')
    run('dpkg-source', '--no-check', '--extract', description, folder / package)
    return folder / package
