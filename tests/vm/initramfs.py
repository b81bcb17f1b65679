# SPDX-License-Identifier: BSD-3-Clause
"""Archives that Linux unpacks as its first root: cpio in the format "newc", compressed."""
import gzip
import stat
from pathlib import PurePosixPath


class Archive:
    def __init__(self):
        self.names = set()
        self.entries = []
        self.add_folder('/dev')
        self.add('/dev/console', stat.S_IFCHR | 0o600, device=(5, 1))

    def add(self, name, mode, content=b'', device=(0, 0)):
        """An entry with all folders above it; of two of the same name the first one stays."""
        if name in self.names:
            return
        self.add_folder(str(PurePosixPath(name).parent))
        self.names.add(name)
        self.entries.append(self.encode(name, mode, content, device))

    def add_folder(self, name):
        if name not in ('/', *self.names):
            self.add(name, stat.S_IFDIR | 0o755)

    def add_file(self, name, source):
        """A program or a library, wherever symbolic links lead."""
        self.add(name, stat.S_IFREG | 0o755, source.resolve().read_bytes())

    def add_text(self, name, text):
        self.add(name, stat.S_IFREG | 0o755, text.encode())

    def encode(self, name, mode, content, device):
        path = name.lstrip('/').encode() + b'\0'
        fields = (len(self.entries) + 1, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(path),
                  0)
        header = b'070701' + b''.join(b'%08x' % field for field in fields) + path
        return padded(header) + padded(content)

    def write(self, target):
        end = self.encode('TRAILER!!!', 0, b'', (0, 0))
        with gzip.open(target, 'wb', compresslevel=1) as file:
            file.writelines([*self.entries, end])


def padded(data):
    return data + bytes(-len(data) % 4)
