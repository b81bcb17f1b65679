# SPDX-License-Identifier: BSD-3-Clause
"""Programs linked with the normal library, to be run on either."""
import os
import subprocess

from support import BUILD, ENVIRONMENT, INCLUDE, LIBRARY, SOURCE, ScratchTest

DEBUG_LIBRARY = BUILD / 'lib' / 'debug' / 'libpmem2.so.1'
SOURCES = SOURCE / 'tests' / 'debug'
# Where the log goes is the business of the tests.
CLEAN = {name: value for name, value in ENVIRONMENT.items() if not name.startswith('PMEM2_LOG_')}


class ProgramTest(ScratchTest):
    def link(self, source):
        return self.compile(source.stem, '-D_GNU_SOURCE', f'-I{INCLUDE}', f'-L{LIBRARY.parent}',
                            '-lpmem2', sources=(source,))

    def run_on(self, library, *command, **env):
        """What a program prints and how it ends, on a library."""
        words = [str(word) for word in command]
        env = {**CLEAN, 'LD_LIBRARY_PATH': str(library.parent), **env}
        return subprocess.run(words, env=env, text=True, capture_output=True, cwd=self.scratch,
                              timeout=60, check=False)

    def file(self, name, size=1 << 16):
        path = self.path(name)
        path.touch()
        os.truncate(path, size)
        return path
