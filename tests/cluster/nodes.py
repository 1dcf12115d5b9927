"""Several servers on one database, which a test pauses, kills and restarts."""

import contextlib
import signal
import tempfile
import threading
import time
from pathlib import Path

from claviger import Server, fresh_credentials
from processes import Missing, free_port
from wire import until

START_S = 60  # the database may be away for a while
RETRY_S = 0.2
REFUSES_SETTINGS = 3  # its exit status
HEAL_S = 60


class Node:
    """A server with a port of its own for as long as the test lasts."""

    def __init__(self, name, database_url, **settings):
        self.name = name
        self.address = ("127.0.0.1", free_port())
        self.server = Server(directory=tempfile.mkdtemp(prefix=f"claviger-{name}-"),
                             CLAVIGER_LISTEN="%s:%d" % self.address,
                             CLAVIGER_DATABASE_URL=database_url, **settings)
        self.server.own_directory = True
        self.is_paused = False

    def start(self):
        """Tries until it is ready: a server does not start without its database."""
        deadline = time.monotonic() + START_S
        pause = threading.Event()
        while True:
            try:
                self.server.start()
                return self
            except AssertionError:
                if self.server.process.returncode == REFUSES_SETTINGS:
                    raise Missing(self.log_text().splitlines()[-1]) from None
                if time.monotonic() > deadline:
                    raise
            pause.wait(RETRY_S)

    def is_running(self):
        process = self.server.process
        return process is not None and process.poll() is None

    def pause(self):
        self.server.process.send_signal(signal.SIGSTOP)
        self.is_paused = True

    def resume(self):
        self.server.process.send_signal(signal.SIGCONT)
        self.is_paused = False

    def kill(self):
        self.server.kill()

    def stop(self):
        """SIGTERM; the exit status."""
        return self.server.stop()

    def is_ready(self):
        """Whether it says that it can verify tokens."""
        try:
            with self.server.api.connect(timeout=5) as connection:
                connection.send("GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                return connection.read_answer().status == 200
        except Exception:  # whatever: it is not
            return False

    def log_text(self):
        return self.server.log_text()

    def events(self, *names):
        return [line for line in self.server.log() if line["event"] in names]

    def finish(self):
        if self.is_paused and self.is_running():
            self.resume()
        self.server.kill()
        self.server.remove()


class Nodes:
    """`urls`: the database's as each of them calls it. All have the same secrets."""

    def __init__(self, urls, **settings):
        self.settings = {**fresh_credentials(), **settings}
        self.all = [Node(f"node-{number}", url, **self.settings)
                    for number, url in enumerate(urls, 1)]

    def __iter__(self):
        return iter(self.all)

    def __len__(self):
        return len(self.all)

    def start(self):
        """Those that do not run yet."""
        for node in self.all:
            if not node.is_running():
                node.start()
        self.await_ready()

    def await_ready(self):
        for node in self.all:
            until(node.is_ready, f"{node.name} is ready", HEAL_S)

    def save_logs(self, folder):
        for node in self.all:
            if node.server.log_path.exists():
                Path(folder, f"{node.name}.log").write_text(node.log_text(), "utf-8",
                                                            "surrogateescape")

    def finish(self):
        with contextlib.ExitStack() as stack:
            for node in self.all:
                stack.callback(node.finish)
