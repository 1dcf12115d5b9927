"""OAuth 2 client libraries as published, against the server over TLS: each does the same."""

import dataclasses

import jwt
import pytest

from api import create_client
from forge import claims_of, header_of
from libraries import LIBRARIES, Authlib, Credentials, Refused


@pytest.fixture(params=["basic", "body"])
def credentials(request, secure, user):
    return Credentials(secure.url, secure.authority, user.id, user.secret, request.param)


@pytest.fixture(params=list(LIBRARIES))
def library(request, credentials):
    return LIBRARIES[request.param](credentials)


def expired(secure, token):
    """The same token, under a good signature, of a minute ago."""
    header, claims = header_of(token), claims_of(token)
    claims["iat"] -= 120
    claims["exp"] = claims["iat"] + 60
    return jwt.encode(claims, secure.key.read_text(), header["alg"], headers=header)


def test_the_metadata_are_found_and_believed(library, secure):
    """The Node.js libraries refuse metadata whose issuer is not the address they asked."""
    found = library.discover()
    assert found["issuer"] == secure.url
    assert found["token_endpoint"] == secure.url + "/oauth2/token"
    assert found["jwks_uri"] == secure.jwks
    assert found["token_issuer"] == secure.issuer


@pytest.mark.parametrize("name", ["openid-client", "oauth4webapi"])
def test_the_address_has_to_be_the_public_one(own_server, name):
    """One that is not the metadata's issuer is refused by the Node.js libraries."""
    secure = own_server(CLAVIGER_PUBLIC_URL="https://auth.example.com")
    user = create_client(secure.server).create_user()
    credentials = Credentials(secure.url, secure.authority, user.id, user.secret)
    with pytest.raises(Refused) as refused:
        LIBRARIES[name](credentials).discover()
    assert refused.value.error == "OAUTH_JSON_ATTRIBUTE_COMPARISON_FAILED"
    assert Authlib(credentials).discover()["issuer"] == "https://auth.example.com"
    assert claims_of(user.issue().text)["iss"] == secure.issuer


def test_a_token_is_got_and_used(library, user):
    issued = library.grant()
    assert issued["token_type"].lower() == "bearer" and issued["expires_in"] == 2_592_000
    scopes = issued["scope"]
    scopes = scopes if isinstance(scopes, list) else scopes.split(" ")  # a list: requests-oauthlib
    assert scopes == ["read:all", "write:all", "other"]
    assert library.use(issued["access_token"])["user_id"] == user.id


def test_a_scope_narrows(library):
    issued = library.grant(scope="write:all read:all")
    assert library.use(issued["access_token"])["scopes"] == ["read:all", "write:all"]


def test_introspection(library, secure, user):
    token = library.grant(scope="read:all")["access_token"]
    found = library.introspect(token)
    assert found["active"] is True and found["scope"] == "read:all"
    assert found["sub"] == user.id and found["username"] == user.identifier
    assert found["iss"] == secure.issuer != secure.url
    for other in (expired(secure, token), token[:-4] + "AAAA", "a"):
        assert library.introspect(other) == {"active": False}


def test_revocation(library):
    token, kept = (library.grant()["access_token"] for _ in range(2))
    for _ in range(2):  # what is revoked is no error
        library.revoke(token)
    assert library.introspect(token) == {"active": False}
    assert library.introspect(kept)["active"] is True


def test_a_wrong_secret_is_an_error_of_the_library(library):
    """Where the answer has a challenge, as RFC 6749 wants it for Basic, the Node.js libraries tell
    of that in place of the error beside it."""
    wrong = type(library)(dataclasses.replace(library.credentials, secret="wrong"))
    for call in (wrong.grant, lambda: wrong.introspect("a"), lambda: wrong.revoke("a")):
        with pytest.raises(Refused) as refused:
            call()
        if refused.value.error == "OAUTH_WWW_AUTHENTICATE_CHALLENGE":
            assert refused.value.schemes == ["basic"]
        else:
            assert refused.value.error == "invalid_client"
        assert refused.value.status in (401, None)


def test_a_scope_that_the_user_has_not_is_an_error_of_the_library(library):
    with pytest.raises(Refused) as refused:
        library.grant(scope="read:all absent")
    assert refused.value.error == "invalid_scope"
    assert refused.value.status in (400, None)
