"""Attacks a server of its own with tools from Debian, and says what they found: slowhttptest,
sqlmap, ffuf, wapiti, sslscan, testssl.sh. Ends with 1 if anything is found. What the tools print
is kept in build/attack."""

import argparse
import shutil
import sys

from claviger import ROOT
from target import Target
from tools import TOOLS

REPORTS = ROOT / "build" / "attack"


def main():
    parser = argparse.ArgumentParser(prog="tests/attack/run", description=__doc__)
    parser.add_argument("tool", nargs="*", metavar="TOOL",
                        help=f"some of {', '.join(TOOLS)}; all of them without one")
    wanted = parser.parse_args().tool
    unknown = set(wanted) - TOOLS.keys()
    if unknown:
        parser.error(f"there is no {', '.join(sorted(unknown))}")
    rows = []
    for name in wanted or TOOLS:
        print(f"{name} …", file=sys.stderr, flush=True)
        reports = REPORTS / name
        shutil.rmtree(reports, ignore_errors=True)
        reports.mkdir(parents=True)
        with Target(uses_tls=name in ("sslscan", "testssl")) as target:
            for what, result, is_fine in TOOLS[name](target, reports):
                rows.append((name, what, result, is_fine))
            rows += [(name, *row) for row in target.aftermath()]
    print("| tool | what it tries | what came of it | |\n|---|---|---|---|")
    for tool, what, result, is_fine in rows:
        print(f"| {tool} | {what} | {result} | {'fine' if is_fine else '**found**'} |")
    return 0 if all(is_fine for *_, is_fine in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
