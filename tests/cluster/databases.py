"""PostgreSQL servers of a test's own: a primary and, if wanted, a synchronous standby.

Each listens on 127.0.0.1 and on a socket in its folder, trusts whoever calls, and keeps what it
commits (fsync is on). A commit on a primary with a standby waits for it; without one that is
connected it waits for as long as it takes.
"""

import contextlib
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from processes import Missing, free_port, kill_family, signal_family
from wire import until

OWNER = "claviger"
DATABASE = "claviger"
START_S = 60

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "150",
    "shared_buffers": "16MB",
    "min_wal_size": "16MB",
    "max_wal_size": "64MB",
    "wal_keep_size": "64MB",
    "max_wal_senders": "6",
    "hot_standby": "on",
    "wal_retrieve_retry_interval": "100ms",
    "wal_receiver_timeout": "5s",
    "wal_sender_timeout": "5s",
    "log_line_prefix": "%m [%p] %a ",
}


def programs():
    """The folder of the newest PostgreSQL's programs."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parts[4]))
    if not found:
        raise Missing("there is no PostgreSQL: install Debian's package postgresql")
    return found[-1]


def account():
    """PostgreSQL does not run as root: whom to run it as."""
    if os.geteuid() != 0:
        return {}
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        entry = pwd.getpwnam("nobody")
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def place():
    """Where the servers' folders are: in memory, which a kill -9 does not lose either, unless
    TMPDIR says otherwise."""
    memory = Path("/dev/shm")
    if "TMPDIR" not in os.environ and os.access(memory, os.W_OK):
        return memory
    return None


class Postgres:
    """One server. `name` is what it is called as a standby."""

    def __init__(self, name="a"):
        self.name = name
        self.bin = programs()
        self.folder = Path(tempfile.mkdtemp(prefix=f"claviger-postgres-{name}-", dir=place()))
        self.data = self.folder / "data"
        self.port = free_port()
        self.process = None
        if os.geteuid() == 0:
            os.chown(self.folder, account()["user"], account()["group"])

    # Making

    def initialise(self):
        self._run("initdb", "-D", self.data, "-U", OWNER, "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync", "--wal-segsize=4")
        self._configure()
        return self

    def copy(self, primary):
        """Becomes a standby of `primary`, with whatever stood here before gone."""
        shutil.rmtree(self.data, ignore_errors=True)
        # Not by a slot, which would let the copying itself count as a standby.
        self._run("pg_basebackup", "-d", primary.url("postgres", host=primary.folder), "-D",
                  self.data, "-X", "stream", "-c", "fast", "--no-slot", "--no-sync", "-R")
        self._write("role.conf", "primary_conninfo = 'host={} port={} user={} application_name={}'"
                    .format(primary.folder, primary.port, OWNER, self.name))
        # What -R wrote names no application, and would come last.
        self._write("postgresql.auto.conf", "")
        self._configure()
        return self

    def _configure(self):
        lines = [f"{name} = '{value}'" for name, value in SETTINGS.items()]
        lines += [f"port = {self.port}", f"unix_socket_directories = '{self.folder}'",
                  "include_if_exists = 'role.conf'"]
        self._write("postgresql.conf", "\n".join(lines))

    def _write(self, name, text):
        path = self.data / name
        path.write_text(text + "\n", "utf-8")
        if os.geteuid() == 0:
            os.chown(path, account()["user"], account()["group"])

    def _run(self, program, *arguments, timeout=START_S):
        done = subprocess.run([self.bin / program, *map(str, arguments)], cwd=self.folder,
                              env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                              stdin=subprocess.DEVNULL, capture_output=True, text=True,
                              timeout=timeout, check=False, **account())
        if done.returncode != 0:
            raise AssertionError(f"{program}: {done.stderr.strip() or done.stdout.strip()}")
        return done.stdout

    # Running

    def start(self, wait=True):
        with open(self.folder / "log", "ab") as log:
            self.process = subprocess.Popen(
                [self.bin / "postgres", "-D", self.data], cwd=self.folder,
                env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, **account())
        if wait:
            self.wait_ready()
        return self

    def is_running(self):
        return self.process is not None and self.process.poll() is None

    def answers(self):
        done = subprocess.run([self.bin / "pg_isready", "-q", "-h", self.folder, "-p",
                               str(self.port)], check=False, timeout=START_S)
        return done.returncode == 0

    def wait_ready(self):
        def is_ready():
            assert self.is_running(), f"it ended:\n{self.log_text()[-500:]}"
            return self.answers()
        until(is_ready, f"PostgreSQL {self.name} answers", START_S)

    def stop(self, how="fast"):
        """`fast` rolls back what runs, `immediate` is as good as a crash."""
        if self.is_running():
            number = {"fast": signal.SIGINT, "immediate": signal.SIGQUIT}[how]
            self.process.send_signal(number)
            try:
                self.process.wait(START_S)
            except subprocess.TimeoutExpired:
                self.kill()
                raise

    def restart(self):
        self.stop()
        self.start()

    def kill(self):
        """kill -9 for all its processes at once."""
        if self.is_running():
            kill_family(self.process)

    def pause(self):
        signal_family(self.process.pid, signal.SIGSTOP)

    def resume(self):
        signal_family(self.process.pid, signal.SIGCONT)

    def finish(self):
        """Ends it and removes its folder."""
        try:
            if self.is_running():
                self.resume()
                self.stop("immediate")
        finally:
            self.kill()
            shutil.rmtree(self.folder, ignore_errors=True)

    # Asking

    def url(self, database=DATABASE, host="127.0.0.1"):
        if host == "127.0.0.1":
            return f"postgresql://{OWNER}@127.0.0.1:{self.port}/{database}"
        return f"host={host} port={self.port} user={OWNER} dbname={database}"

    def psql(self, sql, database="postgres", timeout=30):
        """The answer's lines, columns between "|"."""
        text = self._run("psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p",
                         self.port, "-U", OWNER, "-d", database, "-c", sql, timeout=timeout)
        return text.splitlines()

    def log_text(self):
        return (self.folder / "log").read_text("utf-8", "replace")

    # As one of two

    def follow_commits(self, standby):
        """From now on a commit waits for the standby of this name; None: for nobody."""
        self._write("role.conf", f"synchronous_standby_names = '{standby or ''}'")
        if self.is_running():
            self.process.send_signal(signal.SIGHUP)
            wanted = [standby or ""]
            until(lambda: self.psql("SHOW synchronous_standby_names") == wanted,
                  "the setting is read", START_S)

    def has_synchronous_standby(self):
        return self.psql("SELECT sync_state FROM pg_stat_replication") == ["sync"]

    def is_primary(self):
        return self.psql("SELECT pg_is_in_recovery()") == ["f"]

    def promote(self):
        """A standby becomes primary."""
        self._run("pg_ctl", "promote", "-D", self.data, "-w", "-t", START_S)


class Databases:
    """A primary and its synchronous standby, which change their roles."""

    def __init__(self, standby=True):
        self.servers = [Postgres("a")]
        self.primary = self.servers[0]
        self.standby = None
        try:
            self.primary.initialise().start()
            self.primary.psql(f"CREATE DATABASE {DATABASE} TEMPLATE template0 ENCODING 'UTF8'")
            if standby:
                self.servers.append(Postgres("b"))
                self.rejoin(self.servers[1])
        except BaseException:
            self.finish()
            raise

    def rejoin(self, server):
        """Makes a server that does not run, whatever it was, the standby."""
        server.copy(self.primary).start()
        self.standby = server
        self.primary.follow_commits(server.name)
        self.await_standby()

    def await_standby(self):
        if self.standby is not None:
            until(self.primary.has_synchronous_standby, "the standby is synchronous", START_S)

    def promote(self, strict):
        """The standby becomes primary, whatever the old primary does. Strict: its commits wait
        for the next standby. Returns the old primary."""
        old, new = self.primary, self.standby
        # Not at once in force: role.conf is read again when the standby is promoted.
        new.follow_commits(old.name if strict else None)
        new.promote()
        self.primary, self.standby = new, None
        return old

    def url(self, ports=None):
        """For libpq: it goes to the one that takes writes. `ports`: those of proxies before
        them."""
        ports = ports or [server.port for server in self.servers]
        hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
        return f"postgresql://{OWNER}@{hosts}/{DATABASE}"

    def finish(self):
        with contextlib.ExitStack() as stack:
            for server in self.servers:
                stack.callback(server.finish)
