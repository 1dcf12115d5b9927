"""Nothing that was acknowledged is lost, whatever happens to the process or the disk."""

import os
import queue
import random
import resource
import shutil
import subprocess
import tempfile
import threading
from pathlib import Path

import pytest

from api import blob, create_client, expect, key_header
from audit import Auditor, Trail
from claviger import Server
from wire import Closed, until

KILLS = 50
GONE = (Closed, OSError)  # the server was killed before it answered


class History:
    """What was acknowledged. A call without an answer may have happened or not: its object is
    uncertain from before the call on, and is asked of nothing."""

    def __init__(self):
        self.lock = threading.Lock()
        self.live = {}  # token text -> id, acknowledged as issued and by nobody taken back
        self.revoked = {}  # token text -> id, acknowledged as revoked
        self.secrets = {}  # identifier -> (current secret, secrets that ended)
        self.counts = {"issue": 0, "revoke": 0, "rotate": 0}

    def take_live(self, randomly):
        with self.lock:
            if not self.live:
                return None
            text = randomly.choice(sorted(self.live))
            return text, self.live.pop(text)


class Load:
    """Threads that issue, revoke and rotate until the server is gone."""

    def __init__(self, server, client, users, history, seed):
        self.api, self.client, self.history = server.api, client, history
        self.users = queue.Queue()
        for user in users:
            self.users.put(user)
        self.threads = [
            threading.Thread(target=self._run, args=(seed * 100 + n,)) for n in range(6)
        ]
        self.failures = []
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join()
        assert not self.failures, self.failures

    def _run(self, seed):
        randomly = random.Random(seed)
        works = [self._issue, self._issue, self._issue, self._revoke, self._revoke, self._rotate]
        try:
            while True:
                randomly.choice(works)(randomly)
        except GONE:
            pass
        except BaseException as failure:  # noqa: reported by join
            self.failures.append(failure)

    def _issue(self, randomly):
        with self.history.lock:
            if not self.history.secrets:
                return  # all are being rotated
            identifier = randomly.choice(sorted(self.history.secrets))
            secret = self.history.secrets[identifier][0]
        body = {"identifier": identifier, "secret": secret}
        answer = self.api.post("/token", key_header(self.client.api_key), json=body)
        if answer.status == 200:
            token = answer.json()
            with self.history.lock:
                self.history.live[token["token"]] = token["id"]
                self.history.counts["issue"] += 1
        else:
            assert answer.status == 401, answer  # rotated between look and login

    def _revoke(self, randomly):
        taken = self.history.take_live(randomly)
        if taken is None:
            return
        text, id = taken
        if randomly.random() < 0.5:
            answer = self.api.delete(f"/tokens/{id}", self.client.auth)
        else:
            answer = self.api.delete("/token", {"Authorization": f"Bearer {text}"})
        assert answer.status == 200, answer
        with self.history.lock:
            self.history.revoked[text] = id
            self.history.counts["revoke"] += 1

    def _rotate(self, _):
        try:
            user = self.users.get_nowait()
        except queue.Empty:
            return
        with self.history.lock:
            current, ended = self.history.secrets.pop(user.identifier, (None, []))
        if current is None:
            return  # its last rotation had no answer
        answer = self.api.post(f"/users/{user.id}/secret", self.client.auth, json={})
        assert answer.status == 200, answer
        with self.history.lock:
            self.history.secrets[user.identifier] = (answer.json()["secret"], ended + [current])
            self.history.counts["rotate"] += 1
        self.users.put(user)


def verify(server, client, history):
    """All that was acknowledged still holds, and the audit trail tells of it (AUD-1)."""
    told = {(row["action"], row["object_id"]) for row in Trail(server.database).rows()}
    for id in [*history.live.values(), *history.revoked.values()]:
        assert ("token_issued", blob(id)) in told
    for id in history.revoked.values():
        assert ("token_revoked", blob(id)) in told
    for text in history.live:
        assert server.api.get("/token", {"Authorization": f"Bearer {text}"}).status == 200
    for text in history.revoked:
        assert server.api.get("/token", {"Authorization": f"Bearer {text}"}).status == 401
    for identifier, (current, ended) in history.secrets.items():
        statuses = [
            server.api.post(
                "/token", client.auth, json={"identifier": identifier, "secret": secret}
            ).status
            for secret in [current, *ended[-2:]]
        ]
        assert statuses == [200] + [401] * len(ended[-2:]), identifier


@pytest.mark.slow
@pytest.mark.requirement("AUD-1")
def test_killed_again_and_again_under_load(start):
    server = start()
    client = create_client(server)
    history = History()
    randomly = random.Random(2)
    totals = {"issue": 0, "revoke": 0, "rotate": 0}
    for kill in range(KILLS):
        users = [client_user(server, client) for _ in range(4)]
        history.secrets.update({user.identifier: (user.secret, []) for user in users})
        load = Load(server, client, users, history, kill)
        threading.Event().wait(randomly.uniform(0.05, 0.35))
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()
        load.join()
        server.start()
        verify(server, client, history)
        for name, count in history.counts.items():
            totals[name] += count
        history = History()
    Auditor(server).verify()
    assert all(count >= KILLS for count in totals.values()), totals


def client_user(server, client):
    client.api = server.api
    return client.create_user()


def test_a_kill_right_after_the_answer(start):
    """One acknowledged change, then at once the kill: the shortest way to lose it."""
    server = start()
    client = create_client(server)
    for _ in range(5):
        user = client_user(server, client)
        kept, gone = user.issue(), user.issue()
        gone.revoke()
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()
        server.start()
        assert server.api.get("/token", kept.auth).status == 200
        assert server.api.get("/token", gone.auth).status == 401


class SmallDisk:
    """A file system of a few megabytes; without root, a limit on the size of each file."""

    def __init__(self):
        self.directory = Path(tempfile.mkdtemp(prefix="claviger-disk-"))
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(self.directory)],
            capture_output=True,
        )
        self.mounted = mounted.returncode == 0
        self.filler = self.directory / "filler"

    def fill(self, server):
        if not self.mounted:
            size = max(path.stat().st_size for path in self.directory.glob("claviger.db*"))
            resource.prlimit(
                server.process.pid, resource.RLIMIT_FSIZE, (size + 65536, resource.RLIM_INFINITY)
            )
            return
        with open(self.filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"x" * 65536)
            except OSError:
                pass
        os.truncate(self.filler, max(0, self.filler.stat().st_size - 65536))

    def make_room(self, server):
        if self.mounted:
            self.filler.unlink()
        else:
            resource.prlimit(
                server.process.pid,
                resource.RLIMIT_FSIZE,
                (resource.RLIM_INFINITY, resource.RLIM_INFINITY),
            )

    def remove(self):
        if self.mounted:
            subprocess.run(["umount", str(self.directory)], check=True)
        shutil.rmtree(self.directory, ignore_errors=True)


@pytest.fixture
def small_disk():
    disk = SmallDisk()
    yield disk
    disk.remove()


def fill_until_refused(user, most=3000):
    """Issues until the disk is full: the acknowledged tokens, and the first refusal."""
    issued = []
    for _ in range(most):
        answer = user.login()
        if answer.status != 200:
            return issued, answer
        issued.append(answer.json()["token"])
    raise AssertionError("the disk does not fill")


def write_failures(server):
    return [line for line in server.log() if line["event"] == "storage_write_failed"]


def check_all(server, texts, status):
    for text in texts:
        answer = server.api.get("/token", {"Authorization": f"Bearer {text}"})
        assert answer.status == status, answer


def test_a_full_disk(small_disk):
    # The log goes to a directory of its own: it is the database's disk that fills.
    database = small_disk.directory / "claviger.db"
    server = Server(CLAVIGER_DATABASE_URL=f"sqlite:{database}")
    server.database = database
    try:
        server.start()
        client = create_client(server)
        user = client.create_user()
        revoked = user.issue()
        revoked.revoke()
        kept = [user.issue().text for _ in range(20)]
        small_disk.fill(server)
        more, refusal = fill_until_refused(user)
        kept += more
        assert refusal.status == 503 and refusal.code == "storage_unavailable", refusal
        assert b"\nclaviger_errors_total 1\n" in server.api.get("/metrics").body
        assert int(refusal.header("Retry-After")) >= 1
        check_all(server, kept, 200)  # checks go on
        check_all(server, [revoked.text], 401)
        for answer in (
            client.post("/user", json={"identifier": "full"}),
            client.delete(f"/tokens/{revoked.id}"),
        ):
            assert answer.status in (200, 201, 503), answer  # never a 500, never a hang
        assert server.api.get("/healthz").status == 200
        failed = until(lambda: write_failures(server), "the log says what is wrong")
        assert ("full" if small_disk.mounted else "I/O") in failed[0]["cause"]

        small_disk.make_room(server)
        again = expect(user.login(), 200)["token"]
        check_all(server, [*kept, again], 200)
        server.process.kill()
        server.process.wait()
        server.process.stdout.close()
        server.start()
        check_all(server, [*kept, again], 200)
        check_all(server, [revoked.text], 401)
    finally:
        server.finish()
