"""Each gateway for real, with the file that is shipped: what passes, what is refused, and what
happens when there is nobody to ask."""

import pytest
from gateways import GATEWAYS, Gateway
from parts import Wire, running_api
from wire import Connection, request_bytes, until

from api import bearer, create_client
from blocks import assert_runs_as_written, runnable_blocks
from claviger import ROOT

NAMES = ["X-Auth-User-Id", "X-Auth-Username", "X-Auth-Client-Id", "X-Auth-Token-Id",
         "X-Auth-Scopes"]
TRACE = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


class Setup:
    """A gateway between callers and an API, with a wire to its Claviger."""

    def __init__(self, gateway, wire, api):
        self.gateway = gateway
        self.wire = wire
        self.api = api

    def call(self, target="/", token=None, headers=(), method="GET", body=None):
        """One request on a connection of its own."""
        with Connection(self.gateway.address) as connection:
            return self.call_on(connection, target, token, headers, method, body)

    def call_on(self, connection, target="/", token=None, headers=(), method="GET", body=None):
        headers = [*headers, *(bearer(token.text).items() if token else ())]
        connection.send(request_bytes(method, target, headers, body))
        return connection.read_answer(method)

    def pass_on(self, *arguments, **more):
        """A request that has to arrive: as the API saw it."""
        answer = self.call(*arguments, **more)
        assert answer.status == 200, answer
        return answer.json()


@pytest.fixture(scope="module")
def backend():
    with running_api() as api:
        yield api


@pytest.fixture(scope="module", params=GATEWAYS)
def setup(request, server, backend):
    wire = Wire(server.address)
    gateway = Gateway(request.param, wire.port, backend.server_port)
    yield Setup(gateway, wire, backend)
    gateway.stop()
    wire.close()


@pytest.fixture(autouse=True)
def fresh(setup):
    """Each test begins with nothing asked, and with the real Claviger behind the wire."""
    setup.wire.hang_up()
    setup.wire.asked = b""
    setup.wire.connections = 0
    setup.wire.answer = None
    setup.api.seen.clear()


def identity_of(request):
    """Headers of a request as the API saw it that it might take for the caller's identity."""
    return sorted((name.lower(), value) for name, value in request["headers"]
                  if name.lower().replace("_", "-").startswith("x-auth"))


def identity(token):
    user = token.user
    values = [user.id, user.identifier, token.fields["client_id"], token.id, "read:all"]
    return sorted(zip(map(str.lower, NAMES), values, strict=True))


def assert_not_passed(setup, answer, *statuses):
    assert answer.status in statuses, answer
    assert setup.api.seen == []


@pytest.mark.parametrize("target", ["/", "/search?q=cats&scope=dogs%zz", "/search/deeper"])
def test_a_valid_token_passes_with_its_identity(setup, token, target):
    request = setup.pass_on(target, token)
    assert request["path"] == target
    assert identity_of(request) == identity(token)
    assert token.text not in str(request)


def test_the_trial_of_the_how_to(setup, token, tmp_path):
    blocks = runnable_blocks((ROOT / "docs/how-to-gateways.md").read_text())
    assert len(blocks) == 1
    here = "127.0.0.1:%d" % setup.gateway.address[1]
    assert_runs_as_written(
        blocks, tmp_path,
        lambda text: f"token={token.text}\n" + text.replace("127.0.0.1:8080", here))


@pytest.mark.parametrize("target", ["/", "/search"])
def test_no_token(setup, target):
    answer = setup.call(target)
    assert_not_passed(setup, answer, 401)
    assert answer.header("WWW-Authenticate").startswith("Bearer")


@pytest.mark.parametrize(
    "value", ["Bearer nonsense", "Bearer", "Basic YTpi", "Bearer \xe9", "\xe9", ""])
def test_no_good_token(setup, value):
    answer = setup.call(headers=[("Authorization", value)])
    assert_not_passed(setup, answer, 400, 401)
    if value.startswith("B"):
        assert answer.header("WWW-Authenticate").startswith("Bearer")


def test_a_scope_is_asked_for(setup, client):
    token = client.create_user(scopes=["other"]).issue()
    assert setup.pass_on("/", token)
    setup.api.seen.clear()
    answer = setup.call("/search", token)
    assert_not_passed(setup, answer, 403)
    challenge = answer.header("WWW-Authenticate")
    assert 'error="insufficient_scope"' in challenge and 'scope="read:all"' in challenge


@pytest.mark.parametrize("target", [
    "//search", "/%73earch", "/x/../search", "/x/%2e%2e/search", "/./search", "/search%2Fx",
    "/search/", "/search;x", "/search?", "/%2e/search", "/x%2f..%2fsearch", "/x/..//search"])
def test_no_other_name_of_a_path_evades_its_scope(setup, client, target):
    token = client.create_user(scopes=["other"]).issue()
    assert_not_passed(setup, setup.call(target, token), 400, 403, 404)


@pytest.mark.parametrize("write", [
    str, str.lower, str.upper, lambda name: name.replace("-", "_"),
    lambda name: name.replace("-", "_", 1), lambda name: name.replace("-", "_").lower()])
def test_a_forged_identity_is_replaced(setup, token, write):
    forged = [(write(name), "admin") for name in NAMES]
    assert identity_of(setup.pass_on("/", token, forged)) == identity(token)
    assert_not_passed_after(setup, setup.call("/", headers=forged))


def assert_not_passed_after(setup, answer):
    assert answer.status == 401 and len(setup.api.seen) == 1


def test_a_forged_identity_is_not_hidden_by_connection(setup, token):
    """A header named in Connection is taken off on the way: not these."""
    request = setup.pass_on("/", token, [("Connection", ", ".join(NAMES))])
    assert identity_of(request) == identity(token)


def test_a_revoked_token_is_refused_in_the_next_request(setup, user):
    with Connection(setup.gateway.address) as connection:
        for _ in range(5):
            token = user.issue()
            assert setup.call_on(connection, "/search", token).status == 200
            token.revoke()
            setup.api.seen.clear()
            answer = setup.call_on(connection, "/search", token)
            assert_not_passed(setup, answer, 401)
            assert 'error="invalid_token"' in answer.header("WWW-Authenticate")


@pytest.mark.parametrize("size", [10, 1_000_000])
@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_goes_to_the_api_alone(setup, token, size, is_chunked):
    body, headers = b"0123456789" * (size // 10), []
    sent = body
    if is_chunked:
        headers = [("Transfer-Encoding", "chunked")]
        sent = b"%x\r\n%s\r\n0\r\n\r\n" % (size, body)
    request = setup.pass_on("/search", token, headers, "POST", sent)
    assert request["method"] == "POST" and request["body"] == body.decode()
    assert b"0123456789" not in setup.wire.asked and len(setup.wire.asked) < 4000
    assert b"chunked" not in setup.wire.asked
    assert b"GET /verify" in setup.wire.asked


def test_the_trace_goes_on(setup, token):
    request = setup.pass_on("/", token, [("traceparent", TRACE)])
    assert TRACE in dict(request["headers"]).values()
    assert TRACE.encode() in setup.wire.asked


def test_the_callers_address_comes_from_the_gateway_alone(setup, token):
    request = setup.pass_on("/", token, [("X-Forwarded-For", "203.0.113.7")])
    assert b"203.0.113.7" not in setup.wire.asked and "203.0.113.7" not in str(request)
    assert b"x-forwarded-for: 127.0.0.1\r\n" in setup.wire.asked.lower()


def test_connections_to_claviger_are_kept(setup, token):
    setup.pass_on("/", token)
    before = setup.wire.connections
    for _ in range(20):
        setup.pass_on("/", token)
    with Connection(setup.gateway.address) as connection:
        for number in range(20):
            assert setup.call_on(connection, f"/{number}", token).status == 200
    assert setup.wire.connections - before <= 5  # Apache: one a process and thread at most
    assert setup.wire.asked.count(b"GET /verify") == 41


@pytest.mark.parametrize("status", [400, 401, 403, 404, 500, 502, 503])
def test_the_apis_own_answers_pass(setup, token, status):
    answer = setup.call(f"/status/{status}", token)
    assert answer.status == status and answer.json()["path"] == f"/status/{status}"
    assert not answer.header("WWW-Authenticate") and not answer.header("Retry-After")


def assert_unavailable(setup, answer):
    assert_not_passed(setup, answer, 503)
    assert int(answer.header("Retry-After")) >= 1


@pytest.mark.parametrize("status", [
    b"503 Service Unavailable", b"500 Internal Server Error", b"429 Too Many Requests",
    b"404 Not Found", b"302 Found", b"0 Nonsense"])
def test_nobody_passes_on_any_other_answer(setup, token, status):
    setup.wire.answer = (b"HTTP/1.1 %s\r\nRetry-After: 2\r\nLocation: /\r\nContent-Length: 0\r\n"
                         b"X-Auth-User-Id: nobody\r\n\r\n" % status)
    answer = setup.call("/", token)
    assert setup.api.seen == []
    assert answer.status >= 300
    if status.startswith(b"5"):
        assert_unavailable(setup, answer)


@pytest.mark.slow
@pytest.mark.parametrize("is_refusing", [True, False])
def test_nobody_passes_without_an_answer(setup, server, start, is_refusing):
    """Claviger is stopped, and is back: connections that were kept are of no use then."""
    other = start()
    token = create_client(other).create_user().issue()
    setup.wire.target = other.address
    try:
        assert setup.call("/", token).status == 200
        other.stop()
        if is_refusing:
            setup.wire.close()
        setup.api.seen.clear()
        for _ in range(2):
            assert_unavailable(setup, setup.call("/search", token))
            assert_unavailable(setup, setup.call("/"))
    finally:
        setup.wire.target = server.address
        if is_refusing:
            setup.wire.listen()
    token = create_client(server).create_user().issue()
    until(lambda: setup.call("/", token).status == 200, "it passes again")


def test_a_connection_that_breaks_is_no_answer(setup, token):
    setup.pass_on("/", token)
    setup.wire.hang_up()
    assert setup.pass_on("/", token)
