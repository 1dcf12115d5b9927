"""Refusals tell nothing: wrong logins are all alike (ACC-2), and another client's objects answer as
missing ones do (ACC-1), byte for byte but for what is new in each answer."""

import pytest

from api import blob, create_client, key_header, sql

NOBODY = "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210"


def fingerprint(answer):
    """All of an answer, without the request's id and the time."""
    id = answer.header("X-Request-Id")
    headers = [h for h in answer.headers if h[0] not in ("Date", "X-Request-Id")]
    return answer.status, headers, answer.body.replace(id.encode(), b"ID")


def wrong_logins(server, client):
    user, inactive = client.create_user(), client.create_user()
    inactive.patch(is_active=False)
    foreign = create_client(server).create_user()
    rotated = client.create_user()
    rotated.rotate()
    other_secret = client.create_user().secret
    typo = user.secret[:-1] + ("a" if user.secret[-1] != "a" else "b")
    return {
        "wrong secret": (user.identifier, other_secret),
        "typo": (user.identifier, typo),
        "no secret of ours": (user.identifier, "password"),
        "empty secret": (user.identifier, ""),
        "unknown identifier": ("nobody-of-that-name", user.secret),
        "inactive user": (inactive.identifier, inactive.secret),
        "inactive user, wrong secret": (inactive.identifier, user.secret),
        "another client's user": (foreign.identifier, foreign.secret),
        "rotated secret": (rotated.identifier, rotated.secret),
        "an API key": (user.identifier, client.api_key),
        "secret in other case": (user.identifier, user.secret.swapcase()),
        "secret with a space": (user.identifier, user.secret + " "),
        "long secret": (user.identifier, "x" * 5000),
        "secret with NUL": (user.identifier, user.secret + "\0"),
        "identifier in other case": (user.identifier.upper(), user.secret),
        "identifier no user can have": (" " + user.identifier, user.secret),
    }


@pytest.mark.requirement("ACC-2")
@pytest.mark.parametrize("kind", ["json", "form"])
def test_wrong_logins_are_all_alike(server, client, kind):
    answers = {
        name: client.post("/token", **{kind: {"identifier": identifier, "secret": secret}})
        for name, (identifier, secret) in wrong_logins(server, client).items()
    }
    reference = fingerprint(answers["wrong secret"])
    assert reference[0] == 401
    for name, answer in answers.items():
        assert fingerprint(answer) == reference, name


@pytest.mark.requirement("ACC-2")
def test_wrong_api_keys_are_all_alike(server, client):
    rotated = create_client(server)
    rotated.post("/client/api-key", json={})
    inactive = create_client(server)
    sql(server.database, "UPDATE clients SET is_active = 0 WHERE id = ?", blob(inactive.id))
    typo = client.api_key[:-1] + ("a" if client.api_key[-1] != "a" else "b")
    keys = [
        "nonsense",
        typo,
        rotated.api_key,
        inactive.api_key,
        client.api_key.lower(),
        "x" * 5000,
        client.create_user().secret,
        client.api_key + "x",
        client.api_key[:-1],
    ]
    for method, target in (("GET", "/users"), ("GET", "/client"), ("DELETE", f"/tokens/{NOBODY}")):
        answers = [server.api.call(method, target, key_header(key)) for key in keys]
        assert answers[0].status == 401
        for key, answer in zip(keys, answers):
            assert fingerprint(answer) == fingerprint(answers[0]), keys.index(key)


OBJECT_CALLS = [
    ("GET", "/users/{user}", None),
    ("PATCH", "/users/{user}", {"is_active": False}),
    ("PATCH", "/users/{user}", {"scopes": ["admin"]}),
    ("POST", "/users/{user}/secret", {}),
    ("POST", "/users/{user}/secret", {"revoke_tokens": True}),
    ("GET", "/users/{user}/tokens", None),
    ("DELETE", "/users/{user}/tokens", None),
    ("GET", "/tokens/{token}", None),
    ("DELETE", "/tokens/{token}", None),
]


CALLS_WITH_BODY = sorted({call[:2] for call in OBJECT_CALLS if call[2] is not None})


@pytest.mark.requirement("ACC-1")
@pytest.mark.parametrize("method, path, body", OBJECT_CALLS)
def test_another_clients_objects_answer_as_missing_ones(client, other_client, method, path, body):
    user = other_client.create_user()
    token = user.issue()
    before = other_client.get(f"/users/{user.id}").json()
    ids = {
        "theirs": {"user": user.id, "token": token.id},
        "missing": {"user": NOBODY, "token": NOBODY},
    }
    theirs, missing = (
        client.api.call(method, path.format(**ids[whose]), client.auth, json=body)
        for whose in ("theirs", "missing")
    )
    assert missing.status == 404
    assert fingerprint(theirs) == fingerprint(missing)
    after = other_client.get(f"/users/{user.id}").json()
    assert {**after, "last_used_at": None} == {**before, "last_used_at": None}
    assert token.check().status == 200
    assert user.login().status == 200


@pytest.mark.requirement("ACC-1")
@pytest.mark.parametrize("method, path", CALLS_WITH_BODY)
def test_even_bad_fields_do_not_tell_another_clients_objects(client, other_client, method, path):
    user = other_client.create_user()
    bad = {"is_active": 5, "scopes": 5, "grace_period_seconds": -1, "revoke_tokens": 5}
    theirs = client.api.call(method, path.format(user=user.id), client.auth, json=bad)
    missing = client.api.call(method, path.format(user=NOBODY), client.auth, json=bad)
    assert fingerprint(theirs) == fingerprint(missing)


@pytest.mark.requirement("ACC-1")
def test_ids_of_other_kinds_are_missing(client, user, token):
    assert client.get(f"/users/{token.id}").status == 404
    assert client.get(f"/tokens/{user.id}").status == 404
    assert client.get(f"/users/{client.id}").status == 404
    assert client.delete(f"/tokens/{user.id}").status == 404


@pytest.mark.requirement("ACC-1")
def test_another_clients_cursor_shows_nothing_of_it(client, other_client, user):
    mine = [token.id for token in user.issue_in_turn(2)]
    foreign = other_client.create_user().issue()
    answer = client.get(f"/tokens?cursor={foreign.id}")
    if answer.status == 200:
        assert [token["id"] for token in answer.json()["tokens"]] == mine[::-1]
        assert client.get(f"/tokens?cursor={mine[0]}").json()["tokens"] == []
