"""Measures what idle connections cost (memory each, and the checks of others), and what HTTP/1.1
pipelining gives."""

import argparse
import resource
import select
import socket
import sys
from contextlib import ExitStack
from functools import partial

from checks import warm
from loads import check_requests, load, measured, request_text, wrk
from machine import machine_text
from report import SAMPLE_HEADS, number_text, ratios, sample_cells, spread, table
from run_context import add_options, temporary_run
from servers import Claviger

IDLE = 10_000
ADDRESSES = ("127.0.0.2", "127.0.0.3")  # one address may not have them all
DEPTHS = (1, 4, 16, 64)


def open_idle(stack, port, token):
    """Connections that were answered once and stay; closed with the stack."""
    connections = []
    ask = request_text("GET", "/token", [("Authorization", f"Bearer {token}")]).encode()
    for i in range(IDLE):
        connection = stack.enter_context(socket.socket())
        connection.bind((ADDRESSES[i % len(ADDRESSES)], 0))
        connection.settimeout(10)
        connection.connect(("127.0.0.1", port))
        connection.sendall(ask)
        if not connection.recv(4096).startswith(b"HTTP/1.1 200 "):
            raise RuntimeError(f"connection {i} was not answered")
        connections.append(connection)
    return connections


def still_open(connections):
    """How many the server has not closed."""
    poll = select.poll()
    for connection in connections:
        poll.register(connection, select.POLLIN)
    return len(connections) - len(poll.poll(0))


def measure_idle(run, server, requests):
    check = partial(measured, server, partial(wrk, server.port, requests, run.seconds))
    without, beside, memory = [], [], []
    for _ in range(run.rounds):
        server.settle()
        without.append(check())
        before = server.resident_bytes()
        with ExitStack() as stack:
            idle = open_idle(stack, server.port, server.database.tokens[0])
            memory.append((server.resident_bytes() - before) / IDLE)
            beside.append(check())
            if still_open(idle) != IDLE:
                raise RuntimeError("the server closed idle connections")
    return without, beside, memory


def measure_pipelining(run, server, requests):
    return run.interleaved(*(
        lambda depth=depth: measured(server, lambda: load(
            server.port, "--requests", requests, seconds=run.seconds, pipeline=depth)[0])
        for depth in DEPTHS))


def main():
    parser = argparse.ArgumentParser(prog="bench/connections", description=__doc__)
    add_options(parser)
    arguments = parser.parse_args()
    machine = machine_text()
    resource.setrlimit(resource.RLIMIT_NOFILE,
                       (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    holder, run = temporary_run(arguments)
    with holder:
        database = run.seeded(run.sizes.small).copy_to(run.folder, "connections")
        requests = check_requests(run.folder / "requests", database.tokens)
        with Claviger(database, run.folder) as server:
            warm(server, requests)
            run.say(f"{IDLE:,} idle connections")
            without, beside, memory = measure_idle(run, server, requests)
            run.say("pipelining")
            pipelined = measure_pipelining(run, server, requests)
    print(f"\n{machine}; {run.rounds} rounds of {run.seconds} s; median (least–most)\n")
    print(table(["checks, wrk, 64 connections", *SAMPLE_HEADS], [
        ["no other connections", *sample_cells(without)],
        [f"beside {IDLE:,} idle ones", *sample_cells(beside)],
        ["ratio", spread(ratios(beside, without, lambda s: s.cpu_us)), "", "", "", ""]]))
    # Memory that went with the first round's connections is there to be used again.
    print(f"\nEach idle connection takes {number_text(memory[0])} bytes of resident memory.\n")
    print(table(["pipelined, `load`, 64 connections", *SAMPLE_HEADS], [
        [f"{depth} requests under way on each", *sample_cells(kept)]
        for depth, kept in zip(DEPTHS, pipelined)]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
