"""TLS in the server (NET-1), and what is said under it (NET-5)."""

import hashlib
import json
import select
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest

from api import assert_live, assert_refused, create_client, key_header, unique
from certificates import Certificate, Chain, run, stranger
from claviger import Server
from wire import Closed, Connection, request_bytes, until

TLS_1_2, TLS_1_3 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
HEALTH = request_bytes("GET", "/healthz")
KIB = 1024


@pytest.fixture(scope="module", params=["ec", "rsa"])
def certificate(request, tmp_path_factory):
    return Certificate(tmp_path_factory.mktemp("certificates"), kind=request.param)


@pytest.fixture(scope="module")
def secure(certificate):
    server = Server(
        tls=certificate.client(), CLAVIGER_LOG_LEVEL="debug", **certificate.settings
    ).start()
    for line in certificate.canaries():
        server.canaries.add(line)
    yield server
    server.finish()


@pytest.fixture
def renewable(start, tmp_path):
    """A server and the certificate that it has, whose files may be replaced."""
    certificate = Certificate(tmp_path)
    server = start(tls=certificate.client(), **certificate.settings)
    server.certificate = certificate
    return server


def connect(server, **options):
    return Connection(server.address, **{"tls": server.tls, **options})


def ask(connection, target="/healthz"):
    connection.send(request_bytes("GET", target))
    return connection.read_answer()


def events(server, name):
    return [line for line in server.log() if line["event"] == name]


def await_event(server, name, after=0):
    """The first line of that event, but for so many; lines come a little later than answers."""
    return until(lambda: events(server, name)[after:], f"{name} in the log")[0]


# --- What is spoken -------------------------------------------------------------------------------


@pytest.mark.requirement("NET-1")
@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
def test_a_life_over_tls(secure, certificate, version):
    """Client, user, token, checks, revocation: as over plain HTTP."""
    secure.api.tls = certificate.client(version, version)
    secure.api.hang_up()
    token = create_client(secure).create_user().issue()
    assert_live(token)
    assert token.revoke().status == 200
    assert_refused(token, "revoked")


@pytest.mark.requirement("NET-1")
@pytest.mark.parametrize("version, name", [(TLS_1_2, "TLSv1.2"), (TLS_1_3, "TLSv1.3")])
def test_both_versions(secure, certificate, version, name):
    with connect(secure, tls=certificate.client(version, version)) as connection:
        assert connection.socket.version() == name
        assert connection.socket.compression() is None
        assert ask(connection).status == 200


@pytest.mark.requirement("NET-1")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_older_versions_are_refused(secure, version):
    old = stranger(version, version, "ALL:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="PROTOCOL_VERSION"):
        connect(secure, tls=old)


WEAK = ["AES128-GCM-SHA256", "AES128-SHA", "ECDHE+AES128+SHA256:!AESGCM", "ECDHE+SHA1+AES",
        "DHE+AESGCM", "ARIAGCM", "AESCCM", "aNULL", "eNULL"]  # fmt: skip


@pytest.mark.requirement("NET-1")
@pytest.mark.parametrize("suites", WEAK)
def test_suites_without_forward_secrecy_or_aead_are_refused(secure, suites):
    weak = stranger(TLS_1_2, ciphers=f"{suites}:@SECLEVEL=0")
    with pytest.raises(ssl.SSLError, match="HANDSHAKE_FAILURE"):
        connect(secure, tls=weak)


@pytest.mark.requirement("NET-1")
def test_http_1_1_is_what_is_agreed_on(secure, certificate):
    context = certificate.client()
    context.set_alpn_protocols(["h2", "http/1.1"])
    with connect(secure, tls=context) as connection:
        assert connection.socket.selected_alpn_protocol() == "http/1.1"
        assert ask(connection).status == 200
    context.set_alpn_protocols(["h2", "http/1.0x"])
    with pytest.raises(ssl.SSLError, match="no application protocol"):
        connect(secure, tls=context)


@pytest.mark.requirement("NET-1")
def test_no_renegotiation(secure, certificate):
    """Python cannot ask for one, so the openssl command does."""
    done = subprocess.run(
        ["openssl", "s_client", "-tls1_2", "-connect", "%s:%s" % secure.address,
         "-CAfile", str(certificate.certificate), "-legacy_renegotiation"],
        input=b"R\n", capture_output=True, timeout=30,
    )  # fmt: skip
    text = (done.stdout + done.stderr).decode("latin-1")
    assert "RENEGOTIATING" in text and "no renegotiation" in text, text[-1500:]
    assert "Secure Renegotiation IS supported" in text


# --- Requests and answers -------------------------------------------------------------------------


@pytest.mark.requirement("NET-1")
def test_many_requests_on_a_connection(secure):
    with connect(secure) as connection:
        for _ in range(500):
            assert ask(connection).status == 200


@pytest.mark.requirement("NET-1")
@pytest.mark.parametrize("count", [2, 100, 700])
def test_pipelined_requests_are_all_answered(secure, count):
    """A record may hold more than the server takes at once, and epoll knows nothing of that."""
    with connect(secure) as connection:
        connection.send(HEALTH * count)
        for _ in range(count):
            assert connection.read_answer().status == 200


@pytest.mark.requirement("NET-1")
def test_pipelined_requests_that_wait_are_answered_in_order(secure):
    client = create_client(secure)
    names = [unique("user") for _ in range(60)]
    requests = [
        request_bytes("POST", "/user", [*client.auth.items(), ("Content-Type", "application/json")],
                      json.dumps({"identifier": name}).encode()) for name in names
    ]  # fmt: skip
    with connect(secure) as connection:
        connection.send(b"".join(requests))
        for name in names:
            fields = connection.read_answer().json()
            secure.canaries.add(fields["secret"])
            assert fields["identifier"] == name


@pytest.mark.requirement("NET-1")
@pytest.mark.parametrize("size", [3 * KIB, 5 * KIB, 9 * KIB, 15 * KIB])
def test_a_head_in_one_record(secure, size):
    filler = [(f"x-filler-{i}", "a" * 1000) for i in range(size // 1024)]
    with connect(secure) as connection:
        for _ in range(2):
            connection.send(request_bytes("GET", "/healthz", filler))
            assert connection.read_answer().status == 200


@pytest.mark.requirement("NET-1")
@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_of_many_records(secure, chunked):
    client = create_client(secure)
    name = unique("user")
    body = json.dumps({"identifier": name}).encode().ljust(64 * KIB)
    headers = [*client.auth.items(), ("Content-Type", "application/json")]
    if chunked:
        headers.append(("Transfer-Encoding", "chunked"))
        body = b"".join(
            b"1000\r\n" + body[at : at + 0x1000] + b"\r\n" for at in range(0, len(body), 0x1000)
        )
        body += b"0\r\n\r\n"
    with connect(secure) as connection:
        for status in (201, 409):
            connection.send(request_bytes("POST", "/user", headers, body))
            answer = connection.read_answer()
            assert answer.status == status, answer
            if status == 201:
                secure.canaries.add(answer.json()["secret"])
        assert ask(connection).status == 200


@pytest.mark.requirement("NET-1")
def test_a_large_answer_to_a_slow_reader(secure, server):
    target = "/docs/swagger-ui-bundle.js"
    with server.api.connect() as connection:
        plain = ask(connection, target).body
    assert len(plain) > 100 * KIB
    with connect(secure) as connection:
        connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * KIB)
        connection.send(request_bytes("GET", target) * 20)
        connection.send(HEALTH)
        for _ in range(20):
            body = connection.read_answer().body
            assert hashlib.sha256(body).digest() == hashlib.sha256(plain).digest()
        assert connection.read_answer().status == 200


@pytest.mark.requirement("NET-1")
def test_byte_by_byte(secure):
    with connect(secure) as connection:
        for byte in HEALTH:
            connection.send(bytes([byte]))
        assert connection.read_answer().status == 200


@pytest.mark.requirement("NET-1")
def test_a_connection_ends_as_tls_says(secure):
    """With a close_notify, so that an answer that was cut off cannot pass for a whole one."""
    context = stranger()
    with socket.create_connection(secure.address, 30) as plain:
        with context.wrap_socket(plain, suppress_ragged_eofs=False) as connection:
            connection.sendall(request_bytes("GET", "/healthz", [("Connection", "close")]))
            received = b""
            while data := connection.recv(65536):
                received += data
            assert received.startswith(b"HTTP/1.1 200 ")


@pytest.mark.requirement("NET-3")
def test_a_refused_request_is_answered_before_the_end(secure):
    with connect(secure) as connection:
        connection.send(b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n")
        connection.send(b"x" * 100_000)
        assert connection.read_answer().status == 400
        connection.assert_closed()


@pytest.mark.requirement("NET-5")
def test_hsts_under_tls_alone(secure, server):
    hsts = "Strict-Transport-Security"
    targets = ("/healthz", "/users", "/verify", "/nothing", "/docs", "/docs/page.css")
    with connect(secure) as over_tls, server.api.connect() as plain:
        for target in targets:
            answer = ask(over_tls, target)
            assert answer.header(hsts) == "max-age=31536000", (target, answer.headers)
            assert ask(plain, target).header(hsts) is None
        over_tls.send("nonsense\r\n\r\n")
        assert over_tls.read_answer().header(hsts) == "max-age=31536000"
        plain.send(request_bytes("GET", "/healthz", [("X-Forwarded-Proto", "https")]))
        assert plain.read_answer().header(hsts) is None


# --- What is no TLS -------------------------------------------------------------------------------


@pytest.mark.requirement("NET-1")
@pytest.mark.parametrize(
    "bytes_sent",
    [HEALTH, b"\x00" * 4096, b"\x16\x03\x01\xff\xff" + b"a" * 70_000, b"\x16\x03\x01\x00\x05hello",
     b"SSH-2.0-x\r\n", b"\x80\x2e\x01\x00\x02"],
    ids=["http", "zeros", "huge", "short", "ssh", "sslv2"],
)  # fmt: skip
def test_what_is_no_handshake_is_closed_without_an_answer(secure, bytes_sent):
    before = len(events(secure, "tls_handshake_failed"))
    with socket.create_connection(secure.address, 30) as connection:
        try:
            connection.sendall(bytes_sent)
            connection.shutdown(socket.SHUT_WR)
            received = connection.recv(65536)
        except OSError:  # it was faster than we
            received = b""
    assert b"HTTP" not in received and len(received) < 64  # an alert at most
    line = await_event(secure, "tls_handshake_failed", before)
    assert line["level"] == "debug" and line["address"] == "127.0.0.1" and line["reason"]
    assert secure.api.get("/healthz").status == 200


@pytest.mark.slow
@pytest.mark.requirement("NET-4")
@pytest.mark.parametrize("dribbles", [False, True])
def test_a_handshake_has_a_deadline(renewable, dribbles):
    """For the whole of it: a byte now and then does not move it."""
    hello = b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"a" * 500
    with socket.create_connection(renewable.address, 30) as connection:
        deadline = time.monotonic() + 25
        for byte in hello:
            assert time.monotonic() < deadline, "not closed"
            if dribbles:
                try:
                    connection.send(bytes([byte]))
                except OSError:
                    return
            if select.select([connection], [], [], 0.2 if dribbles else 20)[0]:
                try:
                    assert connection.recv(100) == b""
                except OSError:
                    pass
                return
        raise AssertionError("not closed")


# --- Sessions -------------------------------------------------------------------------------------


def session_of(server, context):
    """A session to resume; in TLS 1.3 the ticket comes after the handshake."""
    with connect(server, tls=context) as connection:
        assert not connection.socket.session_reused
        assert ask(connection).status == 200
        return connection.socket.session


@pytest.mark.requirement("NET-1")
@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
def test_sessions_are_resumed_by_every_worker(secure, certificate, version):
    context = certificate.client(version, version)
    session = session_of(secure, context)
    for _ in range(8):
        with connect(secure, tls=context, session=session) as connection:
            assert connection.socket.session_reused
            assert ask(connection).status == 200
            session = connection.socket.session


@pytest.mark.requirement("NET-1")
@pytest.mark.parametrize("version", [TLS_1_2, TLS_1_3])
def test_sessions_are_resumed_after_a_reload(renewable, tmp_path, version):
    context = renewable.certificate.client(version, version)
    session = session_of(renewable, context)
    renewable.certificate.replace_by(Certificate(tmp_path, "renewed"))
    reload(renewable, "reloaded")
    with connect(renewable, tls=context, session=session) as connection:
        assert connection.socket.session_reused
        assert ask(connection).status == 200


@pytest.mark.requirement("NET-1")
def test_another_server_resumes_nothing(secure, certificate, start):
    other = start(tls=certificate.client(), **certificate.settings)
    context = certificate.client()
    session = session_of(secure, context)
    with connect(other, tls=context, session=session) as connection:
        assert not connection.socket.session_reused
        assert ask(connection).status == 200


# --- Renewal --------------------------------------------------------------------------------------


def reload(server, event):
    """SIGHUP; the log line that tells what came of it."""
    before = len(events(server, event))
    server.process.send_signal(signal.SIGHUP)
    return await_event(server, event, before)


def certificate_shown(server):
    with connect(server, tls=stranger()) as connection:
        assert ask(connection).status == 200
        return connection.socket.getpeercert(binary_form=True)


@pytest.mark.requirement("NET-1")
def test_a_renewed_certificate_is_read_without_dropping_a_connection(renewable, tmp_path):
    old, renewed = renewable.certificate.der, Certificate(tmp_path, "renewed", days=5)
    with connect(renewable) as before, connect(renewable) as unused:
        assert ask(before).status == 200
        assert certificate_shown(renewable) == old
        renewable.certificate.replace_by(renewed)
        assert certificate_shown(renewable) == old, "before SIGHUP"
        reload(renewable, "reloaded")
        assert certificate_shown(renewable) == renewed.der
        assert ask(before).status == 200
        assert ask(unused).status == 200
    line = await_event(renewable, "certificate", 1)
    assert line["level"] == "warning" and line["days_left"] in (4, 5) and "soon" in line["detail"]


def break_key(certificate, directory):
    certificate.key.write_bytes(Certificate(directory, "other").key.read_bytes())


def break_certificate(certificate, _):
    certificate.certificate.write_text("nonsense")


def truncate_certificate(certificate, _):
    text = certificate.certificate.read_text()
    certificate.certificate.write_text(text + text[: len(text) // 2])


def remove_key(certificate, _):
    certificate.key.unlink()


@pytest.mark.requirement("NET-1")
@pytest.mark.parametrize(
    "damage, setting",
    [(break_key, "CLAVIGER_TLS_KEY"), (break_certificate, "CLAVIGER_TLS_CERTIFICATE"),
     (truncate_certificate, "CLAVIGER_TLS_CERTIFICATE"), (remove_key, "CLAVIGER_TLS_KEY")],
)  # fmt: skip
def test_a_bad_renewal_changes_nothing(renewable, tmp_path, damage, setting):
    old = renewable.certificate.der
    damage(renewable.certificate, tmp_path)
    line = reload(renewable, "reload_failed")
    assert line["level"] == "error" and line["detail"].startswith(setting + ": "), line
    assert certificate_shown(renewable) == old
    renewed = Certificate(tmp_path, "renewed")
    renewable.certificate.replace_by(renewed)
    reload(renewable, "reloaded")
    assert certificate_shown(renewable) == renewed.der


@pytest.mark.requirement("NET-1")
def test_no_request_fails_while_certificates_change(renewable, tmp_path):
    first, other = Certificate(tmp_path, "first"), Certificate(tmp_path, "other")
    first.replace_by(renewable.certificate)
    shown = (first.der, other.der)
    stop, failures, count = threading.Event(), [], [0, 0]

    def call(at):
        try:
            with connect(renewable, tls=stranger()) as kept:
                while not stop.is_set():
                    assert ask(kept).status == 200
                    assert certificate_shown(renewable) in shown
                    count[at] += 1
        except Exception as failure:  # noqa: BLE001
            failures.append(failure)

    threads = [threading.Thread(target=call, args=(at,)) for at in (0, 1)]
    for thread in threads:
        thread.start()
    for at in range(10):
        renewable.certificate.replace_by(other if at % 2 == 0 else first)
        reload(renewable, "reloaded")
    until(lambda: failures or min(count) > 5, "requests", 60)
    stop.set()
    for thread in threads:
        thread.join()
    assert not failures, failures


def test_sighup_without_a_certificate_ends_nothing(start):
    server = start()
    reload(server, "reloaded")
    assert server.api.get("/healthz").status == 200


# --- The start ------------------------------------------------------------------------------------


def refused(**settings):
    server = Server(**settings)
    try:
        status, errors = server.run_to_end()
        assert status == 3 and len(errors.splitlines()) == 1, (status, errors)
        assert not server.database.exists()
        return errors.removeprefix("claviger: ")
    finally:
        server.finish()


@pytest.mark.requirement("NET-1")
def test_a_start_without_a_usable_certificate_is_refused(tmp_path):
    good, other = Certificate(tmp_path), Certificate(tmp_path, "other")
    weak = Certificate(tmp_path, "weak", "weak")
    empty = tmp_path / "empty"
    empty.touch()
    certificate, key = "CLAVIGER_TLS_CERTIFICATE", "CLAVIGER_TLS_KEY"
    for settings, start, words in [
        ({key: other.key}, key, "not the key of the certificate"),
        ({key: good.certificate}, key, "no private key"),
        ({certificate: good.key}, certificate, "no certificate"),
        ({certificate: empty}, certificate, "no certificate"),
        ({certificate: tmp_path / "missing"}, certificate, "No such file"),
        ({certificate: tmp_path}, certificate, "not a regular file"),
        ({certificate: None}, certificate, "not set"),
        ({key: None}, key, "not set"),
        (weak.settings, certificate, "key too small"),
    ]:
        line = refused(**{**good.settings, **settings})
        assert line.startswith(start + ": ") and words in line, line


@pytest.mark.requirement("NET-1")
def test_a_pass_phrase_is_not_asked_for(tmp_path):
    good, locked = Certificate(tmp_path), tmp_path / "locked.pem"
    run("pkey", "-in", good.key, "-aes256", "-passout", "pass:x", "-out", locked)
    locked.chmod(0o600)
    line = refused(**{**good.settings, "CLAVIGER_TLS_KEY": locked})
    assert "without a pass phrase" in line


@pytest.mark.requirement("NET-1")
@pytest.mark.parametrize("days, level, words", [(400, "info", None), (13, "warning", "soon")])
def test_the_expiry_is_logged(start, tmp_path, days, level, words):
    certificate = Certificate(tmp_path, days=days)
    server = start(tls=certificate.client(), **certificate.settings)
    line = await_event(server, "certificate")
    assert line["level"] == level and line["days_left"] in (days - 1, days)
    assert line["not_after"].endswith("Z")
    assert words in line["detail"] if words else "detail" not in line


@pytest.mark.requirement("NET-1")
def test_an_expired_certificate_is_used_and_warned_of(start, tmp_path):
    certificate = Certificate(tmp_path, days=-1)
    server = start(tls=stranger(), **certificate.settings)
    line = await_event(server, "certificate")
    assert line["level"] == "warning" and "expired" in line["detail"] and line["days_left"] < 0
    assert certificate_shown(server) == certificate.der


@pytest.mark.requirement("NET-1")
def test_a_key_that_everybody_may_read_is_spoken_of(start, tmp_path):
    certificate = Certificate(tmp_path)
    certificate.key.chmod(0o644)
    server = start(tls=certificate.client(), **certificate.settings)
    until(lambda: "CLAVIGER_TLS_KEY: everybody" in server.log_text(), "the warning")
    line = refused(CLAVIGER_ENVIRONMENT="production", **certificate.settings)
    assert line.startswith("CLAVIGER_TLS_KEY: everybody")


@pytest.mark.requirement("NET-1")
def test_the_whole_chain_is_shown(start, tmp_path):
    """A caller that trusts the issuer's issuer alone needs the certificate between."""
    chain = Chain(tmp_path)
    server = start(tls=chain.client(), **chain.settings)
    assert server.api.get("/healthz").status == 200


@pytest.mark.requirement("NET-1")
def test_the_stop_does_not_wait_for_handshakes(start, tmp_path):
    certificate = Certificate(tmp_path)
    server = start(tls=certificate.client(), **certificate.settings)
    with socket.create_connection(server.address, 30) as silent:
        silent.sendall(b"\x16\x03\x01")
        with connect(server) as idle:
            assert ask(idle).status == 200
            assert server.stop() == 0
            with pytest.raises(Closed):
                ask(idle)


def test_credentials_are_checked_as_ever(secure):
    assert secure.api.get("/users", key_header("guess")).status == 401
