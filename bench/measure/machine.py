"""Processes on fixed cores, and what the kernel says they took."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TOOLS = ROOT / "build" / "bench" / "bench"
SERVER_CORE = 0
LOAD_CORE = 1
TICKS = os.sysconf("SC_CLK_TCK")


def until(condition, seconds, what):
    """Polls until condition() is true and returns that; fails after so many seconds."""
    deadline = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise TimeoutError(f"after {seconds} s still not: {what}")
        time.sleep(0.002)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def accepts(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def end_cleanly():
    """From now on, this program ends what it started also when it is told to end."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))


def pinned(core, arguments):
    return ["taskset", "-c", str(core), *map(str, arguments)]


class Process:
    """A program under measurement, with its children; ended with the `with` block."""

    def __init__(self, arguments, log, core=SERVER_CORE, environment=None, stdout=None):
        self.log = Path(log)
        with open(self.log, "ab") as log_file:
            self.process = subprocess.Popen(
                pinned(core, arguments), env=environment, stdin=subprocess.DEVNULL,
                stdout=stdout or log_file, stderr=log_file)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    @property
    def pid(self):
        return self.process.pid

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()

    def failure(self):
        lines = self.log.read_text(errors="replace").splitlines()[-5:]
        return "\n".join([f"{self.process.args[3]} ended; its log:", *lines])

    def _pids(self):
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, children)]

    def cpu_seconds(self):
        """User and system time of all threads and children so far."""
        ticks = 0
        for pid in self._pids():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / TICKS

    def resident_bytes(self):
        total = 0
        for pid in self._pids():
            for line in Path(f"/proc/{pid}/status").read_text().splitlines():
                if line.startswith("VmRSS:"):
                    total += int(line.split()[1]) * 1024
        return total

    def settle(self, window=0.5, seconds=1_800):
        """Waits until the process has had next to no work of its own for this long."""
        used = self.cpu_seconds()
        quiet_since = time.monotonic()

        def is_idle():
            nonlocal used, quiet_since
            time.sleep(0.25)
            before, used = used, self.cpu_seconds()
            if used - before > 0.02:
                quiet_since = time.monotonic()
            return time.monotonic() - quiet_since >= window
        until(is_idle, seconds, "the server is idle")


def machine_text():
    """One line about where the figures come from."""
    model = "unknown processor"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    memory_kib = int(Path("/proc/meminfo").read_text().split()[1])
    return (f"{os.cpu_count()} × {model}, {memory_kib / 2**20:.0f} GiB, "
            f"Linux {os.uname().release}, load average {os.getloadavg()[0]:.2f} at the start")
