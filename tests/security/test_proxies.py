"""Plain HTTP, and what proxies say of their callers (NET-2)."""

import socket

import pytest

from api import assert_problem, create_client, key_header, master, unique
from certificates import Certificate, stranger
from claviger import Server
from wire import Connection, request_bytes, until

LIMIT = 10
PROXY, OTHER_PROXY, STRANGER = "127.0.0.2", "127.0.0.3", "127.0.0.9"
CALLER, OTHER_CALLER = "203.0.113.5", "2001:db8::5"


@pytest.fixture
def proxied(start):
    """A server with two trusted proxies, which are on this machine only for the test."""
    return start(
        CLAVIGER_TRUSTED_PROXIES=f"{PROXY},{OTHER_PROXY}/32",
        CLAVIGER_ATTEMPTS_PER_MINUTE=str(LIMIT),
    )


def guess(server, source, *forwarded_for):
    """A wrong API key, sent from that address; the answer."""
    headers = [(name, value) for name, value in key_header(unique("guess")).items()]
    headers += [("X-Forwarded-For", value) for value in forwarded_for]
    with Connection(server.address, source=source) as connection:
        connection.send(request_bytes("GET", "/users", headers))
        return connection.read_answer()


def use_up(server, source, *forwarded_for):
    for _ in range(2 * LIMIT):
        if guess(server, source, *forwarded_for).status == 429:
            return
    raise AssertionError("not throttled")


def addresses_logged(server, count):
    lines = lambda: [line for line in server.log() if line["event"] == "authentication_failed"]
    return [line["address"] for line in until(lambda: lines()[count - 1 :] and lines(), "the log")]


@pytest.mark.requirement("NET-2")
def test_the_caller_behind_a_proxy_is_the_one_that_is_logged(proxied):
    chains = [
        ([], PROXY),
        ([CALLER], CALLER),
        ([OTHER_CALLER], OTHER_CALLER),
        ([f"198.51.100.1, {CALLER}, {OTHER_PROXY}"], CALLER),
        (["198.51.100.1", CALLER], CALLER),
        (["nonsense"], PROXY),
        ([f"{CALLER}, unknown"], PROXY),
        ([""], PROXY),
        ([OTHER_PROXY], PROXY),
    ]
    for forwarded_for, _ in chains:
        assert guess(proxied, PROXY, *forwarded_for).status == 401
    assert addresses_logged(proxied, len(chains)) == [caller for _, caller in chains]


@pytest.mark.requirement("NET-2")
def test_nobody_else_is_believed(proxied, server):
    assert guess(proxied, STRANGER, CALLER).status == 401
    assert guess(proxied, None, CALLER).status == 401
    assert addresses_logged(proxied, 2) == [STRANGER, "127.0.0.1"]


@pytest.mark.requirement("NET-2")
def test_other_headers_are_not_believed(proxied):
    headers = [("Forwarded", f"for={CALLER}"), ("X-Real-IP", CALLER), ("X-Client-IP", CALLER),
               ("CF-Connecting-IP", CALLER), *key_header("guess").items()]  # fmt: skip
    with Connection(proxied.address, source=PROXY) as connection:
        connection.send(request_bytes("GET", "/users", headers))
        assert connection.read_answer().status == 401
    assert addresses_logged(proxied, 1) == [PROXY]


@pytest.mark.requirement("NET-2")
def test_no_header_resets_a_limit(proxied):
    """Of whoever calls directly, and of whoever calls through a proxy."""
    use_up(proxied, STRANGER)
    for claim in (CALLER, "127.0.0.1", PROXY, f"{CALLER}, {PROXY}"):
        assert guess(proxied, STRANGER, claim).status == 429
    use_up(proxied, PROXY, CALLER)
    for claim in ("198.51.100.1", "::1", PROXY, "nonsense", "", f"1.2.3.4, {OTHER_PROXY}"):
        assert guess(proxied, PROXY, f"{claim}, {CALLER}").status == 429
        assert guess(proxied, PROXY, claim, CALLER).status == 429
    assert guess(proxied, PROXY, f"::ffff:{CALLER}").status == 429
    assert guess(proxied, PROXY, f"{CALLER}:4711").status == 429
    assert guess(proxied, OTHER_PROXY, f"{CALLER}, {PROXY}").status == 429


@pytest.mark.requirement("NET-2")
def test_callers_behind_a_proxy_have_a_limit_each(proxied):
    use_up(proxied, PROXY, CALLER)
    assert guess(proxied, PROXY, OTHER_CALLER).status == 401
    assert guess(proxied, PROXY).status == 401
    wrong = {**master(proxied, client_name="x"), "password": "not the master's password"}
    assert proxied.api.post("/client", json=wrong).status == 401


@pytest.mark.requirement("NET-2")
def test_each_request_of_a_connection_has_its_own_caller(proxied):
    """A proxy sends those of several callers over one (NET-6)."""
    requests = [
        request_bytes("GET", "/users", [("x-api-key", "guess"), *forwarded])
        for forwarded in ([("X-Forwarded-For", CALLER)], [], [("X-Forwarded-For", OTHER_CALLER)])
    ]
    with Connection(proxied.address, source=PROXY) as connection:
        connection.send(b"".join(requests))
        for _ in requests:
            assert connection.read_answer().status == 401
    assert addresses_logged(proxied, 3) == [CALLER, PROXY, OTHER_CALLER]


@pytest.mark.requirement("NET-2")
def test_the_caller_of_a_request_with_a_large_body(proxied):
    """Its head is read again when the buffer grows."""
    headers = [("x-api-key", "guess"), ("X-Forwarded-For", CALLER),
               ("Content-Type", "application/json")]  # fmt: skip
    with Connection(proxied.address, source=PROXY) as connection:
        connection.send(request_bytes("POST", "/user", headers, b"{}".ljust(60_000)))
        assert connection.read_answer().status == 401
    assert addresses_logged(proxied, 1) == [CALLER]


# --- Beyond this machine --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def own_address():
    """An address of this machine that is not a loopback one. Nothing is sent to find it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.99", 9))
        except OSError:
            pytest.skip("this machine has no network")
        return probe.getsockname()[0]


@pytest.mark.requirement("NET-2")
def test_plain_http_is_not_for_strangers(start, own_address):
    server = start(CLAVIGER_LISTEN="0.0.0.0:0", CLAVIGER_TRUSTED_PROXIES="192.0.2.254")
    port = server.address[1]
    client = create_client(server)
    for headers in ([], [("X-Forwarded-For", "127.0.0.1")]):
        with Connection((own_address, port)) as connection:
            request = request_bytes("GET", "/users", [*client.auth.items(), *headers])
            connection.send(request * 2)
            problem = assert_problem(connection.read_answer(), 403, "untrusted_connection")
            assert "trusted proxies" in problem["detail"]
            connection.assert_closed()
    line = until(lambda: [line for line in server.log() if line.get("status") == 403], "the log")
    assert line[0]["address"] == own_address


@pytest.mark.requirement("NET-2")
def test_plain_http_from_a_trusted_proxy(start, own_address):
    server = start(CLAVIGER_LISTEN="0.0.0.0:0", CLAVIGER_TRUSTED_PROXIES=own_address)
    with Connection((own_address, server.address[1])) as connection:
        connection.send(request_bytes("GET", "/healthz"))
        assert connection.read_answer().status == 200


@pytest.mark.requirement("NET-2")
def test_tls_is_for_everybody(start, own_address, tmp_path):
    certificate = Certificate(tmp_path)
    server = start(tls=stranger(), CLAVIGER_LISTEN="0.0.0.0:0", **certificate.settings)
    with Connection((own_address, server.address[1]), tls=server.tls) as connection:
        connection.send(request_bytes("GET", "/healthz"))
        assert connection.read_answer().status == 200


# --- The start ------------------------------------------------------------------------------------


def refused(**settings):
    server = Server(**settings)
    try:
        status, errors = server.run_to_end()
        assert status == 3, (status, errors)
        return errors
    finally:
        server.finish()


@pytest.mark.requirement("NET-2")
@pytest.mark.parametrize("address", ["0.0.0.0:0", "[::]:0", "127.0.0.1:0,0.0.0.0:0"])
def test_the_refusal_says_what_would_be_right(address):
    errors = refused(CLAVIGER_LISTEN=address)
    for words in ("CLAVIGER_LISTEN: ", "not a loopback address", "plain HTTP would show",
                  "CLAVIGER_TLS_CERTIFICATE", "CLAVIGER_TRUSTED_PROXIES", "127.0.0.1"):  # fmt: skip
        assert words in errors, errors
    assert len(errors.splitlines()) == 1


@pytest.mark.requirement("NET-2")
@pytest.mark.parametrize(
    "proxies, words",
    [("nginx", "not an address"), ("10.0.0.1/8", "not an address or network"),
     ("0.0.0.0/0", "most of the world"), ("::/0", "most of the world"), ("10.0.0.0/8,", "\"\"")],
)  # fmt: skip
def test_proxies_have_to_be_named_clearly(proxies, words):
    errors = refused(CLAVIGER_LISTEN="0.0.0.0:0", CLAVIGER_TRUSTED_PROXIES=proxies)
    assert errors.count("CLAVIGER_TRUSTED_PROXIES") == 1 and words in errors, errors
