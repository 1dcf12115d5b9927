"""GET /client, /users/{id}, /users/{id}/tokens, /tokens, /tokens/{id}."""

import pytest

from api import assert_problem, blob, create_client, sql

NOBODY = "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210"


def ids(answer):
    assert answer.status == 200, answer
    return [token["id"] for token in answer.json()["tokens"]]


def test_client(client):
    client.create_user()
    body = client.get("/client").json()
    assert body["id"] == client.id and body["name"] == client.fields["name"]
    assert body["api_key_preview"] == "sk-client-..." + client.api_key[-8:]
    assert body["users_total"] == 1 and body["is_active"] is True


def test_user(client, user):
    body = client.get(f"/users/{user.id}").json()
    assert body["id"] == user.id and body["client_id"] == client.id
    assert body["secret_preview"] == "sk-user-..." + user.secret[-8:]


def test_token(client, user, token):
    body = client.get(f"/tokens/{token.id}").json()
    assert body["id"] == token.id and body["user_id"] == user.id
    assert body["username"] == user.identifier
    assert body["token_value"] == token.text[:3] + "****" + token.text[-3:]
    assert (body["state"], body["is_revoked"], body["revoked_at"]) == ("live", False, None)
    token.revoke()
    body = client.get(f"/tokens/{token.id}").json()
    assert (body["state"], body["is_revoked"]) == ("revoked", True) and body["revoked_at"]


def test_a_token_that_ended_with_its_user_is_revoked(client, user, token):
    user.patch(is_active=False)
    body = client.get(f"/tokens/{token.id}").json()
    assert (body["state"], body["is_revoked"]) == ("revoked", True)


@pytest.fixture
def three_states(server, client, user):
    live, expired, revoked = user.issue_in_turn(3)
    sql(server.database, "UPDATE tokens SET expires_at_ms = 1000 WHERE id = ?", blob(expired.id))
    revoked.revoke()
    return {"live": live.id, "expired": expired.id, "revoked": revoked.id}


@pytest.mark.parametrize("state", ["live", "expired", "revoked"])
def test_by_state(client, user, three_states, state):
    for target in ("/tokens", f"/users/{user.id}/tokens"):
        answer = client.get(f"{target}?state={state}")
        assert ids(answer) == [three_states[state]]
        assert answer.json()["tokens"][0]["state"] == state


def test_of_any_state_newest_first(client, user, three_states):
    newest_first = [three_states[state] for state in ("revoked", "expired", "live")]
    assert ids(client.get("/tokens")) == newest_first
    assert ids(client.get(f"/users/{user.id}/tokens")) == newest_first


def test_of_one_user(client, user):
    (mine,), others = user.issue_in_turn(1), client.create_user().issue()
    assert ids(client.get(f"/users/{user.id}/tokens")) == [mine.id]
    assert ids(client.get("/tokens")) == [others.id, mine.id]


def page_through(client, target):
    seen, cursor = [], ""
    while True:
        answer = client.get(target + cursor)
        seen += ids(answer)
        assert len(ids(answer)) <= answer.json()["page_size"]
        if answer.json()["next_cursor"] is None:
            return seen
        assert len(ids(answer)) == answer.json()["page_size"]
        cursor = f"&cursor={answer.json()['next_cursor']}"


@pytest.mark.parametrize("total", [0, 2, 3, 4, 6, 7])
def test_pages(client, user, total):
    made = [token.id for token in user.issue_in_turn(total)]
    assert page_through(client, "/tokens?page_size=3") == made[::-1]
    assert page_through(client, f"/users/{user.id}/tokens?page_size=3") == made[::-1]


def test_pages_of_one_state(client, user):
    tokens = user.issue_in_turn(9)
    for token in tokens[::2]:
        token.revoke()
    live = [token.id for token in tokens[1::2]]
    assert page_through(client, "/tokens?page_size=2&state=live") == live[::-1]


def test_a_page_stays_put_while_tokens_are_issued(client, user):
    old = [token.id for token in user.issue_in_turn(4)]
    first = client.get("/tokens?page_size=2").json()
    user.issue()
    second = client.get(f"/tokens?page_size=2&cursor={first['next_cursor']}")
    assert ids(second) == old[1::-1]


@pytest.mark.parametrize(
    "query, field",
    [
        ("state=dead", "state"),
        ("state=LIVE", "state"),
        ("state=", "state"),
        ("page_size=0", "page_size"),
        ("page_size=101", "page_size"),
        ("page_size=a", "page_size"),
        ("cursor=x", "cursor"),
        ("cursor=%00", "cursor"),
        ("cursor=" + "a" * 4000, "cursor"),
    ],
)
def test_unacceptable_queries(client, user, query, field):
    for target in ("/tokens", f"/users/{user.id}/tokens"):
        assert_problem(client.get(f"{target}?{query}"), 422, "unacceptable_field", field)


@pytest.mark.requirement("ACC-1")
@pytest.mark.parametrize("path", ["/users/{0}", "/users/{0}/tokens", "/tokens/{0}"])
def test_missing(client, path):
    for id in (NOBODY, "x", "%00", "%ff", "a%2fb"):
        assert_problem(client.get(path.format(id)), 404, "not_found")


@pytest.mark.parametrize(
    "path", ["/client", "/tokens", "/users/{0}", "/users/{0}/tokens", "/tokens/{0}"]
)
def test_need_an_api_key(api, token, path):
    target = path.format(NOBODY)
    assert_problem(api.get(target), 401, "missing_credential")
    assert_problem(api.get(target, token.auth), 401, "missing_credential")
    assert_problem(api.get(target, {"x-api-key": token.text}), 401, "invalid_credential")


def test_ids_in_upper_case_name_the_same(client, user):
    assert client.get(f"/users/{user.id.upper()}").json()["id"] == user.id


def test_last_used_survives_a_stop(start):
    """It is collected in memory and written in batches; a stop writes what is left."""
    server = start()
    client = create_client(server)
    token = client.create_user().issue()
    token.check()
    assert server.stop() == 0
    again = start(directory=server.directory, **server.settings)
    for target in (f"/tokens/{token.id}", f"/users/{token.user.id}", "/client"):
        assert again.api.get(target, client.auth).json()["last_used_at"] is not None
