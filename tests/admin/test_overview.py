"""The panel's overview: how much there is, and what this node did."""

import pytest
from api import bearer, blob, sql

DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def fresh(start, login):
    server = start()
    panel = login(server)
    client = panel.create_client("overview")
    user = panel.create_user(client, "overview")
    return server, panel, client, user


def test_counts(fresh):
    server, panel, client, user = fresh
    other = panel.create_user(client, "other")
    panel.create_client("second")
    tokens = [panel.issue(user), panel.issue(user), panel.issue(other)]
    assert panel.page("overview")["tokens_live"] == 3
    panel.delete("tokens/" + tokens[0]["id"])
    panel.patch("users/" + other["id"], is_active=False)
    overview = panel.page("overview")
    assert (overview["clients"], overview["users"], overview["tokens_live"]) == (2, 2, 1)
    assert overview["uptime_seconds"] >= 0


def test_many_live_tokens_are_counted_less_often(fresh):
    server, panel, _, user = fresh
    sql(server.database, f"""
        INSERT INTO tokens (id, user_id, client_id, user_generation, client_generation, preview,
          created_by_username, created_at_ms, expires_at_ms)
        WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
        SELECT randomblob(16), x'{blob(user["id"]).hex()}', x'{blob(user["client_id"]).hex()}',
          0, 0, 'eyJ****xyz', '', 1, 99999999999999 FROM n""")
    assert panel.page("overview")["tokens_live"] == 20_000
    panel.delete("tokens/" + panel.page("tokens")["items"][0]["id"])
    assert panel.page("overview")["tokens_live"] == 20_000  # remembered


def test_the_series_tells_of_issues_and_checks(fresh):
    server, panel, client, user = fresh
    body = {"identifier": user["identifier"], "secret": user["secret"]}
    key = {"x-api-key": client["api_key"]}
    first = panel.api.post("/token", key, json=body).json()
    panel.api.post("/token", key, json={**body, "secret": "wrong"})
    second = panel.issue(user)
    for token in (first, second, first):
        assert panel.api.get("/token", bearer(token["token"])).status == 200
    assert panel.api.get("/verify", bearer(second["token"])).status == 200
    panel.delete("tokens/" + first["id"])
    assert panel.api.get("/token", bearer(first["token"])).status == 401
    assert panel.api.get("/token", bearer("nonsense")).status == 401
    assert panel.api.get("/token").status == 401  # no token: nothing to check
    sql(server.database, "UPDATE tokens SET is_revoked = 0 WHERE id = ?", blob(first["id"]))
    sql(server.database, "DELETE FROM tokens WHERE id = ?", blob(second["id"]))
    assert panel.api.get("/verify", bearer(second["token"])).status == 401
    series = panel.page("overview")["series"]
    assert series["step_seconds"] == 60 and series["from"].endswith(":00Z")
    assert sum(series["issued"]) == 2
    assert sum(series["accepted"]) == 4
    assert {k: sum(v) for k, v in series["refused"].items()} == {
        "malformed": 1, "expired": 0, "unknown": 1, "revoked": 1,
    }
    lengths = {len(series["issued"]), len(series["accepted"]),
               *(len(v) for v in series["refused"].values())}
    assert len(lengths) == 1 and lengths.pop() >= 1


def test_what_expires_soon(fresh):
    server, panel, _, user = fresh
    now = sql(server.database, "SELECT unixepoch() * 1000")[0][0]
    today = now - now % DAY_MS
    for expires in (today + DAY_MS - 1, today + 2 * DAY_MS, today + 3 * DAY_MS - 1,
                    today + 7 * DAY_MS, now - 1):
        token = panel.issue(user)
        sql(server.database, "UPDATE tokens SET expires_at_ms = ? WHERE id = ?", expires,
            blob(token["id"]))
    days = panel.page("overview")["expiring"]
    assert [day["tokens"] for day in days] == [1, 0, 2, 0, 0, 0, 0]
    assert [day["day"] for day in days] == sorted({day["day"] for day in days})


def test_what_is_stale(fresh):
    server, panel, client, user = fresh
    old = "unixepoch() * 1000 - 91 * 86400000"
    sql(server.database, f"UPDATE clients SET api_key_created_at_ms = {old}")
    sql(server.database, f"UPDATE users SET secret_created_at_ms = {old}, created_at_ms = {old}")
    panel.create_user(client, "young")
    stale = panel.page("overview")["stale"]
    assert stale == {"after_days": 90, "secrets": 1, "api_keys": 1, "unused_users": 1}
