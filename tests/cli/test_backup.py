"""`claviger database backup`: a copy of a database in use, whole or not there."""

import hashlib
import json
import os
import signal
import sqlite3
import stat
import subprocess
import threading

import pytest

from api import create_client, expect
from claviger import Server, binary, command
from wire import until


@pytest.fixture
def server(tmp_path):
    server = Server(CLAVIGER_DATABASE_URL=f"sqlite:{tmp_path / 'claviger.db'}").start()
    yield server
    server.finish()


def back_up(server, file, *arguments, status=0):
    done = command("database", "backup", *arguments, str(file), server=server)
    assert done.returncode == status, done.stderr
    return done


def test_a_copy_of_a_database_in_use_serves(server, tmp_path):
    """It holds all that was acknowledged before it, and the database goes on meanwhile."""
    user = create_client(server).create_user()
    live, revoked = user.issue(), user.issue()
    expect(revoked.revoke(), 200)
    over = threading.Event()
    issued = []

    def issue():
        while not over.is_set():
            issued.append(user.issue())

    caller = threading.Thread(target=issue)
    caller.start()
    try:
        until(lambda: len(issued) > 10, "tokens are issued")
        file = tmp_path / "copy.db"
        record = json.loads(back_up(server, file, "--json").stdout)
        count = len(issued)
        until(lambda: len(issued) > count + 10, "tokens are still issued")
    finally:
        over.set()
        caller.join()
    assert record["file"] == str(file) and record["size_bytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.glob("copy*")) == ["copy.db", "copy.db.sha256"]
    assert record["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()

    settings = {**server.settings, "CLAVIGER_DATABASE_URL": f"sqlite:{file}"}
    copy = Server(**settings).start()
    try:
        for token in (live, *issued[:10]):
            assert copy.api.get("/token", token.auth).status == 200
        assert copy.api.get("/token", revoked.auth).status == 401
    finally:
        copy.finish()


def test_no_file_is_overwritten(server, tmp_path):
    file = tmp_path / "copy.db"
    file.write_text("precious")
    assert b"already" in back_up(server, file, status=5).stderr
    assert file.read_text() == "precious"
    assert list(tmp_path.glob("*.part")) == []


def test_nor_is_a_digest(server, tmp_path):
    (tmp_path / "copy.db.sha256").write_text("precious")
    assert b"copy.db.sha256" in back_up(server, tmp_path / "copy.db", status=5).stderr
    assert [path.name for path in tmp_path.glob("copy*")] == ["copy.db.sha256"]
    assert (tmp_path / "copy.db.sha256").read_text() == "precious"


def test_a_digest_of_an_odd_name_is_one_that_sha256sum_takes(server, tmp_path):
    back_up(server, tmp_path / "a\\b\nc.db")
    subprocess.run(["sha256sum", "--check", "--strict", "a\\b\nc.db.sha256"], cwd=tmp_path,
                   check=True, capture_output=True)


def test_what_cannot_be_written_is_told_and_leaves_nothing(server, tmp_path):
    assert b"cannot be written" in back_up(server, tmp_path / "none" / "copy.db", status=6).stderr
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 64; trap "" XFSZ; exec "$0" database backup "$1"', binary(),
         tmp_path / "copy.db"], env={"PATH": os.environ["PATH"], **server.settings},
        capture_output=True, timeout=30, check=False)
    assert done.returncode == 6, done.stderr
    assert list(tmp_path.glob("copy*")) == []


def test_a_damaged_database_is_found(server, tmp_path):
    create_client(server).create_user().issue()
    server.process.send_signal(signal.SIGTERM)
    server.process.wait(15)
    database = tmp_path / "claviger.db"
    with sqlite3.connect(database) as db:
        (page,) = db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'tokens'").fetchone()
        (size,) = db.execute("PRAGMA page_size").fetchone()
    with open(database, "r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    back_up(server, tmp_path / "copy.db", status=6)
    assert list(tmp_path.glob("copy*")) == []


def test_there_is_nothing_to_copy(tmp_path):
    env = {"CLAVIGER_DATABASE_URL": f"sqlite:{tmp_path / 'none.db'}"}
    done = command("database", "backup", str(tmp_path / "copy.db"), env=env)
    assert done.returncode == 6
    assert list(tmp_path.iterdir()) == []
