"""What may be sent as a body, on each endpoint that takes one: anything else is the right 4xx and
changes nothing."""

import json

import pytest

from api import FORM, JSON, assert_live, assert_problem, sql

ENDPOINTS = [
    "POST /client",
    "POST /user",
    "POST /token",
    "PATCH /users/{id}",
    "POST /users/{id}/secret",
    "POST /client/api-key",
]


@pytest.fixture(params=ENDPOINTS)
def send(request, server, client, user, token):
    """Sends a body to one endpoint; after the test nothing has changed."""
    method, path = request.param.split()

    def send_body(body, content_type=JSON, headers=()):
        all_headers = [*client.auth.items(), *headers]
        if content_type is not None:
            all_headers.append(("Content-Type", content_type))
        return server.api.call(method, path.format(id=user.id), all_headers, body=body)

    before = state_of(server, client)
    yield send_body
    assert state_of(server, client) == before
    assert_live(token)


def state_of(server, client):
    key = bytes.fromhex(client.id.replace("-", ""))
    users = sql(
        server.database,
        "SELECT id, identifier, is_active, scopes, secret_hash "
        "FROM users WHERE client_id = ? ORDER BY id",
        key,
    )
    tokens = sql(
        server.database,
        "SELECT t.id, t.is_revoked FROM tokens t JOIN users u "
        "ON u.id = t.user_id WHERE u.client_id = ? ORDER BY t.id",
        key,
    )
    return (
        users,
        tokens,
        sql(server.database, "SELECT name, api_key_hash FROM clients WHERE id = ?", key),
    )


MALFORMED_JSON = {
    "cut": b'{"identifier":"a"',
    "empty value": b'{"a":}',
    "comma": b'{"a":1,}',
    "text": b"hello",
    "two values": b"{} {}",
    "rest": b"{}x",
    "single quotes": b"{'a':1}",
    "comment": b"{}//",
    "NaN": b'{"a":NaN}',
    "leading zero": b'{"a":01}',
    "plus": b'{"a":+1}',
    "point": b'{"a":1.}',
    "control": b'{"a":"\x01"}',
    "raw NUL": b'{"a":"\x00"}',
    "newline": b'{"a":"\n"}',
    "bad escape": b'{"a":"\\x"}',
    "short escape": b'{"a":"\\u12"}',
    "lone high surrogate": b'{"a":"\\ud800"}',
    "lone low surrogate": b'{"a":"\\udc00"}',
    "surrogates swapped": b'{"a":"\\udc00\\ud800"}',
    "invalid UTF-8": b'{"a":"\xff"}',
    "overlong UTF-8": b'{"a":"\xc0\x80"}',
    "UTF-8 surrogate": b'{"a":"\xed\xa0\x80"}',
    "cut UTF-8": b'{"a":"\xe2\x82"}',
    "beyond Unicode": b'{"a":"\xf4\x90\x80\x80"}',
    "byte order mark": b"\xef\xbb\xbf{}",
    "UTF-16": '{"a":1}'.encode("utf-16"),
    "invalid UTF-8 in a name": b'{"\xff":1}',
    "array": b"[]",
    "string": b'"a"',
    "number": b"5",
    "null": b"null",
    "true": b"true",
    "deep": b'{"a":' * 65 + b"1" + b"}" * 65,
    "deep array": b'{"a":' + b"[" * 64 + b"]" * 64 + b"}",
    "very deep": b"[" * 60_000,
    "white space only": b"  \n ",
    "form feed": b"\x0c{}",
    "non-breaking space": b"\xc2\xa0{}",
    "unclosed": b'{"a":"',
    "nested cut": b'{"a":{"b":[1,2}',
    "garbage": bytes(range(256)),
}


@pytest.mark.parametrize("body", MALFORMED_JSON.values(), ids=MALFORMED_JSON)
def test_malformed_json(send, body):
    assert_problem(send(body), 400, "malformed_body")


def test_depth_64_is_not_too_deep(client):
    deep = json.loads("[" * 63 + "]" * 63)
    answer = client.post("/user", json={"identifier": "deep", "unknown": deep})
    assert answer.status == 201, answer


DUPLICATES = {
    "same": b'{"identifier":"a","identifier":"a"}',
    "escaped": b'{"identifier":"a","\\u0069dentifier":"b"}',
    "both escaped": b'{"\\u0061":1,"\\u0061":1}',
    "unknown field": b'{"x":1,"x":2}',
    "nested": b'{"x":{"y":1,"y":2}}',
    "in an array": b'{"x":[{"y":1,"\\u0079":2}]}',
    "empty name": b'{"":1,"":2}',
}


@pytest.mark.parametrize("body", DUPLICATES.values(), ids=DUPLICATES)
def test_duplicate_fields_in_json(send, body):
    assert_problem(send(body), 400, "duplicate_field")


@pytest.mark.parametrize(
    "body",
    [
        b"identifier=a&identifier=a",
        b"identifier=a&%69dentifier=b",
        b"x=1&x=1",
        b"x&x=",
        b"=1&=2",
        b"a+b=1&a%20b=2",
    ],
)
def test_duplicate_fields_in_forms(send, body):
    assert_problem(send(body, FORM), 400, "duplicate_field")


@pytest.mark.parametrize(
    "body",
    [
        b"a=%",
        b"a=%4",
        b"a=%zz",
        b"%=1",
        b"a=%ff",
        b"a=\xff",
        b"a=%c0%80",
        b"a=%ed%a0%80",
        b"a=%e2%82",
        b"%ff=1",
        b"&".join(b"f%d=1" % i for i in range(101)),
    ],
)
def test_malformed_forms(send, body):
    assert_problem(send(body, FORM), 400, "malformed_body")


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/jsonx",
        "application/json-patch+json",
        "application/merge-patch+json",
        "text/json",
        "json",
        "application/json; charset=utf-16",
        "application/json; charset=latin1",
        "application/x-www-form-urlencoded; charset=iso-8859-1",
        "application/",
        "/json",
        "",
        "application/json, application/json",
        "*/*",
        None,
    ],
)
def test_other_content_types(send, content_type):
    assert_problem(send(b"{}", content_type), 415, "unsupported_media_type")


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;charset="UTF-8"',
        "application/json ; charset=utf-8",
        "application/json;",
    ],
)
def test_spellings_of_the_content_type(client, user, content_type):
    headers = {**client.auth, "Content-Type": content_type}
    answer = client.api.patch(f"/users/{user.id}", headers, body=b'{"scopes":["a"]}')
    assert answer.status == 200, answer


def test_two_content_types(send):
    assert_problem(send(b"{}", JSON, [("Content-Type", FORM)]), 400, "malformed_request")
    assert_problem(send(b"{}", JSON, [("Content-Type", JSON)]), 400, "malformed_request")


@pytest.mark.requirement("NET-4")
@pytest.mark.parametrize(
    "coding", ["gzip", "deflate", "br", "zstd", "nonsense", "gzip, gzip", "identity, gzip"]
)
def test_content_encodings(send, coding):
    answer = send(b"{}", JSON, [("Content-Encoding", coding)])
    assert_problem(answer, 415, "unsupported_media_type")


@pytest.mark.requirement("NET-4")
def test_body_limit(server, client):
    def body(size):
        return b'{"identifier":"limit","x":"' + b"a" * (size - 29) + b'"}'

    headers = {**client.auth, "Content-Type": JSON}
    over = server.api.call("POST", "/user", headers, body=body(65_537))
    assert_problem(over, 413, "too_large")
    assert client.get("/users").json()["total"] == 0
    assert server.api.call("POST", "/user", headers, body=body(65_536)).status == 201


@pytest.mark.requirement("NET-4")
def test_body_limit_in_chunks(server, client):
    head = (
        f"POST /user HTTP/1.1\r\nHost: x\r\nx-api-key: {client.api_key}\r\n"
        "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    ).encode()
    chunk = b"400\r\n" + b" " * 1024 + b"\r\n"
    answer = server.api.raw(head + chunk * 65 + b"0\r\n\r\n")
    assert answer.status == 413


def test_null_is_absent_and_unknown_fields_are_ignored(client):
    body = {
        "identifier": "a",
        "scopes": None,
        "unknown": {"a": [1, None]},
        "": 1,
        "Identifier": "b",
    }
    answer = client.post("/user", json=body)
    assert answer.status == 201 and answer.json()["identifier"] == "a"


def test_field_names_are_exact(client):
    for name in ("Identifier", "identifier ", "identifier\u0000", "IDENTIFIER", "identifier[]"):
        assert_problem(client.post("/user", json={name: "a"}), 422, "unacceptable_field")
        assert_problem(client.post("/user", form={name: "a"}), 422, "unacceptable_field")


def test_form_spellings(client):
    headers = {**client.auth, "Content-Type": FORM}
    answer = client.api.post("/user", headers, body=b"identifier=%C3%A9+%2B%26%3D&&x&y=")
    assert answer.status == 201 and answer.json()["identifier"] == "é +&="


def test_problems_never_repeat_what_was_sent(client, user):
    marker = "Zq8sMarkerThatNobodyElseUses"
    for answer in (
        client.post("/user", json={"identifier": marker + "\n"}),
        client.post("/token", json={"identifier": marker, "secret": marker}),
        client.post(
            "/token",
            json={"identifier": user.identifier, "secret": user.secret, "expires_in": marker},
        ),
        client.get(f"/users/{marker}"),
        client.get(f"/{marker}"),
        client.get(f"/users?page={marker}"),
        client.api.get("/token", {"Authorization": f"Bearer {marker}"}),
        client.api.get("/users", {"x-api-key": marker}),
    ):
        assert 400 <= answer.status < 500
        assert marker.encode() not in answer.body
        assert marker not in str(answer.headers)
