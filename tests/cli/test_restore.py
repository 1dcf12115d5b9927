"""`claviger database restore`: a backup in the database's place, and nothing good again unseen."""

import contextlib
import datetime
import hashlib
import json
import os
import pty
import shutil
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from api import assert_refused, bearer, create_client, expect, key_header
from claviger import Server, binary, command
from wire import until

MANY = 30_000  # tokens: a restore of so many takes long enough to be stopped


class Place:
    """A database with a backup of it, and what was taken back after that."""

    def __init__(self, folder):
        self.folder = folder
        self.database = folder / "claviger.db"
        self.file = folder / "backup" / "copy.db"
        self.file.parent.mkdir()
        self.server = Server(CLAVIGER_DATABASE_URL=f"sqlite:{self.database}").start()
        server = self.server
        client = create_client(server)
        self.user = client.create_user(scopes=["read", "write"])
        self.gone = client.create_user()
        self.rotated = client.create_user()
        self.live, self.revoked = self.user.issue(), self.user.issue()
        self.of_gone, self.of_rotated = self.gone.issue(), self.rotated.issue()
        self.old_secret = self.rotated.secret
        self.run("admin", "allow", "eve@example.com")
        self.backup = json.loads(self.run("database", "backup", "--json", self.file).stdout)
        self.known_until = self.audit_rows()[-1][4]
        self.epoch = expect(self.revoked.revoke(), 200)["epoch"]
        expect(self.gone.patch(is_active=False), 200)
        expect(self.user.patch(scopes=["read"]), 200)
        self.rotated.secret = expect(self.rotated.rotate(revoke_tokens=True), 200)["secret"]
        self.run("admin", "remove", "eve@example.com")
        self.later = self.user.issue()
        self.newest_epoch = json.loads(self.run("database", "status", "--json").stdout)["epoch"]

    def run(self, *arguments, status=0, database=None):
        env = {"CLAVIGER_DATABASE_URL": f"sqlite:{database}"} if database else None
        done = command(*arguments, server=self.server, env=env)
        assert done.returncode == status, (done.stdout, done.stderr)
        assert b"what():" not in done.stderr
        return done

    def restore(self, *arguments, status=0, **more):
        return self.run("database", "restore", self.file, *arguments, status=status, **more)

    def restored(self, *arguments, **more):
        return json.loads(self.restore("--json", *arguments, **more).stdout)

    def audit_rows(self, database=None):
        with contextlib.closing(sqlite3.connect(database or self.database)) as db:
            return db.execute("SELECT sequence, hash, action, detail, at_ms FROM audit_log"
                              " ORDER BY sequence").fetchall()

    def digest(self):
        """Of the database's files, which nobody has open."""
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest()
                for path in self.folder.iterdir() if path.is_file() and path.name != "log"}

    def newest_change(self):
        """When the backup's newest row was written."""
        at = datetime.datetime.fromtimestamp(self.known_until // 1000, datetime.timezone.utc)
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def kept(self):
        return sorted(self.folder.glob("claviger.db.before-restore-*"))

    def check(self, token):
        return self.server.api.get("/token", bearer(token.text)).status

    def login(self, user, secret=None):
        body = {"identifier": user.identifier, "secret": secret or user.secret}
        return self.server.api.post("/token", key_header(user.client.api_key), json=body).status

    def assert_sound(self, database=None):
        done = self.run("audit", "verify", "--json", database=database)
        assert json.loads(done.stdout)["sound"] is True


@pytest.fixture
def place(tmp_path):
    place = Place(tmp_path)
    assert place.server.stop() == 0
    yield place
    place.server.finish()


def test_what_was_taken_back_stays_taken_back(place):
    record = place.restored()
    assert record["carried_over"] is True and record["unknown"] is None
    # the token, and all of the deactivated and the rotated user's
    taken = {name: record[name] for name in (
        "revocations", "deactivations", "rotations", "scope_changes", "administrators")}
    assert taken == {"revocations": 2, "deactivations": 1, "rotations": 1, "scope_changes": 1,
                     "administrators": 1}
    place.server.start()
    assert place.check(place.live) == 200
    assert place.server.api.get("/token", place.live.auth).json()["scopes"] == ["read"]
    for token in (place.revoked, place.of_gone, place.of_rotated):
        assert_refused(token.text, "revoked", place.server.api)
    assert place.check(place.later) == 401  # the backup does not know it
    assert place.login(place.gone) == 401
    assert place.login(place.rotated, place.old_secret) == 401
    assert place.login(place.rotated) == 200
    allowed = json.loads(place.run("admin", "list", "--json").stdout)
    assert "eve@example.com" not in json.dumps(allowed)
    revoked = expect(place.server.api.delete("/token", place.live.auth), 200)
    assert revoked["epoch"] > record["epoch"] > place.newest_epoch + 1 > place.epoch


def test_the_audit_trail_goes_on(place):
    before = place.audit_rows()
    record = place.restored()
    after = place.audit_rows()
    assert after[:-1] == before and record["audit_rows"] > 0
    assert after[-1][2] == "database_restored"
    assert place.backup["sha256"] in after[-1][3] and "2 revocations" in after[-1][3]
    place.assert_sound()


def test_the_replaced_database_is_kept_and_can_be_put_back(place):
    record = place.restored()
    (kept,) = place.kept()
    assert record["kept"] == str(kept) and kept.stat().st_mode & 0o777 == 0o600
    assert place.database.stat().st_mode & 0o777 == 0o600
    place.assert_sound(kept)
    place.run("database", "restore", kept, "--without-digest", "--accept-revived")
    place.server.start()
    assert place.check(place.later) == 200 and place.check(place.live) == 200
    assert_refused(place.revoked.text, "revoked", place.server.api)


def test_as_it_was_brings_back_what_was_taken_back_by_mistake(place):
    done = place.restore("--as-it-was", "--json")
    record = json.loads(done.stdout)
    assert record["carried_over"] is False and record["revocations"] == 2
    assert b"good again" in done.stderr
    assert "brought back" in place.audit_rows()[-1][3]
    place.server.start()
    for token in (place.live, place.revoked, place.of_gone, place.of_rotated):
        assert place.check(token) == 200
    assert place.login(place.gone) == 200


def test_a_retired_key_stays_retired_in_any_case(place):
    server, old = place.server, place.server.jwt_key
    server.settings["JWT_SECRET_KEY"] = "another-secret-key-" + old[:24]
    server.settings["JWT_SECRET_KEY_PREVIOUS"] = old
    server.start()
    keys = json.loads(place.run("key", "list", "--json").stdout)["keys"]
    (kid,) = [key["kid"] for key in keys if not key["signs"]]
    place.run("key", "retire", kid)
    assert server.stop() == 0
    assert place.restored("--as-it-was")["retired_keys"] == 1
    server.start()
    assert_refused(place.live.text, "revoked", server.api)


def test_every_token_can_be_refused(place):
    assert place.restored("--revoke-issued")["all_tokens_revoked"] is True
    place.server.start()
    assert_refused(place.live.text, "revoked", place.server.api)
    assert place.login(place.user) == 200


def test_rows_that_were_deleted_by_hand_stay_away(place):
    with contextlib.closing(sqlite3.connect(place.database)) as db, db:
        db.execute("DELETE FROM tokens WHERE id = ?", (bytes.fromhex(
            place.live.id.replace("-", "")),))
    assert place.restored()["revocations"] == 3
    place.server.start()
    assert place.check(place.live) == 401


# What is not known


def test_without_the_old_database_it_is_refused_and_says_since_when(place):
    for path in place.folder.glob("claviger.db*"):
        path.unlink()
    said = place.restore(status=5).stderr.decode()
    assert "--accept-revived" in said and place.newest_change() in said
    assert not place.database.exists() and list(place.folder.glob("*.restoring*")) == []
    done = place.restore("--accept-revived", "--revoke-issued", "--json")
    record = json.loads(done.stdout)
    assert record["kept"] is None and record["revocations"] is None
    assert record["newest_change_at"] == place.newest_change() and b"Warning" in done.stderr
    assert record["epoch"] > place.epoch + 1_000_000
    place.server.start()
    assert_refused(place.live.text, "revoked", place.server.api)
    assert_refused(place.revoked.text, "revoked", place.server.api)
    place.assert_sound()


UNREADABLE = {
    "another database": ("another", lambda place: None),
    "no database": ("not a database", lambda place: place.database.write_bytes(b"x" * 9000)),
    "empty": ("empty", lambda place: place.database.write_bytes(b"")),
}


@pytest.mark.parametrize("case", UNREADABLE)
def test_a_database_that_tells_nothing_is_refused_and_kept(place, case):
    word, damage = UNREADABLE[case]
    if case == "another database":
        place.database.unlink()
        place.run("database", "migrate")
    damage(place)
    before = place.database.read_bytes()
    assert word in place.restore(status=5).stderr.decode()
    assert place.kept() == [] and place.database.read_bytes() == before
    place.restore("--accept-revived")
    (kept,) = place.kept()
    assert kept.read_bytes() == before
    place.server.start()
    assert place.check(place.revoked) == 200  # as was accepted


def test_a_database_that_was_restored_itself_does_not_tell_all(place):
    second = place.folder / "backup" / "second.db"
    place.run("database", "backup", second)
    place.restore()
    said = place.run("database", "restore", second, status=5).stderr
    assert b"itself restored" in said
    place.run("database", "restore", second, "--accept-revived")
    place.server.start()
    assert place.check(place.later) == 200  # it is missing in the one that was restored
    assert_refused(place.revoked.text, "revoked", place.server.api)


def test_an_older_state_is_no_later_one(place):
    second = place.folder / "backup" / "second.db"
    place.run("database", "backup", second)
    shutil.copy(place.file, place.database)  # as somebody restores by hand
    assert b"no later state" in place.run("database", "restore", second, status=5).stderr
    place.run("database", "restore", second, "--accept-revived")
    place.server.start()
    assert place.check(place.later) == 200 and place.check(place.live) == 200
    assert_refused(place.revoked.text, "revoked", place.server.api)
    assert place.login(place.rotated) == 200 and place.login(place.rotated, place.old_secret) == 401


# What is not restored


def flip(path, at):
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def truncate(path):
    path.write_bytes(path.read_bytes()[:-4096])


def spoil_page(path):
    """One of an index: what is in it differs from the table."""
    with contextlib.closing(sqlite3.connect(path)) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema"
                             " WHERE name = 'tokens_by_expiry'").fetchone()
    data = bytearray(path.read_bytes())
    data[page * 4096 - 3] ^= 1
    path.write_bytes(data)


def write_sum(place):
    digest = hashlib.sha256(place.file.read_bytes()).hexdigest()
    place.file.with_name("copy.db.sha256").write_text(f"{digest}  copy.db\n")


def change_audit(path):
    with contextlib.closing(sqlite3.connect(path)) as db, db:
        db.execute("DROP TRIGGER audit_log_stays")
        db.execute("UPDATE audit_log SET detail = 'x' WHERE sequence = 3")


BAD = {
    "a flipped byte": (lambda place: flip(place.file, 5000), False, "SHA-256"),
    "the end is missing": (lambda place: truncate(place.file), False, "SHA-256"),
    "a damaged header": (lambda place: flip(place.file, 3), True, "not a database"),
    "missing pages": (lambda place: truncate(place.file), True, "malformed"),
    "a damaged page": (lambda place: spoil_page(place.file), True, "integrity_check"),
    "a changed trail": (lambda place: change_audit(place.file), True, "row 3"),
    "not a database": (lambda place: place.file.write_text("a" * 5000), True, "not a database"),
    "an empty file": (lambda place: place.file.write_text(""), True, "is empty"),
    "another program's": (lambda place: (place.file.unlink(), sqlite3.connect(
        place.file).execute("CREATE TABLE t (a)")), True, "not one of Claviger's"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_backup_that_is_not_what_was_written_is_refused(place, case):
    damage, has_digest, word = BAD[case]
    damage(place)
    if has_digest:
        write_sum(place)
    before = place.digest()
    said = place.restore("--accept-revived", status=1).stderr.decode()
    assert word in said and said.count("\n") == 1
    assert place.digest() == before


def test_the_digest(place):
    line = place.file.with_name("copy.db.sha256")
    done = subprocess.run(["sha256sum", "--check", "--strict", line.name], cwd=line.parent,
                          capture_output=True, check=False)
    assert done.returncode == 0, done
    wrong = "0" * 64
    assert wrong.encode() in place.restore("--sha256", wrong, status=1).stderr
    assert b"64 hex" in place.restore("--sha256", "12", status=2).stderr
    line.unlink()
    assert b"--without-digest" in place.restore(status=4).stderr
    assert place.restored("--sha256", place.backup["sha256"])["sha256"] == place.backup["sha256"]


def test_a_server_or_a_command_that_has_it_open(place):
    before = place.digest()
    place.server.start()
    assert b"end it first" in place.restore(status=5).stderr
    assert place.check(place.live) == 200 and place.kept() == []
    assert place.server.stop() == 0
    assert set(place.digest()) == set(before)
    with contextlib.closing(sqlite3.connect(place.database)) as db:
        db.execute("SELECT count(*) FROM tokens").fetchone()
        assert b"end it first" in place.restore(status=5).stderr
    place.restore()


def traced_child(tracer):
    return Path(f"/proc/{tracer}/task/{tracer}/children").read_text().split()


def has_open(tracer, path):
    for child in traced_child(tracer):
        with contextlib.suppress(OSError):
            for fd in Path(f"/proc/{child}/fd").iterdir():
                if os.readlink(fd) == str(path):
                    return True
    return False


def test_whoever_opened_it_before_the_restore_and_locks_it_after_is_refused(place):
    """It would work on the database that was moved away."""
    command_line = [binary(), "client", "list"]
    with subprocess.Popen(
            ["strace", "-f", "-o", "/dev/null", "-P", place.database, "-e", "trace=openat", "-e",
             "inject=openat:signal=STOP:when=1", *command_line],
            # Looking for leaks does not work under strace.
            env={**place.server.settings, "PATH": os.environ["PATH"],
                 "ASAN_OPTIONS": "detect_leaks=0"}, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE) as tracer:
        until(lambda: has_open(tracer.pid, place.database), "the file is open")
        (child,) = traced_child(tracer.pid)
        place.restore()
        os.kill(int(child), signal.SIGCONT)
        _, said = tracer.communicate(timeout=30)
    assert tracer.returncode == 6 and b"was replaced while" in said, said
    place.run("client", "list")


def test_what_is_no_backup(place):
    before = place.digest()
    assert b"no file" in place.run("database", "restore", place.folder / "none", status=4).stderr
    assert b"itself" in place.run("database", "restore", place.database, status=2).stderr
    place.file.with_name("copy.db-wal").write_bytes(b"rest")
    assert b"copy.db-wal" in place.restore(status=1).stderr
    assert place.digest() == before


def test_another_environment_is_refused(place):
    before = place.digest()
    assert b"environment" in place.restore("--environment", "staging", status=1).stderr
    assert place.digest() == before


def test_postgresql_has_tools_of_its_own(place):
    said = place.restore("--database-url", "postgresql://127.0.0.1/none", status=2).stderr
    assert b"pg_restore" in said and said.count(b"\n") == 1


# Interrupted


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    if not shutil.which("strace"):
        pytest.skip("Debian's package strace is not there")
    place = Place(tmp_path_factory.mktemp("many"))
    assert place.server.stop() == 0
    for path in (place.database, place.file):
        with contextlib.closing(sqlite3.connect(path)) as db, db:
            db.execute(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
                " INSERT INTO tokens (id, user_id, client_id, user_generation,"
                "  client_generation, preview, created_by_username, created_at_ms,"
                "  expires_at_ms)"
                " SELECT CAST(printf('%016d', i) AS BLOB), zeroblob(16), zeroblob(16), 0, 0, 'p',"
                "  'u', 1, 9e15 FROM n", (MANY,))
    write_sum(place)
    yield place
    place.server.finish()


def test_a_bar_on_a_terminal(many):
    own, others = pty.openpty()
    process = subprocess.Popen(
        [binary(), "database", "restore", str(many.file), "--json"],
        env={**many.server.settings, "PATH": os.environ["PATH"]}, stdout=subprocess.PIPE,
        stderr=others)
    os.close(others)
    shown = b""
    with contextlib.suppress(OSError):  # the other end is closed
        while True:
            shown += os.read(own, 4096)
    os.close(own)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0, shown
    assert b"restoring [" in shown and b"%" in shown
    assert json.loads(out)["database"] == str(many.database)


# Calls of the system that a restore makes, and the how manieth of them is its last. Those of the
# end are many: whatever is not done twice is tried.
MOMENTS = [("flock", 1), ("ftruncate", 1), ("write", 1), ("write", 3), ("pwrite64", 1),
           ("pwrite64", 60), ("fdatasync", 1), ("fdatasync", 2), ("fdatasync", 3),
           *(("fsync", n) for n in range(1, 4)), *(("unlink", n) for n in range(1, 11)),
           ("link", 1), ("rename", 1)]
EQUAL = {"rename": "/^rename"}  # the C library has a choice


@pytest.mark.parametrize(("call", "number"), MOMENTS, ids=lambda value: str(value))
def test_killed_at_any_moment_one_of_both_is_whole(many, call, number):
    """And the next restore is none the worse for it."""
    rows = many.audit_rows()
    calls = EQUAL.get(call, call)
    # It is killed when it has made the call, and so before it can go on.
    killed = subprocess.run(
        ["strace", "-f", "-o", "/dev/null", "-e", f"trace={calls}", "-e",
         f"inject={calls}:signal=KILL:when={number}", binary(), "database", "restore", many.file,
         "--accept-revived"],
        env={**many.server.settings, "PATH": os.environ["PATH"]}, capture_output=True,
        timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL, f"it makes fewer calls of {call}: {killed}"
    many.assert_sound()
    now = many.audit_rows()
    assert now == rows or (now[:-1] == rows and now[-1][2] == "database_restored")
    with contextlib.closing(sqlite3.connect(many.database)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert db.execute("SELECT count(*) FROM tokens").fetchone()[0] > MANY
    for kept in many.kept():
        many.assert_sound(kept)
    many.restore("--accept-revived")
    assert list(many.folder.glob("*.restoring*")) == []
    # A name that was given to what stayed the database is taken away again.
    assert [kept for kept in many.kept() if kept.stat().st_nlink != 1] == []
    for kept in many.kept():
        kept.unlink()
