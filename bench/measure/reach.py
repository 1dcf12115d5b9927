"""Measures what bench/run reports: a ratio for each reach, and the figures behind it."""

import argparse
import sys

from checks import measure_algorithms, measure_checks, measure_gateway, measure_throughput
from machine import machine_text
from report import table
from run_context import add_options, temporary_run
from sizes import measure_sizes
from writes import measure_issuing

GROUPS = {
    "checks": measure_checks,
    "algorithms": measure_algorithms,
    "throughput": measure_throughput,
    "gateway": measure_gateway,
    "issuing": measure_issuing,
    "sizes": measure_sizes,
}


def parse():
    parser = argparse.ArgumentParser(
        prog="bench/run", description="Measures Claviger beside what it is compared with, and "
        "prints one table of ratios, then the figures behind them. Exit code 0: all reached.")
    add_options(parser)
    parser.add_argument("--only", choices=GROUPS, nargs="+", default=list(GROUPS),
                        help="measure these groups alone")
    parser.add_argument("--no-verdict", action="store_true", help="exit with 0 in any case")
    return parser.parse_args()


def print_report(run, machine):
    print(f"\n{machine}; {run.rounds} rounds of {run.seconds:g} s, interleaved; "
          "median (least–most)\n")
    print(table(["measured", "reach", "figure", "reached"], [row.cells() for row in run.rows]))
    for title, text in run.details:
        print(f"\n### {title}\n\n{text}")


def main():
    arguments = parse()
    machine = machine_text()
    holder, run = temporary_run(arguments)
    with holder:
        for name in arguments.only:
            GROUPS[name](run)
        print_report(run, machine)
    reached = all(row.verdict == "yes" for row in run.rows)
    return 0 if reached or arguments.no_verdict else 1


if __name__ == "__main__":
    sys.exit(main())
