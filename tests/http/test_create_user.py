"""POST /user."""

import re

import pytest

from api import assert_problem, expect, key_header, unique

GOOD = [
    "a",
    "x" * 255,
    "é" * 255,
    "𝔘" * 255,
    "a b",
    "Ünïcode",
    'q"\\/<>&',
    "日本語",
    "a\u00a0b",
    "e\u0301",
    "\u00e9",
    "../x",
    "%41",
    "a+b",
    "'; drop table users;--",
    "\u200b",
    "\ufeffx",
    "user@example.com",
    "\ue000",
    "\U0010fffd",
]
BAD = [
    "",
    " ",
    " a",
    "a ",
    "\ta",
    "a\n",
    "a\u0000b",
    "\u0000",
    "a\u001fb",
    "\u007f",
    "\u0085",
    "x" * 256,
    "é" * 256,
    "\u00a0a",
    "a\u3000",
    "\u2028",
    "a\r\nX: y",
]


@pytest.mark.parametrize("kind", ["json", "form"])
def test_shape(client, kind):
    identifier = unique("glchat_user")
    answer = client.post("/user", **{kind: {"identifier": identifier}})
    user = expect(answer, 201)
    assert set(user) == {"id", "identifier", "secret_preview", "is_active", "client_id", "secret"}
    assert user["identifier"] == identifier
    assert user["client_id"] == client.id
    assert user["secret_preview"] == "sk-user-..." + user["secret"][-8:]


@pytest.mark.requirement("SEC-1")
def test_secret_is_of_this_environment_and_never_the_same(client):
    secrets = {client.create_user().secret for _ in range(20)}
    assert len(secrets) == 20
    for secret in secrets:
        assert re.fullmatch("sk-user-development-[0-9A-Za-z]{49}", secret)


def test_default_scopes(client, user):
    assert client.get(f"/users/{user.id}").json()["scopes"] == ["read:all"]


@pytest.mark.parametrize("kind, sent", [("json", ["b:write", "a"]), ("form", "b:write a")])
def test_scopes(client, kind, sent):
    body = {"identifier": unique("u"), "scopes": sent}
    user = expect(client.post("/user", **{kind: body}), 201)
    assert client.get(f"/users/{user['id']}").json()["scopes"] == ["b:write", "a"]


@pytest.mark.parametrize(
    "scopes",
    [
        [""],
        ["a b"],
        ['a"'],
        ["a\\"],
        ["é"],
        ["a\n"],
        ["x" * 129],
        ["s%d" % i for i in range(65)],
        "read:all",
        5,
        {"a": 1},
        [1],
        [None],
        [["a"]],
        True,
    ],
)
def test_unacceptable_scopes(client, scopes):
    identifier = unique("u")
    answer = client.post("/user", json={"identifier": identifier, "scopes": scopes})
    assert_problem(answer, 422, "unacceptable_field", "scopes")
    assert client.create_user(identifier)  # nothing was created under that name


@pytest.mark.requirement("ACC-4")
@pytest.mark.parametrize("identifier", GOOD)
def test_identifiers_come_back_exactly(client, identifier):
    user = client.create_user(identifier)
    assert user.identifier == identifier
    assert client.get(f"/users/{user.id}").json()["identifier"] == identifier
    assert user.issue().check().json()["username"] == identifier
    form = client.post("/token", form={"identifier": identifier, "secret": user.secret})
    assert form.status == 200


@pytest.mark.requirement("ACC-4")
@pytest.mark.parametrize("identifier", BAD)
@pytest.mark.parametrize("kind", ["json", "form"])
def test_unacceptable_identifiers(client, identifier, kind):
    answer = client.post("/user", **{kind: {"identifier": identifier}})
    assert_problem(answer, 422, "unacceptable_field", "identifier")
    assert client.get("/users").json()["total"] == 0


@pytest.mark.parametrize("identifier", [None, 5, True, [], ["a"], {"a": "b"}, 1.5])
def test_identifier_must_be_text(client, identifier):
    answer = client.post("/user", json={"identifier": identifier})
    assert_problem(answer, 422, "unacceptable_field", "identifier")


def test_identifier_is_required(client):
    assert_problem(client.post("/user", json={}), 422, "unacceptable_field", "identifier")
    assert_problem(client.post("/user", form={}), 422, "unacceptable_field", "identifier")


@pytest.mark.requirement("ACC-4")
def test_identifiers_differ_by_code_point(client):
    for identifier in ("Name", "name", "NAME", "e\u0301", "\u00e9", "name\u200b", "ﬁ", "fi"):
        assert client.create_user(identifier)


def test_same_identifier_twice(client, other_client):
    first = client.create_user("twin")
    assert_problem(client.post("/user", json={"identifier": "twin"}), 409, "conflict")
    assert first.login().status == 200  # the first one's secret still holds
    assert other_client.create_user("twin").client.id == other_client.id


def test_needs_an_api_key(api):
    assert_problem(api.post("/user", json={"identifier": "a"}), 401, "missing_credential")
    answer = api.post("/user", key_header("sk-client-nonsense"), json={"identifier": "a"})
    assert_problem(answer, 401, "invalid_credential")


@pytest.mark.requirement("ACC-1")
def test_set_fields_are_ignored(client, other_client):
    mine = {
        "client_id": other_client.id,
        "id": "00000000-0000-7000-8000-000000000000",
        "secret": "sk-user-mine",
        "secret_hash": "x",
        "is_active": False,
    }
    user = expect(client.post("/user", json={"identifier": "a", **mine}), 201)
    assert not mine.items() & user.items()
    assert user["client_id"] == client.id
