"""The panel's page, its files, and the addresses that lead to it."""

import gzip
import re

import pytest
from api import assert_problem

FILE = re.compile(r'(?:src|href)="(/admin/assets/[^"]+)"')


def page_of(api):
    answer = api.get("/admin/")
    assert answer.status == 200 and answer.content_type == "text/html"
    return answer


def policy_of(answer):
    parts = (part.split() for part in answer.header("Content-Security-Policy").split(";"))
    return {name: sources for name, *sources in parts}


def assets(api):
    """Every file that the page leads to."""
    todo, seen = FILE.findall(page_of(api).body.decode()), {}
    assert todo
    while todo:
        path = todo.pop()
        if path in seen:
            continue
        seen[path] = answer = api.get(path)
        assert answer.status == 200, path
        text = gzip.decompress(answer.body).decode()
        folder = path.rsplit("/", 1)[0]
        todo += [folder + "/" + name for name in re.findall(r'"\./([\w.-]+\.(?:js|css))"', text)]
        todo += ["/admin/" + name for name in re.findall(r'"(assets/[\w.-]+\.(?:js|css))"', text)]
    return seen


@pytest.mark.requirement("ADM-3")
def test_the_page_lets_nothing_in_but_this_origin(api):
    policy = policy_of(page_of(api))
    nonce = policy.pop("style-src")
    assert nonce[0] == "'self'" and re.fullmatch("'nonce-[A-Za-z0-9_-]{22}'", nonce[1])
    assert policy == {
        "default-src": ["'none'"], "script-src": ["'self'"], "img-src": ["'self'", "data:"],
        "font-src": ["'self'"], "connect-src": ["'self'"], "base-uri": ["'none'"],
        "object-src": ["'none'"], "form-action": ["'self'"], "frame-ancestors": ["'none'"],
    }


@pytest.mark.requirement("ADM-3")
def test_each_answer_has_a_nonce_of_its_own(api):
    nonces = set()
    for _ in range(3):
        answer = page_of(api)
        [nonce] = re.findall('property="csp-nonce" content="([^"]+)"', answer.body.decode())
        assert policy_of(answer)["style-src"][1] == f"'nonce-{nonce}'"
        assert b"__CSP_NONCE__" not in answer.body
        nonces.add(nonce)
    assert len(nonces) == 3


@pytest.mark.requirement("ADM-3")
def test_the_page_and_its_files_name_no_other_origin(api):
    page = page_of(api).body.decode()
    assert "<script>" not in page and "style=" not in page and " on" not in page.split("<body>")[1]
    for found in re.findall(r'(?:src|href)="([^"]+)"', page):
        assert found.startswith(("/admin/assets/", "data:image/svg+xml,"))
    for path, answer in assets(api).items():
        if path.endswith(".css"):
            assert b"url(http" not in gzip.decompress(answer.body)


def test_the_page_is_read_anew_and_its_files_are_kept(api):
    assert page_of(api).header("Cache-Control") == "no-store"
    files = assets(api)
    assert len(files) > 5
    for path, answer in files.items():
        assert answer.header("Cache-Control") == "public, max-age=31536000, immutable"
        assert answer.header("Content-Encoding") == "gzip"
        kind = "text/javascript" if path.endswith(".js") else "text/css"
        assert answer.content_type == kind


def test_head_tells_of_the_same(api):
    [path, *_] = assets(api)
    for target in ("/admin/", path):
        got, head = api.get(target), api.call("HEAD", target)
        assert head.status == 200 and head.body == b""
        for name in ("Content-Type", "Content-Length", "Cache-Control", "Content-Encoding"):
            assert head.header(name) == got.header(name)


@pytest.mark.parametrize("name", [
    "none.js", "..", "%2e%2e", "..%2f..%2fetc%2fpasswd", "index.html", ".sources", "%00",
])
def test_there_are_no_other_files(api, name):
    assert_problem(api.get("/admin/assets/" + name), 404, "not_found")


@pytest.mark.parametrize("query", ["", "?to=https://evil.example/", "?page=2"])
@pytest.mark.parametrize("old, status, new", [
    ("/admin", 308, "/admin/"),
    ("/admin/admin-cpdb-client/list", 302, "/admin/#/clients"),
    ("/admin/admin-cpdb-user/list", 302, "/admin/#/users"),
    ("/admin/admin-cpdb-token/list", 302, "/admin/#/tokens"),
])
def test_old_addresses_lead_to_the_pages(api, old, status, new, query):
    answer = api.get(old + query, {"Host": "evil.example"})
    assert answer.status == status and answer.header("Location") == new
    assert answer.body == b""


def test_other_methods_are_refused(api):
    for target in ("/admin/", "/admin", "/admin/assets/x.js", "/admin/admin-cpdb-user/list"):
        assert_problem(api.post(target, json={}), 405, "method_not_allowed")
