"""Issuing: how much of what the disk can sync, and what checks notice of it."""

import subprocess
from functools import partial

from checks import warm
from loads import CONNECTIONS, at_once, check_requests, issue_requests, load, measured, wrk
from machine import SERVER_CORE, TOOLS, pinned
from report import SAMPLE_HEADS, Row, ratios, sample_cells, spread, table
from servers import Claviger

SYNC_BYTES = 4096
STEADY_CHECKS = 10_000  # a second, where a rate is kept


def syncs_per_second(folder, seconds):
    """Of a plain loop that appends a block and syncs it, on the disk of this folder."""
    done = subprocess.run(
        pinned(SERVER_CORE, [TOOLS / "fsync_rate", folder, "--seconds", seconds, "--bytes",
                             SYNC_BYTES]), check=True, capture_output=True, text=True)
    return float(done.stdout)


def measure_issuing(run):
    run.say("durable issues")
    folder = run.place("issuing")
    kept = run.seeded(run.sizes.middle)
    requests = issue_requests(folder / "requests", kept.users, kept.api_key)
    with Claviger(kept.copy_to(folder, "claviger"), folder) as server:
        wrk(server.port, requests, 1)
        syncs, issues = run.interleaved(
            lambda: syncs_per_second(folder, run.seconds / 2),
            lambda: measured(server, lambda: wrk(server.port, requests, run.seconds)))
        add_issues(run, syncs, issues)
        measure_checks_meanwhile(run, folder, server, requests)


def add_issues(run, syncs, issues):
    run.rows.append(Row(
        f"acknowledged durable issues per second, {CONNECTIONS} connections ÷ syncs per second "
        f"of the disk (append of {SYNC_BYTES} bytes + fdatasync)", "≥ 8",
        [sample.rate / rate for sample, rate in zip(issues, syncs)]))
    run.details.append((
        "Issuing (`POST /token`), wrk, 64 connections",
        table(["", *SAMPLE_HEADS], [["issues", *sample_cells(issues)]])
        + f"\n\nThe disk did {spread(syncs)} syncs/s; each issue is in a commit that was synced."))


def measure_checks_meanwhile(run, folder, server, issues):
    """The latency of checks alone, and while 64 connections issue as fast as they can."""
    run.say("checks while issues run at full rate")
    checks = check_requests(folder / "checks", server.database.tokens)
    warm(server, checks)
    closed = partial(wrk, server.port, checks, run.seconds)
    steady = partial(steady_checks, server.port, checks, run.seconds)
    busy_issues = partial(wrk, server.port, issues, run.seconds)
    alone, busy, steady_alone, steady_busy = run.interleaved(
        closed, lambda: at_once(closed, busy_issues), steady,
        lambda: at_once(steady, busy_issues))
    busy_checks, issued = zip(*busy)
    steady_checks_busy, steady_issued = zip(*steady_busy)
    run.rows.append(Row("p99 of checks while issues run at full rate ÷ p99 of checks alone",
                        "≤ 2", ratios(busy_checks, alone, lambda s: s.p99)))
    heads = ["checks", "checks/s", "p50 µs", "p99 µs", "p99.9 µs", "issues/s meanwhile"]
    rate = f"{STEADY_CHECKS:,}/s"
    run.details.append(("Checks while issuing", table(heads, [
        ["closed loop, alone", *sample_cells(alone)[1:], "–"],
        ["closed loop", *sample_cells(busy_checks)[1:], spread([s.rate for s in issued])],
        [f"{rate}, alone", *sample_cells(steady_alone)[1:], "–"],
        [rate, *sample_cells(steady_checks_busy)[1:], spread([s.rate for s in steady_issued])],
        [f"p99 at {rate} while issuing ÷ alone", "", "",
         spread(ratios(steady_checks_busy, steady_alone, lambda s: s.p99)), "", ""]])
        + "\n\nBoth loads share the generators' core, and both kinds of work the server's."))


def steady_checks(port, requests, seconds):
    return load(port, "--requests", requests, seconds=seconds, rate=STEADY_CHECKS)[0]
