"""GET /token."""

import pytest

from api import assert_invalid_token, assert_problem, bearer


def test_shape(client, user, token):
    identity = token.check().json()
    assert set(identity) == {"user_id", "username", "scopes", "client_id", "token_id", "expires_at"}
    assert identity["user_id"] == user.id
    assert identity["username"] == user.identifier
    assert identity["scopes"] == ["read:all"]
    assert identity["client_id"] == client.id
    assert identity["token_id"] == token.id
    assert identity["expires_at"] == token.fields["expires_at"]


@pytest.mark.requirement("ACC-3")
def test_without_a_credential_the_challenge_has_no_error(api):
    answer = api.get("/token")
    assert_problem(answer, 401, "missing_credential")
    challenge = answer.header("WWW-Authenticate")
    assert challenge.startswith("Bearer") and "error" not in challenge


@pytest.mark.requirement("ACC-3")
@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER", "bEaReR"])
def test_scheme_in_any_case(api, token, scheme):
    assert api.get("/token", {"Authorization": f"{scheme} {token.text}"}).status == 200


@pytest.mark.requirement("ACC-3")
@pytest.mark.parametrize(
    "value",
    [
        "",
        "Bearer",
        "Bearer ",
        "{0}",
        "Basic {0}",
        "Token {0}",
        "Bearer{0}",
        "Bearer {0} {0}",
        "Bearer {0},{0}",
        "Bearer  {0} x",
        'Bearer "{0}"',
        "Bearer {0}.",
        "Bearer .{0}",
        "Bearer={0}",
    ],
)
def test_malformed_credentials(api, token, value):
    answer = api.get("/token", {"Authorization": value.format(token.text)})
    assert answer.status == 401, answer
    assert answer.header("WWW-Authenticate").startswith("Bearer")


@pytest.mark.requirement("NET-6")
def test_two_authorization_headers_are_refused(api, token):
    for target in ("/token", "/verify"):
        answer = api.get(target, [("Authorization", f"Bearer {token.text}")] * 2)
        assert_problem(answer, 400, "malformed_request")


@pytest.mark.requirement("NET-6")
def test_a_credential_in_the_url_or_a_cookie_is_none(api, token):
    for name in ("access_token", "token", "Authorization", "bearer"):
        assert api.get(f"/token?{name}={token.text}").status == 401
        assert api.get("/token", {"Cookie": f"{name}={token.text}"}).status == 401
    assert api.get(f"/token?x-api-key={token.text}").status == 401


def test_api_key_or_secret_is_no_token(api, client, user):
    assert_invalid_token(api.get("/token", bearer(client.api_key)), "malformed")
    assert_invalid_token(api.get("/token", bearer(user.secret)), "malformed")


def test_head(api, token):
    answer = api.call("HEAD", "/token", token.auth)
    assert answer.status == 200 and answer.body == b""
    assert int(answer.header("Content-Length")) == len(token.check().body)
    assert api.call("HEAD", "/token").status == 401
