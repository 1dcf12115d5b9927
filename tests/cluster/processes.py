"""Ports, and processes that are ended by their number."""

import os
import signal
import socket
from pathlib import Path

from wire import until

END_S = 60


class Missing(Exception):
    """Something that a run needs is not there."""


def free_port():
    """A port of 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def children_of(pid):
    """The processes that `pid` has started, and what they have started in turn."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except OSError:
                continue  # it has just ended
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found, todo = [], [pid]
    while todo:
        parent = todo.pop()
        children = [child for child, its_parent in parents.items() if its_parent == parent]
        found += children
        todo += children
    return found


def signal_family(pid, number):
    """Sends a signal to a process and all that it has started. The process is stopped first, so
    that it starts no other meanwhile."""
    family = [pid]
    if number != signal.SIGCONT:
        send(pid, signal.SIGSTOP)
    family += children_of(pid)
    for member in reversed(family):
        send(member, number)
    return family


def kill_family(process):
    """kill -9 for a process of ours and all that it has started; returns when they are gone."""
    family = signal_family(process.pid, signal.SIGKILL)
    process.wait()
    until(lambda: not any(is_alive(member) for member in family), "all of them are gone", END_S)


def is_alive(pid):
    """Neither gone nor waiting to be asked for its status."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in "ZX"


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass
