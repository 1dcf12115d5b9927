"""What `claviger audit verify` finds of what the owner of the database file can do (AUD-2). The
forger of tests/lib/audit.py knows the chain as well as we do."""

import base64
import json
import os
import shutil
import sqlite3
import struct
import subprocess

import pytest

from api import create_client
from audit import Auditor, Trail, beginning, field, make_key, row_hash
from claviger import ROOT, Server, binary, command
from wire import until

MIGRATIONS = ROOT / "src/store/migrations"

pytestmark = pytest.mark.requirement("AUD-2")


class Case:
    """A server that has done something, and whose checkpoints are outside of the database."""

    def __init__(self, server, folder, public_key):
        self.server, self.folder = server, folder
        self.trail = Trail(server.database)
        self.auditor = Auditor(server)
        self.checkpoint_file = folder / "checkpoints"
        self.anchored = ["--checkpoint", self.checkpoint_file, "--public-key", public_key]

    def work(self):
        """Seven changes."""
        client = create_client(self.server)
        user = client.create_user(scopes=["read:all"])
        user.issue().revoke()
        user.patch(scopes=["read:some"])
        user.patch(is_active=False)
        user.rotate()

    def checkpoint(self, to="checkpoints"):
        with open(self.folder / to, "ab") as file:
            file.write(self.auditor.run("checkpoint").stdout)


@pytest.fixture(scope="module")
def honest(tmp_path_factory):
    """A database with fifteen rows, and a checkpoint of the last; its server has ended."""
    folder = tmp_path_factory.mktemp("audit")
    private, public = make_key(folder)
    server = Server(
        CLAVIGER_AUDIT_SIGNING_KEY=private, CLAVIGER_AUDIT_CHECKPOINT_FILE=folder / "checkpoints"
    ).start()
    case = Case(server, folder, public)
    case.work()
    case.checkpoint("early")
    case.work()
    assert server.stop() == 0  # which leaves a checkpoint in the file
    yield case
    server.finish()


@pytest.fixture
def case(honest, tmp_path):
    """A copy to do harm to."""
    database = tmp_path / "copy.db"
    shutil.copy(honest.server.database, database)
    settings = {**honest.server.settings, "CLAVIGER_DATABASE_URL": f"sqlite:{database}"}
    copy = Server(directory=tmp_path, **settings)
    copy.database = database
    return Case(copy, honest.folder, honest.folder / "audit-key.pub")


def test_an_honest_trail_is_sound(case):
    report = case.auditor.verify(*case.anchored, "--checkpoint", case.folder / "early")
    assert (report["rows"], report["first_sequence"], report["last_sequence"]) == (15, 1, 15)
    assert (report["checkpoints_compared"], report["signatures_checked"]) == (2, True)


def test_the_chain_is_the_one_that_is_described(case):
    hash_ = beginning(*case.trail.identity())
    for row in case.trail.rows():
        hash_ = row_hash(hash_, row)
        assert row["hash"] == hash_


EDITS = {
    "at_ms": "at_ms + 1",
    "actor": "'system'",
    "actor_id": "x'00112233445566778899aabbccddeeff'",
    "action": "'user_activated'",
    "object": "'client'",
    "object_id": "NULL",
    "client_id": "NULL",
    "request_id": "x'0011223344556677'",
    "address": "NULL",
    "detail": "'write:all'",
}


@pytest.mark.parametrize("column", EDITS)
def test_an_edit_is_found(case, column):
    case.trail.run(f"UPDATE audit_log SET {column} = {EDITS[column]} WHERE sequence = 13")
    assert [row for row, _ in case.auditor.problems()] == [13]


def test_an_edited_hash_is_found(case):
    case.trail.run("UPDATE audit_log SET hash = zeroblob(32) WHERE sequence = 9")
    assert [row for row, _ in case.auditor.problems()] == [9, 10]


@pytest.mark.parametrize("first, last", [(1, 1), (1, 6), (7, 7), (7, 9)])
def test_a_deletion_is_found(case, first, last):
    case.trail.run(f"DELETE FROM audit_log WHERE sequence BETWEEN {first} AND {last}")
    [(row, problem)] = case.auditor.problems()
    assert row == last + 1 and "missing" in problem and str(first) in problem


def test_a_deletion_with_new_numbers_is_found(case):
    case.trail.run(
        "DELETE FROM audit_log WHERE sequence = 7",
        "UPDATE audit_log SET sequence = sequence - 1 WHERE sequence > 7",
    )
    assert case.auditor.problems()[0][0] == 7


def test_an_insertion_is_found(case):
    added = {**case.trail.rows()[4], "sequence": 8}
    case.trail.run(
        "UPDATE audit_log SET sequence = -sequence WHERE sequence >= 8",
        "UPDATE audit_log SET sequence = 1 - sequence WHERE sequence < 0",
    )
    case.trail.insert(added)
    assert case.auditor.problems()[0][0] == 8


@pytest.mark.parametrize("sequence", [0, -1000])
def test_a_row_put_in_before_the_first_is_found(case, sequence):
    case.trail.insert({**case.trail.rows()[0], "sequence": sequence})
    [(row, problem)] = case.auditor.problems()
    assert row == sequence and "no place" in problem


def test_two_rows_that_changed_places_are_found(case):
    case.trail.run(
        "UPDATE audit_log SET sequence = -1 WHERE sequence = 8",
        "UPDATE audit_log SET sequence = 8 WHERE sequence = 9",
        "UPDATE audit_log SET sequence = 9 WHERE sequence = -1",
    )
    assert [row for row, _ in case.auditor.problems()][:2] == [8, 9]


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE audit_log SET detail = 'write:all' WHERE sequence = 9",
        "DELETE FROM audit_log WHERE sequence = 9",
        "UPDATE audit_log SET sequence = 99 WHERE sequence = 9",
    ],
)
def test_a_chain_made_anew_is_found_by_a_checkpoint_alone(case, forgery):
    case.trail.run(forgery)
    case.trail.chain_anew()
    case.auditor.verify()
    problems = case.auditor.problems(*case.anchored)
    assert "written anew" in problems[0][1] or "cut off" in problems[0][1], problems
    early = ["--checkpoint", case.folder / "early"]
    case.auditor.verify(*early)  # of a row before the forgery: it says nothing of it


@pytest.mark.parametrize("left", [14, 3, 0])
def test_an_end_that_was_cut_off_is_found_by_a_checkpoint_alone(case, left):
    case.trail.run(f"DELETE FROM audit_log WHERE sequence > {left}")
    case.auditor.verify()
    [(row, problem)] = case.auditor.problems(*case.anchored)
    assert row == left and "ends with row" in problem and "cut off" in problem


def test_another_databases_trail_is_found(case, start):
    other = start()
    create_client(other)
    assert other.stop() == 0
    connection = sqlite3.connect(case.server.database)
    for trigger in ("audit_log_stays", "audit_log_is_kept"):
        connection.execute(f"DROP TRIGGER {trigger}")
    connection.execute("ATTACH ? AS other", [str(other.database)])
    connection.execute("DELETE FROM audit_log")
    connection.execute("INSERT INTO audit_log SELECT * FROM other.audit_log")
    connection.commit()
    assert case.auditor.problems()[0][0] == 1
    connection.execute("UPDATE audit_trail SET id = (SELECT id FROM other.audit_trail)")
    connection.commit()
    connection.close()
    case.auditor.verify()  # the other's whole trail: what tells is a checkpoint
    assert "another trail" in case.auditor.problems(*case.anchored)[0][1]


def test_another_environments_trail_is_found(case):
    case.trail.run("UPDATE meta SET environment = 'staging'")
    env = {"CLAVIGER_ENVIRONMENT": "staging"}
    assert case.auditor.problems(env=env)[0][0] == 1
    case.trail.chain_anew()
    case.auditor.verify(env=env)
    assert "another trail" in case.auditor.problems(*case.anchored, env=env)[0][1]


def test_rows_taken_as_if_by_retention_are_found(case):
    hash_ = case.trail.rows()[5]["hash"]
    early = json.loads((case.folder / "early").read_text())
    assert early["sequence"] == 8
    case.trail.run(
        ("UPDATE audit_trail SET pruned_sequence = 6, pruned_hash = ?", [hash_]),
        "DELETE FROM audit_log WHERE sequence <= 6",
    )
    case.auditor.verify(env={"CLAVIGER_AUDIT_SIGNING_KEY": None})
    [(row, problem)] = case.auditor.problems(*case.anchored)
    assert row == 6 and "retention" in problem
    # A checkpoint's signature does not serve as the seal of a pruning.
    hash_ = bytes.fromhex(early["hash"])
    seal = (case.folder / "early").read_text().replace("audit_checkpoint", "audit_pruned")
    case.trail.run(
        ("UPDATE audit_trail SET pruned_sequence = 8, pruned_hash = ?, seal = ?", [hash_, seal]),
        "DELETE FROM audit_log WHERE sequence <= 8",
    )
    assert "retention" in case.auditor.problems(*case.anchored)[0][1]


def test_accidents_are_refused(case):
    for statement in (
        "UPDATE audit_log SET detail = 'x'",
        "UPDATE OR REPLACE audit_log SET sequence = 3 WHERE sequence = 2",
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE sequence = 15",
    ):
        connection = sqlite3.connect(case.server.database)
        with pytest.raises(sqlite3.IntegrityError, match="audit trail"):
            connection.execute(statement)
        connection.close()
    case.auditor.verify(*case.anchored)


# Checkpoints


def test_checkpoints_that_prove_nothing(case, tmp_path):
    line = (case.folder / "early").read_text()
    checkpoint = json.loads(line)
    other = tmp_path / "other"
    other.mkdir()
    _, other_public = make_key(other)
    unsigned = {k: v for k, v in checkpoint.items() if k not in ("key", "signature")}
    for wrong, words in (
        ({**checkpoint, "at_ms": 1}, "not signed by this key, or was changed"),
        ({**checkpoint, "signature": "AAAA"}, "not signed by this key, or was changed"),
        (unsigned, "is not signed"),
    ):
        path = tmp_path / "wrong"
        path.write_text(json.dumps(wrong) + "\n")
        key = ["--public-key", case.folder / "audit-key.pub"]
        [(_, problem)] = case.auditor.problems("--checkpoint", path, *key)
        assert words in problem
    problems = case.auditor.problems(
        "--checkpoint", case.folder / "early", "--public-key", other_public
    )
    assert "not signed by this key" in problems[0][1]


def test_the_log_anchors_as_well(honest):
    log = honest.server.log_path
    report = honest.auditor.verify("--checkpoint", log, *honest.anchored)
    assert report["checkpoints_compared"] == 2
    lines = [line for line in honest.server.log() if line["event"] == "audit_checkpoint"]
    assert lines[-1]["sequence"] == 15 and lines[-1]["signature"]
    checkpoint = json.loads(honest.checkpoint_file.read_text().splitlines()[-1])
    assert checkpoint == {k: v for k, v in lines[-1].items() if k not in ("time", "level")}
    assert honest.checkpoint_file.stat().st_mode & 0o777 == 0o600


def test_openssl_agrees_with_the_signature(honest, tmp_path):
    """By the description in src/audit/checkpoint.h alone."""
    c = json.loads(honest.checkpoint_file.read_text().splitlines()[-1])
    text = b"claviger audit checkpoint v1" + field(c["event"]) + field(c["environment"])
    text += field(bytes.fromhex(c["trail"])) + struct.pack(">q", c["sequence"])
    text += field(bytes.fromhex(c["hash"])) + struct.pack(">q", c["at_ms"])
    (tmp_path / "text").write_bytes(text)
    (tmp_path / "signature").write_bytes(base64.urlsafe_b64decode(c["signature"] + "=="))
    verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-rawin"]
    verify += ["-inkey", honest.folder / "audit-key.pub", "-in", tmp_path / "text"]
    subprocess.run(verify + ["-sigfile", tmp_path / "signature"], check=True)


def test_without_a_key_checkpoints_are_still_written(start):
    server = start()
    create_client(server)
    done = Auditor(server).run("checkpoint")
    assert "signature" not in json.loads(done.stdout) and b"not signed" in done.stderr
    server.stop()
    report = Auditor(server).verify("--checkpoint", server.log_path)
    assert report["checkpoints_compared"] == 1 and not report["signatures_checked"]


def test_a_checkpoint_that_cannot_be_written_is_told(start, tmp_path):
    server = start(CLAVIGER_AUDIT_CHECKPOINT_FILE=tmp_path / "nowhere" / "checkpoints")
    create_client(server)
    server.stop()
    assert [line for line in server.log() if line["event"] == "checkpoint_not_written"]


def test_a_key_that_does_not_sign(tmp_path):
    path = tmp_path / "key.pem"
    path.write_text("no key")
    path.chmod(0o600)
    server = Server(CLAVIGER_AUDIT_SIGNING_KEY=path)
    status, said = server.run_to_end()
    assert status == 3 and "CLAVIGER_AUDIT_SIGNING_KEY" in said and "Ed25519" in said
    server.finish()


# Exports


def export(case, *arguments):
    path = case.server.directory / "trail.jsonl"
    path.write_bytes(case.auditor.run("export", *arguments).stdout)
    return path


def verify_export(path, *arguments, sound=True):
    """As on a machine that has nothing but the files."""
    done = command("audit", "verify", "--json", "--export", path, *arguments)
    assert (done.returncode == 0) == sound, done
    return done


def test_an_export_can_be_verified_elsewhere(case):
    path = export(case)
    rows = [json.loads(line) for line in path.read_text().splitlines()[1:]]
    assert [row["sequence"] for row in rows] == list(range(1, 16))
    assert {row["action"] for row in rows} >= {"client_created", "token_revoked", "scopes_changed"}
    assert {row["address"] for row in rows} == {None, "127.0.0.1"}
    report = json.loads(verify_export(path, *case.anchored).stdout)
    assert report["checkpoints_compared"] == 1 and report["rows"] == 15
    part = export(case, "--from", 6)
    report = json.loads(verify_export(part, *case.anchored[:2]).stdout)
    assert (report["first_sequence"], report["rows"]) == (6, 10)


@pytest.mark.parametrize(
    "change",
    [
        lambda lines: [line.replace(b"read:some", b"read:more") for line in lines],
        lambda lines: lines[:5] + lines[6:],
        lambda lines: lines[:5] + [lines[6], lines[5]] + lines[7:],
        lambda lines: lines[:5] + [lines[4]] + lines[5:],
        lambda lines: [line.replace(b'"at":"20', b'"at":"19') for line in lines],
        lambda lines: [line.replace(b'"development"', b'"production"') for line in lines],
        lambda lines: lines[:-1],
        lambda lines: lines[1:],
        lambda lines: lines[:5] + [b"{}"] + lines[5:],
    ],
)
def test_a_changed_export_is_found(case, change):
    path = export(case)
    path.write_bytes(b"\n".join(change(path.read_bytes().splitlines())) + b"\n")
    verify_export(path, *case.anchored, sound=False)


# The commands


def test_verify_for_people(case):
    done = case.auditor.run("verify")
    assert b"sound" in done.stdout and b"--checkpoint FILE" in done.stderr
    case.trail.run("UPDATE audit_log SET detail = 'x' WHERE sequence = 3")
    done = case.auditor.run("verify", status=1)
    assert b"claviger: row 3 is not what was written" in done.stderr
    assert b"sound                 no" in done.stdout


def test_list_shows_the_newest(case):
    listed = json.loads(case.auditor.run("list", "--limit", 3, "--json").stdout)
    assert [row["sequence"] for row in listed["rows"]] == [13, 14, 15]
    assert listed["newest_sequence"] == 15
    listed = json.loads(case.auditor.run("list", "--after", 2, "--limit", 2, "--json").stdout)
    assert [row["sequence"] for row in listed["rows"]] == [3, 4]
    assert listed["rows"][0]["actor"] in ("client", "master")
    text = case.auditor.run("list").stdout.decode()
    assert text.startswith("sequence") and len(text.splitlines()) == 16


def test_files_that_are_none(case, tmp_path):
    empty = tmp_path / "empty"
    empty.write_text("nothing\n")
    broken = tmp_path / "broken"
    broken.write_text('{"event":"audit_checkpoint","sequence":"x"}\n')
    for arguments, words in (
        (["--checkpoint", tmp_path / "no"], "cannot be read"),
        (["--checkpoint", empty], "no checkpoint"),
        (["--checkpoint", broken], "line 1"),
        (["--public-key", empty], "public key"),
        (["--public-key", tmp_path / "no"], "no"),
        (["--export", tmp_path / "no"], "cannot be read"),
        (["--export", empty], "first line"),
    ):
        done = command("audit", "verify", *arguments, server=case.server)
        assert done.returncode not in (0, 1) and words in done.stderr.decode(), done
        assert done.stdout == b""
    done = command("audit", "export", "--from", "99", server=case.server)
    assert done.returncode == 4 and done.stdout == b""


def test_a_bar_on_a_terminal(case):
    leader, follower = os.openpty()
    done = subprocess.run(
        [str(binary()), "audit", "verify", "--json"],
        env={"PATH": os.environ["PATH"], **case.server.settings},
        stdout=subprocess.PIPE,
        stderr=follower,
        timeout=30,
    )
    os.close(follower)
    shown = os.read(leader, 4096)
    os.close(leader)
    assert json.loads(done.stdout)["sound"]
    assert b"verifying [####" in shown and b"100 %" in shown and b"\x1b[K" in shown


@pytest.mark.slow
def test_retention_takes_old_rows_and_the_rest_is_sound(start, tmp_path):
    private, public = make_key(tmp_path)
    server = start(CLAVIGER_AUDIT_SIGNING_KEY=private, CLAVIGER_AUDIT_RETENTION=1)
    client = create_client(server)
    trail = Trail(server.database)
    until(lambda: trail.rows() == [], "all rows gone", seconds=60)
    client.create_user()
    report = Auditor(server).verify("--public-key", public)
    assert report["first_sequence"] == 3 and report["rows"] == 1


def test_an_older_database_begins_a_trail(start, tmp_path):
    """A database of the first schema had no audit trail."""
    connection = sqlite3.connect(tmp_path / "claviger.db")
    connection.executescript((MIGRATIONS / "0001_initial.sqlite.sql").read_text("utf-8"))
    connection.executescript(
        "CREATE TABLE migrations (version INTEGER PRIMARY KEY, name TEXT NOT NULL,"
        " applied_at_ms INTEGER NOT NULL) STRICT;"
        "INSERT INTO migrations VALUES (1, 'initial', 0);"
        "INSERT INTO meta (one, environment) VALUES (1, 'development');"
    )
    connection.close()
    server = start(directory=tmp_path)
    create_client(server)
    assert Trail(server.database).actions() == ["key_first_seen", "client_created"]
    Auditor(server).verify()
