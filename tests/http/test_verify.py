"""/verify, as gateways ask it."""

import urllib.parse

import pytest

from api import assert_invalid_token, assert_problem

AUTH_HEADERS = [
    "X-Auth-User-Id",
    "X-Auth-Username",
    "X-Auth-Client-Id",
    "X-Auth-Token-Id",
    "X-Auth-Scopes",
]
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"]


def auth_headers(answer):
    return [name for name, _ in answer.headers if name.lower().startswith("x-auth-")]


@pytest.mark.parametrize("method", METHODS)
def test_any_method(user, token, method):
    answer = token.verify(method=method)
    assert answer.status == 200 and answer.body == b""
    assert auth_headers(answer) == AUTH_HEADERS
    assert answer.header("X-Auth-User-Id") == user.id
    assert answer.header("X-Auth-Username") == user.identifier
    assert answer.header("X-Auth-Client-Id") == token.fields["client_id"]
    assert answer.header("X-Auth-Token-Id") == token.id
    assert answer.header("X-Auth-Scopes") == "read:all"


@pytest.mark.parametrize("method", ["OPTIONS", "PROPFIND", "REPORT", "PURGE", "M-SEARCH"])
def test_methods_of_other_protocols(api, token, method):
    """A gateway forwards whatever method its caller used."""
    with api.connect() as connection:
        for text, status in ((token.text, 200), ("nonsense", 401)):
            connection.send(
                f"{method} /verify HTTP/1.1\r\nHost: x\r\n" f"Authorization: Bearer {text}\r\n\r\n"
            )
            assert connection.read_answer(method).status == status


@pytest.mark.parametrize(
    "query, status",
    [
        ("", 200),
        ("?scope=a", 200),
        ("?scope=a&scope=b", 200),
        ("?scope=b&scope=a&scope=a", 200),
        ("?scope=%61", 200),
        ("?scope=c", 403),
        ("?scope=a&scope=c", 403),
        ("?scope=c&scope=a", 403),
        ("?scope=A", 403),
        ("?scope=", 403),
        ("?scope=a%20b", 403),
        ("?scope=a+b", 403),
        ("?scope=ab", 403),
        ("?scopes=c", 200),
        ("?other=1", 200),
        ("?scope", 403),
    ],
)
def test_scopes(user, token, query, status):
    user.patch(scopes=["a", "b"])
    answer = token.verify(query)
    assert answer.status == status, answer
    if status == 403:
        assert_problem(answer, 403, "insufficient_scope")
        assert auth_headers(answer) == []


@pytest.mark.requirement("ACC-3")
def test_insufficient_scope_names_the_scopes(user, token):
    challenge = token.verify("?scope=read:all&scope=write").header("WWW-Authenticate")
    assert challenge.startswith("Bearer ")
    assert 'error="insufficient_scope"' in challenge
    assert 'scope="read:all write"' in challenge


@pytest.mark.parametrize("scope", ["a%22b", "a%0d%0ax:%20y", "%00", "%c3%a9", "%5c", "x" * 3000])
def test_hostile_scopes_stay_inside_the_challenge(api, token, scope):
    answer = token.verify(f"?scope={scope}")
    assert answer.status in (400, 403), answer
    assert not answer.header("x")
    challenge = answer.header("WWW-Authenticate") or ""
    assert challenge.count('"') % 2 == 0, challenge


@pytest.mark.parametrize("query", ["?scope=%", "?scope=%zz", "?scope=%ff"])
def test_malformed_queries_never_pass(token, query):
    assert token.verify(query).status in (400, 403)


@pytest.mark.requirement("TOK-6")
def test_the_token_never_widens_the_records_scopes(user, token):
    user.patch(scopes=["less"])
    assert token.verify("?scope=read:all").status == 403  # it stands in the token


@pytest.mark.requirement("ACC-3")
def test_refusals(api, token):
    answer = api.get("/verify")
    assert_problem(answer, 401, "missing_credential")
    assert "error" not in answer.header("WWW-Authenticate")
    token.revoke()
    assert_invalid_token(token.verify(), "revoked")
    assert_invalid_token(token.verify("?scope=nope"), "revoked")  # 401 goes before 403
    assert auth_headers(token.verify()) == []


@pytest.mark.parametrize(
    "name, value",
    [
        ("Content-Type", "text/plain"),
        ("Content-Type", "application/json"),
        ("Content-Type", "%%%"),
        ("Content-Encoding", "gzip"),
        ("Content-Encoding", "nonsense"),
        ("Range", "bytes=0-1"),
        ("Range", "bytes=9999-"),
        ("If-None-Match", "*"),
        ("If-Match", '"a"'),
        ("If-Modified-Since", "Thu, 01 Jan 2099 00:00:00 GMT"),
        ("If-Unmodified-Since", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("If-Range", '"a"'),
        ("X-HTTP-Method-Override", "DELETE"),
        ("X-HTTP-Method", "DELETE"),
        ("X-Method-Override", "DELETE"),
        ("Accept", "image/png"),
        ("Accept-Encoding", "identity;q=0"),
        ("Accept-Charset", "utf-7"),
        ("Origin", "https://example.com"),
        ("X-Original-URL", "/openapi.json"),
        ("X-Rewrite-URL", "/healthz"),
        ("X-Forwarded-Method", "POST"),
        ("X-Forwarded-Uri", "/?scope=nope"),
        ("X-Auth-User-Id", "mine"),
        ("X-Auth-Username", "admin"),
        ("X-Auth-Scopes", "everything"),
        ("Cookie", "a=b"),
        ("Upgrade", "websocket"),
        ("Connection", "X-Auth-User-Id"),
        ("Prefer", "return=minimal"),
        ("TE", "trailers"),
        ("Max-Forwards", "0"),
    ],
)
def test_other_headers_mean_nothing(api, token, name, value):
    for method in ("GET", "POST"):
        plain = api.call(method, "/verify", token.auth)
        answer = api.call(
            method,
            "/verify",
            [*token.auth.items(), (name, value)],
            body=b"{nonsense" if method == "POST" else None,
        )
        assert answer.status == 200 and answer.body == b"", answer
        volatile = ("date", "x-request-id", "connection")
        assert [h for h in answer.headers if h[0].lower() not in volatile] == [
            h for h in plain.headers if h[0].lower() not in volatile
        ]
        assert api.call(method, "/verify", [(name, value)], body=b"x").status == 401


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\x00", b"is_active=false", b"x" * 60_000])
def test_bodies_mean_nothing(api, token, body):
    for content_type in ("application/json", "application/x-www-form-urlencoded", "x/y"):
        headers = [*token.auth.items(), ("Content-Type", content_type)]
        assert api.call("POST", "/verify", headers, body=body).status == 200


def test_after_a_skipped_body_the_connection_goes_on(api, token):
    head = f"POST /verify HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token.text}\r\n"
    with api.connect() as connection:
        connection.send(
            head
            + "Content-Length: 5\r\n\r\nGET /"
            + head
            + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
            + "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        )
        for _ in range(2):
            answer = connection.read_answer()
            assert answer.status == 200 and auth_headers(answer) == AUTH_HEADERS
        assert connection.read_answer().json() == {"status": "ok"}


@pytest.mark.requirement("ACC-4")
@pytest.mark.parametrize(
    "identifier",
    [
        "plain",
        "with space",
        "é",
        "日本語",
        "a%41",
        "100%",
        "\u200b",
        "\U0001f511",
        "semi;colon,comma",
        'q"uote',
        "mixed é and ascii",
        "x" * 255,
        "\U0001f511" * 255,
    ],
)
def test_username_is_safe_to_forward(client, identifier):
    answer = client.create_user(identifier).issue().verify()
    value = answer.header("X-Auth-Username")
    assert value.isascii() and value.isprintable()
    assert urllib.parse.unquote(value, errors="strict") == identifier
    if identifier.isascii() and "%" not in identifier:
        assert value == identifier


@pytest.mark.requirement("ACC-4")
def test_no_two_usernames_look_alike_in_the_header(client):
    """ "%C3%A9" as an identifier is not "é" once both went through a header."""
    values = [
        client.create_user(identifier).issue().verify().header("X-Auth-Username")
        for identifier in ("é", "%C3%A9", "%c3%a9", "%25C3%25A9")
    ]
    assert len(set(values)) == 4, values


def test_most_scopes_and_longest(user, token):
    scopes = [f"{number:02}:" + "s" * 125 for number in range(64)]
    assert user.patch(scopes=scopes).status == 200
    assert token.verify().header("X-Auth-Scopes") == " ".join(scopes)
    assert token.check().json()["scopes"] == scopes
    assert token.verify(f"?scope={scopes[63]}&scope={scopes[0]}").status == 200


def test_never_cached(token):
    assert token.verify().header("Cache-Control") == "no-store"
    token.revoke()
    assert token.verify().header("Cache-Control") == "no-store"
