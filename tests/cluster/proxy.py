"""Links between nodes and databases that can be cut, slowed down and broken, without root.

A process of its own passes the bytes on, so that it keeps time while this one is busy. `Links`
starts it; each `Link` listens on a port and leads to another. Directions are "up", to the database,
and "down", from it. What is cut is held, as by a network that loses every packet: it arrives when
the link is whole again, however late, unless the connections are dropped first.
"""

import asyncio
import json
import os
import select
import socket
import struct
import subprocess
import sys
import time

DIRECTIONS = ("up", "down")
ANSWER_S = 20


# The process that passes bytes on


class Route:
    """One port, the port that it leads to, and the state of the way."""

    def __init__(self, target):
        self.target = target
        self.open = {direction: asyncio.Event() for direction in DIRECTIONS}
        self.delay_s = 0.0
        self.refuses = False
        self.writers = set()
        for event in self.open.values():
            event.set()

    async def listen(self):
        server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return server.sockets[0].getsockname()[1]

    def change(self, cut=None, delay_s=None, refuses=None, drop=False):
        if delay_s is not None:
            self.delay_s = delay_s
        if refuses is not None:
            self.refuses = refuses
        if drop or self.refuses:
            self._drop()
        for direction in DIRECTIONS if cut is not None else ():
            if direction in cut:
                self.open[direction].clear()
            else:
                self.open[direction].set()

    def _drop(self):
        for writer in list(self.writers):
            reset(writer)

    async def _accept(self, reader, writer):
        if self.refuses:
            return reset(writer)
        self.writers.add(writer)
        far = None
        try:
            await self.open["up"].wait()  # or a connection would be made through a cut link
            far_reader, far = await asyncio.open_connection("127.0.0.1", self.target)
            self.writers.add(far)
            async with asyncio.TaskGroup() as both:
                both.create_task(self._pass(reader, far, "up"))
                both.create_task(self._pass(far_reader, writer, "down"))
        except* OSError:
            pass  # one side is gone, so the other goes as well
        finally:
            for end in filter(None, (writer, far)):
                self.writers.discard(end)
                reset(end)

    async def _pass(self, reader, writer, direction):
        while True:
            data = await reader.read(65536)
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            await self.open[direction].wait()
            if not data:
                writer.write_eof()
                return
            writer.write(data)
            await writer.drain()


def reset(writer):
    """Ends a connection at once, by RST."""
    end = writer.get_extra_info("socket")
    if end is not None and not writer.transport.is_closing():
        try:
            end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        except OSError:
            pass
    writer.transport.abort()


async def serve():
    """Reads one command a line: {"make": PORT} or {"route": N, …}; answers each by a line."""
    commands = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(commands), sys.stdin)
    routes = []
    while line := await commands.readline():
        command = json.loads(line)
        answer = {}
        if "make" in command:
            routes.append(Route(command["make"]))
            answer["port"] = await routes[-1].listen()
        else:
            routes[command.pop("route")].change(**command)
        print(json.dumps(answer), flush=True)


# What tests use


class Links:
    """Starts the process; it ends with this one."""

    def __init__(self):
        self.process = subprocess.Popen(
            [sys.executable, os.path.abspath(__file__)], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, bufsize=0)
        self.count = 0

    def make(self, target_port):
        port = self.call({"make": target_port})["port"]
        self.count += 1
        return Link(self, self.count - 1, port)

    def call(self, command):
        self.process.stdin.write(json.dumps(command).encode() + b"\n")
        deadline, line = time.monotonic() + ANSWER_S, b""
        while not line.endswith(b"\n"):
            left = max(0, deadline - time.monotonic())
            readable, _, _ = select.select([self.process.stdout], [], [], left)
            data = os.read(self.process.stdout.fileno(), 4096) if readable else b""
            assert data, "the links' process does not answer"
            line += data
        return json.loads(line)

    def finish(self):
        self.process.stdin.close()
        try:
            self.process.wait(ANSWER_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()


class Link:
    """What leads from `port` to the port that it was made for."""

    def __init__(self, links, number, port):
        self.links, self.number, self.port = links, number, port

    def _change(self, **changes):
        self.links.call({"route": self.number, **changes})

    def cut(self, *directions):
        """Holds what goes in these directions, by default in both."""
        self._change(cut=list(directions or DIRECTIONS))

    def mend(self, drop=False):
        """Whole again and fast. `drop` breaks the connections that there are: nothing that was
        held arrives."""
        self._change(cut=[], delay_s=0, refuses=False, drop=drop)

    def refuse(self):
        """Breaks the connections that there are and each new one."""
        self._change(refuses=True)

    def slow_down(self, delay_s):
        """What is sent arrives so much later."""
        self._change(delay_s=delay_s)


if __name__ == "__main__":
    asyncio.run(serve())
