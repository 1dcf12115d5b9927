"""The databases of the tests of clusters do what they are told."""

import os
import subprocess

import pytest

from claviger import Server
from databases import Databases
from wire import until


@pytest.fixture
def databases():
    databases = Databases()
    yield databases
    databases.finish()


def commits(server, timeout=30):
    server.psql("CREATE TABLE IF NOT EXISTS t (n int); INSERT INTO t VALUES (1)", "claviger",
                timeout)


def rows(server):
    return server.psql("SELECT count(*) FROM t", "claviger")


@pytest.mark.slow
def test_a_life_of_two_servers(databases):
    a, b = databases.servers
    commits(a)
    a.restart()
    databases.await_standby()
    a.kill()
    a.start()
    databases.await_standby()
    commits(a)
    assert rows(a) == rows(b) == ["2"] and not b.is_primary()

    # Without its standby no commit is answered.
    b.pause()
    with pytest.raises(subprocess.TimeoutExpired):
        commits(a, timeout=1)
    b.resume()
    commits(a)

    a.kill()
    assert databases.promote(strict=False) is a
    assert databases.primary is b and b.is_primary()
    commits(b)
    databases.rejoin(a)
    commits(b)
    assert rows(a) == rows(b) and not a.is_primary()

    # Both reachable: the old primary still thinks that it is one, and answers no commit.
    databases.promote(strict=True)
    assert a.is_primary() and b.is_primary()
    for server in (a, b):
        with pytest.raises(subprocess.TimeoutExpired):
            commits(server, timeout=1)
    b.kill()
    databases.rejoin(b)
    commits(a)


def test_nothing_is_left():
    databases = Databases(standby=False)
    folder, pid = databases.primary.folder, databases.primary.process.pid
    databases.finish()
    assert not folder.exists()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def warnings(server):
    return [line["detail"] for line in server.log() if line["event"] == "commits_may_be_lost"]


def test_a_node_tells_of_asynchronous_standbys(databases):
    server = Server(CLAVIGER_DATABASE_URL=databases.url())
    try:
        server.start()
        assert server.stop() == 0
        assert warnings(server) == []
        databases.primary.psql("ALTER SYSTEM SET synchronous_standby_names = ''")
        databases.primary.psql("SELECT pg_reload_conf()")
        until(lambda: databases.primary.psql("SHOW synchronous_standby_names") == [""], "it took")
        server.start()
        assert server.stop() == 0
        assert [text.split(" (")[0] for text in warnings(server)] == [
            "Its standbys are asynchronous"]
    finally:
        server.remove()
