"""POST /client."""

import re

import pytest

from api import assert_problem, expect, key_header, master, unique
from claviger import Server

DISABLED = [
    {"MASTER_PASSWORD": None},
    {"MASTER_USERNAME": None},
    {"MASTER_USERNAME": None, "MASTER_PASSWORD": None},
    {"MASTER_USERNAME": "", "MASTER_PASSWORD": ""},
    {"MASTER_PASSWORD": ""},
]


@pytest.mark.parametrize("kind", ["json", "form"])
def test_shape(server, kind):
    name = unique("company")
    answer = server.api.post("/client", **{kind: master(server, client_name=name)})
    client = expect(answer, 201)
    assert set(client) == {"id", "name", "api_key", "is_active", "created_at"}
    assert client["name"] == name
    assert client["is_active"] is True
    assert client["id"][14] == "7"


@pytest.mark.requirement("SEC-1")
def test_api_key_is_of_this_environment_and_never_the_same(server):
    keys = {
        expect(server.api.post("/client", json=master(server, client_name="same")), 201)["api_key"]
        for _ in range(20)
    }
    assert len(keys) == 20
    for key in keys:
        assert re.fullmatch("sk-client-development-[0-9A-Za-z]{49}", key)


@pytest.mark.requirement("SEC-4")
@pytest.mark.parametrize(
    "change",
    [
        {"password": "wrong"},
        {"username": "wrong"},
        {"username": "", "password": ""},
        {"username": "wrong", "password": "wrong"},
        {"password": "x" * 5000},
    ],
)
def test_wrong_master_credentials_are_401_and_all_alike(server, change):
    body = master(server, client_name="x")
    wrong = server.api.post("/client", json={**body, **change})
    reference = server.api.post("/client", json={**body, "password": "no"})
    assert_problem(wrong, 401, "invalid_credential")
    assert {**wrong.json(), "request_id": 0} == {**reference.json(), "request_id": 0}


@pytest.mark.requirement("SEC-4")
def test_a_credential_is_compared_whole(server):
    body = master(server, client_name="x")
    for field in ("username", "password"):
        value = body[field]
        for wrong in (value[:-1], value + "x", value.swapcase(), value + "\0", " " + value):
            answer = server.api.post("/client", json={**body, field: wrong})
            assert answer.status == 401, (field, answer)


@pytest.mark.requirement("SEC-4")
@pytest.mark.parametrize("settings", DISABLED)
def test_disabled_without_master_credentials(start, settings):
    server = start(**settings)
    for body in (
        {"username": "", "password": "", "client_name": "x"},
        {"client_name": "x"},
        {"username": "a", "password": "b", "client_name": "x"},
    ):
        problem = assert_problem(server.api.post("/client", json=body), 403, "master_disabled")
        assert "MASTER_USERNAME" in problem["detail"] and "MASTER_PASSWORD" in problem["detail"]


@pytest.mark.requirement("SEC-4")
def test_master_credentials_do_nothing_but_create_clients(server, client, user):
    body = master(server, client_name="x")
    basic = {"Authorization": f"Bearer {body['password']}"}
    assert server.api.get("/token", basic).status == 401
    assert (
        server.api.post("/user", key_header(body["password"]), json={"identifier": "a"}).status
        == 401
    )
    answer = server.api.post("/user", json={**body, "identifier": "a"})
    assert_problem(answer, 401, "missing_credential")
    assert (
        client.post(
            "/token", json={"identifier": body["username"], "secret": body["password"]}
        ).status
        == 401
    )


@pytest.mark.parametrize(
    "name", ["", " ", " a", "a ", "a\n", "\u0000", "x" * 256, "\x7f", "\u0085"]
)
def test_unacceptable_names(server, name):
    answer = server.api.post("/client", json=master(server, client_name=name))
    assert_problem(answer, 422, "unacceptable_field", "client_name")


@pytest.mark.parametrize("name", ["x" * 255, "é" * 255, "𝔘" * 255, "a b", '"<&>\\', "日本"])
def test_acceptable_names_come_back_exactly(server, name):
    answer = server.api.post("/client", json=master(server, client_name=name))
    assert expect(answer, 201)["name"] == name


def test_name_is_required_but_only_told_to_the_master(server):
    answer = server.api.post("/client", json=master(server))
    assert_problem(answer, 422, "unacceptable_field", "client_name")
    assert server.api.post("/client", json={}).status == 401


@pytest.mark.requirement("ACC-1")
def test_set_fields_are_ignored(server):
    mine = {
        "id": "00000000-0000-7000-8000-000000000000",
        "api_key": "sk-client-mine",
        "is_active": False,
        "created_at": "1999-01-01T00:00:00Z",
    }
    client = expect(server.api.post("/client", json=master(server, client_name="x", **mine)), 201)
    assert not mine.items() & client.items()


@pytest.mark.requirement("SEC-4")
def test_credentials_from_files(tmp_path):
    for name, text in (
        ("user", "operator-from-file\n"),
        ("word", "password-from-a-file-x\n"),
        ("key", "k3y-for-signing-of-this-test-only-0123\n"),
    ):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o600)
    server = Server(
        MASTER_USERNAME=None,
        MASTER_PASSWORD=None,
        JWT_SECRET_KEY=None,
        MASTER_USERNAME_FILE=tmp_path / "user",
        MASTER_PASSWORD_FILE=tmp_path / "word",
        JWT_SECRET_KEY_FILE=tmp_path / "key",
    ).start()
    try:
        body = {"username": "operator-from-file", "password": "password-from-a-file-x"}
        assert server.api.post("/client", json={**body, "client_name": "x"}).status == 201
    finally:
        server.finish()
