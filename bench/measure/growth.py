"""Measures what might grow with tokens and users: start, memory, database, checks, issues and
pages."""

import argparse
import sys
import time
from functools import partial
from statistics import median

from checks import warm
from databases import seeded
from loads import check_requests, issue_requests, measured, wrk
from machine import machine_text
from report import bytes_text, interleaved, number_text, spread, table
from run_context import add_options, temporary_run
from servers import ask
from sizes import first_checks_are_right, start, touch_all

# (live tokens, users)
SIZES = [(1_000, 100), (1_000_000, 100_000), (10_000_000, 1_000_000), (1_000_000, 1_000_000)]
QUICK_SIZES = [(1_000, 100), (50_000, 5_000), (50_000, 50_000)]
PAGE_SIZE = 20
PAGES_ASKED = 50
HEADS = ["live tokens", "users", "start s", "resident at start", "resident, all tokens checked",
         "database", "CPU µs/check", "CPU µs/issue", "issues/s", "first page of users ms",
         "last page ms"]


def page_ms(server, page):
    """Median time of GET /users for one page, connecting included."""
    times = []
    for _ in range(PAGES_ASKED):
        begin = time.monotonic()
        status, _, body = ask(server.port, "GET", f"/users?page={page}&page_size={PAGE_SIZE}",
                              {"x-api-key": server.database.api_key})
        times.append((time.monotonic() - begin) * 1e3)
        if status != 200 or b'"user_id"' not in body:
            raise RuntimeError(f"page {page} of users: {status} {body[:200]!r}")
    return median(times)


def measure_size(run, tokens, users):
    """The cells of one row."""
    run.say(f"{tokens:,} live tokens of {users:,} users")
    name = f"{tokens}-{users}"
    folder = run.place(name)
    database = seeded(tokens, users).copy_to(folder, name)
    size = database.size_bytes()
    checks = check_requests(folder / "checks", database.tokens)
    issues = issue_requests(folder / "issues", database.users, database.api_key)
    with start(database, folder, "claviger") as server:
        first_checks_are_right(server)
        at_start = server.resident_bytes()
        touch_all(server)
        touched = server.resident_bytes()
        warm(server, checks)
        check_samples, issue_samples = interleaved(run.rounds, *(
            partial(measured, server, partial(wrk, server.port, requests, run.seconds))
            for requests in (checks, issues)))
        pages = [page_ms(server, 1), page_ms(server, users // PAGE_SIZE)]
        return [f"{tokens:,}", f"{users:,}", number_text(server.ready_seconds),
                bytes_text(at_start), bytes_text(touched), bytes_text(size),
                spread([s.cpu_us for s in check_samples]),
                spread([s.cpu_us for s in issue_samples]),
                spread([s.rate for s in issue_samples]), *map(number_text, pages)]


def main():
    parser = argparse.ArgumentParser(prog="bench/growth", description=__doc__)
    add_options(parser)
    arguments = parser.parse_args()
    machine = machine_text()
    holder, run = temporary_run(arguments)
    with holder:
        rows = [measure_size(run, *size) for size in
                (QUICK_SIZES if arguments.quick else SIZES)]
    print(f"\n{machine}; {run.rounds} rounds of {run.seconds} s; median (least–most)\n")
    print(table(HEADS, rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
