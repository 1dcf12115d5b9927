"""`claviger database prune`: what is past its retention goes now, and nothing else."""

import json

import pytest

from api import blob, create_client, expect, key_header, milliseconds, sql
from claviger import Server, command
from wire import until

HOUR = 3_600_000


@pytest.fixture
def server():
    server = Server(CLAVIGER_TOKEN_RETENTION="3600").start()
    yield server
    server.finish()


def prune(server, **settings):
    done = command("database", "prune", "--json", server=server,
                   env={**server.settings, **settings})
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def expire(server, token, at):
    sql(server.database, "UPDATE tokens SET expires_at_ms = ? WHERE id = ?", at, blob(token.id))


def test_what_is_past_its_retention_goes_and_nothing_else(server):
    user = create_client(server).create_user()
    live, young, *old = (user.issue() for _ in range(4))
    revoked = user.issue()
    expect(revoked.revoke(), 200)
    assert server.stop() == 0  # it would be faster
    now = milliseconds()
    expire(server, young, now - HOUR // 2)
    for token in old:
        expire(server, token, now - 2 * HOUR)
    assert prune(server) == {"tokens": 2, "audit_rows": 0}
    assert prune(server) == {"tokens": 0, "audit_rows": 0}
    server.start()
    listed = server.api.get("/tokens", key_header(user.client.api_key)).json()["tokens"]
    kept = {token["id"] for token in listed}
    assert kept == {live.id, young.id, revoked.id}
    assert server.api.get("/token", live.auth).status == 200
    assert server.api.get("/token", revoked.auth).status == 401


def test_the_audit_trail_goes_by_a_retention_of_its_own(server):
    create_client(server).create_user()
    assert server.stop() == 0
    assert prune(server, CLAVIGER_AUDIT_RETENTION="0")["audit_rows"] == 0  # for ever
    assert prune(server, CLAVIGER_AUDIT_RETENTION="3600")["audit_rows"] == 0
    until(lambda: prune(server, CLAVIGER_AUDIT_RETENTION="1")["audit_rows"] > 0,
          "they are a second old")
    done = command("audit", "verify", "--json", server=server)
    assert done.returncode == 0 and json.loads(done.stdout)["sound"]
