"""The audit trail as src/audit/row.h describes it, written down a second time: what a forger who
owns the database can do, and what an auditor without Claviger can."""

import hashlib
import json
import os
import sqlite3
import struct
import subprocess

from claviger import command

COLUMNS = (
    "sequence, at_ms, actor, actor_id, action, object, object_id, client_id, request_id, address,"
    " detail, hash"
)
FIELDS = COLUMNS.replace(" ", "").split(",")


def field(value):
    if value is None:
        return b"\xff\xff\xff\xff"
    data = value.encode() if isinstance(value, str) else value
    return struct.pack(">I", len(data)) + data


def beginning(environment, trail):
    return hashlib.sha256(b"claviger audit trail v1" + field(environment) + field(trail)).digest()


def row_hash(previous, row):
    text = b"claviger audit row v1" + struct.pack(">qq", row["sequence"], row["at_ms"])
    text += b"".join(field(row[name]) for name in FIELDS[2:-1])
    return hashlib.sha256(previous + text).digest()


class Trail:
    """The trail in a database file, for reading and for forging."""

    def __init__(self, database):
        self.database = database

    def run(self, *statements):
        """Runs statements as whoever owns the file: nothing in it stops them."""
        connection = sqlite3.connect(self.database, timeout=10)
        try:
            with connection:
                for trigger in ("audit_log_stays", "audit_log_is_kept"):
                    connection.execute(f"DROP TRIGGER IF EXISTS {trigger}")
                for statement in statements:
                    connection.execute(*statement if isinstance(statement, tuple) else (statement,))
        finally:
            connection.close()

    def query(self, statement):
        connection = sqlite3.connect(self.database, timeout=10)
        try:
            return connection.execute(statement).fetchall()
        finally:
            connection.close()

    def rows(self):
        found = self.query(f"SELECT {COLUMNS} FROM audit_log ORDER BY sequence")
        return [dict(zip(FIELDS, row)) for row in found]

    def actions(self):
        return [row["action"] for row in self.rows()]

    def identity(self):
        return self.query("SELECT environment, id FROM meta, audit_trail")[0]

    def insert(self, row):
        marks = ", ".join("?" * len(FIELDS))
        values = [row[name] for name in FIELDS]
        self.run((f"INSERT INTO audit_log ({COLUMNS}) VALUES ({marks})", values))

    def chain_anew(self):
        """Gives every row the number and the hash that it would have if all were true."""
        hash_ = beginning(*self.identity())
        rows = self.rows()
        self.run("DELETE FROM audit_log")
        for number, row in enumerate(rows, 1):
            row["sequence"] = number
            row["hash"] = hash_ = row_hash(hash_, row)
            self.insert(row)


def make_key(folder):
    """A key for checkpoints: the paths of its private and its public half."""
    private, public = folder / "audit-key.pem", folder / "audit-key.pub"
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", private], check=True)
    subprocess.run(["openssl", "pkey", "-in", private, "-pubout", "-out", public], check=True)
    os.chmod(private, 0o600)
    return private, public


class Auditor:
    """Runs `claviger audit …` with a server's settings."""

    def __init__(self, server):
        self.server = server

    def run(self, *arguments, status=0, **more):
        done = command("audit", *arguments, server=self.server, **more)
        assert done.returncode == status, done
        return done

    def verify(self, *arguments, sound=True, **more):
        """The report, as JSON."""
        status = 0 if sound else 1
        report = json.loads(self.run("verify", "--json", *arguments, status=status, **more).stdout)
        assert report["sound"] == sound and bool(report["faults"]) != sound, report
        return report

    def problems(self, *arguments, **more):
        """What is wrong: (row, words) each."""
        faults = self.verify(*arguments, sound=False, **more)["faults"]
        return [(fault["sequence"], fault["problem"]) for fault in faults]
