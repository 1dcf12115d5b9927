"""Logging in by OpenID Connect, as far as it needs no provider; with one: tests/admin/browser."""

import http.server
import json
import socket
import ssl
import threading

import pytest
from api import assert_problem, expect
from certificates import Certificate
from claviger import command

URL = "https://auth.example.com"


def settings(issuer):
    return {
        "CLAVIGER_OPENID_ISSUER": issuer,
        "CLAVIGER_OPENID_CLIENT_ID": "claviger",
        "CLAVIGER_OPENID_CLIENT_SECRET": "the secret of the tests",
        "CLAVIGER_PUBLIC_URL": URL,
    }


@pytest.fixture
def deaf():
    """The address of a provider where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_without_settings_there_is_none(api):
    for path in ("openid", "callback", "callback?code=x&state=y"):
        assert_problem(api.get("/admin/login/" + path), 404, "not_found")


def test_it_is_told_of(start, deaf):
    api = start(**settings(deaf)).api
    assert api.get("/admin/api/login").json() == {
        "openid": True, "issuer": deaf, "environment": "development"}


def test_a_provider_that_is_away_leads_to_the_login_page(start, deaf):
    server = start(**settings(deaf))
    for _ in range(3):
        answer = server.api.get("/admin/login/openid")
        assert answer.status == 302
        assert answer.header("Location") == "/admin/#/login?error=failed"
        assert answer.header("Set-Cookie") is None


@pytest.mark.requirement("ADM-1")
@pytest.mark.parametrize("query", [
    "", "?", "?code=x", "?state=y", "?code=x&state=y", "?error=access_denied", "?code=%ff",
    "?code=a&code=b&state=c", "?%", "?code=" + "a" * 6000, "?code=x&state=y&iss=https://x.example",
])
def test_a_callback_that_no_browser_left_for_is_refused(start, deaf, query):
    server = start(**settings(deaf))
    for cookie in ({}, {"Cookie": "claviger-login=x"}, {"Cookie": "claviger-login=x"}):
        answer = server.api.get("/admin/login/callback" + query, cookie)
        assert answer.status == 302
        assert answer.header("Location") == "/admin/#/login?error=expired"
        assert answer.header("Set-Cookie").startswith("claviger-login=; ")


def test_callbacks_that_fail_are_limited(start, deaf):
    server = start(CLAVIGER_ATTEMPTS_PER_MINUTE=5, **settings(deaf))
    answers = [server.api.get("/admin/login/callback?code=x&state=y") for _ in range(7)]
    assert [answer.status for answer in answers] == [302] * 5 + [429] * 2


def test_the_public_url_is_what_others_are_told(start, deaf):
    server = start(**settings(deaf))
    metadata = expect(server.api.get("/.well-known/oauth-authorization-server"), 200)
    assert metadata["issuer"] == URL and metadata["token_endpoint"] == URL + "/oauth2/token"
    link = command("admin", "login-link", server=server).stdout.decode()
    assert link.startswith(URL + "/admin/#/login/link/")


def test_a_start_without_all_settings_is_refused(deaf):
    for missing in ("CLAVIGER_OPENID_CLIENT_ID", "CLAVIGER_OPENID_CLIENT_SECRET",
                    "CLAVIGER_PUBLIC_URL"):
        left = {name: text for name, text in settings(deaf).items() if name != missing}
        done = command("serve", env={"JWT_SECRET_KEY": "k" * 40, **left})
        assert done.returncode == 3 and missing.encode() in done.stderr
        assert b"the secret of the tests" not in done.stderr


class TlsProvider:
    """A provider's document and nothing else, over TLS with a certificate of 127.0.0.1."""

    def __init__(self, certificate, host="127.0.0.1", answer=None):
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                status, headers, body = answer(provider) if answer else provider.document()
                self.send_response(status)
                for name, value in {"Content-Length": len(body), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate.certificate, certificate.key)
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"https://{host}:{self.server.server_address[1]}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={
            "poll_interval": 0.05})
        self.thread.start()

    def document(self):
        fields = {"issuer": self.url, "authorization_endpoint": self.url + "/authorize",
                  "token_endpoint": self.url + "/token", "jwks_uri": self.url + "/keys"}
        return 200, {}, json.dumps(fields).encode()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def leads_to(start, provider, trusted):
    """Where a login leads with the authorities in the file `trusted`."""
    server = start(SSL_CERT_FILE=trusted, **settings(provider.url))
    answer = server.api.get("/admin/login/openid")
    assert answer.status == 302
    return answer.header("Location")


FAILED = "/admin/#/login?error=failed"


@pytest.mark.requirement("ADM-1")
def test_a_provider_is_called_over_tls_that_is_verified(start, tmp_path):
    known, unknown = Certificate(tmp_path, "known"), Certificate(tmp_path, "unknown")
    with TlsProvider(known) as provider:
        assert leads_to(start, provider, known.certificate).startswith(provider.url + "/authorize?")
        assert leads_to(start, provider, unknown.certificate) == FAILED
    with TlsProvider(known, host="localhost") as provider:  # the certificate is of 127.0.0.1
        assert leads_to(start, provider, known.certificate) == FAILED
    expired = Certificate(tmp_path, "expired", days=-1)
    with TlsProvider(expired) as provider:
        assert leads_to(start, provider, expired.certificate) == FAILED


@pytest.mark.requirement("ADM-3")
@pytest.mark.parametrize("answer", [
    lambda it: (302, {"Location": it.url + "/.well-known/elsewhere"}, b""),
    lambda it: (200, {}, b"x" * (2 << 20)),
    lambda it: (200, {}, b"{"),
    lambda it: (500, {}, it.document()[2]),
    lambda it: (200, {"Content-Length": 10_000_000_000}, b"{}"),
    lambda it: (200, {}, it.document()[2].replace(b"/authorize", b"/\\n")),
    lambda it: (200, {}, it.document()[2].replace((it.url + "/keys").encode(), b"file:///etc/x")),
], ids=["redirect", "large", "broken", "failing", "short", "control", "scheme"])
def test_a_provider_that_answers_otherwise_is_not_followed(start, tmp_path, answer):
    certificate = Certificate(tmp_path)
    with TlsProvider(certificate, answer=answer) as provider:
        assert leads_to(start, provider, certificate.certificate) == FAILED
