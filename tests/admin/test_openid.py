"""Logging in by OpenID Connect, as far as it needs no provider; with one: tests/admin/browser."""

import socket

import pytest
from api import assert_problem, expect
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
