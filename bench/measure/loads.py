"""Loads from the other core, and what one of them gives: a Sample."""

import json
import subprocess
import threading
import urllib.parse
from dataclasses import dataclass
from pathlib import Path

from machine import LOAD_CORE, ROOT, TOOLS, pinned

CONNECTIONS = 64


@dataclass
class Sample:
    """Answers below 400 alone count; times are in microseconds."""

    answers: int
    seconds: float
    p50: float
    p99: float
    p999: float
    refused: int = 0
    broken: int = 0
    cpu_seconds: float = 0  # of the server
    generator_cpu_seconds: float = 0

    @property
    def rate(self):
        return self.answers / self.seconds

    @property
    def cpu_us(self):
        """Of the server for each answer."""
        return self.cpu_seconds / max(self.answers, 1) * 1e6

    @property
    def server_use(self):
        return self.cpu_seconds / self.seconds


def request_text(method, target, headers=(), body=""):
    lines = [f"{method} {target} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines) + "\r\n\r\n" + body


def write_requests(path, requests):
    Path(path).write_text("".join(request + "\0" for request in requests))
    return path


def check_requests(path, tokens, target="/token"):
    return write_requests(path, (
        request_text("GET", target, [("Authorization", f"Bearer {token}")]) for token in tokens))


def issue_requests(path, users, api_key, **fields):
    headers = [("x-api-key", api_key), ("Content-Type", "application/x-www-form-urlencoded")]
    return write_requests(path, (
        request_text("POST", "/token", headers, urllib.parse.urlencode(
            {"identifier": identifier, "secret": secret, **fields}))
        for identifier, secret in users))


def run_pinned(arguments, gives_way=False):
    command = pinned(LOAD_CORE, arguments)
    if gives_way:
        command = ["chrt", "--idle", "0", *command]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(f"{arguments[0]} failed: {done.stderr or done.stdout}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def wrk(port, requests, seconds, connections=CONNECTIONS, gives_way=False):
    """wrk in a closed loop: each connection asks again as soon as it is answered. If it
    `gives_way`, it leaves the core to other generators."""
    said = run_pinned(["wrk", "-t", 1, "-c", connections, "-d", f"{seconds}s", "-s",
                       ROOT / "bench" / "wrk" / "requests.lua", f"http://127.0.0.1:{port}",
                       "--", requests], gives_way)
    return Sample(answers=said["answers"] - said["refused"], refused=said["refused"],
                  broken=said["broken"], seconds=said["seconds"], p50=said["p50"],
                  p99=said["p99"], p999=said["p999"])


def load(port, *arguments, seconds=1, connections=CONNECTIONS, **options):
    """Our own generator, which is cheaper than wrk and can keep a rate: the sample, and all that
    it said."""
    command = [TOOLS / "load", "--port", port, "--seconds", seconds, "--connections",
               connections, *arguments]
    for name, value in options.items():
        command += [f"--{name.replace('_', '-')}", value]
    said = run_pinned(command)
    good = said["good"]
    return Sample(answers=good["count"], refused=said["refused"]["count"],
                  broken=said["broken"], seconds=said["seconds"], p50=good["p50_ns"] / 1e3,
                  p99=good["p99_ns"] / 1e3, p999=good["p999_ns"] / 1e3,
                  generator_cpu_seconds=said["generator_cpu_seconds"]), said


def measured(server, run):
    """The sample of run(), with the server's processor time; what it refused is an error."""
    before = server.cpu_seconds()
    sample = run()
    sample.cpu_seconds = server.cpu_seconds() - before
    if sample.refused or sample.broken or not sample.answers:
        raise RuntimeError(f"the load was not answered as it should: {sample}")
    return sample


def at_once(*runs):
    """The results of functions that run at the same time."""
    results = [None] * len(runs)

    def keep(place, run):
        results[place] = run()
    threads = [threading.Thread(target=keep, args=pair) for pair in enumerate(runs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if None in results:
        raise RuntimeError("a load failed; see above")
    return results
