"""Bytes on the wire: requests that could be read two ways, and bounds (NET-3, NET-4)."""

import pytest

from wire import Closed

HOST = "Host: x\r\n"
GET = "GET /healthz HTTP/1.1\r\n" + HOST
POST = "POST /user HTTP/1.1\r\n" + HOST + "Content-Type: application/json\r\n"
SMUGGLED = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"

AMBIGUOUS = {
    "both lengths": POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "both, other order": POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "repeated lengths": POST + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "different lengths": POST + "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{} ",
    "list of lengths": POST + "Content-Length: 2, 2\r\n\r\n{}",
    "signed length": POST + "Content-Length: +2\r\n\r\n{}",
    "negative length": POST + "Content-Length: -2\r\n\r\n{}",
    "hexadecimal length": POST + "Content-Length: 0x2\r\n\r\n{}",
    "spaced length": POST + "Content-Length: 2 2\r\n\r\n{}",
    "empty length": POST + "Content-Length: \r\n\r\n{}",
    "huge length": POST + "Content-Length: 99999999999999999999999\r\n\r\n{}",
    "folded header": GET + "X-A: a\r\n b\r\n\r\n",
    "tab-folded header": GET + "X-A: a\r\n\tb\r\n\r\n",
    "folded length": POST + "Content-Length:\r\n 2\r\n\r\n{}",
    "leading space": "GET /healthz HTTP/1.1\r\n Host: x\r\n\r\n",
    "bare LF": "GET /healthz HTTP/1.1\nHost: x\n\n",
    "bare LF in headers": GET + "X-A: a\nX-B: b\r\n\r\n",
    "bare LF at the end": GET + "\n",
    "bare CR": GET + "X-A: a\rX-B: b\r\n\r\n",
    "CR before the colon": GET + "X-A\r: b\r\n\r\n",
    "NUL in a value": GET + "X-A: a\0b\r\n\r\n",
    "NUL in a name": GET + "X\0A: b\r\n\r\n",
    "control in a value": GET + "X-A: a\x01b\r\n\r\n",
    "space before the colon": GET + "X-A : b\r\n\r\n",
    "length with space before the colon": POST + "Content-Length : 2\r\n\r\n{}",
    "no colon": GET + "X-A\r\n\r\n",
    "empty name": GET + ": b\r\n\r\n",
    "no host": "GET /healthz HTTP/1.1\r\n\r\n",
    "two hosts": GET + "Host: y\r\n\r\n",
    "host list": "GET /healthz HTTP/1.1\r\nHost: x, y\r\n\r\n",
    "host with path": "GET /healthz HTTP/1.1\r\nHost: x/y\r\n\r\n",
    "host with user": "GET /healthz HTTP/1.1\r\nHost: a@x\r\n\r\n",
    "TE on HTTP/1.0": POST.replace("1.1", "1.0") + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two spaces": "GET  /healthz HTTP/1.1\r\n" + HOST + "\r\n",
    "trailing space": "GET /healthz HTTP/1.1 \r\n" + HOST + "\r\n",
    "tab": "GET\t/healthz\tHTTP/1.1\r\n" + HOST + "\r\n",
    "no version": "GET /healthz\r\n" + HOST + "\r\n",
    "relative path": "GET healthz HTTP/1.1\r\n" + HOST + "\r\n",
    "asterisk": "GET * HTTP/1.1\r\n" + HOST + "\r\n",
    "fragment": "GET /healthz#a HTTP/1.1\r\n" + HOST + "\r\n",
    "space in the path": "GET /a b HTTP/1.1\r\n" + HOST + "\r\n",
    "non-ASCII path": "GET /\xe9 HTTP/1.1\r\n" + HOST + "\r\n",
    "control in the path": "GET /a\x01 HTTP/1.1\r\n" + HOST + "\r\n",
    "non-token method": "GE(T /healthz HTTP/1.1\r\n" + HOST + "\r\n",
    "HTTP/2 preface": "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS hello": "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + "a" * 100,
    "CONNECT": "CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n",
    "TRACE": "TRACE /healthz HTTP/1.1\r\n" + HOST + "\r\n",
    "lower-case version": "GET /healthz http/1.1\r\n" + HOST + "\r\n",
    "HTTP/1.2": "GET /healthz HTTP/1.2\r\n" + HOST + "\r\n",
    "HTTP/2.0": "GET /healthz HTTP/2.0\r\n" + HOST + "\r\n",
    "HTTP/0.9": "GET /healthz HTTP/0.9\r\n" + HOST + "\r\n",
}
CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n"
BAD_CHUNKS = {
    "not hexadecimal": "g\r\n{}\r\n0\r\n\r\n",
    "0x": "0x2\r\n{}\r\n0\r\n\r\n",
    "signed": "+2\r\n{}\r\n0\r\n\r\n",
    "negative": "-2\r\n{}\r\n0\r\n\r\n",
    "empty size": "\r\n{}\r\n0\r\n\r\n",
    "overflow": "fffffffffffffffff\r\n{}\r\n0\r\n\r\n",
    "too short": "2\r\n{}x\r\n0\r\n\r\n",
    "bare LF": "2\n{}\n0\n\n",
    "leading space": " 2\r\n{}\r\n0\r\n\r\n",
    "bare CR": "2\r{}\r0\r\r",
    "NUL": "2\0\r\n{}\r\n0\r\n\r\n",
    "LF in an extension": "2;a\nb\r\n{}\r\n0\r\n\r\n",
    "folded trailer": "0\r\nA: b\r\n c\r\n\r\n",
    "bad trailer": "0\r\nA b\r\n\r\n",
}
BAD_CODINGS = [
    "gzip",
    "chunked, gzip",
    "gzip, chunked",
    "chunked, chunked",
    "identity",
    "xchunked",
    "chunked;a=b",
    "\x0bchunked",
    "chunked\x0b",
    '"chunked"',
    "",
    "cow",
]


def refused_and_closed(api, data, statuses):
    with api.connect() as connection:
        connection.send(data + SMUGGLED)
        answer = connection.read_answer()
        assert answer.status in statuses, answer
        assert answer.content_type == "application/problem+json"
        api.document.check_protocol_answer("GET", answer)
        assert answer.header("Connection").lower() == "close"
        connection.assert_closed()


@pytest.mark.requirement("NET-3")
@pytest.mark.parametrize("data", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_ambiguous_requests_are_refused_and_closed(api, data):
    refused_and_closed(api, data, (400, 405, 413, 501, 505))


@pytest.mark.requirement("NET-3")
@pytest.mark.parametrize("chunks", BAD_CHUNKS.values(), ids=BAD_CHUNKS)
def test_malformed_chunks_are_refused_and_closed(api, client, chunks):
    head = CHUNKED.replace("\r\n\r\n", f"\r\nx-api-key: {client.api_key}\r\n\r\n")
    refused_and_closed(api, head + chunks, (400, 413))


@pytest.mark.requirement("NET-3")
@pytest.mark.parametrize("coding", BAD_CODINGS)
def test_other_transfer_codings_are_refused_and_closed(api, coding):
    refused_and_closed(api, POST + f"Transfer-Encoding: {coding}\r\n\r\n0\r\n\r\n", (400, 501))


@pytest.mark.requirement("NET-3")
def test_repeated_transfer_encoding_is_refused(api):
    twice = "Transfer-Encoding: chunked\r\n" * 2
    refused_and_closed(api, POST + twice + "\r\n0\r\n\r\n", (400, 501))


def test_good_chunks(api, client):
    body = '{"identifier":"chunked"}'
    head = CHUNKED.replace("\r\n\r\n", f"\r\nx-api-key: {client.api_key}\r\n\r\n")
    chunks = "".join(f"{len(c):X};ext=1\r\n{c}\r\n" for c in (body[:5], body[5:6], body[6:]))
    answer = api.raw(head + chunks + "0\r\nX-Trailer: ignored\r\n\r\n")
    assert answer.status == 201 and answer.json()["identifier"] == "chunked"


@pytest.mark.requirement("NET-3")
def test_h2c_upgrade_is_not_taken(api):
    answer = api.raw(
        GET + "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n"
        "HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n"
    )
    assert answer.status == 200 and answer.json() == {"status": "ok"}


@pytest.mark.requirement("NET-4")
@pytest.mark.parametrize(
    "data, status",
    [
        ("GET /" + "a" * 8190 + " HTTP/1.1\r\n" + HOST + "\r\n", 404),
        ("GET /" + "a" * 8192 + " HTTP/1.1\r\n" + HOST + "\r\n", 414),
        ("GET /healthz?" + "a" * 8200 + " HTTP/1.1\r\n" + HOST + "\r\n", 414),
        ("GET /" + "a" * 40_000, 414),
        (GET + "X-A: " + "a" * 16_000 + "\r\n\r\n", 200),
        (GET + "X-A: " + "a" * 16_400 + "\r\n\r\n", 431),
        (GET + "X-A: " + "a" * 40_000, 431),
        (GET + "".join(f"X-{i}: a\r\n" for i in range(99)) + "\r\n", 200),
        (GET + "".join(f"X-{i}: a\r\n" for i in range(100)) + "\r\n", 431),
        (GET + "X-" + "A" * 17_000 + ": a\r\n\r\n", 431),
        ("G" * 20_000, 431),
    ],
    ids=lambda value: value if isinstance(value, int) else f"{value[:12]}..{len(value)}",
)
def test_bounds_of_the_head(api, data, status):
    with api.connect() as connection:
        connection.send(data)
        answer = connection.read_answer()
    assert answer.status == status or (status == 431 and answer.status in (400, 414)), answer
    assert (answer.status == 400) <= data.startswith("GGG")


@pytest.mark.requirement("NET-4")
def test_too_long_a_body_is_refused_before_it_is_sent(api, client):
    head = POST + f"x-api-key: {client.api_key}\r\nContent-Length: 65537\r\n\r\n"
    with api.connect() as connection:
        connection.send(head)  # and nothing more
        answer = connection.read_answer()
        assert answer.status == 413 and answer.code == "too_large"
        connection.assert_closed()


def test_expect_100_continue(api, client):
    body = b'{"identifier":"expected"}'
    head = POST + (
        f"x-api-key: {client.api_key}\r\nContent-Length: {len(body)}\r\n"
        "Expect: 100-continue\r\n\r\n"
    )
    with api.connect() as connection:
        connection.send(head)
        connection.read_continue()
        connection.send(body)
        assert connection.read_answer().status == 201


def test_other_expectations(api):
    assert api.raw(GET + "Expect: 200-ok\r\n\r\n").status == 417


def test_absolute_form(api):
    answer = api.raw("GET http://localhost/healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert answer.status == 200


def test_http_1_0(api):
    with api.connect() as connection:
        connection.send("GET /healthz HTTP/1.0\r\n\r\n")
        assert connection.read_answer().json() == {"status": "ok"}
        connection.assert_closed()


def test_a_request_in_single_bytes(api, client):
    body = '{"identifier":"slow"}'
    data = POST + f"x-api-key: {client.api_key}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    with api.connect() as connection:
        for byte in data:
            connection.send(byte)
        assert connection.read_answer().status == 201


def test_half_a_request_then_nothing(api):
    with api.connect() as connection:
        connection.send(GET)
        connection.socket.shutdown(1)
        try:
            assert connection.read_answer().status in (400, 408)
        except Closed:
            pass
    assert api.get("/healthz").status == 200


def test_half_closed_after_a_request_gets_its_answer(api):
    with api.connect() as connection:
        connection.send(GET + "\r\n")
        connection.socket.shutdown(1)
        assert connection.read_answer().status == 200


@pytest.mark.requirement("NET-6")
@pytest.mark.parametrize("name", ["x-api-key", "X-API-KEY"])
def test_two_api_keys_are_refused(api, client, name):
    for second in (client.api_key, "other", ""):
        headers = [("x-api-key", client.api_key), (name, second)]
        for method, target in (("GET", "/users"), ("POST", "/user"), ("POST", "/token")):
            body = {"json": {"identifier": "a", "secret": "b"}} if method == "POST" else {}
            answer = api.call(method, target, headers, **body)
            assert answer.status == 400, answer
