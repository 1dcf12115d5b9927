"""Measures nodes on PostgreSQL: how long a revocation takes, what a check costs, and how much an
idle node asks of the database."""

import argparse
import http.client
import json
import os
import secrets
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from loads import check_requests, load, request_text, at_once, write_requests
from machine import ROOT, SERVER_CORE, TICKS, end_cleanly, machine_text
from report import interleaved, ratios, spread, table

# The tests' own tools start servers and databases; some of their modules have names of ours.
sys.path[:0] = [str(ROOT / "tests" / "cluster"), str(ROOT / "tests" / "lib")]
sys.modules.pop("databases", None)
os.environ.setdefault("CLAVIGER_BINARY", str(ROOT / "build" / "release" / "claviger"))

from claviger import Server, fresh_credentials  # noqa: E402
from databases import DATABASE, Databases  # noqa: E402

ISSUERS = 16
FEWEST_IN_MEMORY = 1_000  # that a server can be told to keep
TOKENS = 8 * FEWEST_IN_MEMORY  # asked in turn, so that none is still in memory when it comes again


def parse():
    parser = argparse.ArgumentParser(prog="bench/cluster", description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each load of checks")
    parser.add_argument("--revocations", type=int, default=200, help="of each caller")
    parser.add_argument("--no-standby", action="store_true",
                        help="commits wait for the primary's disk alone")
    parser.add_argument("--only", choices=GROUPS, nargs="+", default=list(GROUPS))
    return parser.parse_args()


# Servers

class Nodes:
    """Servers with the same secrets, on one database; each with one worker."""

    def __init__(self, stack, url, count, **settings):
        shared = fresh_credentials()
        self.all = [Server(CLAVIGER_DATABASE_URL=url, CLAVIGER_WORKERS="1", **shared, **settings)
                    for _ in range(count)]
        for server in self.all:
            stack.callback(end, server)
            server.start()
        self.first = self.all[0]
        self.secrets = shared


def end(server):
    server.stop()
    server.remove()


def ask(server, method, path, headers, fields=None):
    connection = http.client.HTTPConnection(*server.address, timeout=30)
    try:
        body = json.dumps(fields) if fields else None
        kind = {"Content-Type": "application/json"} if fields else {}
        connection.request(method, path, body, {**headers, **kind})
        answer = connection.getresponse()
        text = answer.read()
        if answer.status not in (200, 201):
            raise RuntimeError(f"{method} {path}: {answer.status} {text!r}")
        return json.loads(text)
    finally:
        connection.close()


class Issuer:
    """Issues tokens for one user of one client, which it makes."""

    def __init__(self, nodes):
        self.server = nodes.first
        client = ask(self.server, "POST", "/client", {}, {
            "username": nodes.secrets["MASTER_USERNAME"],
            "password": nodes.secrets["MASTER_PASSWORD"], "client_name": "bench"})
        self.key = {"x-api-key": client["api_key"]}
        user = ask(self.server, "POST", "/user", self.key,
                   {"identifier": f"user-{secrets.token_hex(4)}"})
        self.login = {"identifier": user["identifier"], "secret": user["secret"]}

    def issue(self, count):
        with ThreadPoolExecutor(ISSUERS) as pool:
            return list(pool.map(lambda _: ask(self.server, "POST", "/token", self.key,
                                               self.login)["token"], range(count)))


def processor_seconds(pids):
    """User and system time of these processes so far."""
    ticks = 0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / TICKS


def family(pid):
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def pin(pid):
    """All of its threads to the servers' core."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        os.sched_setaffinity(int(thread.name), {SERVER_CORE})


# Revocations

def revoke(nodes, issuer, folder, callers, count):
    """Each node gets its share of the callers, and each caller revokes `count` tokens, one after
    the other: p50, p99, most (ms), and revocations a second."""
    share = callers // len(nodes.all) or 1
    used = nodes.all[:callers]
    runs = []
    for number, server in enumerate(used):
        tokens = issuer.issue(share * count)
        requests = write_requests(folder / f"revocations-{number}-{secrets.token_hex(4)}", (
            request_text("DELETE", "/token", [("Authorization", f"Bearer {token}")])
            for token in tokens))
        runs.append(lambda port=server.address[1], requests=requests, n=len(tokens): load(
            port, "--requests", requests, "--in-turn", connections=share, seconds=60,
            requests_count=n))
    began = time.monotonic()
    said = [pair[1] for pair in at_once(*runs)]
    seconds = time.monotonic() - began
    answers = sum(one["good"]["count"] for one in said)
    if answers != len(used) * share * count:
        raise RuntimeError(f"not all were revoked: {said}")
    worst = {name: max(one["good"][f"{name}_ns"] for one in said) / 1e6
             for name in ("p50", "p99", "max")}
    return [worst["p50"], worst["p99"], worst["max"], answers / seconds]


def measure_revocations(options, folder):
    rows = []
    for count in (3, 10):
        with ExitStack() as stack:
            databases = Databases(standby=not options.no_standby)
            stack.callback(databases.finish)
            nodes = Nodes(stack, databases.url(), count)
            issuer = Issuer(nodes)
            for callers in (1, count, 4 * count):
                each = max(options.revocations // max(callers // 3, 1), 20)
                kept = interleaved(options.rounds, lambda c=callers, n=each: revoke(
                    nodes, issuer, folder, c, n))[0]
                rows.append([count, callers, *(spread([one[i] for one in kept])
                                               for i in range(4))])
                print(rows[-1], flush=True)
    return ("Revocations (`DELETE /token`), spread evenly over the nodes",
            table(["nodes", "callers", "p50 ms", "p99 ms", "most ms", "a second"], rows))


# Checks

def check_load(server, requests, options, others=()):
    """(server's processor µs a check, that with the database's, checks a second)"""
    pids = [server.process.pid]
    before, before_others = processor_seconds(pids), processor_seconds(others)
    sample, said = load(server.address[1], "--requests", requests, "--in-turn",
                        seconds=options.seconds)
    if sample.refused or sample.broken:
        raise RuntimeError(f"checks were refused: {said}")
    own = processor_seconds(pids) - before
    both = own + processor_seconds(others) - before_others
    return own / sample.answers * 1e6, both / sample.answers * 1e6, sample.rate


def measure_checks(options, folder):
    with ExitStack() as stack:
        databases = Databases(standby=not options.no_standby)
        stack.callback(databases.finish)
        embedded = Nodes(stack, f"sqlite:{folder / 'checks.db'}", 1)
        nodes = Nodes(stack, databases.url(), 1)
        asking = Server(CLAVIGER_DATABASE_URL=databases.url(), CLAVIGER_WORKERS="1",
                        CLAVIGER_CACHE_TOKENS=str(FEWEST_IN_MEMORY), **nodes.secrets)
        stack.callback(end, asking.start())
        requests = [check_requests(folder / f"checks-{number}", Issuer(of).issue(TOKENS))
                    for number, of in enumerate((embedded, nodes))]
        for server in (embedded.first, nodes.first, asking):
            pin(server.process.pid)
        for server, file in zip((embedded.first, nodes.first), requests):
            load(server.address[1], "--requests", file, "--in-turn", seconds=60,
                 requests_count=TOKENS)
        database = family(databases.primary.process.pid)
        samples = interleaved(
            options.rounds,
            lambda: check_load(embedded.first, requests[0], options),
            lambda: check_load(nodes.first, requests[1], options),
            lambda: check_load(asking, requests[1], options, database))
    names = ("on SQLite", "on PostgreSQL", "on PostgreSQL, asking it at each check")
    rows = [[name, *(spread([one[i] for one in kept]) for i in range(3))]
            for name, kept in zip(names, samples)]
    rows.append(["on PostgreSQL ÷ on SQLite",
                 *(spread(ratios(samples[1], samples[0], lambda s, i=i: s[i])) for i in range(3))])
    rows.append(["asking ÷ on PostgreSQL",
                 *(spread(ratios(samples[2], samples[1], lambda s, i=i: s[i])) for i in range(3))])
    return ("Checks (`GET /token`), 64 connections, the server on one core", table(
        ["a node", "its CPU µs", "with the database's CPU µs", "a second"], rows))


# What the database has to do for nodes

def transactions(databases):
    found, = databases.primary.psql(
        "SELECT xact_commit + xact_rollback FROM pg_stat_database "
        f"WHERE datname = '{DATABASE}'")
    return int(found)


def measure_idle(options, folder):
    rows = []
    for count in (3, 10):
        with ExitStack() as stack:
            databases = Databases(standby=not options.no_standby)
            stack.callback(databases.finish)
            nodes = Nodes(stack, databases.url(), count)
            requests = check_requests(folder / f"idle-{count}", Issuer(nodes).issue(100))
            for server in nodes.all:
                load(server.address[1], "--requests", requests, "--in-turn", seconds=10,
                     requests_count=200)
            family_of = family(databases.primary.process.pid)

            def loaded(run):
                before, cpu, began = (transactions(databases), processor_seconds(family_of),
                                      time.monotonic())
                run()
                seconds = time.monotonic() - began
                return [(transactions(databases) - before) / seconds / count,
                        (processor_seconds(family_of) - cpu) / seconds / count * 100]
            kept = interleaved(
                options.rounds, lambda: loaded(lambda: time.sleep(2 * options.seconds)),
                lambda: loaded(lambda: load(nodes.first.address[1], "--requests", requests,
                                            seconds=2 * options.seconds)))
            rows += [[count, name, spread([one[0] for one in part]),
                      spread([one[1] for one in part])]
                     for name, part in zip(("idle", "one node checks at full speed"), kept)]
    return ("Load on the primary for each node", table(
        ["nodes", "", "transactions a second", "CPU, % of a core"], rows))


GROUPS = {"revocations": measure_revocations, "checks": measure_checks, "idle": measure_idle}


def main():
    options = parse()
    end_cleanly()
    machine = machine_text()
    with tempfile.TemporaryDirectory(prefix="claviger-bench-") as folder:
        for name in options.only:
            title, text = GROUPS[name](options, Path(folder))
            print(f"\n### {title}\n\n{text}", flush=True)
    print(f"\n{machine}; {options.rounds} rounds, interleaved; median (least–most)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
