"""Tokens checked offline, by the published keys, with libraries as they are published."""

import jwt
import pytest

from api import create_client, sql
from forge import claims_of, decode, encode, header_of
from libraries import CHECKERS, LIBRARIES, Credentials, Refused


@pytest.fixture(params=list(CHECKERS))
def check(request, signing):
    """The claims of a token as a library finds them that has just begun."""
    def call(token, issuer=signing.issuer):
        return CHECKERS[request.param](signing.jwks, signing.authority, issuer, token)
    return call


@pytest.fixture
def token(signing):
    return issue(signing)


def issue(secure):
    user = create_client(secure.server).create_user(scopes=["read:all"])
    given = Credentials(secure.url, secure.authority, user.id, user.secret)
    return LIBRARIES["authlib"](given).grant()["access_token"]


def refusal(check, *arguments, **more):
    with pytest.raises(Refused) as refused:
        check(*arguments, **more)
    return refused.value.error


def resigned(token, key, **changes):
    header = header_of(token)
    claims = {**claims_of(token), **changes}
    return jwt.encode(claims, key.read_text(), header["alg"], headers=header)


def test_a_token_is_good(check, token):
    claims = check(token)
    assert claims == claims_of(token)
    assert claims["scope"] == "read:all" and claims["iss"] == "urn:claviger:development"


def test_a_tampered_one_is_refused(check, token):
    header, claims, signature = token.split(".")
    wider = encode(decode(claims).replace(b"read:all", b"read:any"))
    assert refusal(check, f"{header}.{wider}.{signature}") == "signature"
    turned = encode(bytes([decode(signature)[0] ^ 1]) + decode(signature)[1:])
    assert refusal(check, f"{header}.{claims}.{turned}") == "signature"


def test_an_expired_one_is_refused(check, token, signing):
    issued = claims_of(token)["iat"]
    old = resigned(token, signing.key, iat=issued - 3600, exp=issued - 1800)
    assert refusal(check, old) == "expired"
    assert check(resigned(token, signing.key, exp=issued + 600))["exp"] == issued + 600


def test_the_address_is_not_the_issuer(check, token, signing):
    """The metadata's issuer is an address; tokens are issued by an environment, `token_issuer`."""
    assert refusal(check, token, issuer=signing.url) == "claims"


@pytest.mark.requirement("TOK-7")
@pytest.mark.parametrize("checker", CHECKERS)
def test_a_retired_key_is_published_no_more(own_server, checker):
    """Retired by another process, and nobody has asked this server anything since."""
    secure = own_server()
    token = issue(secure)

    def check():
        return CHECKERS[checker](secure.jwks, secure.authority, secure.issuer, token)

    assert check() == claims_of(token)
    sql(secure.server.database, "UPDATE keys_seen SET retired_at_ms = 1 WHERE kid = ?",
        header_of(token)["kid"])
    assert refusal(check) == "key"


@pytest.mark.parametrize("checker", CHECKERS)
def test_a_key_that_was_changed_is_published_no_more(own_server, checker):
    before = own_server()
    old = issue(before)
    before.server.stop()
    after = own_server(before)
    new = issue(after)
    assert header_of(old)["kid"] != header_of(new)["kid"]

    def check(token):
        return CHECKERS[checker](after.jwks, after.authority, after.issuer, token)

    assert check(new) == claims_of(new)
    assert refusal(check, old) == "key"
