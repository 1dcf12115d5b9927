"""What happens at the same time leaves nothing live behind (TOK-8), and every change is seen by the
very next check, whoever made it."""

import threading

import pytest

from api import assert_refused, blob, create_client, expect, key_header, sql
from claviger import command


def in_parallel(*works):
    errors = []

    def guarded(work):
        try:
            work()
        except BaseException as error:  # noqa: the thread's failure is the test's
            errors.append(error)

    threads = [threading.Thread(target=guarded, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


def issue_until(user, stop, issued, api_key=None):
    """Logs in again and again until `stop` is set; collects the tokens."""
    auth = key_header(api_key or user.client.api_key)
    body = {"identifier": user.identifier, "secret": user.secret}
    while not stop.is_set():
        answer = user.api.post("/token", auth, json=body)
        if answer.status == 200:
            issued.append(answer.json()["token"])


def race(user, take_back):
    """Issues from three threads while `take_back` runs; all tokens that were issued."""
    stop, issued = threading.Event(), []

    def taking_back():
        try:
            while len(issued) < 5:
                pass
            take_back()
        finally:
            stop.set()

    in_parallel(taking_back, *[lambda: issue_until(user, stop, issued)] * 3)
    assert issued
    return issued


def deactivate(user):
    expect(user.patch(is_active=False), 200)


def rotate_and_revoke(user):
    expect(user.rotate(revoke_tokens=True), 200)


def rotate_key_and_revoke(user):
    expect(user.client.post("/client/api-key", json={"revoke_tokens": True}), 200)


@pytest.mark.requirement("TOK-8")
@pytest.mark.parametrize("take_back", [deactivate, rotate_and_revoke, rotate_key_and_revoke])
def test_no_issue_that_races_leaves_a_live_token(server, take_back):
    for _ in range(5):
        user = create_client(server).create_user()
        for text in race(user, lambda: take_back(user)):
            assert_refused(text, "revoked", user.api)


@pytest.mark.requirement("TOK-8")
def test_no_issue_that_races_a_deactivation_comes_alive_with_the_user(server):
    for _ in range(30):
        user = create_client(server).create_user()
        issued = race(user, lambda: deactivate(user))
        expect(user.patch(is_active=True), 200)
        for text in issued:
            assert_refused(text, "revoked", user.api)


@pytest.mark.requirement("TOK-8")
def test_after_a_rotation_was_answered_the_old_secret_issues_nothing(server):
    for _ in range(5):
        user = create_client(server).create_user()
        stop, late = threading.Event(), []

        def keep_trying(user=user, stop=stop, late=late):
            while not stop.is_set():
                rotated = done.is_set()
                if user.login().status == 200 and rotated:
                    late.append("a login that started after the rotation's answer")

        done = threading.Event()

        def rotate(user=user, stop=stop):
            expect(user.rotate(), 200)
            done.set()
            for _ in range(20):
                assert user.login().status == 401
            stop.set()

        in_parallel(rotate, keep_trying, keep_trying)
        assert late == []


@pytest.mark.requirement("TOK-8")
def test_deactivations_and_activations_in_a_mix(server):
    user = create_client(server).create_user()
    stop, issued = threading.Event(), []

    def toggle():
        try:
            for _ in range(20):
                deactivate(user)
                expect(user.patch(is_active=True), 200)
            deactivate(user)
        finally:
            stop.set()

    in_parallel(toggle, *[lambda: issue_until(user, stop, issued)] * 2)
    for text in issued:
        assert_refused(text, "revoked", user.api)


def test_a_revocation_that_was_answered_holds_on_every_connection(server):
    """Checkers on connections of their own; none accepts after the answer."""
    for _ in range(20):
        token = create_client(server).create_user().issue()
        revoked, wrong = threading.Event(), []

        def check(token=token, revoked=revoked, wrong=wrong):
            for _ in range(40):
                started_after = revoked.is_set()
                status = token.verify().status
                if started_after and status != 401:
                    wrong.append(status)

        def revoke(token=token, revoked=revoked):
            assert token.revoke().status == 200
            revoked.set()

        in_parallel(revoke, check, check, check)
        assert wrong == []


# Copies of a user's token under lower ids, so that they come before it in the log of changes.
COPIES = """
INSERT INTO tokens
SELECT CAST(x'00' || randomblob(15) AS BLOB), user_id, client_id, user_generation,
  client_generation, preview, created_by_username, created_at_ms, expires_at_ms, is_revoked,
  revoked_at_ms, last_used_at_ms
FROM tokens JOIN (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 500)
  SELECT i FROM n)
WHERE id = ?
"""


def test_a_revocation_by_another_process_holds_on_every_connection(server):
    """All of them ask in the same instant, so that some are answered while another's worker is
    still reading what is new, which takes it a while: the token is the last of many changes."""
    user = create_client(server).create_user()
    connections = [server.api.connect() for _ in range(8)]
    for _ in range(20):
        token = user.issue()
        sql(server.database, COPIES, blob(token.id))
        ask = f"GET /verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token.text}\r\n\r\n"
        for status in (200, 401):
            for connection in connections:
                connection.send(ask)
            answers = [connection.read_answer().status for connection in connections]
            assert answers == [status] * len(connections)
            sql(
                server.database, "UPDATE tokens SET is_revoked = 1 WHERE user_id = ?", blob(user.id)
            )
    for connection in connections:
        connection.close()


def test_identifiers_are_unique_under_races(server):
    client = create_client(server)
    statuses = []

    def create():
        for i in range(10):
            statuses.append(client.post("/user", json={"identifier": f"same-{i}"}).status)

    in_parallel(*[create] * 4)
    assert sorted(statuses) == [201] * 10 + [409] * 30
    assert client.get("/users").json()["total"] == 10


def test_a_second_server_on_the_same_file(start):
    """Started by mistake: what either takes back, the other's very next check refuses."""
    one = start()
    two = start(directory=one.directory, **one.settings)
    client = create_client(one)
    user = client.create_user()
    for turn in range(40):
        token = user.issue()
        for server in (one, two):
            assert server.api.get("/token", token.auth).status == 200  # known and warm in both
        here, there = (one, two) if turn % 2 else (two, one)
        assert here.api.delete("/token", token.auth).status == 200
        assert there.api.get("/token", token.auth).status == 401
        assert there.api.get("/verify", token.auth).status == 401
        assert here.api.get("/token", token.auth).status == 401


def test_deactivation_and_scopes_by_a_second_server(start):
    one = start()
    two = start(directory=one.directory, **one.settings)
    client = create_client(one)
    user = client.create_user()
    for turn in range(20):
        token = user.issue()
        assert two.api.get("/verify?scope=read:all", token.auth).status == 200
        for change in ({"scopes": ["none"]}, {"scopes": ["read:all"]}, {"is_active": False}):
            other = two if turn % 2 else one
            expect(other.api.patch(f"/users/{user.id}", client.auth, json=change), 200)
            wanted = {"none": 403}.get(
                (change.get("scopes") or [""])[0], 401 if "is_active" in change else 200
            )
            for server in (one, two):
                got = server.api.get("/verify?scope=read:all", token.auth).status
                assert got == wanted, change
        expect(user.patch(is_active=True), 200)


def test_a_revocation_by_the_command_line(server):
    client = create_client(server)
    for _ in range(5):
        token = client.create_user().issue()
        assert token.check().status == 200
        done = command("token", "revoke", token.id, "--client", client.id, server=server)
        assert done.returncode == 0, done.stderr
        assert_refused(token, "revoked")
