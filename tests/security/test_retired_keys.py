"""Retiring a key: all that it has signed is refused, at once and for good (TOK-7)."""

import json
import secrets
import sqlite3
import threading

import pytest

from api import assert_live, assert_refused, create_client, expect, sql
from claviger import Server, command
from forge import header_of


def key(*arguments, server, expected=0):
    done = command("key", *arguments, server=server)
    assert done.returncode == expected, done.stderr.decode()
    return done


def kid_of(token):
    return header_of(token.text)["kid"]


def retire(server, kid):
    return json.loads(key("retire", kid, "--json", server=server).stdout)


@pytest.fixture
def rotated(start):
    """A server whose key was changed, and a token of the old key and of the new one."""
    before = start()
    user = create_client(before).create_user()
    old = user.issue()
    before.stop()
    after = start(
        directory=before.directory,
        JWT_SECRET_KEY=secrets.token_urlsafe(48),
        JWT_SECRET_KEY_PREVIOUS=before.jwt_key,
    )
    for party in (user, user.client, old):
        party.api = after.api
    new = user.issue()
    assert_live(old)
    assert_live(new)
    assert kid_of(old) != kid_of(new)
    return after, old, new


@pytest.mark.requirement("TOK-7")
def test_what_a_retired_key_signed_is_refused_at_once(rotated):
    server, old, new = rotated
    answer = retire(server, kid_of(old))
    assert answer["fenced"] is True and answer["retired_at"]
    assert_refused(old, "revoked")
    assert_live(new)
    assert_live(new.user.issue())
    again = retire(server, kid_of(old))
    assert again["retired_at"] == answer["retired_at"] and again["epoch"] > answer["epoch"]
    assert sql(
        server.database, "SELECT actor, detail FROM audit_log WHERE action = 'key_retired'"
    ) == [("operator", kid_of(old))] * 2


@pytest.mark.requirement("TOK-7")
def test_checks_in_flight_never_accept_after_the_answer(rotated):
    server, old, _ = rotated
    retired, accepted = threading.Event(), []
    begun = threading.Barrier(5)

    def check():
        begun.wait()
        while True:
            is_retired = retired.is_set()  # before the check begins
            if old.check().status == 200 and is_retired:
                accepted.append(1)
            if is_retired:
                return

    threads = [threading.Thread(target=check) for _ in range(4)]
    for thread in threads:
        thread.start()
    begun.wait()
    retire(server, kid_of(old))
    retired.set()
    for thread in threads:
        thread.join()
    assert not accepted


@pytest.mark.requirement("TOK-7")
def test_a_retired_key_stays_so_over_restarts(rotated, start):
    server, old, new = rotated
    retire(server, kid_of(old))
    server.stop()
    settings = {name: server.settings[name] for name in
                ("JWT_SECRET_KEY", "JWT_SECRET_KEY_PREVIOUS")}
    again = start(directory=server.directory, **settings)
    assert_refused(old, "revoked", api=again.api)
    expect(again.api.get("/token", new.auth), 200)
    again.stop()
    signing = Server(directory=server.directory, JWT_SECRET_KEY=settings["JWT_SECRET_KEY_PREVIOUS"])
    status, log = signing.run_to_end()
    assert status == 3 and "is retired" in log, log


@pytest.mark.requirement("TOK-7")
def test_the_signing_key_is_not_retired(rotated):
    server, old, new = rotated
    done = key("retire", kid_of(new), server=server, expected=5)
    assert b"signs" in done.stderr
    assert_live(new)
    key("retire", "development.000000000000000000000000", server=server, expected=4)


def test_list(rotated):
    server, old, new = rotated
    retire(server, kid_of(old))
    listed = json.loads(key("list", "--json", server=server).stdout)["keys"]
    assert [entry["kid"] for entry in listed] == [kid_of(old), kid_of(new)]
    assert [entry["signs"] for entry in listed] == [False, True]
    assert [entry["loaded"] for entry in listed] == [True, True]
    assert listed[0]["retired_at"] and listed[1]["retired_at"] is None
    assert kid_of(new).encode() in key("list", server=server).stdout


def test_by_hand_it_is_retired_as_well_and_never_back(rotated):
    server, old, _ = rotated
    sql(server.database, "UPDATE keys_seen SET retired_at_ms = 1 WHERE kid = ?", kid_of(old))
    assert_refused(old, "revoked")
    for statement in ("UPDATE keys_seen SET retired_at_ms = NULL", "DELETE FROM keys_seen"):
        with pytest.raises(sqlite3.IntegrityError, match="stays retired"):
            sql(server.database, statement)
