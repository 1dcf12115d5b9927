"""Changing the signing key of two nodes on one PostgreSQL database (docs/decisions/0084)."""

import shutil
import time

import pytest

import postgres
from api import assert_problem, bearer, create_client
from claviger import Server
from keys import FOLLOWED_S, Keys, events, kid_of, loaded, published
from rotation import Load
from wire import until


@pytest.fixture
def nodes():
    """Two nodes with a folder of keys each, which both hold the same key."""
    first = Server(JWT_SECRET_KEY=None, CLAVIGER_KEYS="keys")
    shared = ("MASTER_USERNAME", "MASTER_PASSWORD", "CLAVIGER_DATABASE_URL")
    second = Server(JWT_SECRET_KEY=None, CLAVIGER_KEYS="keys",
                    **{name: first.settings[name] for name in shared})
    Keys(first).generate("es256")
    shutil.copytree(Keys(first).folder, Keys(second).folder)
    yield first.start(), second.start()
    for node in (first, second):
        node.finish()


def hand_over(kid, first, second):
    """Copies a key's file as an operator should: it has its name when it is complete."""
    path = Keys(first).file_of(kid)
    half_done = Keys(second).folder / f".{path.name}.new"
    shutil.copy(path, half_done)
    half_done.rename(Keys(second).folder / path.name)


def aged(node):
    """As if the nodes had published their keys long ago."""
    postgres.query("UPDATE fence_member_keys SET loaded_at = loaded_at - interval '600 s'",
                   node.settings["CLAVIGER_DATABASE_URL"])


@pytest.mark.requirement("TOK-7")
def test_a_rotation_of_two_nodes_under_load(nodes):
    first, second = nodes
    keys, user = Keys(first), create_client(first).create_user()
    old = keys.signing()
    with Load(nodes, user) as load:
        load.go_on()
        new = keys.generate("eddsa")
        loaded(first, new)
        assert "have not loaded the key" in keys.run("rotate", status=5)
        hand_over(new, first, second)
        loaded(second, new)
        until(lambda: "may not have fetched" in keys.run("rotate", status=5),
              "both have said so", FOLLOWED_S)
        load.go_on()
        assert load.issued_since(0) == {old}
        aged(first)
        assert Keys(second).rotate()["kid"] == new
        rotated = time.monotonic()
        load.go_on()
        assert load.issued_since(rotated) == {new}
        load.retire(keys, old)
        load.go_on()
    load.assert_kept()
    assert {published(node.api) == {new} for node in nodes} == {True}
    for node in nodes:
        (changed,) = until(lambda node=node: events(node, "signing_key_changed"), "it is told",
                           FOLLOWED_S)
        assert changed["kid"] == new


def test_a_node_that_lacks_the_key_issues_nothing_until_it_has_it(nodes):
    first, second = nodes
    user = create_client(first).create_user()
    old = user.issue()
    new = Keys(first).generate()
    loaded(first, new)
    Keys(first).rotate("--now")
    assert kid_of(user.issue()) == new
    user.api = user.client.api = second.api
    assert_problem(user.login(), 503, "signing_key_missing")
    assert_problem(second.api.get("/readyz"), 503, "signing_key_missing")
    assert second.api.get("/token", bearer(old.text)).status == 200
    hand_over(new, first, second)
    until(lambda: second.api.get("/readyz").status == 200, "it has the key", FOLLOWED_S)
    assert kid_of(user.issue()) == new
