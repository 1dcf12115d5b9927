"""What administrators change: for any client, fenced, and audited as theirs."""

import pytest
from api import assert_problem, bearer, blob, sql


NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def client(panel):
    return panel.create_client("changes")


@pytest.fixture
def user(panel, client):
    return panel.create_user(client, "changes user")


@pytest.fixture
def token(panel, user):
    return panel.issue(user)


def status_of(panel, token):
    return panel.api.get("/token", bearer(token["token"])).status


def key_works(panel, key):
    return panel.api.get("/client", {"x-api-key": key}).status == 200


def login(panel, client, user, secret=None):
    body = {"identifier": user["identifier"], "secret": secret or user["secret"]}
    return panel.api.post("/token", {"x-api-key": client["api_key"]}, json=body)


def last_action(server):
    (row,) = sql(server.database, "SELECT actor, action, detail FROM audit_log"
                                  " ORDER BY sequence DESC LIMIT 1")
    return row


def test_what_is_made_works(panel, client, user, token):
    assert key_works(panel, client["api_key"])
    assert login(panel, client, user).status == 200
    who = panel.api.get("/token", bearer(token["token"])).json()
    assert who["username"] == "changes user" and who["client_id"] == client["id"]


def test_a_token_names_its_administrator(panel, user):
    token = panel.issue(user, expires_in=60)
    assert "@" in token["created_by_username"]
    assert panel.page("users/" + user["id"])["newest_token"]["created_by_username"] == \
        token["created_by_username"]


@pytest.mark.requirement("AUD-1")
def test_every_change_is_audited_as_the_administrators(panel, server):
    seen = []

    def noted(answer):
        seen.append(last_action(server)[1])
        assert last_action(server)[0] == "administrator admin@example.com"
        return answer

    client = noted(panel.create_client("audited"))
    at = "clients/" + client["id"]
    noted(panel.post(at + "/api-key"))
    noted(panel.patch(at, is_active=False))
    noted(panel.patch(at, is_active=True))
    user = noted(panel.create_user(client, "audited"))
    at = "users/" + user["id"]
    token = noted(panel.issue(user))
    noted(panel.delete("tokens/" + token["id"]))
    noted(panel.post("tokens/revocations", ids=[token["id"]]))
    noted(panel.delete(at + "/tokens"))
    noted(panel.patch(at, scopes=["x"]))
    noted(panel.post(at + "/secret"))
    noted(panel.patch(at, is_active=False))
    noted(panel.patch(at, is_active=True))
    assert seen == [
        "client_created", "api_key_rotated", "client_deactivated", "client_activated",
        "user_created", "token_issued", "token_revoked", "token_revoked", "user_tokens_revoked",
        "scopes_changed", "secret_rotated", "user_deactivated", "user_activated",
    ]


def test_rotating_a_key(panel, client, token):
    at = f"clients/{client['id']}/api-key"
    first = panel.post(at, grace_period_seconds=3600).json()
    assert first["fenced"] is True and first["epoch"] > 0
    assert first["previous_api_key_expires_at"] is not None
    assert key_works(panel, client["api_key"]) and key_works(panel, first["api_key"])
    assert status_of(panel, token) == 200
    second = panel.post(at, revoke_tokens=True).json()
    assert not key_works(panel, client["api_key"]) and not key_works(panel, first["api_key"])
    assert key_works(panel, second["api_key"])
    assert status_of(panel, token) == 401
    assert second["api_key"] not in str(panel.page("clients/" + client["id"]))


def test_rotating_a_secret(panel, client, user, token):
    at = f"users/{user['id']}/secret"
    first = panel.post(at, grace_period_seconds=3600).json()
    assert first["fenced"] is True and first["identifier"] == user["identifier"]
    assert login(panel, client, user).status == 200
    second = panel.post(at, revoke_tokens=True).json()
    assert login(panel, client, user).status == 401
    assert login(panel, client, user, second["secret"]).status == 200
    assert status_of(panel, token) == 401


def test_deactivating_and_activating(panel, client, user, token):
    off = panel.patch("users/" + user["id"], is_active=False).json()
    assert off["is_active"] is False and off["fenced"] is True
    assert status_of(panel, token) == 401
    assert login(panel, client, user).status == 401
    assert panel.patch("users/" + user["id"], is_active=True).json()["is_active"] is True
    assert status_of(panel, token) == 401  # for good
    fresh = panel.issue(user)
    off = panel.patch("clients/" + client["id"], is_active=False).json()
    assert off["is_active"] is False and off["fenced"] is True
    assert status_of(panel, fresh) == 401 and not key_works(panel, client["api_key"])
    assert_problem(panel.post("tokens", **{k: user[k] for k in
                                           ("client_id", "identifier", "secret")}), 422,
                   "unacceptable_field", "secret")
    assert panel.patch("clients/" + client["id"], is_active=True).json()["is_active"] is True
    assert key_works(panel, client["api_key"])


def test_scopes(panel, user, token):
    changed = panel.patch("users/" + user["id"], scopes=["a", "b"]).json()
    assert changed["scopes"] == ["a", "b"] and changed["fenced"] is True
    who = panel.api.get("/token", bearer(token["token"])).json()
    assert who["scopes"] == ["a", "b"]


def test_revoking_one(panel, token, user):
    other = panel.issue(user)
    revoked = panel.delete("tokens/" + token["id"]).json()
    assert revoked["state"] == "revoked" and revoked["revoked_at"] and revoked["fenced"] is True
    assert status_of(panel, token) == 401 and status_of(panel, other) == 200
    again = panel.delete("tokens/" + token["id"]).json()
    assert again["revoked_at"] == revoked["revoked_at"] and again["epoch"] > revoked["epoch"]


def test_revoking_all_of_a_user(panel, user, token):
    panel.issue(user)
    done = panel.delete(f"users/{user['id']}/tokens").json()
    assert done["revoked"] == 2 and done["fenced"] is True
    assert status_of(panel, token) == 401
    assert panel.delete(f"users/{user['id']}/tokens").json()["revoked"] == 0


def test_revoking_selected_of_several_clients(panel, token, user):
    other_user = panel.create_user(panel.create_client("other"), "other")
    other, kept = panel.issue(other_user), panel.issue(other_user)
    ids = [token["id"], other["id"], NOBODY, token["id"].upper()]
    done = panel.post("tokens/revocations", ids=ids).json()
    assert (done["revoked"], done["missing"], done["fenced"]) == (2, 1, True)
    assert status_of(panel, token) == status_of(panel, other) == 401
    assert status_of(panel, kept) == 200
    done = panel.post("tokens/revocations", ids=[NOBODY]).json()
    assert (done["revoked"], done["missing"], done["fenced"]) == (0, 1, True)


@pytest.mark.parametrize("ids", [None, [], "x", ["x"], [1], [NOBODY] * 101, {}])
def test_unacceptable_revocations(panel, ids):
    fields = {} if ids is None else {"ids": ids}
    assert_problem(panel.post("tokens/revocations", **fields), 422, "unacceptable_field", "ids")


def test_a_hundred_at_once(panel, user):
    ids = [panel.issue(user)["id"] for _ in range(100)]
    assert panel.post("tokens/revocations", ids=ids).json()["revoked"] == 100


@pytest.mark.parametrize(
    "path, fields, field",
    [
        ("clients", {}, "name"),
        ("clients", {"name": ""}, "name"),
        ("clients", {"name": " x"}, "name"),
        ("clients", {"name": 1}, "name"),
        ("users", {"identifier": "x"}, "client_id"),
        ("users", {"client_id": "x", "identifier": "x"}, "client_id"),
        ("users", {"client_id": NOBODY, "identifier": "x"}, "client_id"),
        ("users", {"client_id": NOBODY}, "identifier"),
        ("tokens", {"identifier": "x", "secret": "x"}, "client_id"),
        ("tokens", {"client_id": NOBODY, "identifier": "x", "secret": "x"}, "client_id"),
    ],
)
def test_unacceptable_fields(panel, path, fields, field):
    assert_problem(panel.post(path, **fields), 422, "unacceptable_field", field)


def test_unacceptable_changes(panel, client, user):
    at_client, at_user = "clients/" + client["id"], "users/" + user["id"]
    for answer, field in [
        (panel.patch(at_client), "is_active"),
        (panel.patch(at_client, is_active="no"), "is_active"),
        (panel.post(at_client + "/api-key", grace_period_seconds=604801), "grace_period_seconds"),
        (panel.patch(at_user), "is_active"),
        (panel.patch(at_user, scopes=["a b"]), "scopes"),
        (panel.post(at_user + "/secret", grace_period_seconds=-1), "grace_period_seconds"),
        (panel.post("users", client_id=client["id"], identifier="x", scopes=["a", 1]), "scopes"),
    ]:
        assert_problem(answer, 422, "unacceptable_field", field)
    assert_problem(
        panel.post("users", client_id=client["id"], identifier=user["identifier"]), 409, "conflict")


@pytest.mark.parametrize("method, path", [
    ("PATCH", "clients/{0}"), ("POST", "clients/{0}/api-key"), ("PATCH", "users/{0}"),
    ("POST", "users/{0}/secret"), ("DELETE", "users/{0}/tokens"), ("DELETE", "tokens/{0}"),
])
def test_missing(panel, method, path):
    body = None if method == "DELETE" else {"is_active": True}
    for id in (NOBODY, "x"):
        assert_problem(panel.call(method, path.format(id), json=body), 404, "not_found")


@pytest.mark.requirement("ACC-2")
def test_every_wrong_login_gives_the_same_and_keeps_the_session(panel, client, user):
    other = panel.create_client("elsewhere")
    off = panel.create_user(client, "off")
    panel.patch("users/" + off["id"], is_active=False)
    seen = set()
    for fields in (
        {"client_id": client["id"], "identifier": "nobody", "secret": user["secret"]},
        {"client_id": client["id"], "identifier": user["identifier"], "secret": "wrong"},
        {"client_id": client["id"], "identifier": "off", "secret": off["secret"]},
        {"client_id": other["id"], "identifier": user["identifier"], "secret": user["secret"]},
    ):
        answer = panel.post("tokens", **fields)
        problem = assert_problem(answer, 422, "unacceptable_field", "secret")
        del problem["request_id"]
        seen.add(str(problem))
    assert len(seen) == 1


@pytest.mark.requirement("LIM-1")
def test_wrong_logins_are_counted(start, login):
    panel = login(start(CLAVIGER_ATTEMPTS_PER_MINUTE=5))
    client = panel.create_client("limited")
    fields = {"client_id": client["id"], "identifier": "nobody", "secret": "wrong"}
    answers = [panel.post("tokens", **fields) for _ in range(30)]
    assert answers[0].status == 422 and answers[-1].status == 429


def test_a_removed_user_is_missing(panel, server, user):
    sql(server.database, "DELETE FROM users WHERE id = ?", blob(user["id"]))
    assert_problem(panel.get("users/" + user["id"]), 404, "not_found")
    assert_problem(panel.patch("users/" + user["id"], is_active=True), 404, "not_found")
