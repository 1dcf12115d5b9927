"""The OAuth 2 endpoints: RFC 6749 (client credentials), 7009, 7662, 8414, 7517."""

import base64
import json
import re
import shutil
import subprocess
import urllib.parse

import pytest

from api import assert_refused, bearer, blob, create_client, expect, sql
from forge import claims_of

NOBODY = "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210"
GRANT = {"grant_type": "client_credentials"}
FORM = "application/x-www-form-urlencoded"


def basic(name, secret):
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def basic_of(user):
    return basic(user.id, user.secret)


def body_of(user):
    return {"client_id": user.id, "client_secret": user.secret}


def assert_oauth_error(answer, status, error):
    assert answer.status == status, answer
    assert answer.content_type == "application/json", answer
    assert answer.json()["error"] == error, answer
    if status == 401:
        assert answer.header("WWW-Authenticate") == 'Basic realm="claviger"'


def grant(api, user, **fields):
    return expect(api.post("/oauth2/token", basic_of(user), form={**GRANT, **fields}), 200)


def introspect(api, headers, token, **fields):
    return expect(api.post("/oauth2/introspect", headers, form={"token": token, **fields}), 200)


# The token endpoint


@pytest.mark.parametrize("kind", ["json", "form"])
@pytest.mark.parametrize("way", ["basic", "body"])
def test_client_credentials(api, client, way, kind):
    user = client.create_user(scopes=["read:all", "write:all"])
    headers = basic_of(user) if way == "basic" else {}
    fields = GRANT if way == "basic" else {**GRANT, **body_of(user)}
    answer = expect(api.post("/oauth2/token", headers, **{kind: fields}), 200)
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 2_592_000
    assert answer["scope"] == "read:all write:all"
    identity = expect(api.get("/token", bearer(answer["access_token"])), 200)
    assert identity["user_id"] == user.id
    assert identity["client_id"] == client.id
    assert identity["scopes"] == ["read:all", "write:all"]


def test_client_id_may_stand_beside_basic(api, user):
    fields = {**GRANT, "client_id": user.id}
    assert api.post("/oauth2/token", basic_of(user), form=fields).status == 200


def test_every_character_may_be_encoded(api, user):
    """oauth4webapi encodes the hyphens of an id; RFC 6749 2.3.1 allows that."""
    encoded = basic(user.id.replace("-", "%2D"), user.secret.replace("-", "%2D"))
    assert api.post("/oauth2/token", encoded, form=GRANT).status == 200


def test_the_token_is_audited_as_the_users(server, api, user):
    token = grant(api, user)["access_token"]
    row = sql(
        server.database,
        "SELECT actor, actor_id, action FROM audit_log WHERE object_id = ?",
        blob(claims_of(token)["jti"]),
    )
    assert row == [("user", blob(user.id), "token_issued")]


@pytest.mark.requirement("ACC-6")
@pytest.mark.parametrize(
    "fields, error",
    [
        ({}, "invalid_request"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "unsupported_grant_type"),
        ({"grant_type": "implicit"}, "unsupported_grant_type"),
        ({**GRANT, "scope": "read:all other"}, "invalid_scope"),
        ({**GRANT, "scope": " "}, "invalid_scope"),
    ],
)
def test_bad_grants(api, user, fields, error):
    assert_oauth_error(api.post("/oauth2/token", basic_of(user), form=fields), 400, error)


@pytest.mark.requirement("ACC-6")
def test_repeated_parameters(api, user):
    for name in ("grant_type", "scope", "client_id", "client_secret", "other"):
        fields = [*GRANT.items(), *body_of(user).items(), ("scope", "read:all"), ("other", "1")]
        fields.append((name, dict(fields)[name]))
        answer = api.post(
            "/oauth2/token",
            {"Content-Type": FORM},
            body=urllib.parse.urlencode(fields).encode(),
        )
        assert_oauth_error(answer, 400, "invalid_request")


@pytest.mark.requirement("ACC-6")
@pytest.mark.parametrize("target", ["token", "introspect", "revoke"])
def test_two_methods_of_authentication(api, client, user, target):
    target, fields = f"/oauth2/{target}", {**GRANT, "token": "a"}
    both = {**fields, **body_of(user)}
    assert_oauth_error(api.post(target, basic_of(user), form=both), 400, "invalid_request")
    other = {**fields, "client_id": NOBODY}
    assert_oauth_error(api.post(target, basic_of(user), form=other), 400, "invalid_request")
    twice = [*basic_of(user).items(), *basic_of(user).items()]
    assert_oauth_error(api.post(target, twice, form=fields), 400, "invalid_request")
    if target == "/oauth2/token":
        return
    key = {**basic_of(user), **client.auth}
    assert_oauth_error(api.post(target, key, form=fields), 400, "invalid_request")
    assert_oauth_error(api.post(target, client.auth, form=both), 400, "invalid_request")


@pytest.mark.requirement("ACC-6")
@pytest.mark.requirement("ACC-2")
@pytest.mark.parametrize("target", ["token", "introspect", "revoke"])
def test_wrong_clients_get_the_same_401(start, target):
    server = start(CLAVIGER_ATTEMPTS_PER_MINUTE="1000")
    api, client, fields = server.api, create_client(server), {**GRANT, "token": "a"}
    user, sleeping = client.create_user(), client.create_user()
    expect(sleeping.patch(is_active=False), 200)
    gone = create_client(server).create_user()
    sql(server.database, "UPDATE clients SET is_active = 0 WHERE id = ?", blob(gone.client.id))
    answers = [
        api.post(f"/oauth2/{target}", basic(name, secret), form=fields)
        for name, secret in [
            (user.id, sleeping.secret),
            (user.id, ""),
            (user.id, "sk-user-development-nonsense"),
            (NOBODY, user.secret),
            ("", user.secret),
            (user.identifier, user.secret),
            (user.id.upper() + "0", user.secret),
            (sleeping.id, sleeping.secret),
            (gone.id, gone.secret),
            (client.id, client.api_key),
        ]
    ]
    for answer in answers:
        assert_oauth_error(answer, 401, "invalid_client")
        assert answer.body == answers[0].body


@pytest.mark.requirement("ACC-6")
@pytest.mark.parametrize("target", ["token", "introspect", "revoke"])
@pytest.mark.parametrize(
    "authorization", [None, "Basic", "Basic !", "Basic bm9jb2xvbg==", "Bearer abc", "Digest a=b"]
)
def test_no_usable_authentication(api, target, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    answer = api.post(f"/oauth2/{target}", headers, form={**GRANT, "token": "a"})
    assert_oauth_error(answer, 401, "invalid_client")


@pytest.mark.requirement("ACC-6")
def test_half_a_client(api, user):
    for half in ({"client_id": user.id}, {"client_secret": user.secret}):
        answer = api.post("/oauth2/token", form={**GRANT, **half})
        assert_oauth_error(answer, 401, "invalid_client")


@pytest.mark.requirement("ENV-2")
def test_another_environments_secret_is_named(api, start):
    other = create_client(start(CLAVIGER_ENVIRONMENT="staging")).create_user()
    answer = api.post("/oauth2/token", basic_of(other), form=GRANT)
    assert_oauth_error(answer, 401, "invalid_client")
    assert "staging" in answer.json()["error_description"]


@pytest.mark.requirement("LIM-1")
@pytest.mark.requirement("LIM-2")
def test_attempts_are_limited(start):
    server = start(CLAVIGER_ATTEMPTS_PER_MINUTE="5")
    api, user = server.api, create_client(server).create_user()
    wrong = basic(user.id, "wrong")
    answers = [api.post("/oauth2/token", wrong, form=GRANT) for _ in range(20)]
    assert_oauth_error(answers[0], 401, "invalid_client")
    assert_oauth_error(answers[-1], 429, "temporarily_unavailable")
    assert_oauth_error(
        api.post("/oauth2/introspect", wrong, form={"token": "a"}), 429, "temporarily_unavailable"
    )
    assert grant(api, user)["access_token"]  # who is right is never locked out


@pytest.mark.requirement("ACC-6")
def test_unacceptable_bodies(api, user):
    answer = api.post("/oauth2/token", {**basic_of(user), "Content-Type": "text/plain"}, body=b"a")
    assert_oauth_error(answer, 415, "invalid_request")
    answer = api.post("/oauth2/token", basic_of(user), json={"grant_type": 1})
    assert_oauth_error(answer, 400, "invalid_request")
    answer = api.post("/oauth2/introspect", basic_of(user), form={})
    assert_oauth_error(answer, 400, "invalid_request")
    assert "token" in answer.json()["error_description"]


# Scopes


def test_scope_narrows(api, client):
    user = client.create_user(scopes=["a", "b", "c"])
    answer = grant(api, user, scope="c a")
    assert answer["scope"] == "a c"
    token = answer["access_token"]
    assert claims_of(token)["scope"] == "a c"
    assert expect(api.get("/token", bearer(token)), 200)["scopes"] == ["a", "c"]
    assert introspect(api, client.auth, token)["scope"] == "a c"
    verified = api.get("/verify?scope=a", bearer(token))
    assert verified.status == 200 and verified.header("X-Auth-Scopes") == "a c"
    assert api.get("/verify?scope=b", bearer(token)).status == 403


@pytest.mark.requirement("TOK-6")
def test_the_record_decides_what_a_narrowed_token_may(api, client):
    user = client.create_user(scopes=["a", "b", "c"])
    token = grant(api, user, scope="a b")["access_token"]
    user.patch(scopes=["b", "c", "d"])
    assert expect(api.get("/token", bearer(token)), 200)["scopes"] == ["b"]
    user.patch(scopes=["a", "b", "c"])
    assert expect(api.get("/token", bearer(token)), 200)["scopes"] == ["a", "b"]


def test_asking_for_all_narrows_nothing(api, client):
    user = client.create_user(scopes=["a", "b"])
    token = grant(api, user, scope="b a")["access_token"]
    assert "narrowed" not in claims_of(token)
    user.patch(scopes=["c"])
    assert expect(api.get("/token", bearer(token)), 200)["scopes"] == ["c"]


# Introspection


def owners(client, user):
    """Headers and fields of all who may ask about a user's tokens."""
    return [(client.auth, {}), (basic_of(user), {}), ({}, body_of(user))]


@pytest.mark.requirement("ACC-6")
def test_introspection(api, client, user, token):
    for headers, fields in owners(client, user):
        found = introspect(api, headers, token.text, token_type_hint="refresh_token", **fields)
        claims = claims_of(token.text)
        assert found == {
            "active": True,
            "scope": "read:all",
            "client_id": client.id,
            "username": user.identifier,
            "token_type": "Bearer",
            **{name: claims[name] for name in ("exp", "iat", "sub", "aud", "iss", "jti")},
        }


@pytest.mark.requirement("ACC-1")
@pytest.mark.requirement("ACC-6")
def test_what_is_not_the_callers_is_not_active(api, client, other_client, user, token):
    another = client.create_user()
    stranger = other_client.create_user()
    for headers in (other_client.auth, basic_of(another), basic_of(stranger)):
        assert introspect(api, headers, token.text) == {"active": False}


@pytest.mark.parametrize("text", ["", "a", "a.b.c", "x" * 9000, "ü"])
def test_what_is_no_token_is_not_active(api, client, text):
    assert introspect(api, client.auth, text) == {"active": False}


def test_what_ended_is_not_active(api, client, user, token):
    expect(token.revoke(), 200)
    assert introspect(api, client.auth, token.text) == {"active": False}
    other = user.issue()
    expect(user.patch(is_active=False), 200)
    assert introspect(api, client.auth, other.text) == {"active": False}


# Revocation


@pytest.mark.requirement("ACC-6")
def test_revocation(api, client, user):
    for headers, fields in owners(client, user):
        token = user.issue()
        for _ in range(2):  # a second time says the same
            answer = api.post("/oauth2/revoke", headers, form={"token": token.text, **fields})
            fenced = expect(answer, 200)
            assert fenced["fenced"] is True and fenced["epoch"] > 0
            assert_refused(token, "revoked")


@pytest.mark.requirement("ACC-1")
@pytest.mark.requirement("ACC-6")
def test_nobody_revokes_anothers_token(api, client, other_client, token):
    another = client.create_user()
    for headers in (other_client.auth, basic_of(another)):
        answer = api.post("/oauth2/revoke", headers, form={"token": token.text})
        assert expect(answer, 200) == {}
        assert token.check().status == 200


@pytest.mark.parametrize("text", ["", "a", "a.b.c"])
def test_what_is_no_token_needs_no_revocation(api, client, text):
    assert expect(api.post("/oauth2/revoke", client.auth, form={"token": text}), 200) == {}


def test_the_revocation_is_audited_as_the_users(server, api, user, token):
    expect(api.post("/oauth2/revoke", basic_of(user), form={"token": token.text}), 200)
    row = sql(
        server.database,
        "SELECT actor, actor_id FROM audit_log WHERE object_id = ? AND action = 'token_revoked'",
        blob(token.id),
    )
    assert row == [("user", blob(user.id))]


# Metadata


@pytest.mark.parametrize("host", ["localhost", "auth.example.com:8003", "[::1]:80"])
def test_metadata_tells_the_address_that_was_called(api, host):
    target = "/.well-known/oauth-authorization-server"
    answer = api.raw(f"GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    api.check("GET", target, answer)
    found, base = expect(answer, 200), f"http://{host}"
    assert found["issuer"] == base
    for name in ("token", "introspection", "revocation"):
        assert found[f"{name}_endpoint"].startswith(base + "/oauth2/")
        assert found[f"{name}_endpoint_auth_methods_supported"] == [
            "client_secret_basic",
            "client_secret_post",
        ]
    assert found["grant_types_supported"] == ["client_credentials"]
    assert found["token_issuer"] == "urn:claviger:development"


@pytest.mark.requirement("NET-2")
def test_the_scheme_is_a_named_proxys_to_say(start):
    target, forwarded = "/.well-known/oauth-authorization-server", {"X-Forwarded-Proto": "https"}
    assert expect(start().api.get(target, forwarded), 200)["issuer"].startswith("http://")
    proxied = start(CLAVIGER_TRUSTED_PROXIES="127.0.0.1").api
    assert expect(proxied.get(target, forwarded), 200)["issuer"].startswith("https://")
    forged = {"X-Forwarded-Proto": "https, http"}
    assert expect(proxied.get(target, forged), 200)["issuer"].startswith("http://")


def test_metadata_needs_a_host(api):
    answer = api.raw(b"GET /.well-known/oauth-authorization-server HTTP/1.0\r\n\r\n")
    assert answer.status == 400 and answer.code == "malformed_request"


def test_no_public_key_under_hs256(api):
    assert expect(api.get("/.well-known/jwks.json"), 200) == {"keys": []}


@pytest.mark.parametrize("command, algorithm", [("EC", "ES256"), ("ED25519", "EdDSA")])
def test_tokens_are_checked_offline_by_the_published_keys(start, tmp_path, command, algorithm):
    jwt = pytest.importorskip("jwt")
    file = tmp_path / "key.pem"
    options = ["-pkeyopt", "ec_paramgen_curve:P-256"] if command == "EC" else []
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", command, *options, "-out", file],
        check=True,
        capture_output=True,
    )
    file.chmod(0o600)
    server = start(CLAVIGER_SIGNING_KEY=str(file))
    token = grant(server.api, create_client(server).create_user())["access_token"]
    [key] = expect(server.api.get("/.well-known/jwks.json"), 200)["keys"]
    assert key["alg"] == algorithm
    assert key["kid"] == jwt.get_unverified_header(token)["kid"]
    issuer = expect(server.api.get("/.well-known/oauth-authorization-server"), 200)["token_issuer"]
    claims = jwt.decode(
        token,
        jwt.PyJWK(key).key,
        algorithms=[key["alg"]],
        issuer=issuer,
        audience=issuer,
    )
    assert claims["scope"] == "read:all"


def test_curl_gets_a_token(server, user):
    curl = shutil.which("curl")
    if curl is None:
        pytest.skip("no curl")
    host, port = server.address
    done = subprocess.run(
        [curl, "-sS", "-K", "-", "-d", "grant_type=client_credentials"]
        + [f"http://{host}:{port}/oauth2/token"],
        input=f'user = "{user.id}:{user.secret}"\n',
        capture_output=True,
        text=True,
        check=True,
    )
    token = json.loads(done.stdout)["access_token"]
    assert re.fullmatch(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){2}", token)
