"""Staging and production share nothing (ENV-1, ENV-2)."""

import pytest

from api import assert_invalid_token, assert_problem, create_client, expect, key_header, sql
from claviger import Server, command, fresh_credentials
from forge import claims_of, header_of


@pytest.fixture(scope="module")
def staging():
    server = Server(CLAVIGER_ENVIRONMENT="staging").start()
    yield server
    server.finish()


@pytest.fixture(scope="module")
def production():
    server = Server(CLAVIGER_ENVIRONMENT="production").start()
    yield server
    server.finish()


@pytest.mark.requirement("ENV-1")
def test_stamps(staging):
    client = create_client(staging)
    user = client.create_user()
    token = user.issue()
    assert client.api_key.startswith("sk-client-staging-")
    assert user.secret.startswith("sk-user-staging-")
    assert header_of(token.text)["kid"].startswith("staging.")
    assert claims_of(token.text)["iss"].endswith("staging")
    stamped = sql(staging.database, "SELECT environment FROM meta")
    assert stamped == [("staging",)]


def names_both(text):
    return "staging" in text and "production" in text


@pytest.mark.requirement("ENV-2")
def test_an_api_key_of_another_environment(staging, production):
    client = create_client(staging)
    answer = production.api.get("/users", client.auth)
    problem = assert_problem(answer, 401, "wrong_environment")
    assert names_both(problem["detail"])


@pytest.mark.requirement("ENV-2")
def test_a_secret_of_another_environment(staging, production):
    secret = create_client(staging).create_user().secret
    here = create_client(production)
    user = here.create_user()
    answer = here.post("/token", json={"identifier": user.identifier, "secret": secret})
    problem = assert_problem(answer, 401, "wrong_environment")
    assert names_both(problem["detail"])


@pytest.mark.requirement("ENV-2")
def test_a_token_of_another_environment(staging, production):
    """The body says which; the challenge keeps to one of its four descriptions."""
    token = create_client(staging).create_user().issue()
    for target in ("/token", "/verify"):
        answer = production.api.get(target, token.auth)
        assert_invalid_token(answer, "malformed")
        assert names_both(answer.json()["detail"])


@pytest.mark.requirement("ENV-2")
def test_a_misspelled_key_of_another_environment_is_a_typo(staging, production):
    """The checksum tells: no environment is named for what is no key of any."""
    key = create_client(staging).api_key
    assert_problem(
        production.api.get("/users", key_header(key[:-1] + "?")), 401, "invalid_credential"
    )


@pytest.mark.requirement("ENV-2")
def test_tokens_under_the_same_key_do_not_cross_environments():
    """Even environments that share JWT_SECRET_KEY by mistake refuse each other's tokens."""
    shared = {"JWT_SECRET_KEY": fresh_credentials()["JWT_SECRET_KEY"]}
    one = Server(CLAVIGER_ENVIRONMENT="staging", **shared).start()
    two = Server(CLAVIGER_ENVIRONMENT="production", **shared).start()
    try:
        token = create_client(one).create_user().issue()
        assert two.api.get("/token", token.auth).status == 401
        assert two.api.get("/verify", token.auth).status == 401
    finally:
        one.finish()
        two.finish()


@pytest.mark.requirement("ENV-1")
def test_another_environments_database_is_refused():
    first = Server(CLAVIGER_ENVIRONMENT="staging").start()
    try:
        client = create_client(first)
        assert first.stop() == 0
        before = first.database.read_bytes()
        settings = {**first.settings, "CLAVIGER_ENVIRONMENT": "production"}
        wrong = Server(directory=first.directory, **settings)
        status, errors = wrong.run_to_end()
        assert status != 0
        assert names_both(errors)
        assert first.database.read_bytes() == before
        again = Server(directory=first.directory, **first.settings).start()
        assert expect(again.api.get("/client", client.auth), 200)["id"] == client.id
        again.finish()
    finally:
        first.finish()


@pytest.mark.requirement("ENV-2")
def test_client_api_key_setting_of_another_environment_stops_the_start(staging):
    wrong = Server(CLAVIGER_ENVIRONMENT="production", CLIENT_API_KEY=create_client(staging).api_key)
    try:
        status, errors = wrong.run_to_end()
        assert status != 0
        assert "CLIENT_API_KEY" in errors and names_both(errors)
    finally:
        wrong.finish()


@pytest.mark.requirement("ENV-2")
@pytest.mark.parametrize("kind", ["mistyped", "a user's secret", "no key at all"])
def test_a_client_api_key_setting_that_is_none_stops_the_start(staging, kind):
    client = create_client(staging)
    key = client.api_key[:-1] + ("a" if client.api_key[-1] != "a" else "b")
    text = {"mistyped": key, "a user's secret": client.create_user().secret}.get(kind, "some-key")
    wrong = Server(CLAVIGER_ENVIRONMENT="staging", CLIENT_API_KEY=text)
    try:
        status, errors = wrong.run_to_end()
        assert status == 3 and errors.startswith("claviger: CLIENT_API_KEY: "), errors
        assert not wrong.database.exists()
    finally:
        wrong.finish()


@pytest.mark.requirement("ENV-1")
@pytest.mark.parametrize(
    "arguments",
    [
        ["client", "list"],
        ["client", "create", "a company"],
        ["database", "status"],
        ["database", "migrate"],
    ],
    ids=" ".join,
)
def test_commands_refuse_another_environments_database(staging, arguments):
    before = sql(staging.database, "SELECT count(*) FROM clients")
    done = command(*arguments, server=staging, env={"CLAVIGER_ENVIRONMENT": "production"})
    assert done.returncode == 1 and done.stdout == b"", done
    assert names_both(done.stderr.decode())
    assert sql(staging.database, "SELECT count(*) FROM clients") == before


@pytest.mark.requirement("ENV-2")
def test_a_command_names_the_environment_of_a_key_and_of_a_token(staging, production):
    client = create_client(staging)
    token = client.create_user().issue()
    verified = command("token", "verify", server=production, stdin=token.text.encode())
    assert verified.returncode == 1 and names_both(verified.stderr.decode()), verified
    listed = command("user", "list", server=production, env={"CLIENT_API_KEY": client.api_key})
    assert listed.returncode == 1 and names_both(listed.stderr.decode()), listed
