"""The text that the system was ordered from, line by line: each test quotes the line it holds
to. The text speaks of operators' duties as well; there the test shows that the server keeps its
part."""

import json
import re
import time

import pytest

from api import (
    DESCRIPTIONS,
    assert_live,
    assert_problem,
    assert_refused,
    blob,
    create_client,
    expect,
    key_header,
    master,
    sql,
)
from claviger import Server, binary, command
from forge import resigned
from wire import until


def says(line):
    """The line of the text that a test holds to; shown with -v by the test's name."""
    return pytest.mark.seed(line)


@pytest.fixture(scope="module")
def place():
    """A server, and a client with a user and a token on it."""
    server = Server().start()
    yield server
    server.finish()


@pytest.fixture
def party(place):
    user = create_client(place).create_user()
    return place, user.client, user, user.issue()


# Master credentials


@says("The Master username and password are highly sensitive and used only for client creation.")
def test_master_only_creates_clients(party):
    server, client, user, _ = party
    both = master(server)
    for call in (
        lambda: server.api.post("/user", json={**both, "identifier": "a"}),
        lambda: server.api.post("/token", json={**both, "identifier": user.identifier}),
        lambda: server.api.get("/users", key_header(both["password"])),
        lambda: server.api.get("/token", {"Authorization": f"Bearer {both['password']}"}),
        lambda: server.api.post("/client/api-key", json=both),
    ):
        assert call().status in (401, 422)


@says("These should never be hardcoded or exposed in source code or logs.")
def test_master_is_in_no_log_and_no_binary(party):
    server, *_ = party
    server.api.post("/client", json={**master(server, client_name="x"), "password": "wrong" * 5})
    for value in master(server).values():
        assert value not in server.log_text()
        assert value.encode() not in binary().read_bytes()
    server.assert_no_leaks()


@says("Store them securely using environment variables: MASTER_USERNAME MASTER_PASSWORD")
def test_master_comes_from_the_environment(place):
    body = {
        "username": place.settings["MASTER_USERNAME"],
        "password": place.settings["MASTER_PASSWORD"],
        "client_name": "x",
    }
    assert place.api.post("/client", json=body).status == 201
    refused = command("serve", "--master-password", "x", server=place)
    assert refused.returncode == 2


@says("Restrict access to environments that hold Master credentials (e.g., CI/CD, server runtime).")
def test_the_runtime_does_not_show_them(place):
    with open(f"/proc/{place.process.pid}/environ", "rb") as environ:
        shown = environ.read()
    assert place.settings["MASTER_PASSWORD"].encode() not in shown
    assert place.settings["JWT_SECRET_KEY"].encode() not in shown


@says("Master credentials are not required for user creation - use client API keys instead.")
def test_users_take_the_api_key_alone(party):
    _, client, *_ = party
    assert client.post("/user", json={"identifier": "no-master-needed"}).status == 201


# Client API keys


@says("Each client receives a unique API key upon creation.")
def test_api_keys_are_unique(place):
    keys = [create_client(place, "the same name").api_key for _ in range(10)]
    assert len(set(keys)) == 10


@says("Client API keys are used to create users associated with that client.")
def test_users_belong_to_the_keys_client(party):
    _, client, user, _ = party
    assert user.fields["client_id"] == client.id
    assert client.get("/users").json()["users"][0]["user_id"] == user.id


@says("Store client API keys securely and treat them as sensitive credentials.")
def test_api_keys_are_not_kept(party):
    server, client, *_ = party
    client.get("/client")
    for path in server.directory.glob("claviger.db*"):
        assert client.api_key[-49:].encode() not in path.read_bytes()


@says("Never expose API keys in: Public repositories")
def test_a_leaked_api_key_can_be_found(party):
    """By a regular expression, and by its checksum without asking the server."""
    _, client, user, _ = party
    text = f"key = '{client.api_key}'  # oops\nsecret: {user.secret}"
    pattern = "sk-(?:client|user)-[a-z][a-z0-9-]{0,31}-[0-9A-Za-z]{49}"
    assert re.findall(pattern, text) == [client.api_key, user.secret]


@says("Never expose API keys in: Application logs, Error messages")
def test_api_keys_are_in_no_log_and_no_error(party):
    server, client, *_ = party
    wrong = client.api_key[:-1] + "!"
    for answer in (
        server.api.get("/users", key_header(wrong)),
        client.get("/users/nobody"),
        client.post("/user", json={"identifier": client.api_key + "\n"}),
        server.api.get("/token", {"Authorization": f"Bearer {client.api_key}"}),
    ):
        assert 400 <= answer.status < 500
        assert client.api_key[-20:-1] not in answer.body.decode() + str(answer.headers)
    assert client.api_key[-20:-1] not in server.log_text()


@says("Use the x-api-key header to pass API keys in requests.")
def test_api_keys_come_in_x_api_key_alone(party):
    server, client, *_ = party
    assert server.api.get("/users", {"X-API-Key": client.api_key}).status == 200
    assert server.api.get(f"/users?x-api-key={client.api_key}").status == 401
    assert server.api.get(f"/users?api_key={client.api_key}").status == 401
    for name, value in (
        ("Authorization", f"Bearer {client.api_key}"),
        ("api-key", client.api_key),
        ("Cookie", f"x-api-key={client.api_key}"),
    ):
        assert server.api.get("/users", {name: value}).status == 401


@says(
    "For backward compatibility, the system can fall back to CLIENT_API_KEY environment variable "
    "for token creation."
)
def test_client_api_key_variable(start):
    first = start()
    user = create_client(first).create_user()
    first.stop()
    second = start(directory=first.directory, **first.settings, CLIENT_API_KEY=user.client.api_key)
    login = {"identifier": user.identifier, "secret": user.secret}
    assert expect(second.api.post("/token", json=login), 200)["user_id"] == user.id
    assert second.api.post("/user", json={"identifier": "a"}).status == 401  # for tokens alone


@says("Rotate API keys periodically and when compromised.")
def test_api_keys_rotate(party):
    server, client, *_ = party
    new = expect(client.post("/client/api-key", json={}), 200)["api_key"]
    assert client.get("/users").status == 401
    assert server.api.get("/users", key_header(new)).status == 200


# Token security


@says("Tokens should be treated like passwords.")
def test_tokens_are_shown_once_and_never_kept(party):
    server, client, user, token = party
    for target in ("/users", "/tokens", f"/tokens/{token.id}", f"/users/{user.id}/tokens"):
        assert token.text[10:60] not in client.get(target).body.decode()
    server.assert_no_leaks()


@says("Always transmit them over HTTPS to prevent interception.")
def test_plain_http_stays_on_the_machine():
    server = Server(CLAVIGER_LISTEN="0.0.0.0:0")
    try:
        status, errors = server.run_to_end()
        assert status != 0 and "loopback" in errors
    finally:
        server.finish()


@says(
    "Tokens should have a reasonable expiration time (expires_in) to reduce long-term risk if "
    "compromised. For now, Token have default 30 days lifetime."
)
def test_thirty_days_by_default(party):
    _, _, user, token = party
    assert token.fields["expires_in"] == 30 * 24 * 3600
    assert user.issue(expires_in=3600).fields["expires_in"] == 3600
    assert_problem(user.login(expires_in=10**9), 422, "unacceptable_field", "expires_in")


@says(
    "Do not store tokens in client-side locations that are vulnerable (e.g., localStorage in "
    "browsers, if exposed to XSS)."
)
def test_answers_are_not_kept_by_browsers(party):
    *_, user, _ = party
    answer = user.login()
    assert answer.header("Cache-Control") == "no-store"
    assert answer.header("Set-Cookie") is None


# User secrets


@says("User secrets are generated automatically during user creation and returned only once.")
def test_secrets_are_generated_and_shown_once(party):
    _, client, user, _ = party
    chosen = client.post("/user", json={"identifier": "chooser", "secret": "mine"}).json()
    assert chosen["secret"] != "mine"
    for target in (f"/users/{user.id}", "/users"):
        assert user.secret not in client.get(target).body.decode()


@says("Store user secrets securely immediately after creation - they cannot be retrieved later.")
def test_secrets_cannot_be_retrieved(party):
    server, client, user, _ = party
    again = client.post("/user", json={"identifier": user.identifier})
    assert again.status == 409 and user.secret not in again.body.decode()
    for path in server.directory.glob("claviger.db*"):
        assert user.secret.encode() not in path.read_bytes()


@says("User secrets combined with identifiers are used to generate authentication tokens.")
def test_a_token_takes_identifier_and_secret(party):
    _, client, user, _ = party
    other = client.create_user()
    assert user.login().status == 200
    for body in (
        {"identifier": user.identifier},
        {"secret": user.secret},
        {"identifier": other.identifier, "secret": user.secret},
    ):
        assert client.post("/token", json=body).status in (401, 422)


# Environment separation


@says("Use different master credentials")
def test_master_credentials_of_another_environment(start):
    staging, production = (start(CLAVIGER_ENVIRONMENT=name) for name in ("staging", "production"))
    answer = production.api.post("/client", json=master(staging, client_name="x"))
    assert_problem(answer, 401, "invalid_credential")


@says("Use different client API keys")
def test_api_keys_of_another_environment(start):
    staging, production = (start(CLAVIGER_ENVIRONMENT=name) for name in ("staging", "production"))
    answer = production.api.get("/users", create_client(staging).auth)
    assert "staging" in assert_problem(answer, 401, "wrong_environment")["detail"]


@says("Never share secrets, API keys, or tokens across environments.")
def test_nothing_crosses_environments(start):
    staging = start(CLAVIGER_ENVIRONMENT="staging")
    production = start(CLAVIGER_ENVIRONMENT="production")
    user = create_client(staging).create_user()
    token = user.issue()
    here = create_client(production)
    local = here.create_user(user.identifier)
    assert production.api.get("/users", user.client.auth).status == 401
    assert production.api.get("/token", token.auth).status == 401
    assert (
        here.post("/token", json={"identifier": local.identifier, "secret": user.secret}).status
        == 401
    )


@says("Maintain separate client/user records per environment")
def test_records_are_stamped(start):
    staging = start(CLAVIGER_ENVIRONMENT="staging")
    assert staging.stop() == 0
    settings = {**staging.settings, "CLAVIGER_ENVIRONMENT": "production"}
    status, errors = Server(directory=staging.directory, **settings).run_to_end()
    assert status != 0 and "staging" in errors


@says("Use different JWT secret keys")
def test_another_key_signs_other_tokens(party):
    _, _, _, token = party
    assert_refused(
        resigned(token.text, "another-environments-key-0123456789ab"), "malformed", token.api
    )


@says("Configure CLIENT_API_KEY environment variable differently per environment.")
def test_client_api_key_of_another_environment_stops_the_start(start):
    staging = start(CLAVIGER_ENVIRONMENT="staging")
    wrong = Server(CLAVIGER_ENVIRONMENT="production", CLIENT_API_KEY=create_client(staging).api_key)
    try:
        status, errors = wrong.run_to_end()
        assert status != 0 and "CLIENT_API_KEY" in errors
    finally:
        wrong.finish()


# Token verification


@says("JWT signature validation ensures token integrity")
def test_signature(party):
    *_, token = party
    head, payload, signature = token.text.split(".")
    assert_refused(f"{head}.{payload[:-2]}AA.{signature}", "malformed", token.api)


@says("Expiration checks prevent use of expired tokens")
def test_expiry(party):
    server, *_, token = party
    expired = resigned(token.text, server.jwt_key, exp=int(time.time()) - 1)
    assert_refused(expired, "expired", token.api)


@says("Database validation verifies token existence and prevents deleted token usage")
def test_deleted_tokens(party):
    server, *_, token = party
    assert_live(token)
    sql(server.database, "DELETE FROM tokens WHERE id = ?", blob(token.id))
    assert_refused(token, "unknown")


@says("Revocation checks immediately invalidate compromised tokens")
def test_revoked_tokens(party):
    *_, token = party
    assert token.revoke().status == 200
    assert_refused(token, "revoked")


@says(
    "This approach is more secure than JWT-only validation as it allows immediate token "
    "invalidation."
)
def test_a_good_signature_is_not_enough(party):
    server, client, user, token = party
    user.patch(is_active=False)
    assert resigned(token.text, server.jwt_key).split(".")[2] == token.text.split(".")[2]
    assert_refused(token, "revoked")


@says("Tokens are validated on every API request to protected endpoints.")
def test_every_request_is_checked(party):
    *_, token = party
    with token.api.connect() as connection:
        ask = "GET /token HTTP/1.1\r\nHost: x\r\n" + f"Authorization: Bearer {token.text}\r\n\r\n"
        connection.send(ask)
        assert connection.read_answer().status == 200
        token.revoke()
        connection.send(ask)
        assert connection.read_answer().status == 401


@says(
    "If a token is compromised, it can be revoked in the database and will be rejected "
    "immediately."
)
def test_revoked_in_the_database(party):
    server, *_, token = party
    assert_live(token)
    sql(server.database, "UPDATE tokens SET is_revoked = 1 WHERE id = ?", blob(token.id))
    answer = token.check()
    assert answer.status == 401 and DESCRIPTIONS["revoked"] in answer.header("WWW-Authenticate")


# Logging


@says(
    "Avoid logging sensitive information like: Master credentials, Client API keys, User secrets, "
    "Bearer tokens, JWT token contents"
)
def test_nothing_sensitive_is_logged(party):
    server, client, user, token = party
    token.check()
    token.verify()
    user.rotate()
    client.post("/client/api-key", json={})
    text = server.log_text()
    for sensitive in (
        *master(server).values(),
        client.api_key,
        user.secret,
        token.text,
        *token.text.split(".")[1:],
    ):
        assert sensitive not in text


@says("Use structured logging and redact sensitive fields if necessary.")
def test_structured(party):
    server, *_ = party
    for line in server.log_text().splitlines():
        assert {"time", "level", "event"} <= set(json.loads(line))


@says(
    "Log authentication failures for security monitoring, but never log the credentials that "
    "failed."
)
def test_failures_are_logged_without_the_credential(party):
    server, client, user, token = party
    failing = ["wrong-secret-Qx71", "wrong-key-Qx72", "wrong.token.Qx73"]
    answers = [
        client.post("/token", json={"identifier": user.identifier, "secret": failing[0]}),
        server.api.get("/users", key_header(failing[1])),
        server.api.get("/token", {"Authorization": f"Bearer {failing[2]}"}),
    ]
    ids = {answer.header("X-Request-Id") for answer in answers}
    logged = until(lambda: lines_of(server, ids), "a line for each failure")
    assert {entry["status"] for entry in logged} == {401}
    assert not [text for text in failing if text in server.log_text()]


def lines_of(server, ids):
    """The log's lines about these requests, once all are there."""
    logged = [entry for entry in server.log() if entry.get("request_id") in ids]
    return logged if len(logged) == len(ids) else None
