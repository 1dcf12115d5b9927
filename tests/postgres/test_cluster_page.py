"""The commands of docs/cluster.md, against a real PostgreSQL server; its address and names are put
in place of the page's."""

import os
import urllib.parse

import postgres
import pytest
from blocks import assert_runs_as_written, runnable_blocks
from claviger import ROOT, Server, binary


@pytest.fixture
def filled(tmp_path):
    """An SQLite database with a token; its server is stopped."""
    server = Server(CLAVIGER_DATABASE_URL=f"sqlite:{tmp_path}/claviger.db").start()
    assert server.stop() == 0
    yield server
    server.finish()


def test_the_page(filled, tmp_path):
    url = urllib.parse.urlsplit(postgres.server())
    names = [f"page_{os.getpid()}_{place}" for place in ("new", "copied")]
    (tmp_path / "programs").mkdir()
    (tmp_path / "programs" / "claviger").symlink_to(binary())
    env = {**filled.settings, "PATH": f"{tmp_path / 'programs'}:{os.environ['PATH']}",
           "PGHOST": url.hostname, "PGPORT": str(url.port), "PGUSER": url.username}
    words = {"UTF8 claviger": f"UTF8 {names[0]}",
             "postgresql://claviger@db1,db2/claviger": f"{postgres.server()}{names[0]}",
             "postgresql://claviger@db1/claviger": f"{postgres.server()}{names[1]}",
             "sqlite:/var/lib/claviger/claviger.db": filled.settings["CLAVIGER_DATABASE_URL"]}

    def replace(text):
        for word, here in words.items():
            text = text.replace(word, here)
        return text

    postgres.query(f"CREATE DATABASE {names[1]}")
    try:
        blocks = runnable_blocks((ROOT / "docs/cluster.md").read_text())
        assert len(blocks) == 3
        assert_runs_as_written(blocks, tmp_path, replace, env, strict=True)
        assert postgres.query("SELECT count(*) FROM clients", postgres.server() + names[1])
    finally:
        for name in names:
            postgres.query(f"DROP DATABASE IF EXISTS {name}")
