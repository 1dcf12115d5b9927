"""POST /token."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timezone

import pytest

from api import assert_live, assert_problem, create_client, expect, key_header
from claviger import Server
from forge import claims_of, header_of

MAXIMUM = 31_536_000


def seconds_from_now(time_text):
    at = datetime.strptime(time_text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
    return (at - datetime.now(timezone.utc)).total_seconds()


@pytest.mark.parametrize("kind", ["json", "form"])
def test_shape(client, user, kind):
    body = {"identifier": user.identifier, "secret": user.secret}
    token = expect(client.post("/token", **{kind: body}), 200)
    assert set(token) == {
        "id",
        "token",
        "token_type",
        "expires_at",
        "expires_in",
        "is_revoked",
        "user_id",
        "client_id",
    }
    assert token["token_type"] == "bearer"
    assert token["expires_in"] == 2_592_000
    assert token["user_id"] == user.id and token["client_id"] == client.id
    assert token["is_revoked"] is False
    assert abs(seconds_from_now(token["expires_at"]) - 2_592_000) < 10


@pytest.mark.requirement("TOK-5")
def test_claims_are_those_of_rfc_9068(client, user):
    user.patch(scopes=["a", "b"])
    token = user.issue(expires_in=600)
    claims = claims_of(token.text)
    assert set(claims) == {"iss", "aud", "sub", "client_id", "jti", "iat", "exp", "scope"}
    assert claims["sub"] == user.id
    assert claims["client_id"] == client.id
    assert claims["jti"] == token.id
    assert claims["exp"] - claims["iat"] == 600
    assert claims["scope"] == "a b"
    assert claims["iss"].endswith("development") and claims["aud"] == claims["iss"]


@pytest.mark.requirement("TOK-2")
def test_header_is_exactly_three_members(token):
    header = header_of(token.text)
    assert set(header) == {"alg", "typ", "kid"}
    assert header["alg"] == "HS256" and header["typ"] == "at+jwt"
    assert re.fullmatch(r"development\.[0-9A-Za-z_-]+", header["kid"])


@pytest.mark.parametrize("lifetime", [60, 61, 3600, MAXIMUM])
@pytest.mark.parametrize("kind", ["json", "form"])
def test_chosen_lifetime(client, user, lifetime, kind):
    body = {"identifier": user.identifier, "secret": user.secret, "expires_in": lifetime}
    token = expect(client.post("/token", **{kind: body}), 200)
    assert token["expires_in"] == lifetime
    assert abs(seconds_from_now(token["expires_at"]) - lifetime) < 10


@pytest.mark.requirement("ACC-5")
@pytest.mark.parametrize(
    "lifetime",
    [
        0,
        1,
        59,
        -1,
        -60,
        MAXIMUM + 1,
        10**18,
        10**19,
        10**400,
        60.0,
        60.5,
        "60",
        "",
        " ",
        True,
        False,
        [60],
        {"a": 60},
    ],
)
def test_unacceptable_lifetime_in_json(user, lifetime):
    answer = user.login(expires_in=lifetime)
    assert_problem(answer, 422, "unacceptable_field", "expires_in")


@pytest.mark.requirement("ACC-5")
@pytest.mark.parametrize("literal", ["6e1", "6E1", "60.0", "-60", "-0", "1e400", "600e-1"])
def test_unacceptable_number_spellings_in_json(client, user, literal):
    body = f'{{"identifier":"{user.identifier}","secret":"{user.secret}","expires_in":{literal}}}'
    headers = {**client.auth, "Content-Type": "application/json"}
    answer = client.api.post("/token", headers, body=body.encode())
    assert_problem(answer, 422, "unacceptable_field", "expires_in")


@pytest.mark.requirement("ACC-5")
@pytest.mark.parametrize(
    "text",
    [
        "59",
        "-60",
        "+60",
        "60.0",
        "6e1",
        " 60",
        "60 ",
        "0x3c",
        "sixty",
        "060",
        "60,0",
        "٦٠",
        "99999999999999999999",
    ],
)
def test_unacceptable_lifetime_in_forms(client, user, text):
    body = {"identifier": user.identifier, "secret": user.secret, "expires_in": text}
    assert_problem(client.post("/token", form=body), 422, "unacceptable_field", "expires_in")


@pytest.mark.requirement("ACC-5")
def test_empty_form_value_means_absent(client, user):
    body = {
        "identifier": user.identifier,
        "secret": user.secret,
        "expires_in": "",
        "created_by_username": "",
    }
    assert expect(client.post("/token", form=body), 200)["expires_in"] == 2_592_000


def test_null_means_absent(user):
    assert expect(user.login(expires_in=None), 200)["expires_in"] == 2_592_000


def test_created_by_username(client, user):
    token = user.issue(created_by_username="admin_user")
    assert client.get(f"/tokens/{token.id}").json()["created_by_username"] == "admin_user"
    assert client.get("/users").json()["users"][0]["created_by_username"] == "admin_user"
    by_itself = user.issue(created_by_username="")
    assert client.get(f"/tokens/{by_itself.id}").json()["created_by_username"] is None


@pytest.mark.parametrize("name", ["x" * 256, "a\0", "a\nb", " a", 5, ["a"], {}, True])
def test_unacceptable_created_by_username(user, name):
    answer = user.login(created_by_username=name)
    assert_problem(answer, 422, "unacceptable_field", "created_by_username")


def test_many_tokens_of_a_user_live_together(user):
    tokens = [user.issue() for _ in range(5)]
    assert len({token.text for token in tokens}) == 5
    for token in tokens:
        assert_live(token)


@pytest.mark.requirement("ACC-1")
def test_set_fields_are_ignored(user, other_client):
    mine = {
        "client_id": other_client.id,
        "id": "00000000-0000-7000-8000-000000000000",
        "jti": "00000000-0000-7000-8000-000000000000",
        "token": "x",
        "is_revoked": True,
        "scopes": ["everything"],
        "scope": "everything",
    }
    token = user.issue(**mine)
    assert not mine.items() & token.fields.items()
    assert token.check().json()["scopes"] == ["read:all"]


def test_operator_chooses_lifetimes(start):
    server = start(CLAVIGER_TOKEN_LIFETIME="120", CLAVIGER_TOKEN_LIFETIME_MAX="240")
    user = create_client(server).create_user()
    assert user.issue().fields["expires_in"] == 120
    assert user.issue(expires_in=240).fields["expires_in"] == 240
    assert_problem(user.login(expires_in=241), 422, "unacceptable_field", "expires_in")


def test_without_any_api_key(server, user):
    body = {"identifier": user.identifier, "secret": user.secret}
    problem = assert_problem(server.api.post("/token", json=body), 401, "missing_credential")
    assert "x-api-key" in problem["detail"]


def test_acts_as_the_client_of_its_own_setting():
    first = Server().start()
    try:
        client, other = create_client(first), create_client(first)
        user, foreign = client.create_user(), other.create_user()
        assert first.stop() == 0
        settings = {**first.settings, "CLIENT_API_KEY": client.api_key}
        second = Server(directory=first.directory, **settings).start()
        try:
            body = {"identifier": user.identifier, "secret": user.secret}
            assert expect(second.api.post("/token", json=body), 200)["user_id"] == user.id
            assert expect(second.api.post("/token", form=body), 200)["user_id"] == user.id
            theirs = {"identifier": foreign.identifier, "secret": foreign.secret}
            assert second.api.post("/token", json=theirs).status == 401
            # a sent key goes before the setting, a wrong one too
            assert second.api.post("/token", other.auth, json=theirs).status == 200
            assert second.api.post("/token", other.auth, json=body).status == 401
            assert second.api.post("/token", key_header("wrong"), json=body).status == 401
            # the setting is for POST /token alone
            assert second.api.post("/user", json={"identifier": "a"}).status == 401
            assert second.api.get("/users").status == 401
        finally:
            second.finish()
    finally:
        first.finish()


def test_logins_that_come_together_have_their_own_answers(server, client, user):
    """What waits at the same time is answered together; nothing of one is another's."""
    users = [client.create_user() for _ in range(8)]
    other = create_client(server).create_user()

    def good(one):
        token = one.issue()
        assert claims_of(token.text)["sub"] == one.id
        assert_live(token)

    def refused(**fields):
        assert_problem(user.login(**fields), 401, "invalid_credential")

    works = [*[lambda one=one: good(one) for one in [*users, other] * 8],
             lambda: refused(secret=other.secret),
             lambda: refused(identifier="nobody"),
             lambda: assert_problem(user.login(expires_in=1), 422, "unacceptable_field",
                                    "expires_in"),
             lambda: assert_problem(client.api.post("/token", json={"identifier": "a"}), 401,
                                    "missing_credential")]
    with ThreadPoolExecutor(16) as pool:
        for done in [pool.submit(work) for work in works]:
            done.result()
