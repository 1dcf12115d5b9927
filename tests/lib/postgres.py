"""The PostgreSQL server that tests/postgres/with has started, if it has."""

import hashlib
import os
import subprocess


def server():
    """Its URL, ending in "/"; None: the tests run on SQLite."""
    return os.environ.get("CLAVIGER_TEST_POSTGRES")


def query(sql, url=None):
    """Runs SQL by psql; the rows, each a list of texts."""
    done = subprocess.run(
        ["psql", "-X", "-q", "-t", "-A", "-F", "\t", "-v", "ON_ERROR_STOP=1", "-c", sql,
         url or server() + "postgres"],
        check=True, capture_output=True, text=True,
    )
    return [line.split("\t") for line in done.stdout.splitlines()]


def database(directory):
    """The URL of the database that goes with a directory: a schema of its own in the server's,
    empty at first. None on SQLite."""
    if server() is None:
        return None
    name = "claviger_" + hashlib.sha256(str(directory).encode()).hexdigest()[:24]
    query(f"CREATE SCHEMA IF NOT EXISTS {name}")
    return f"{server()}postgres?options=-csearch_path%3D{name}"
