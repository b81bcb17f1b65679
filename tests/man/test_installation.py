# SPDX-License-Identifier: BSD-3-Clause
"""The manual pages are installed, unless they are not wanted."""
import json

from pages import MAN
from support import SOURCE, ScratchTest, main, need, run


class Installation(ScratchTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.meson = need('meson', 'meson')

    def configure(self, wanted):
        build = self.path(f'man-{wanted}')
        run(self.meson, 'setup', build, SOURCE, f'-Dman={wanted}', '-Dtests=disabled',
            '-Dbenchmarks=disabled', '-Dexamples=disabled')
        return build

    def test_pages_are_installed_as_they_are(self):
        build, root = self.configure('auto'), self.path('root')
        run(self.meson, 'install', '-C', build, '--no-rebuild', '--tags', 'man', '--destdir', root)
        folder = next(root.rglob('man3')).parent
        installed = {path.relative_to(folder): path.read_text()
                     for path in folder.rglob('*') if path.is_file()}
        pages = {path.relative_to(MAN): path.read_text() for path in MAN.glob('man*/*')}
        self.assertEqual(installed, pages)

    def test_pages_can_be_left_out(self):
        text = run(self.meson, 'introspect', '--installed', self.configure('disabled'))
        targets = json.loads(text).values()
        self.assertTrue(any(target.endswith('/libpmem2.h') for target in targets))
        self.assertFalse([target for target in targets if '/man/' in target])


if __name__ == '__main__':
    main()
