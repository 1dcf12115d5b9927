"""Adds up what the steps of ./test found: prints the failures and "N passed, N failed".

A step's test cases stand in <step>.xml (pytest) or in <step>.ctest.xml and <step>.gtest/ (ctest
running GoogleTest programs). A step without test cases counts as one case, and so does a failure
that no case shows: a build that broke, a test program that crashed, a leak found at its end.
"""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


class Count:
    def __init__(self):
        self.passed = 0
        self.failures = []

    def add(self, name, failed):
        if failed:
            self.failures.append(name)
        else:
            self.passed += 1


def cases(path):
    """(name, failed) of each test case of a JUnit file that was not skipped. ctest calls a
    program that was never built skipped: that is a failure."""
    for case in ElementTree.parse(path).iter("testcase"):
        skipped = case.find("skipped")
        missing = skipped is not None and "Unable to find" in skipped.get("message", "")
        if (skipped is not None or case.get("status") == "notrun") and not missing:
            continue
        failed = (missing or case.find("failure") is not None or case.find("error") is not None
                  or case.get("status") == "fail")
        yield f"{case.get('classname', '')}.{case.get('name')}", failed


def count_ctest(path, count):
    programs = path.with_name(path.name.replace(".ctest.xml", ".gtest"))
    for name, failed in cases(path):
        program = name.split(".")[-1]
        details = programs / f"{program}_test.xml"
        inner = list(cases(details)) if details.exists() else []
        for inner_name, inner_failed in inner:
            count.add(inner_name, inner_failed)
        if not inner or (failed and not any(bad for _, bad in inner)):
            count.add(name, failed)


def count_step(results, step, failed, count):
    before = count.passed + len(count.failures), len(count.failures)
    if (results / f"{step}.xml").exists():
        for name, case_failed in cases(results / f"{step}.xml"):
            count.add(name, case_failed)
    if (results / f"{step}.ctest.xml").exists():
        count_ctest(results / f"{step}.ctest.xml", count)
    after = count.passed + len(count.failures), len(count.failures)
    if after[0] == before[0] or (failed and after[1] == before[1]):
        count.add(step, failed)


def main(results):
    count = Count()
    for line in (results / "steps.txt").read_text().splitlines():
        step, status = line.split()
        count_step(results, step, status == "failed", count)
    for name in count.failures:
        print(f"failed: {name}")
    print(f"{count.passed} passed, {len(count.failures)} failed")
    return 1 if count.failures else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
