#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Add up what the groups of tests/run left in a folder of logs.

A group's tests are in GROUP.json, as Meson writes it: a test program that uses
Check counts as many tests as it ran checks. A group without such a file counts
as one test. Prints the output of what failed, and the totals in the last line.
"""

import json
import os
import pathlib
import re
import sys

CHECKS = re.compile(r"^\d+%: Checks: (\d+), Failures: (\d+), Errors: (\d+)$", re.MULTILINE)


class Totals:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0

    def add_test(self, test):
        """Count one test program of a Meson log."""
        checks = CHECKS.search(test.get("stdout", ""))
        failed = 0
        if checks:
            run, failures, errors = map(int, checks.groups())
            failed = failures + errors
            self.passed += run - failed
        elif test["result"] == "OK":
            self.passed += 1
        if test["result"] == "SKIP":
            self.skipped += 1
        elif test["result"] != "OK":
            failed = max(failed, 1)
        self.failed += failed


def read_tests(path):
    with open(path, encoding="utf-8", errors="replace") as lines:
        return [json.loads(line) for line in lines]


def report_group(logs, group, status, totals):
    """Count a group, and show why it failed."""
    results = logs / f"{group}.json"
    before = totals.failed
    tests = read_tests(results) if results.exists() else []
    for test in tests:
        totals.add_test(test)
        if test["result"] == "SKIP":
            print(f"{group}: skipped {test['name']}: {test.get('stdout', '').strip()[-300:]}")
    if not tests and status == 0:
        totals.passed += 1
    if status != 0:
        totals.failed += 1 if totals.failed == before else 0
        log = (logs / f"{group}.log").read_text(encoding="utf-8", errors="replace")
        print(f"---- {group}: exit status {status}, the end of {logs / group}.log:")
        print("\n".join(log.splitlines()[-120:]))


def main():
    logs = pathlib.Path(sys.argv[1])
    queue = [line.split()[0] for line in (logs / "queue").read_text().splitlines()]
    if not queue:
        sys.exit("no group was run")
    totals = Totals()
    for group in queue:
        status = logs / f"{group}.status"
        report_group(logs, group, int(status.read_text()) if status.exists() else 1, totals)
    skips_fail = os.environ.get("CI") == "true" and totals.skipped > 0
    if skips_fail:
        print("skipped tests count as failures in CI: what they need must be installed")
    print(f"{totals.passed} passed, {totals.failed} failed, {totals.skipped} skipped")
    sys.exit(1 if totals.failed or skips_fail or totals.passed == 0 else 0)


if __name__ == "__main__":
    main()
