"""GET /users."""

import re

import pytest

from api import assert_problem, sql


def names(answer):
    assert answer.status == 200, answer
    return [row["username"] for row in answer.json()["users"]]


def test_shape(client):
    client.create_user("first")
    token = client.create_user("second").issue(created_by_username="admin_user")
    page = client.get("/users?page=1&page_size=20").json()
    assert set(page) == {"users", "total", "page", "page_size"}
    assert (page["total"], page["page"], page["page_size"]) == (2, 1, 20)
    first, second = page["users"]
    assert set(first) == {"user_id", "username", "token_value", "expired_at", "created_by_username"}
    assert first["token_value"] is first["expired_at"] is first["created_by_username"] is None
    assert second["token_value"] == token.text[:3] + "****" + token.text[-3:]
    assert second["expired_at"] == token.fields["expires_at"]
    assert second["created_by_username"] == "admin_user"


def test_default_page(client):
    page = client.get("/users").json()
    assert page == {"users": [], "total": 0, "page": 1, "page_size": 20}


def test_pages(client):
    made = [client.create_user(f"u{i:02}").identifier for i in range(25)]
    seen = []
    for page in range(1, 5):
        answer = client.get(f"/users?page={page}&page_size=7")
        assert answer.json()["total"] == 25
        seen += names(answer)
    assert seen == made
    assert names(client.get("/users?page=5&page_size=7")) == []
    assert names(client.get("/users?page=1000000000&page_size=100")) == []
    assert len(names(client.get("/users?page_size=100"))) == 25
    assert len(names(client.get("/users?page_size=1"))) == 1


def test_newest_token_counts(client, user):
    newest = user.issue_in_turn(4)[-1]
    row = client.get("/users").json()["users"][0]
    assert row["expired_at"] == newest.fields["expires_at"]
    assert row["token_value"][-3:] == newest.text[-3:]


def test_another_clients_users_are_not_listed(client, other_client):
    other_client.create_user()
    assert client.get("/users").json()["total"] == 0


def test_total_stays_exact_when_rows_go_behind_its_back(server, client):
    users = [client.create_user(f"u{i}") for i in range(5)]
    sql(
        server.database,
        "DELETE FROM users WHERE identifier = 'u1' AND client_id = ?",
        bytes.fromhex(client.id.replace("-", "")),
    )
    page = client.get("/users?page_size=2")
    rest = names(page) + names(client.get("/users?page=2&page_size=2"))
    assert page.json()["total"] == 4
    assert sorted(rest) == ["u0", "u2", "u3", "u4"]
    assert client.create_user("u5").id != users[0].id
    assert client.get("/users").json()["total"] == 5


@pytest.mark.parametrize(
    "query, field",
    [
        ("page=0", "page"),
        ("page=-1", "page"),
        ("page=x", "page"),
        ("page=1.0", "page"),
        ("page=%2B1", "page"),
        ("page=99999999999999999999", "page"),
        ("page=1e3", "page"),
        ("page_size=0", "page_size"),
        ("page_size=101", "page_size"),
        ("page_size=x", "page_size"),
        ("page_size=-5", "page_size"),
        ("page=%201", "page"),
    ],
)
def test_unacceptable_pages(client, query, field):
    assert_problem(client.get(f"/users?{query}"), 422, "unacceptable_field", field)


@pytest.mark.parametrize("query", ["page=1&page=2", "page_size=1&page_size=1"])
def test_repeated_parameters(client, query):
    assert_problem(client.get(f"/users?{query}"), 400, "duplicate_field")


@pytest.mark.parametrize("query", ["page=%", "page=%zz", "page=%ff", "a=%e0%80"])
def test_malformed_queries(client, query):
    answer = client.get(f"/users?{query}")
    assert answer.status == 400 and re.match("malformed_", answer.code)


def test_unknown_parameters_are_ignored(client):
    assert client.get("/users?sort=name&x=1&&=").status == 200


def test_needs_an_api_key(api, token):
    assert_problem(api.get("/users"), 401, "missing_credential")
    assert_problem(api.get("/users", token.auth), 401, "missing_credential")
