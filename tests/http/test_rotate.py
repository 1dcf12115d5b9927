"""POST /users/{id}/secret and POST /client/api-key."""

import pytest

from api import (
    assert_live,
    assert_problem,
    assert_refused,
    blob,
    create_client,
    expect,
    key_header,
    sql,
)

NOBODY = "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210"


def login(client, user, secret):
    return client.post("/token", json={"identifier": user.identifier, "secret": secret}).status


@pytest.mark.parametrize("kind", ["json", "form"])
def test_new_secret(client, user, token, kind):
    body = expect(client.post(f"/users/{user.id}/secret", **{kind: {}}), 200)
    assert set(body) == {
        "id",
        "identifier",
        "secret",
        "secret_preview",
        "previous_secret_expires_at",
        "fenced",
        "epoch",
    }
    assert body["secret"] != user.secret
    assert body["secret_preview"] == "sk-user-..." + body["secret"][-8:]
    assert body["previous_secret_expires_at"] is None
    assert login(client, user, body["secret"]) == 200
    assert login(client, user, user.secret) == 401
    assert_live(token)  # rotation leaves issued tokens alone


def test_without_a_body(client, user):
    assert client.post(f"/users/{user.id}/secret").status == 200
    assert login(client, user, user.secret) == 401


def test_secret_with_grace_period(server, client, user):
    new = expect(user.rotate(grace_period_seconds=3600), 200)
    assert new["previous_secret_expires_at"]
    assert client.get(f"/users/{user.id}").json()["previous_secret_expires_at"]
    assert login(client, user, user.secret) == 200
    assert login(client, user, new["secret"]) == 200
    sql(
        server.database,
        "UPDATE users SET previous_secret_expires_at_ms = 1000 WHERE id = ?",
        blob(user.id),
    )
    assert login(client, user, user.secret) == 401
    assert login(client, user, new["secret"]) == 200


def test_only_the_last_secret_has_grace(client, user):
    second = expect(user.rotate(grace_period_seconds=3600), 200)["secret"]
    third = expect(user.rotate(grace_period_seconds=3600), 200)["secret"]
    assert login(client, user, user.secret) == 401
    assert login(client, user, second) == 200
    fourth = expect(user.rotate(), 200)["secret"]
    for secret in (user.secret, second, third):
        assert login(client, user, secret) == 401
    assert login(client, user, fourth) == 200


@pytest.mark.parametrize("kind, true", [("json", True), ("form", "true")])
def test_secret_with_revoke_tokens(client, user, token, kind, true):
    body = {"revoke_tokens": true, "grace_period_seconds": 60}
    new = expect(client.post(f"/users/{user.id}/secret", **{kind: body}), 200)
    assert_refused(token, "revoked")
    assert login(client, user, new["secret"]) == 200
    assert login(client, user, user.secret) == 200


def test_rotating_an_inactive_users_secret_does_not_activate_it(client, user):
    user.patch(is_active=False)
    new = expect(user.rotate(), 200)
    assert login(client, user, new["secret"]) == 401
    user.patch(is_active=True)
    assert login(client, user, new["secret"]) == 200


BAD_ROTATIONS = [
    ({"grace_period_seconds": -1}, "grace_period_seconds"),
    ({"grace_period_seconds": 604801}, "grace_period_seconds"),
    ({"grace_period_seconds": "60"}, "grace_period_seconds"),
    ({"grace_period_seconds": 1.0}, "grace_period_seconds"),
    ({"grace_period_seconds": True}, "grace_period_seconds"),
    ({"grace_period_seconds": 10**30}, "grace_period_seconds"),
    ({"revoke_tokens": "true"}, "revoke_tokens"),
    ({"revoke_tokens": 1}, "revoke_tokens"),
]


@pytest.mark.parametrize("fields, field", BAD_ROTATIONS)
def test_unacceptable_rotations_change_nothing(client, user, token, fields, field):
    assert_problem(user.rotate(**fields), 422, "unacceptable_field", field)
    assert_problem(client.post("/client/api-key", json=fields), 422, "unacceptable_field", field)
    assert_live(token)
    assert user.login().status == 200


def test_longest_grace_period(client, user):
    assert user.rotate(grace_period_seconds=604800).status == 200
    assert client.post("/client/api-key", json={"grace_period_seconds": 604800}).status == 200


@pytest.mark.requirement("ACC-1")
def test_missing_user(client):
    for id in (NOBODY, "x"):
        assert_problem(client.post(f"/users/{id}/secret", json={}), 404, "not_found")


@pytest.mark.requirement("ACC-1")
def test_a_sent_secret_is_ignored(client, user):
    mine = "sk-user-development-" + "A" * 49
    new = expect(user.rotate(secret=mine), 200)
    assert new["secret"] != mine
    assert login(client, user, mine) == 401


@pytest.mark.parametrize("kind", ["json", "form"])
def test_new_api_key(client, user, token, kind):
    body = expect(client.post("/client/api-key", **{kind: {}}), 200)
    assert set(body) == {
        "id",
        "name",
        "api_key",
        "api_key_preview",
        "previous_api_key_expires_at",
        "fenced",
        "epoch",
    }
    assert body["id"] == client.id
    assert body["api_key_preview"] == "sk-client-..." + body["api_key"][-8:]
    assert_problem(client.get("/client"), 401, "invalid_credential")
    assert client.api.get("/client", key_header(body["api_key"])).json()["id"] == client.id
    assert user.login().status == 401  # that was with the old key
    assert_live(token)


def test_api_key_with_grace_period(server, client, user):
    body = expect(client.post("/client/api-key", json={"grace_period_seconds": 3600}), 200)
    assert body["previous_api_key_expires_at"]
    assert client.get("/client").status == 200
    assert user.login().status == 200
    sql(
        server.database,
        "UPDATE clients SET previous_api_key_expires_at_ms = 1000 WHERE id = ?",
        blob(client.id),
    )
    assert client.get("/client").status == 401
    assert client.api.get("/client", key_header(body["api_key"])).status == 200


@pytest.mark.parametrize("kind, true", [("json", True), ("form", "true")])
def test_api_key_with_revoke_tokens(server, client, token, kind, true):
    others = create_client(server).create_user().issue()
    client.create_user()
    expect(client.post("/client/api-key", **{kind: {"revoke_tokens": true}}), 200)
    assert_refused(token, "revoked")
    assert_live(others)


def test_needs_an_api_key(api, user, token):
    for target in ("/client/api-key", f"/users/{user.id}/secret"):
        assert_problem(api.post(target, json={}), 401, "missing_credential")
        assert_problem(api.post(target, token.auth, json={}), 401, "missing_credential")
    assert user.login().status == 200
