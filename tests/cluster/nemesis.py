"""Breaks a cluster while clients use it: pauses, kills, cut links, failovers, from a seed.

Two of them work side by side, one on the nodes and their links, one on the databases, so that their
faults overlap. Each fault undoes itself. No process is told about it.
"""

import random
import threading
import time
from typing import NamedTuple

LEASE_S = 2.0
WAIT_S = LEASE_S * 9 / 7  # for how long a revocation waits for a node that fell silent
PAUSES = (0.5 * LEASE_S, LEASE_S, 2 * LEASE_S)


class Fault(NamedTuple):
    name: str
    begin: int
    end: int


class Nemesis:
    """One thread that does one fault after the other, with some peace between."""

    PEACE_S = (0.5, 5.0)

    def __init__(self, seed, log, only=()):
        self.randomly = random.Random(seed)
        self.log = log
        self.faults = []
        self.current = None
        self.failure = None
        self.stopping = threading.Event()
        self.thread = None
        self.choices = [name for name in self.all() if not only or name in only]

    @classmethod
    def all(cls):
        """The names of its faults."""
        return [name.removeprefix("do_") for name in vars(cls) if name.startswith("do_")]

    def start(self):
        if self.choices:
            self.thread = threading.Thread(target=self._run, daemon=True)
            self.thread.start()

    def stop(self):
        """Ends after the fault under way has undone itself."""
        self.stopping.set()
        if self.thread is not None and self.thread.is_alive():
            self.thread.join(180)
            assert not self.thread.is_alive(), f"{self.current} does not end"

    def wait(self, seconds):
        self.stopping.wait(seconds)

    def _run(self):
        # Each once in random order, then anew, so that a short run misses few.
        order = []
        while not self.stopping.is_set():
            self.wait(self.randomly.uniform(*self.PEACE_S))
            if self.stopping.is_set():
                return
            order = order or self.randomly.sample(self.choices, len(self.choices))
            self.current = order.pop()
            begin = time.monotonic_ns()
            try:
                detail = getattr(self, "do_" + self.current)() or ""
            except BaseException as failure:  # noqa: the run reports it
                self.failure = f"{self.current}: {failure!r}"
                raise
            finally:
                self.faults.append(Fault(self.current, begin, time.monotonic_ns()))
            self.log(f"{self.current} {detail}".rstrip())

    def during(self, begin, end):
        """The faults that were under way then."""
        return [fault.name for fault in self.faults if fault.begin < end and begin < fault.end]

    def was_peaceful(self, begin, end):
        """Whether no fault was near that span of time: nor long enough before to be felt."""
        felt_ns = int((WAIT_S + 1.5) * 1e9)
        return not any(fault.begin < end and begin < fault.end + felt_ns for fault in self.faults)


class NodeNemesis(Nemesis):
    """`links`: for each node, those to the databases; empty if there are none."""

    def __init__(self, nodes, links, *arguments):
        self.nodes, self.links = list(nodes), links
        super().__init__(*arguments)
        if not links:
            self.choices = [name for name in self.choices if "link" not in name]

    def _pick(self):
        place = self.randomly.randrange(len(self.nodes))
        return self.nodes[place], self.links[place] if self.links else []

    def _pause(self, nodes, seconds):
        try:
            for node in nodes:
                node.pause()
            self.wait(seconds)
        finally:
            for node in nodes:
                node.resume()

    def do_pause_node(self):
        node, seconds = self._pick()[0], self.randomly.choice(PAUSES)
        self._pause([node], seconds)
        return f"{node.name} {seconds} s"

    def do_pause_long(self):
        node = self._pick()[0]
        self._pause([node], PAUSES[-1])
        return f"{node.name} {PAUSES[-1]} s"

    def do_pause_all_but_one(self):
        node, seconds = self._pick()[0], self.randomly.choice(PAUSES)
        self._pause([other for other in self.nodes if other is not node], seconds)
        return f"{node.name} {seconds} s"

    def do_kill_node(self):
        node = self._pick()[0]
        node.kill()
        node.start()
        return node.name

    def do_kill_node_for_a_while(self):
        node, seconds = self._pick()[0], self.randomly.uniform(0.2, 2) * LEASE_S
        node.kill()
        self.wait(seconds)
        node.start()
        return f"{node.name} {seconds:.1f} s"

    def do_restart_node(self):
        node = self._pick()[0]
        status = node.stop()
        assert status == 0, f"exit status {status}"
        node.start()
        return node.name

    def _cut_links(self, *directions):
        node, links = self._pick()
        seconds = self.randomly.choice((0.5, 1, 2, 3)) * LEASE_S
        drop = self.randomly.random() < 0.5
        try:
            for link in links:
                link.cut(*directions)
            self.wait(seconds)
        finally:
            for link in links:
                link.mend(drop)
        return f"{node.name} {seconds} s, what was held {'is lost' if drop else 'arrives'}"

    def do_cut_links(self):
        return self._cut_links()

    def do_cut_links_up(self):
        return self._cut_links("up")

    def do_cut_links_down(self):
        return self._cut_links("down")

    def do_refuse_links(self):
        node, links = self._pick()
        seconds = self.randomly.uniform(0.2, 3) * LEASE_S
        try:
            for link in links:
                link.refuse()
            self.wait(seconds)
        finally:
            for link in links:
                link.mend()
        return f"{node.name} {seconds:.1f} s"

    def do_slow_links(self):
        node, links = self._pick()
        seconds, delay_s = 2 * LEASE_S, self.randomly.choice((0.02, 0.1, 0.4))
        try:
            for link in links:
                link.slow_down(delay_s)
            self.wait(seconds)
        finally:
            for link in links:
                link.mend()
        return f"{node.name} {delay_s * 1000:.0f} ms for {seconds} s"

    def do_cut_links_and_pause(self):
        """The node wakes without its database."""
        node, links = self._pick()
        try:
            for link in links:
                link.cut()
            self._pause([node], self.randomly.choice(PAUSES))
            self.wait(LEASE_S / 2)
        finally:
            for link in links:
                link.mend()
        return node.name


class DatabaseNemesis(Nemesis):
    """`links`: for each node, those to the databases, in the order of `databases.servers`."""

    PEACE_S = (2.0, 7.0)

    def __init__(self, databases, links, *arguments):
        self.databases, self.links = databases, links
        super().__init__(*arguments)
        if len(databases.servers) < 2:
            self.choices = [name for name in self.choices if "primary" in name]

    def _recover(self):
        self.databases.await_standby()

    def do_restart_primary(self):
        self.databases.primary.restart()
        self._recover()

    def do_kill_primary(self):
        self.databases.primary.kill()
        self.wait(self.randomly.choice((0, 0, LEASE_S)))
        self.databases.primary.start()
        self._recover()

    def _pause(self, server):
        seconds = self.randomly.choice(PAUSES)
        try:
            server.pause()
            self.wait(seconds)
        finally:
            server.resume()
        self._recover()
        return f"{seconds} s"

    def do_pause_primary(self):
        return self._pause(self.databases.primary)

    def do_pause_standby(self):
        """No commit is answered meanwhile, but each of them is visible once it is."""
        return self._pause(self.databases.standby)

    def _fail_over(self, strict):
        old = self.databases.primary
        old.kill()
        self.wait(self.randomly.choice((0, 0, LEASE_S)))
        self.databases.promote(strict)
        self.wait(self.randomly.uniform(0, LEASE_S))
        self.databases.rejoin(old)
        return f"from {old.name} to {self.databases.primary.name}"

    def do_failover(self):
        return self._fail_over(strict=False)

    def do_failover_strict(self):
        return self._fail_over(strict=True)

    def do_failover_with_lost_commits(self):
        """Commits that the standby has not got are seen by other sessions as soon as the waiting
        for it is cancelled. Then the standby takes over, and they never were."""
        old, standby = self.databases.primary, self.databases.standby
        cancelled = 0
        try:
            standby.pause()
            for _ in range(10):
                self.wait(0.1)
                cancelled += len(old.psql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity"
                                          " WHERE wait_event = 'SyncRep'"))
            old.kill()
        finally:
            standby.resume()
        self.databases.promote(strict=False)
        self.wait(self.randomly.uniform(0, LEASE_S))
        self.databases.rejoin(old)
        return f"{cancelled} commits cancelled, from {old.name} to {self.databases.primary.name}"

    def do_split_brain(self):
        """The standby takes over while the old primary is there, for one node to find."""
        old, new = self.databases.primary, self.databases.standby
        lonely = self.randomly.randrange(len(self.links))
        cannot_leave = self.randomly.random() < 0.5
        seconds = self.randomly.choice((0.5, 1, 3)) * LEASE_S
        places = {server: place for place, server in enumerate(self.databases.servers)}
        closed = [links[places[old]] for number, links in enumerate(self.links) if number != lonely]
        if cannot_leave:
            closed.append(self.links[lonely][places[new]])
        try:
            for link in closed:
                link.refuse()
            self.databases.promote(strict=self.randomly.random() < 0.5)
            self.wait(seconds)
            old.kill()
        finally:
            for link in closed:
                link.mend()
        self.databases.rejoin(old)
        return f"node-{lonely + 1} stays{' and must' if cannot_leave else ''}, {seconds} s"
