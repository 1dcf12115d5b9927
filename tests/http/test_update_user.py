"""PATCH /users/{id}."""

import pytest

from api import assert_live, assert_problem, assert_refused, expect

NOBODY = "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210"


@pytest.mark.parametrize("kind, false", [("json", False), ("form", "false")])
def test_deactivation_refuses_all_tokens_at_once(client, user, kind, false):
    tokens = [user.issue() for _ in range(3)]
    others = client.create_user().issue()
    body = expect(client.patch(f"/users/{user.id}", **{kind: {"is_active": false}}), 200)
    assert body["is_active"] is False and body["fenced"] is True
    for token in tokens:
        assert_refused(token, "revoked")
    assert_live(others)
    assert user.login().status == 401


def test_activation_brings_no_token_back(client, user, token):
    user.patch(is_active=False)
    assert expect(user.patch(is_active=True), 200)["is_active"] is True
    assert_refused(token, "revoked")
    assert client.get(f"/tokens/{token.id}").json()["state"] == "revoked"
    assert_live(user.issue())


def test_activating_an_active_user_takes_nothing_back(user, token):
    user.patch(is_active=True)
    assert_live(token)


def test_scopes_change_for_live_tokens_at_once(user, token):
    assert token.verify("?scope=read:all").status == 200
    body = expect(user.patch(scopes=["write"]), 200)
    assert body["scopes"] == ["write"]
    assert token.check().json()["scopes"] == ["write"]
    assert token.verify("?scope=read:all").status == 403
    assert token.verify("?scope=write").status == 200


def test_scopes_in_a_form(client, user, token):
    client.patch(f"/users/{user.id}", form={"scopes": "a b"})
    assert token.check().json()["scopes"] == ["a", "b"]


def test_no_scopes_at_all(user, token):
    assert expect(user.patch(scopes=[]), 200)["scopes"] == []
    assert token.check().json()["scopes"] == []
    assert token.verify().header("X-Auth-Scopes") == ""


def test_what_is_absent_stays(client, user):
    user.patch(scopes=["a"])
    assert expect(user.patch(is_active=False), 200)["scopes"] == ["a"]
    assert expect(user.patch(scopes=["b"]), 200)["is_active"] is False
    assert client.get(f"/users/{user.id}").json()["is_active"] is False


def test_idempotent(user):
    first, second = expect(user.patch(is_active=False), 200), expect(
        user.patch(is_active=False), 200
    )
    assert second["epoch"] > first["epoch"]
    assert {**first, "epoch": 0} == {**second, "epoch": 0}


@pytest.mark.parametrize(
    "fields, field",
    [
        ({"is_active": "no"}, "is_active"),
        ({"is_active": 0}, "is_active"),
        ({"is_active": "false"}, "is_active"),
        ({"is_active": []}, "is_active"),
        ({"scopes": "a"}, "scopes"),
        ({"scopes": [1]}, "scopes"),
        ({"scopes": ["a b"]}, "scopes"),
        ({"is_active": False, "scopes": ["a b"]}, "scopes"),
        ({"is_active": "x", "scopes": ["a"]}, "is_active"),
        ({}, "is_active"),
        ({"is_active": None}, "is_active"),
    ],
)
def test_unacceptable_fields_change_nothing(client, user, token, fields, field):
    before = client.get(f"/users/{user.id}").json()
    assert_problem(user.patch(**fields), 422, "unacceptable_field", field)
    assert client.get(f"/users/{user.id}").json() == {
        **before,
        "last_used_at": client.get(f"/users/{user.id}").json()["last_used_at"],
    }
    assert_live(token)


@pytest.mark.parametrize("text", ["yes", "0", "1", "False", "TRUE", " true"])
def test_truth_in_forms_is_spelled_true_or_false(client, user, text):
    answer = client.patch(f"/users/{user.id}", form={"is_active": text})
    assert_problem(answer, 422, "unacceptable_field", "is_active")


@pytest.mark.requirement("ACC-1")
def test_set_fields_are_ignored(client, other_client, user):
    mine = {
        "id": NOBODY,
        "client_id": other_client.id,
        "identifier": "else",
        "secret": "x",
        "created_at": "1999-01-01T00:00:00Z",
    }
    body = expect(user.patch(**mine, is_active=True), 200)
    assert not mine.items() & body.items()
    assert body["identifier"] == user.identifier and body["client_id"] == client.id


@pytest.mark.requirement("ACC-1")
def test_missing_user(client):
    for id in (NOBODY, "x", "%00"):
        assert_problem(client.patch(f"/users/{id}", json={"is_active": False}), 404, "not_found")


def test_needs_an_api_key(api, user, token):
    answer = api.patch(f"/users/{user.id}", token.auth, json={"is_active": False})
    assert_problem(answer, 401, "missing_credential")
    assert_live(token)
