# SPDX-License-Identifier: BSD-3-Clause
"""Recipes that cannot be built here are at least well-formed, and agree on the version."""
import re
import unittest

from support import BUILD, SOURCE, main, need, run

PACKAGING = SOURCE / 'packaging'
APKBUILD = PACKAGING / 'alpine' / 'APKBUILD'
NIX = PACKAGING / 'nix' / 'default.nix'
VERSIONS = {
    'debian/changelog': r'libpmem2 \(([\d.]+)-\d+\)',
    'rpm/libpmem2.spec': r'Version: +([\d.]+)\n',
    'alpine/APKBUILD': r'pkgver=([\d.]+)\n',
    'nix/default.nix': r'version = "([\d.]+)";',
}
# What abuild demands of each.
FIELDS = ['pkgname', 'pkgver', 'pkgrel', 'pkgdesc', 'url', 'arch', 'license', 'source']


class Recipes(unittest.TestCase):
    def test_all_name_the_version_of_the_project(self):
        info = (BUILD / 'meson-info' / 'intro-projectinfo.json').read_text()
        version = re.search(r'"version": "([\d.]+)"', info).group(1)
        for name, pattern in VERSIONS.items():
            with self.subTest(recipe=name):
                found = re.search(pattern, (PACKAGING / name).read_text())
                self.assertEqual(found.group(1), version)

    def test_apkbuild_is_well_formed(self):
        run(need('shellcheck', 'shellcheck'), APKBUILD)
        script = f'. {APKBUILD}; for f in {" ".join(FIELDS)}; do eval "echo $f=\\$$f"; done; ' \
                 'type build check package debug_library tools >/dev/null'
        fields = run('sh', '-euc', script).splitlines()
        self.assertEqual([field for field in fields if field.endswith('=')], [])
        self.assertEqual(len(fields), len(FIELDS))

    def test_nix_expression_is_well_formed(self):
        run(need('nix-instantiate', 'nix-bin'), '--parse', NIX)

    def test_recipes_name_only_options_that_there_are(self):
        options = set(re.findall(r"option\('(\w+)'", (SOURCE / 'meson_options.txt').read_text()))
        for name in ('debian/rules', 'rpm/libpmem2.spec', 'alpine/APKBUILD', 'nix/default.nix'):
            used = set(re.findall(r'-D(\w+)=', (PACKAGING / name).read_text()))
            with self.subTest(recipe=name):
                self.assertLessEqual({option for option in used if not option.startswith('b_')},
                                     options)
                self.assertTrue(used)


if __name__ == '__main__':
    main()
