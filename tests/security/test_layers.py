"""The four layers of a check, each able to refuse by itself: for each, a token that the other three
would accept. And what was changed behind the server's back is seen by the very next check."""

import time

import pytest

from api import assert_live, assert_refused, blob, create_client, sql
from forge import encode, resigned, signature


@pytest.mark.requirement("TOK-1")
def test_signature_alone(token):
    assert_live(token)
    head, payload, good = token.text.split(".")
    other_key = signature(f"{head}.{payload}", "another-key-of-more-than-32-bytes-12345")
    for forged in (other_key, encode(b"\0" * 32), good[::-1][1:] + "A"):
        assert_refused(f"{head}.{payload}.{forged}", "malformed", token.api)
    assert_live(token)


@pytest.mark.requirement("TOK-5")
def test_expiry_alone(server, token):
    """Correctly signed; the record lives and says that it has not expired."""
    now = int(time.time())
    assert_refused(
        resigned(token.text, server.jwt_key, iat=now - 100, exp=now - 1), "expired", token.api
    )
    assert (
        token.api.get(
            "/token",
            {"Authorization": "Bearer " + resigned(token.text, server.jwt_key, exp=now + 1000)},
        ).status
        == 200
    )
    assert_live(token)


def test_expiry_of_the_record_alone(server, token):
    """The token says that it lives on; its record has expired."""
    sql(
        server.database,
        "UPDATE tokens SET expires_at_ms = ? WHERE id = ?",
        int(time.time() * 1000) - 1,
        blob(token.id),
    )
    assert token.check().status == 401


@pytest.mark.parametrize(
    "delete, key",
    [
        ("DELETE FROM tokens WHERE id = ?", "token"),
        ("DELETE FROM users WHERE id = ?", "user"),
        ("DELETE FROM clients WHERE id = ?", "client"),
    ],
)
def test_database_alone(server, client, user, token, delete, key):
    """A good signature and no expiry, but the token's, user's or client's row is gone."""
    assert_live(token)
    others = create_client(server).create_user().issue()
    sql(server.database, delete, blob({"token": token, "user": user, "client": client}[key].id))
    assert_refused(token, "unknown")
    assert_live(others)


def test_database_alone_by_a_token_that_was_never_issued(server, token):
    forged = resigned(token.text, server.jwt_key, jti="01980e70-5a3b-7d22-b1c6-90e4f7a85d03")
    assert_refused(forged, "unknown", token.api)


@pytest.mark.parametrize(
    "update, key",
    [
        ("UPDATE tokens SET is_revoked = 1 WHERE id = ?", "token"),
        ("UPDATE users SET is_active = 0 WHERE id = ?", "user"),
        ("UPDATE clients SET is_active = 0 WHERE id = ?", "client"),
    ],
)
def test_revocation_alone_in_the_database(server, client, user, token, update, key):
    """Signature, expiry and record are good; the row says revoked or inactive."""
    assert_live(token)
    others = create_client(server).create_user().issue()
    sql(server.database, update, blob({"token": token, "user": user, "client": client}[key].id))
    assert_refused(token, "revoked")
    assert_live(others)


def test_revocation_alone_by_the_api(client, user):
    by_itself, by_client, with_all = (user.issue() for _ in range(3))
    by_itself.revoke()
    client.delete(f"/tokens/{by_client.id}")
    assert_refused(by_itself, "revoked")
    assert_refused(by_client, "revoked")
    assert_live(with_all)
    client.delete(f"/users/{user.id}/tokens")
    assert_refused(with_all, "revoked")


def test_activating_again_in_the_database_brings_nothing_back(server, user, token):
    sql(server.database, "UPDATE users SET is_active = 0 WHERE id = ?", blob(user.id))
    sql(server.database, "UPDATE users SET is_active = 1 WHERE id = ?", blob(user.id))
    assert_refused(token, "revoked")
    assert_live(user.issue())


def test_deactivating_a_client_in_the_database_stops_its_key(server, client, user):
    sql(server.database, "UPDATE clients SET is_active = 0 WHERE id = ?", blob(client.id))
    assert client.get("/users").status == 401
    assert user.login().status == 401
    sql(server.database, "UPDATE clients SET is_active = 1 WHERE id = ?", blob(client.id))
    assert client.get("/users").status == 200
    assert_live(user.issue())


def test_scopes_changed_in_the_database_hold_at_once(server, user, token):
    assert token.verify("?scope=read:all").status == 200
    sql(server.database, "UPDATE users SET scopes = 'other' WHERE id = ?", blob(user.id))
    assert token.verify("?scope=read:all").status == 403
    assert token.check().json()["scopes"] == ["other"]


def test_every_revocation_by_hand_is_seen_by_the_very_next_check(server, user):
    """Not only the first: a hundred in a row, with the token known and warm each time."""
    for _ in range(100):
        token = user.issue()
        assert token.check().status == 200
        sql(server.database, "UPDATE tokens SET is_revoked = 1 WHERE id = ?", blob(token.id))
        assert token.check().status == 401


@pytest.mark.requirement("TOK-6")
def test_claims_must_match_the_record(server, client, user, token):
    other = client.create_user().issue()
    foreign = create_client(server).create_user().issue()
    for claims in (
        {"sub": other.user.id},
        {"client_id": foreign.user.client.id},
        {"jti": other.id},
        {"jti": foreign.id},
        {"sub": foreign.user.id},
        {"sub": foreign.user.id, "client_id": foreign.user.client.id},
        {"sub": client.id, "client_id": user.id},
    ):
        forged = resigned(token.text, server.jwt_key, **claims)
        for target in ("/token", "/verify"):
            answer = token.api.get(target, {"Authorization": f"Bearer {forged}"})
            assert answer.status == 401, (claims, answer)
    assert_live(token)


@pytest.mark.requirement("TOK-6")
def test_the_record_decides_scopes(server, token):
    forged = resigned(token.text, server.jwt_key, scope="read:all admin:all")
    auth = {"Authorization": f"Bearer {forged}"}
    assert token.api.get("/token", auth).json()["scopes"] == ["read:all"]
    assert token.api.get("/verify?scope=admin:all", auth).status == 403
