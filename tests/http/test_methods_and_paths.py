"""What a path answers to, and what each answer carries (NET-5; 404, 405, HEAD, OPTIONS)."""

import pytest

from api import assert_problem

ALLOWED = {
    "/client": "GET, HEAD, POST, OPTIONS",
    "/user": "POST, OPTIONS",
    "/token": "GET, HEAD, POST, DELETE, OPTIONS",
    "/users": "GET, HEAD, OPTIONS",
    "/users/x": "GET, HEAD, PATCH, OPTIONS",
    "/users/x/secret": "POST, OPTIONS",
    "/users/x/tokens": "GET, HEAD, DELETE, OPTIONS",
    "/client/api-key": "POST, OPTIONS",
    "/tokens": "GET, HEAD, OPTIONS",
    "/tokens/x": "GET, HEAD, DELETE, OPTIONS",
    "/healthz": "GET, HEAD, OPTIONS",
    "/readyz": "GET, HEAD, OPTIONS",
    "/openapi.json": "GET, HEAD, OPTIONS",
    "/docs": "GET, HEAD, OPTIONS",
}
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "FOO", "get", "PROPFIND"]


def methods_of(answer):
    return set(answer.header("Allow").split(", "))


@pytest.mark.parametrize("path", ALLOWED)
def test_other_methods(api, path):
    allowed = set(ALLOWED[path].split(", "))
    for method in METHODS:
        if method not in allowed:
            answer = api.call(method, path)
            assert_problem(answer, 405, "method_not_allowed")
            assert methods_of(answer) == allowed, method


@pytest.mark.parametrize("path", ALLOWED)
def test_options(api, path):
    answer = api.call("OPTIONS", path)
    assert answer.status == 204 and answer.body == b""
    assert methods_of(answer) == set(ALLOWED[path].split(", "))


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json"])
def test_head_is_get_without_the_body(api, path):
    get, head = api.get(path), api.call("HEAD", path)
    assert head.status == get.status and head.body == b""
    volatile = ("date", "x-request-id")
    assert [h for h in head.headers if h[0].lower() not in volatile] == [
        h for h in get.headers if h[0].lower() not in volatile
    ]


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nowhere",
        "/token/",
        "//token",
        "/Token",
        "/token/x",
        "/users/",
        "/users/x/y",
        "/users//tokens",
        "/client/",
        "/verify/",
        "/%74oken",
        "/token%00",
        "/token;a",
        "/./token",
        "/a/../token",
        "/token/..",
        "/administration",
        "/metrics.txt",
        "/.git/config",
        "/docs/../../etc/passwd",
        "/docs/..%2f..%2fetc%2fpasswd",
        "/favicon.icoo",
        "/tokens/",
        "/users/x/tokens/",
    ],
)
def test_nowhere(api, client, token, path):
    for headers in ({}, client.auth, token.auth):
        answer = api.get(path, headers, documented=False)
        assert_problem(answer, 404, "not_found")


@pytest.mark.requirement("NET-5")
def test_no_cors_grant(api, token):
    origin = {
        "Origin": "https://evil.example",
        "Access-Control-Request-Method": "DELETE",
        "Access-Control-Request-Headers": "authorization",
    }
    api.call("OPTIONS", "/token", origin)  # the harness refuses any Access-Control header
    api.get("/token", {**origin, **token.auth})


@pytest.mark.requirement("NET-5")
def test_health_may_be_cached_by_nobody_either(api):
    assert "public" not in (api.get("/healthz").header("Cache-Control") or "")


def test_every_request_has_an_id_of_its_own(api):
    ids = {api.get("/healthz").header("X-Request-Id") for _ in range(50)}
    assert len(ids) == 50


def test_a_sent_request_id_is_not_taken(api):
    sent = "0123456789abcdef"
    assert api.get("/healthz", {"X-Request-Id": sent}).header("X-Request-Id") != sent
