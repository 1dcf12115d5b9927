"""The tools of the tests can fail: each of these would slip through if they could not."""

import hashlib
import hmac
import json
import socket
import threading

import pytest

from api import check_common_headers, check_no_echo
from forge import decode, encode, resigned, signed
from openapi import Document
from wire import Answer, Closed, Connection, parse_head

DOCUMENT = {
    "openapi": "3.1.0",
    "paths": {
        "/things/{id}": {
            "get": {
                "responses": {
                    "200": {
                        "headers": {"X-Count": {"required": True, "schema": {"type": "integer"}}},
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}
                        },
                    },
                    "204": {"description": "none"},
                }
            }
        }
    },
    "components": {
        "schemas": {
            "Thing": {
                "type": "object",
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "at": {"type": "string", "format": "date-time"},
                },
                "required": ["id"],
                "additionalProperties": False,
            },
            "Problem": {"type": "object", "required": ["code"]},
        }
    },
}
ID = "01980e6f-7c2a-7b3e-9d41-5f0c8a7be210"


def answer(status=200, body=None, content_type="application/json", headers=(("X-Count", "1"),)):
    data = b"" if body is None else json.dumps(body).encode()
    return Answer("HTTP/1.1", status, [("Content-Type", content_type), *headers], data)


def test_documented_answers_pass():
    document = Document(DOCUMENT)
    document.check(
        "GET", f"/things/{ID}?a=b", answer(body={"id": ID, "at": "2026-01-01T00:00:00Z"})
    )
    document.check("HEAD", f"/things/{ID}", answer())
    document.check("GET", f"/things/{ID}", answer(204))
    document.check("POST", "/nowhere", answer(404, {"code": "x"}, "application/problem+json"))


@pytest.mark.parametrize(
    "wrong",
    [
        answer(201, {"id": ID}),
        answer(body={"id": ID}, headers=()),
        answer(body={"id": ID}, headers=(("X-Count", "many"),)),
        answer(body={"id": ID}, content_type="text/plain"),
        answer(body={"id": "x"}),
        answer(body={"id": ID.upper()}),
        answer(body={"id": ID, "at": "2026-01-01T00:00:00+01:00"}),
        answer(body={"id": ID, "more": 1}),
        answer(body={}),
        answer(body=[]),
        answer(204, {"id": ID}),
    ],
)
def test_undocumented_answers_fail(wrong):
    with pytest.raises(Exception):
        Document(DOCUMENT).check("GET", f"/things/{ID}", wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        answer(200, {"code": "x"}),
        answer(404, {"code": "x"}),
        answer(404, {}, "application/problem+json"),
        answer(500, {"code": "x"}, "application/problem+json"),
    ],
)
def test_requests_to_nowhere_get_problems(wrong):
    with pytest.raises(Exception):
        Document(DOCUMENT).check("GET", "/nowhere", wrong)


COMMON = [
    ("X-Content-Type-Options", "nosniff"),
    ("Cache-Control", "no-store"),
    ("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
    ("Date", "Thu, 01 Jan 2026 00:00:00 GMT"),
    ("X-Request-Id", "0123456789abcdef"),
]


def test_common_headers():
    check_common_headers(Answer("HTTP/1.1", 204, COMMON, b""), health=False)


@pytest.mark.parametrize("missing", [name for name, _ in COMMON])
def test_a_missing_common_header_fails(missing):
    headers = [header for header in COMMON if header[0] != missing]
    with pytest.raises(AssertionError):
        check_common_headers(Answer("HTTP/1.1", 204, headers, b""), health=False)


@pytest.mark.parametrize("name", ["Server", "Access-Control-Allow-Origin", "Set-Cookie"])
def test_a_header_that_must_not_be_fails(name):
    with pytest.raises(AssertionError):
        check_common_headers(Answer("HTTP/1.1", 204, [*COMMON, (name, "x")], b""), health=False)


@pytest.mark.parametrize("status", [401, 405, 429, 503])
def test_an_error_without_the_header_it_needs_fails(status):
    with pytest.raises(AssertionError):
        check_common_headers(Answer("HTTP/1.1", status, COMMON, b""), health=False)


def test_a_credential_in_an_error_is_seen():
    body = {"detail": "the key sk-...0123456789abcdefghijklm is wrong"}
    wrong = answer(401, body, "application/problem+json")
    check_no_echo(["another-credential-of-somebody"], wrong)
    with pytest.raises(AssertionError):
        check_no_echo(["sk-client-x-0123456789abcdefghijklm"], wrong)


@pytest.mark.parametrize(
    "head", [b"HTTP/2 200 OK", b"HTTP/1.1 200 OK\r\nA : b", b"HTTP/1.1 200 OK\r\nA: \xe9", b"x"]
)
def test_malformed_heads_fail(head):
    with pytest.raises(AssertionError):
        parse_head(head)


def serve_once(data):
    """The address of a server that sends `data` to its first caller, then closes."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        connection, _ = listener.accept()
        connection.sendall(data)
        connection.close()
        listener.close()

    threading.Thread(target=serve).start()
    return listener.getsockname()


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n"


@pytest.mark.parametrize(
    "data, error",
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", AssertionError),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", AssertionError),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", Closed),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na", AssertionError),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", AssertionError),
        (b"HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", AssertionError),
        (CHUNKED + b"Content-Length: 5\r\n\r\n0\r\n\r\n", AssertionError),
        (CHUNKED + b"\r\n1;x\r\na\r\n0\r\n\r\n", AssertionError),
        (CHUNKED + b"\r\n01\r\na\r\n0\r\n\r\n", AssertionError),
        (CHUNKED + b"\r\n1\r\nab\r\n0\r\n\r\n", AssertionError),
        (CHUNKED + b"\r\n1\r\na\r\n", Closed),
    ],
)
def test_answers_with_wrong_framing_fail(data, error):
    with Connection(serve_once(data)) as connection, pytest.raises(error):
        connection.read_answer()


def test_chunks_are_put_together():
    data = CHUNKED + b"\r\n3\r\none\r\na\r\n-and-more-\r\n0\r\n\r\n"
    with Connection(serve_once(data)) as connection:
        assert connection.read_answer().body == b"one-and-more-"
        assert connection.received == b""


def test_more_than_one_answer_is_seen():
    data = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nHTTP/1.1 200 OK\r\n"
    with Connection(serve_once(data)) as connection:
        connection.read_answer()
        with pytest.raises(AssertionError):
            connection.assert_closed()


def test_signatures_are_those_of_rfc_7515():
    """The example of appendix A.1."""
    key = decode(
        "AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"
    )
    text = (
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9."
        "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cn"
        "VlfQ"
    )
    mac = encode(hmac.new(key, text.encode(), hashlib.sha256).digest())
    assert mac == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    token = signed({"alg": "HS256"}, {"a": 1, "b": 2}, "key")
    assert resigned(token, "key") == token
    assert resigned(token, "key", a=None) == signed({"alg": "HS256"}, {"b": 2}, "key")
