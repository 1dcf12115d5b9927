"""Runs a cluster with clients and faults, and says whether what the clients saw could have been.

    tests/cluster/run --seconds 60

Exit status: 0 if all checks passed, 1 if not, 77 if something is missing that it needs.
"""

import argparse
import contextlib
import secrets
import shutil
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import history as h
from balancer import Balancer
from claviger import ROOT, binary
from databases import DATABASE, Databases
from nemesis import DatabaseNemesis, NodeNemesis
from nodes import Nodes
from processes import Missing
from proxy import Links
from workload import Workload

MISSING = 77
TELL_EACH_S = 10
PEACE_FIRST = 0.15  # of the run: how fast it is with nothing broken
SETTLE_S = 2
SHOWN = 10
# A lease that is longer than the others think, and what shows it; nothing that ends the process.
PLANTED_LEASE_MS = 60_000
PLANTED_FAULTS = "cut_links,cut_links_up,cut_links_down,pause_long"


def arguments():
    parser = argparse.ArgumentParser(prog="tests/cluster/run", description=__doc__.split("\n")[0])
    parser.add_argument("--seconds", type=float, default=60, help="of load, without the end")
    parser.add_argument("--seed", type=int, default=None, help="of clients and faults")
    parser.add_argument("--nodes", type=int, default=3)
    parser.add_argument("--database", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--no-standby", action="store_true", help="and so without failover")
    parser.add_argument("--balancer", action="store_true", help="some clients call by HAProxy")
    parser.add_argument("--faults", default="", metavar="NAME,…",
                        help="these alone; none: no faults; all: " + ", ".join(
                            NodeNemesis.all() + DatabaseNemesis.all()))
    parser.add_argument("--plant-fault", action="store_true",
                        help="the first node has a longer lease than the others know of; passes "
                             "if a violation is found")
    parser.add_argument("--keep", type=Path, default=ROOT / "build/cluster", metavar="FOLDER",
                        help="where history and logs go if something was found (build/cluster)")
    return parser.parse_args()


class Log:
    def __init__(self):
        self.began = time.monotonic()

    def __call__(self, text):
        print(f"{time.monotonic() - self.began:7.1f} s  {text}", flush=True)


class Cluster:
    """All that runs; ends with it."""

    def __init__(self, options, log):
        self.options, self.log = options, log
        self.databases = self.balancer = None
        self.links = []
        self.folder = Path(tempfile.mkdtemp(prefix="claviger-cluster-"))
        with contextlib.ExitStack() as stack:  # what was started ends, whatever happens
            stack.callback(shutil.rmtree, self.folder, ignore_errors=True)
            self._start(stack)
            self.finish = stack.pop_all().close

    def _start(self, stack):
        options = self.options
        if options.database == "postgres":
            self.databases = Databases(standby=not options.no_standby)
            stack.callback(self.databases.finish)
            network = Links()
            stack.callback(network.finish)
            self.links = [[network.make(server.port) for server in self.databases.servers]
                          for _ in range(options.nodes)]
            urls = [self.databases.url([link.port for link in links]) for links in self.links]
            self.url = self.databases.url()
        else:
            self.url = f"sqlite:{self.folder / 'claviger.db'}"
            urls = [self.url] * options.nodes
        self.nodes = Nodes(urls)
        stack.callback(self.nodes.finish)
        if options.plant_fault:
            self._plant()
        self.nodes.start()
        if options.balancer:
            self.balancer = Balancer(self.nodes)
            stack.callback(self.balancer.finish)
        self.log(f"{options.nodes} nodes are ready")

    def _plant(self):
        """The lease stands in the database, and a node reads it when it starts."""
        first, primary = self.nodes.all[0], self.databases.primary
        first.start()  # makes the tables
        first.stop()
        right, = primary.psql("SELECT lease_ms FROM meta", DATABASE)
        primary.psql(f"UPDATE meta SET lease_ms = {PLANTED_LEASE_MS}", DATABASE)
        first.start()
        primary.psql(f"UPDATE meta SET lease_ms = {right}", DATABASE)

    def workload(self, seed):
        roaming = (self.balancer.name, self.balancer.address) if self.balancer else None
        settings = {**self.nodes.settings, "CLAVIGER_DATABASE_URL": self.url}
        return Workload([(node.name, node.address) for node in self.nodes], settings, seed, roaming)

    def nemeses(self, seed):
        faults = self.options.faults or (PLANTED_FAULTS if self.options.plant_fault else "")
        only = [name for name in faults.split(",") if name]
        made = [NodeNemesis(self.nodes, self.links, seed, self.log, only)]
        if self.databases:
            made.append(DatabaseNemesis(self.databases, self.links, seed + 1, self.log, only))
        return made

    def heal(self):
        """Nothing is broken any more when this returns."""
        for link in [link for links in self.links for link in links]:
            link.mend()
        if self.databases:
            self.databases.await_standby()
        self.nodes.await_ready()


class Report:
    """Checks, counted as they are printed."""

    def __init__(self):
        self.passed = self.failed = 0

    def check(self, name, is_good, detail=""):
        self.passed += is_good
        self.failed += not is_good
        print(f"{'ok  ' if is_good else 'FAIL'}  {name}{': ' if detail else ''}{detail}")

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        return 1 if self.failed else 0


def run_load(cluster, seed, options, log):
    """Clients and faults for as long as was asked for: (workload, nemeses, problems)."""
    load, nemeses = cluster.workload(seed), cluster.nemeses(seed)
    try:
        load.start()
        break_and_tell(load, nemeses, options, log)
    except BaseException:
        load.stopping.set()
        raise
    finally:
        for nemesis in nemeses:
            nemesis.stop()
    problems = [f"{node.name} ended by itself" for node in cluster.nodes if not node.is_running()]
    try:
        cluster.heal()
        log("everything is whole again")
        threading.Event().wait(SETTLE_S)
        load.stop()
        log("asking every node about every token")
        load.check_all()
    except AssertionError as failure:
        problems.append(str(failure))
    load.stopping.set()
    problems += load.failures + [nemesis.failure for nemesis in nemeses if nemesis.failure]
    return load, nemeses, problems


def break_and_tell(load, nemeses, options, log):
    pause = threading.Event()
    began = time.monotonic()

    def left():
        return began + options.seconds - time.monotonic()

    pause.wait(options.seconds * PEACE_FIRST)
    for nemesis in nemeses:
        nemesis.start()
    while left() > 0 and not load.failures and not any(nemesis.failure for nemesis in nemeses):
        pause.wait(min(TELL_EACH_S, max(0, left())))
        operations = list(load.history.operations)
        acknowledged = sum(op.kind in h.REVOKING and op.outcome == h.OK for op in operations)
        log(f"{len(operations):,} operations, {acknowledged:,} revocations acknowledged")


def stop_nodes(cluster):
    """SIGTERM for all of them: what was not as it should be."""
    problems = []
    for node in cluster.nodes:
        try:
            status = node.stop()
            if status != 0:
                problems.append(f"{node.name}: exit status {status}")
        except Exception as failure:  # noqa: it is reported
            problems.append(f"{node.name}: {failure!r}")
    return problems


def percentile(values, part):
    return sorted(values)[min(len(values) - 1, int(len(values) * part))]


def print_latency(title, times_ms):
    if times_ms:
        print(f"  {title:22}{len(times_ms):8,} p50 {percentile(times_ms, 0.5):8.1f} ms"
              f"  p99 {percentile(times_ms, 0.99):8.1f} ms  max {max(times_ms):8.1f} ms")


def print_numbers(load, nemeses):
    operations = load.history.operations
    kinds = sorted({op.kind for op in operations})
    outcomes = (h.OK, h.REFUSED, h.UNAVAILABLE, h.LOST, h.FAILED)
    print(f"\n  {'operation':22}" + "".join(f"{outcome:>13}" for outcome in outcomes))
    for kind in kinds:
        found = [op.outcome for op in operations if op.kind == kind]
        print(f"  {kind:22}" + "".join(f"{found.count(outcome):13,}" for outcome in outcomes))
    faults = [fault.name for nemesis in nemeses for fault in nemesis.faults]
    print(f"\n  {len(faults)} faults: " + ", ".join(
        f"{faults.count(name)} {name}" for name in sorted(set(faults))))
    print("\n  acknowledged revocations")
    peaceful, disturbed = [], []
    for op in operations:
        if op.kind in h.REVOKING and op.outcome == h.OK and op.node != "command":
            calm = all(nemesis.was_peaceful(op.invoke, op.end) for nemesis in nemeses)
            (peaceful if calm else disturbed).append((op.end - op.invoke) / 1e6)
    print_latency("nothing broken", peaceful)
    print_latency("something broken", disturbed)
    print()


def print_found(texts, nemeses, log):
    """(text, operation) of each, with when it was and what was broken at the time."""
    for text, operation in texts[:SHOWN]:
        end = operation.end if operation.outcome != h.LOST else operation.invoke
        faults = [name for nemesis in nemeses for name in nemesis.during(operation.invoke, end)]
        print(f"{operation.invoke / 1e9 - log.began:11.1f} s  {text}; during "
              f"{', '.join(faults) or 'nothing'}")


def report_violations(report, findings, nemeses, log):
    for kind in h.VIOLATIONS:
        found = [violation for violation in findings.violations if violation.kind == kind]
        report.check(f"never: {kind}", not found, f"{len(found)} times" if found else "")
        print_found([(violation, violation.operation) for violation in found], nemeses, log)


def report_power(report, load, findings):
    """That the run could have found something."""
    done = {(op.kind, op.outcome) for op in load.history.operations}
    missing = [kind for kind in (h.ISSUE, *h.REVOKING, h.ACTIVATE_USER) if (kind, h.OK) not in done]
    report.check("each operation succeeded now and then", not missing, ", ".join(missing))
    verdicts = {name: findings.verdicts[f"of {name} tokens"] for name in ("live", "revoked")}
    report.check("checks of live and of revoked tokens", all(verdicts.values()), str(verdicts))


def report_all(options, load, nemeses, problems, findings, log):
    report = Report()
    print_numbers(load, nemeses)
    # Of each token once.
    refused = {check.subject: (h.line_of(check), check) for check in findings.rejected_live}
    print(f"  refused though nobody had tried to revoke it: {len(findings.rejected_live)} times, "
          f"{len(refused)} tokens")
    print_found(list(refused.values()), nemeses, log)
    if options.plant_fault:
        found = [(violation, violation.operation) for violation in findings.violations
                 if violation.kind == h.ACCEPTED_AFTER_REVOCATION]
        report.check("the planted fault was found", bool(found), f"{len(found)} violations")
        print_found(found, nemeses, log)
        return report
    report_violations(report, findings, nemeses, log)
    report_power(report, load, findings)
    report.check("nodes, clients and faults did as they should", not problems,
                 "; ".join(problem[:300] for problem in problems))
    return report


def keep(folder, cluster, load):
    folder.mkdir(parents=True, exist_ok=True)
    load.history.save(folder / "history")
    cluster.nodes.save_logs(folder)
    for server in cluster.databases.servers if cluster.databases else ():
        (folder / f"postgres-{server.name}.log").write_text(server.log_text(), "utf-8")
    print(f"history and logs: {folder}")


def run(options):
    seed = options.seed if options.seed is not None else secrets.randbelow(1_000_000)
    print(f"seed {seed}, {binary()}", flush=True)
    log = Log()
    cluster = Cluster(options, log)
    try:
        load, nemeses, problems = run_load(cluster, seed, options, log)
        problems += stop_nodes(cluster)
        findings = h.check(load.history)
        report = report_all(options, load, nemeses, problems, findings, log)
        if report.failed or findings.rejected_live:
            keep(options.keep, cluster, load)
        return report.end()
    finally:
        cluster.finish()


def main():
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    if options.plant_fault and options.database != "postgres":
        sys.exit("--plant-fault needs PostgreSQL")
    try:
        binary()
        if options.balancer and Balancer.program() is None:
            raise Missing("there is no HAProxy: install Debian's package haproxy")
        return run(options)
    except (Missing, RuntimeError) as missing:
        print(f"tests/cluster/run: {missing}", file=sys.stderr)
        return MISSING


if __name__ == "__main__":
    sys.exit(main())
