"""Each change is one row of the audit trail, with who made it (AUD-1), and new keys are told of
(ENV-4)."""

import ipaddress
import threading
import uuid

import pytest

from api import blob, create_client, expect, master, unique
from audit import Auditor, Trail
from claviger import command, fresh_credentials
from wire import until

pytestmark = pytest.mark.requirement("AUD-1")


@pytest.fixture
def trail(server):
    return Trail(server.database)


class Rows:
    """The rows of one client, in order: those that tests on the same server do not make."""

    def __init__(self, trail, client_id):
        self.trail = trail
        self.client_id = blob(client_id)

    def all(self):
        return [row for row in self.trail.rows() if row["client_id"] == self.client_id]

    def since(self, action):
        """What came with an action: (its answer, the rows)."""
        before = len(self.all())
        answer = action()
        return answer, self.all()[before:]

    def only(self, call, status=200):
        """The one row of one accepted request, held against that request."""
        answer, rows = self.since(call)
        expect(answer, status)
        assert len(rows) == 1, rows
        row = rows[0]
        assert row["request_id"].hex() == answer.header("X-Request-Id")
        assert ipaddress.ip_address(row["address"]).ipv4_mapped == ipaddress.ip_address("127.0.0.1")
        return row


def actor(row):
    return row["actor"], row["actor_id"]


def told(row):
    return row["action"], row["object"], row["object_id"]


def test_every_change_over_http_is_one_row(server, trail):
    client = create_client(server)
    rows = Rows(trail, client.id)
    created = rows.all()
    assert [told(row) for row in created] == [("client_created", "client", blob(client.id))]
    assert actor(created[0]) == ("master", None)
    assert created[0]["request_id"] and created[0]["address"]

    user_answer, made = rows.since(lambda: client.create_user(scopes=["read:a", "write:b"]))
    user = user_answer
    assert [told(row) for row in made] == [("user_created", "user", blob(user.id))]
    assert made[0]["detail"] == "read:a write:b"
    by_client = ("client", blob(client.id))
    assert actor(made[0]) == by_client

    def expect_row(call, action, object_, id, detail=""):
        row = rows.only(call)
        assert (told(row), actor(row)) == ((action, object_, blob(id)), by_client)
        assert row["detail"] == detail

    row = rows.only(user.login)
    assert row["action"] == "token_issued" and row["detail"] == f"user {user.id}"
    token, own = user.issue(), user.issue()
    expect_row(lambda: client.delete(f"/tokens/{token.id}"), "token_revoked", "token", token.id)
    row = rows.only(own.revoke)
    assert told(row) == ("token_revoked", "token", blob(own.id))
    assert actor(row) == ("user", blob(user.id))
    expect_row(
        lambda: client.delete(f"/users/{user.id}/tokens"), "user_tokens_revoked", "user", user.id
    )
    expect_row(lambda: user.patch(is_active=False), "user_deactivated", "user", user.id)
    expect_row(lambda: user.patch(is_active=True), "user_activated", "user", user.id)
    expect_row(lambda: user.patch(scopes=["a", "b"]), "scopes_changed", "user", user.id, "a b")
    expect_row(user.rotate, "secret_rotated", "user", user.id)
    revoking = {"revoke_tokens": True}
    expect_row(
        lambda: user.rotate(**revoking), "secret_rotated", "user", user.id, "tokens revoked"
    )
    expect_row(
        lambda: client.post("/client/api-key", json=revoking),
        "api_key_rotated",
        "client",
        client.id,
        "tokens revoked",
    )


def test_a_change_of_activity_and_of_scopes_are_two_rows(trail, client, user):
    rows = Rows(trail, client.id)
    _, made = rows.since(lambda: expect(user.patch(is_active=False, scopes=["a"]), 200))
    assert [(row["action"], row["detail"]) for row in made] == [
        ("user_deactivated", ""),
        ("scopes_changed", "a"),
    ]


def test_a_grace_period_is_told(trail, client, user):
    row = Rows(trail, client.id).only(lambda: user.rotate(grace_period_seconds=3600))
    assert row["detail"].startswith("old one until 20")


def test_every_change_by_command_is_one_row(server, trail):
    def run(*arguments, **more):
        done = command(*arguments, server=server, **more)
        assert done.returncode == 0, done
        return done.stdout

    name = unique("company")
    run("client", "create", name)
    row = [row for row in trail.rows() if row["action"] == "client_created"][-1]
    id = row["object_id"]
    text = str(uuid.UUID(bytes=id))
    rows, on = Rows(trail, text), ["--client", text]
    secret = run("user", "create", *on, "u")
    run("token", "issue", *on, "u", stdin=secret)
    run("token", "revoke", *on, uuid.UUID(bytes=rows.all()[-1]["object_id"]))
    run("user", "deactivate", *on, "u")
    run("user", "activate", *on, "u")
    run("user", "rotate", *on, "u", "--revoke-tokens")
    run("client", "deactivate", text)
    run("client", "activate", text)
    run("client", "rotate", text)
    assert [row["action"] for row in rows.all()] == [
        "client_created",
        "user_created",
        "token_issued",
        "token_revoked",
        "user_deactivated",
        "user_activated",
        "secret_rotated",
        "client_deactivated",
        "client_activated",
        "api_key_rotated",
    ]
    assert {actor(row) for row in rows.all()} == {("operator", None)}
    assert {(row["request_id"], row["address"]) for row in rows.all()} == {(None, None)}


def test_what_is_refused_leaves_no_row(server, trail, client, other_client, user, token):
    rows, others = Rows(trail, client.id), Rows(trail, other_client.id)
    before = rows.all(), others.all()
    wrong = {"identifier": user.identifier, "secret": "wrong"}
    for answer, status in (
        (client.post("/token", json=wrong), 401),
        (client.post("/user", json={"identifier": user.identifier}), 409),
        (client.post("/user", json={}), 422),
        (other_client.delete(f"/tokens/{token.id}"), 404),
        (other_client.patch(f"/users/{user.id}", json={"is_active": False}), 404),
        (other_client.post(f"/users/{user.id}/secret", json={}), 404),
        (other_client.delete(f"/users/{user.id}/tokens"), 404),
        (user.patch(scopes=["not a scope"]), 422),
        (server.api.post("/client", json={**master(server), "client_name": ""}), 422),
    ):
        assert answer.status == status, answer
    assert (rows.all(), others.all()) == before


def test_no_credential_is_in_any_row(server, trail, client, user, token):
    user.rotate()
    client.post("/client/api-key", json={})
    for row in trail.rows():
        shown = " ".join(str(v) for v in row.values()).encode() + b" ".join(
            v for v in row.values() if isinstance(v, bytes)
        )
        assert not server.canaries.leaks_in(shown), row


def test_a_change_that_was_acknowledged_keeps_its_row(start):
    server = start()
    client = create_client(server)
    for round in range(5):
        client.api = server.api
        user = client.create_user()
        token = user.issue()
        token.revoke()
        server.kill()
        actions = Trail(server.database).actions()[-3:]
        assert actions == ["user_created", "token_issued", "token_revoked"], round
        server.start()
    report = Auditor(server).verify()
    assert report["rows"] == len(Trail(server.database).rows()) == 2 + 3 * 5


def test_server_and_commands_make_one_chain(start):
    server = start()
    client = create_client(server)
    users = [client.create_user() for _ in range(4)]
    failures = []

    def issue(user):
        for _ in range(40):
            if user.login().status != 200:
                failures.append("issue")

    def by_command(name):
        for number in range(5):
            done = command(
                "user", "create", "--client", client.id, f"{name}-{number}", server=server
            )
            if done.returncode != 0:
                failures.append(done)

    threads = [threading.Thread(target=issue, args=(user,)) for user in users]
    threads += [threading.Thread(target=by_command, args=(unique("u"),)) for _ in range(2)]
    for thread in threads:
        thread.start()
    verified = Auditor(server).verify()  # also in the middle of it
    for thread in threads:
        thread.join()
    assert not failures
    report = Auditor(server).verify()
    assert report["rows"] == 2 + 4 + 4 * 40 + 2 * 5 >= verified["rows"]


# Keys


def events(server, name):
    return [line for line in server.log() if line["event"] == name]


@pytest.mark.requirement("ENV-4")
def test_a_new_key_is_told_in_log_and_audit(start):
    server = start()
    trail = Trail(server.database)
    first = until(lambda: events(server, "key_first_seen"), "the first key")[0]
    assert (first["level"], first["signs"]) == ("info", True)
    assert [(row["action"], row["actor"], row["detail"]) for row in trail.rows()] == [
        ("key_first_seen", "system", first["kid"])
    ]
    server.stop()
    server.start()
    assert len(trail.rows()) == 1 and len(events(server, "key_first_seen")) == 1

    server.stop()
    old = server.settings["JWT_SECRET_KEY"]
    server.settings["JWT_SECRET_KEY"] = fresh_credentials()["JWT_SECRET_KEY"]
    server.settings["JWT_SECRET_KEY_PREVIOUS"] = old
    server.canaries.add(server.settings["JWT_SECRET_KEY"])
    server.start()
    changed = until(lambda: events(server, "signing_key_changed"), "the change")[0]
    assert changed["level"] == "warning" and changed["before"] == first["kid"]
    seen = events(server, "key_first_seen")[1:]
    assert [(line["level"], line["kid"]) for line in seen] == [("warning", changed["kid"])]
    assert trail.actions() == ["key_first_seen", "key_first_seen", "signing_key_changed"]
    assert trail.rows()[-1]["detail"] == changed["kid"] != first["kid"]

    # Back to a key that it knows: changed, and nothing new.
    server.stop()
    server.settings["JWT_SECRET_KEY"] = old
    server.start()
    assert trail.actions()[3:] == ["signing_key_changed"]


@pytest.mark.requirement("ENV-4")
def test_a_key_of_the_command_line_is_told(start):
    server = start()
    client = create_client(server)
    user = client.create_user()
    other = {"JWT_SECRET_KEY": fresh_credentials()["JWT_SECRET_KEY"]}
    done = command(
        *["token", "issue", "--client", client.id, user.identifier],
        server=server,
        env=other,
        stdin=user.secret.encode(),
    )
    assert done.returncode == 0 and b"new to this database" in done.stderr
    rows = Trail(server.database).rows()[-3:]
    assert [(row["action"], row["actor"]) for row in rows] == [
        ("key_first_seen", "operator"),
        ("signing_key_changed", "operator"),
        ("token_issued", "operator"),
    ]
