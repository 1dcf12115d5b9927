"""Tokens with a good signature, made with the server's own key, over claims that refuse them
(TOK-5)."""

import json
import time

import pytest

from forge import resigned


@pytest.mark.requirement("TOK-5")
@pytest.mark.parametrize(
    "payload",
    [
        b"{",
        b"[]",
        b"null",
        b"5",
        b'"a"',
        b"{}",
        b"\xff",
        b"\0",
        b"[" * 4000,
        b'{"a":' * 900 + b"1" + b"}" * 900,
        b" ",
        b"x",
        b"{}x",
        b'{"a":"\xff"}',
        b'{"a":"\\ud800"}',
    ],
)
def test_signed_payloads_that_are_not_claims(forge, payload):
    forge.refused(forge.with_claims(payload))


@pytest.mark.requirement("TOK-5")
@pytest.mark.parametrize("name", ["iss", "aud", "sub", "client_id", "jti", "iat", "exp"])
def test_missing_claims(forge, name):
    forge.refused(forge.with_claims({k: v for k, v in forge.claims.items() if k != name}))


@pytest.mark.requirement("TOK-5")
@pytest.mark.parametrize("value", [None, 5, True, [], {}, "", "x", " ", "\0"])
@pytest.mark.parametrize("name", ["iss", "aud", "sub", "client_id", "jti"])
def test_claims_of_other_types(forge, name, value):
    forge.refused(forge.with_claims({**forge.claims, name: value}))


TIMES = [
    "1e10",
    "99999999999.5",
    "99999999999.0",
    "1E10",
    '"99999999999"',
    "true",
    "null",
    "[]",
    "{}",
    "-1",
    "-99999999999",
    "99999999999999999999999",
    "9223372036854775807",
    "18446744073709551615",
    "1e400",
    "253402300800",
    '"2099-01-01T00:00:00Z"',
]


@pytest.mark.requirement("TOK-5")
@pytest.mark.parametrize("literal", TIMES)
@pytest.mark.parametrize("name", ["exp", "iat", "nbf"])
def test_times_that_are_not_integers_in_range(forge, name, literal):
    claims = json.dumps({**forge.claims, name: "TIME"}).replace('"TIME"', literal)
    forge.refused(forge.with_claims(claims))


@pytest.mark.requirement("TOK-5")
def test_issued_in_the_future(forge, token):
    now = int(time.time())
    for ahead in (70, 3600, 10**8):
        forge.refused(resigned(token.text, forge.key, iat=now + ahead, exp=now + ahead + 600))
    near = resigned(token.text, forge.key, iat=now + 50)
    assert token.api.get("/token", {"Authorization": f"Bearer {near}"}).status == 200


@pytest.mark.requirement("TOK-5")
def test_not_before(forge, token):
    now = int(time.time())
    forge.refused(resigned(token.text, forge.key, nbf=now + 5))
    past = resigned(token.text, forge.key, nbf=now - 1)
    assert token.api.get("/token", {"Authorization": f"Bearer {past}"}).status == 200


@pytest.mark.requirement("TOK-5")
def test_expired(forge, token):
    now = int(time.time())
    for ago in (0, 1, 3600, now):
        forge.refused(resigned(token.text, forge.key, iat=0, exp=now - ago), "expired")


@pytest.mark.requirement("TOK-5")
def test_other_issuers_and_audiences(forge, token):
    issuer = forge.claims["iss"]
    for name in ("iss", "aud"):
        for other in (
            issuer + "x",
            issuer[:-1],
            issuer.upper(),
            issuer + "/",
            "https://" + issuer,
            issuer + "\0",
            " " + issuer,
            issuer.replace("development", "production"),
        ):
            forge.refused(resigned(token.text, forge.key, **{name: other}))
    for audiences in ([], ["x"], [issuer + "x", "y"], [5], [None], [[issuer]], {"a": issuer}):
        forge.refused(resigned(token.text, forge.key, aud=audiences))
    several = resigned(token.text, forge.key, aud=["other", issuer])
    assert token.api.get("/token", {"Authorization": f"Bearer {several}"}).status == 200
