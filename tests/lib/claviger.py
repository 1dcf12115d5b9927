"""Starts the real binary for a test, and ends it."""

import json
import os
import secrets
import select
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.parse
from pathlib import Path

import postgres
from api import Api
from canary import Canaries

ROOT = Path(__file__).resolve().parents[2]
START_S = 20  # generous: sanitizers on a busy machine


def binary():
    """The binary under test: $CLAVIGER_BINARY, or the newest of the usual builds."""
    named = os.environ.get("CLAVIGER_BINARY")
    if named:
        return Path(named).resolve()
    builds = [ROOT / "build" / name / "claviger" for name in ("debug", "release")]
    present = [path for path in builds if path.exists()]
    if not present:
        raise RuntimeError("no binary: build one, or name it in CLAVIGER_BINARY")
    return max(present, key=lambda path: path.stat().st_mtime)


def is_instrumented():
    """Whether the binary is a sanitizer build, whose memory and speed say nothing."""
    data = binary().read_bytes()
    return b"__asan_init" in data or b"__tsan_init" in data


def fresh_credentials():
    return {
        "MASTER_USERNAME": "operator-" + secrets.token_hex(8),
        "MASTER_PASSWORD": secrets.token_urlsafe(24),
        "JWT_SECRET_KEY": secrets.token_urlsafe(36),
    }


SECRET_SETTINGS = (
    "MASTER_USERNAME",
    "MASTER_PASSWORD",
    "JWT_SECRET_KEY",
    "CLIENT_API_KEY",
    "JWT_SECRET_KEY_PREVIOUS",
    "CLAVIGER_OPENID_CLIENT_SECRET",
)


class Server:
    """A running server with a directory, a database and credentials of its own.

    `settings` are environment variables; None leaves one out. With `directory` a server runs on
    what an earlier one left there. `tls`, an ssl.SSLContext, is how a server with a certificate is
    called.
    """

    def __init__(self, directory=None, arguments=(), tls=None, **settings):
        self.own_directory = directory is None
        self.directory = Path(directory or tempfile.mkdtemp(prefix="claviger-test-"))
        self.database = self.directory / "claviger.db"
        self.settings = {
            **fresh_credentials(),
            "CLAVIGER_LISTEN": "127.0.0.1:0",
            "CLAVIGER_DATABASE_URL": postgres.database(self.directory) or f"sqlite:{self.database}",
            "CLAVIGER_ATTEMPTS_PER_MINUTE": "0",  # tests fail to log in all the time
            "CLAVIGER_WORKERS": "2",
            **settings,
        }
        self.settings = {k: str(v) for k, v in self.settings.items() if v is not None}
        self.arguments = list(arguments)
        self.tls = tls
        self.canaries = Canaries()
        for name in SECRET_SETTINGS:
            self.canaries.add(self.settings.get(name))
        self.binary = binary()
        self.process = None

    @property
    def jwt_key(self):
        return self.settings["JWT_SECRET_KEY"]

    @property
    def environment(self):
        return self.settings.get("CLAVIGER_ENVIRONMENT", "development")

    @property
    def log_path(self):
        return self.directory / "log"

    def log_text(self):
        return self.log_path.read_text("utf-8", "surrogateescape")

    def log(self):
        """The log so far: a list of objects. Fails if a line is not one."""
        text = self.log_text()
        lines = text.split("\n")[:-1]  # the last may be half written
        return [json.loads(line) for line in lines]

    def _spawn(self, prefix=()):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [*prefix, str(self.binary), "serve", *self.arguments],
                env={"PATH": os.environ["PATH"], **SANITIZER_OPTIONS, **self.settings},
                cwd=self.directory,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
            )

    def start(self, prefix=()):
        """Starts it and waits for the line that tells that it is ready."""
        began = time.monotonic()
        self._spawn(prefix)
        line = self._first_line(began + START_S)
        self.start_s = time.monotonic() - began
        start = "ready https://" if self.tls else "ready http://"
        assert line.startswith(start), f"{line!r}\n{self.log_text()[-2000:]}"
        urls = [urllib.parse.urlsplit(url) for url in line.split()[1:]]
        self.addresses = [(url.hostname, url.port) for url in urls]
        self.address = self.addresses[0]
        self.api = Api(self.address, self.canaries, self.tls)
        return self

    def _first_line(self, deadline):
        out = self.process.stdout.fileno()
        line = b""
        while not line.endswith(b"\n"):
            readable, _, _ = select.select([out], [], [], max(0, deadline - time.monotonic()))
            byte = os.read(out, 1) if readable else b""
            if not byte:
                self.kill()
                raise AssertionError(f"not ready: {line!r}\n{self.log_text()[-2000:]}")
            line += byte
        return line.decode()

    def run_to_end(self, timeout=START_S):
        """For a start that must fail: (exit status, standard error)."""
        self._spawn()
        try:
            out, _ = self.process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        assert out == b"", out
        return self.process.returncode, self.log_text()

    def kill(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()
            self.process.stdout.close()

    def stop(self):
        """SIGTERM; the exit status."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        try:
            status = self.process.wait(timeout=30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self.process.stdout.close()
        return status

    def files(self):
        return [path for path in self.directory.rglob("*") if path.is_file()]

    def assert_no_leaks(self):
        """No credential stands in the log, the database or any other file it left (LOG-2)."""
        for path in self.files():
            if path.name in self.private_files:
                continue
            leaks = self.canaries.leaks_in(path.read_bytes())
            assert not leaks, f"credentials in {path.name}: {leaks[:3]}"

    private_files = frozenset()  # files that a test itself wrote secrets to

    def remove(self):
        if self.own_directory:
            shutil.rmtree(self.directory, ignore_errors=True)

    def finish(self):
        """Ends a server's life the way each test module does: cleanly and without leaks."""
        try:
            if self.process and self.process.returncode is None:
                status = self.stop()
                assert status == 0, f"exit status {status}\n{self.log_text()[-3000:]}"
            self.assert_no_leaks()
        finally:
            self.kill()
            self.remove()


SANITIZER_OPTIONS = {
    name: os.environ[name]
    for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS", "LSAN_OPTIONS")
    if name in os.environ
}


def command(*arguments, server=None, env=None, stdin=b"", timeout=30):
    """Runs `claviger ARGUMENTS`, with a server's settings or those given."""
    settings = dict(server.settings) if server else {}
    settings.update(env or {})
    return subprocess.run(
        [str(binary()), *map(str, arguments)],
        env={
            "PATH": os.environ["PATH"],
            **SANITIZER_OPTIONS,
            **{k: v for k, v in settings.items() if v is not None},
        },
        cwd=server.directory if server else "/",
        input=stdin,
        capture_output=True,
        timeout=timeout,
    )
