"""Issuing: how much of what the disk can sync, and what checks notice of it."""

import subprocess
from functools import partial

from checks import warm
from loads import CONNECTIONS, at_once, check_requests, issue_requests, load, measured, wrk
from machine import SERVER_CORE, TOOLS, pinned
from report import SAMPLE_HEADS, Row, ratios, sample_cells, spread, table
from servers import Claviger, Nginx, static_answer

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
    """The latency of checks alone, and while 64 connections issue as fast as they can; beside it
    that of nginx, alone and while a plain loop syncs: what the machine makes of it by itself."""
    run.say("checks while issues run at full rate")
    checks = check_requests(folder / "checks", server.database.tokens)
    warm(server, checks)
    _, body = server.check_answer
    with Nginx(folder, "nginx", static_answer(body)) as nginx:
        steady = partial(steady_checks, server.port, checks, run.seconds)
        steady_nginx = partial(steady_checks, nginx.port, checks, run.seconds)
        alone, busy, nginx_alone, nginx_busy = run.interleaved(
            steady, lambda: at_once(steady, partial(wrk, server.port, issues, run.seconds,
                                                    gives_way=True)),
            steady_nginx, lambda: at_once(steady_nginx,
                                          partial(syncs_per_second, folder, run.seconds)))
    busy, issued = zip(*busy)
    nginx_busy, _ = zip(*nginx_busy)
    run.rows.append(Row(f"p99 of checks ({STEADY_CHECKS:,}/s) while issues run at full rate ÷ p99 "
                        "of checks alone", "≤ 2", ratios(busy, alone, lambda s: s.p99)))
    run.details.append((f"{STEADY_CHECKS:,} checks a second while issuing", table(
        ["checks", "checks/s", "p50 µs", "p99 µs", "p99.9 µs", "issues/s meanwhile"], [
            ["alone", *sample_cells(alone)[1:], "–"],
            ["while 64 connections issue", *sample_cells(busy)[1:],
             spread([s.rate for s in issued])],
            ["nginx `return 200`, alone", *sample_cells(nginx_alone)[1:], "–"],
            ["nginx `return 200`, while a loop appends and syncs", *sample_cells(nginx_busy)[1:],
             "–"]])
        + "\n\nServer and syncs share a core; the load that issues gives way to the one that "
          "checks."))


def steady_checks(port, requests, seconds):
    return load(port, "--requests", requests, seconds=seconds, rate=STEADY_CHECKS)[0]
