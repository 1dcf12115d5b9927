"""Offers a server four times the issues that it can serve, and checks beside. It should go on
serving at its peak, refuse the rest early, stay responsive for /healthz and revocations, and be
itself again at once."""

import argparse
import base64
import http.client
import json
import sys
import threading
import time
from functools import partial

import tokens as issued_tokens
from loads import at_once, check_requests, issue_requests, load, wrk
from machine import machine_text
from report import number_text, table
from run_context import add_options, temporary_run
from servers import Claviger

FACTOR = 4
CHECKS = 10_000  # a second; more would leave the generator of issues no processor
CONNECTIONS = 4_096  # far more than there are places in the queue of what may wait
PROBE_SECONDS = 0.02
REVOCATIONS = 200


def token_id(token):
    payload = token.split(".")[1]
    return json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["jti"]


class Probe:
    """Asks the same thing now and then on one connection; keeps statuses and times."""

    def __init__(self, port, requests):
        self.port = port
        self.requests = requests  # an iterator of (method, target, headers)
        self.times_ms = {}  # by status
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._run)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()

    def _run(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        for method, target, headers in self.requests:
            if self.stopping.wait(PROBE_SECONDS):
                break
            begin = time.monotonic()
            try:
                connection.request(method, target, headers=headers)
                answer = connection.getresponse()
                answer.read()
                status = answer.status
            except (OSError, http.client.HTTPException):
                connection.close()
                status = "broken"
            self.times_ms.setdefault(status, []).append((time.monotonic() - begin) * 1e3)
        connection.close()

    def cells(self):
        for status, times in sorted(self.times_ms.items(), key=str):
            times.sort()
            yield [str(status), f"{len(times):,}", number_text(times[len(times) // 2]),
                   number_text(times[int(len(times) * 0.99)])]


def healthz():
    while True:
        yield "GET", "/healthz", {}


def revocations(api_key, tokens):
    for token in tokens:
        yield "DELETE", f"/tokens/{token_id(token)}", {"x-api-key": api_key}


def answer_rows(what, sample, said):
    """A row for each kind of answer to a load."""
    for status, count in said["statuses"].items():
        times = said["good" if int(status) < 400 else "refused"]
        yield [what, status, f"{count / sample.seconds:,.0f}", number_text(times["p50_ns"] / 1e6),
               number_text(times["p99_ns"] / 1e6)]
    if said["broken"]:
        yield [what, "broken", f"{said['broken'] / sample.seconds:,.0f}", "", ""]


def check(port, requests, seconds):
    return load(port, "--requests", requests, seconds=seconds, rate=CHECKS)[0]


def overload(run, server, issues, checks, peak):
    """Rows of answers and of probes while the server is offered too much."""
    spare = issued_tokens.issue(server, REVOCATIONS)
    with Probe(server.port, healthz()) as health, \
            Probe(server.port, revocations(server.database.api_key, spare)) as revoking:
        (offered, said), checked = at_once(
            partial(load, server.port, "--requests", issues, "--from-sending", seconds=run.seconds,
                    connections=CONNECTIONS, rate=FACTOR * peak),
            partial(check, server.port, checks, run.seconds))
    rows = [*answer_rows(f"issues offered at {FACTOR * peak:,.0f}/s", offered, said),
            [f"checks offered at {CHECKS:,}/s", "200", number_text(checked.rate),
             number_text(checked.p50 / 1e3), number_text(checked.p99 / 1e3)]]
    for what, probe in (("`GET /healthz`", health), ("`DELETE /tokens/{id}`", revoking)):
        rows += [[what, *cells] for cells in probe.cells()]
    return rows, offered, said


def main():
    parser = argparse.ArgumentParser(prog="bench/overload", description=__doc__)
    add_options(parser)
    arguments = parser.parse_args()
    machine = machine_text()
    holder, run = temporary_run(arguments)
    with holder:
        database = run.seeded(run.sizes.small).copy_to(run.folder, "overload")
        issues = issue_requests(run.folder / "issues", database.users, database.api_key)
        checks = check_requests(run.folder / "checks", database.tokens)
        with Claviger(database, run.folder) as server:
            wrk(server.port, checks, 1)
            run.say("the peak")
            alone, _ = load(server.port, "--requests", issues, seconds=run.seconds)
            together, _ = at_once(partial(load, server.port, "--requests", issues,
                                          seconds=run.seconds),
                                  partial(check, server.port, checks, run.seconds))
            run.say("the overload")
            rows, offered, said = overload(run, server, issues, checks, alone.rate)
            after, _ = load(server.port, "--requests", issues, seconds=1)
    print(f"\n{machine}; {run.seconds} s of each\n")
    print(table(["what", "status", "number (loads: a second)", "p50 ms", "p99 ms"], rows))
    print("\n" + table(["issues a second", "", "of the peak"], [
        ["peak, alone", number_text(alone.rate), ""],
        ["the same load beside checks", number_text(together[0].rate),
         number_text(together[0].rate / alone.rate)],
        ["overloaded, beside checks", number_text(offered.rate),
         number_text(offered.rate / alone.rate)],
        ["in the first second after", number_text(after.rate),
         number_text(after.rate / alone.rate)]]))
    print(f"\n{said['without_retry_after']} answers 503 lacked Retry-After; "
          f"{after.refused} of {after.answers + after.refused} issues were refused afterwards. "
          f"The generator of issues used {offered.generator_cpu_seconds / offered.seconds:.0%} of "
          "its core while it offered too much.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
