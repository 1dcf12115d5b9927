"""/healthz, /readyz, /openapi.json, /docs."""

import gzip
import re
import urllib.parse

from openapi import METHODS, Document

PATHS = {
    "/client": {"get", "post"},
    "/user": {"post"},
    "/token": {"get", "post", "delete"},
    "/users": {"get"},
    "/users/{id}": {"get", "patch"},
    "/users/{id}/secret": {"post"},
    "/users/{id}/tokens": {"get", "delete"},
    "/client/api-key": {"post"},
    "/tokens": {"get"},
    "/tokens/{id}": {"get", "delete"},
    "/verify": set(METHODS) - {"trace"},
    "/healthz": {"get"},
    "/readyz": {"get"},
    "/metrics": {"get"},
    "/oauth2/token": {"post"},
    "/oauth2/introspect": {"post"},
    "/oauth2/revoke": {"post"},
    "/.well-known/oauth-authorization-server": {"get"},
    "/.well-known/jwks.json": {"get"},
    "/openapi.json": {"get"},
    "/docs": {"get"},
    "/docs/{file}": {"get"},
}


def test_health(api):
    assert api.get("/healthz").json() == {"status": "ok"}
    assert api.get("/readyz").json() == {"status": "ready"}


def test_document_tells_of_every_endpoint(api):
    document = api.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1.")
    told = {
        path: set(item) & set(METHODS)
        for path, item in document["paths"].items()
        if not path.startswith("/admin")  # tests/admin
    }
    assert told == PATHS


def operations(document):
    for path, item in document["paths"].items():
        for method in METHODS:
            if method in item:
                yield path, method, item[method]


def test_document_is_complete(api):
    document = api.get("/openapi.json").json()
    names = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(names) == len(set(names))
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"], where
        in_path = {
            p["name"] for p in resolved_parameters(document, path, operation) if p["in"] == "path"
        }
        assert in_path == set(re.findall("{([^}]+)}", path)), where
        if "requestBody" in operation:
            assert set(operation["requestBody"]["content"]) == {
                "application/json",
                "application/x-www-form-urlencoded",
            }, where


def resolved_parameters(document, path, operation):
    resolve = Document(document)._resolve
    both = document["paths"][path].get("parameters", []) + operation.get("parameters", [])
    return [resolve(parameter) for parameter in both]


def test_every_body_endpoint_takes_json_and_forms(api):
    document = api.get("/openapi.json").json()
    with_body = {
        f"{method} {path}"
        for path, method, operation in operations(document)
        if "requestBody" in operation and not path.startswith("/admin")
    }
    assert with_body == {
        "post /client",
        "post /user",
        "post /token",
        "patch /users/{id}",
        "post /users/{id}/secret",
        "post /client/api-key",
        "post /oauth2/token",
        "post /oauth2/introspect",
        "post /oauth2/revoke",
    }


def page_of(api, path):
    answer = api.get(path, {"Accept-Encoding": "gzip"})
    assert answer.status == 200, answer
    is_packed = answer.header("Content-Encoding") == "gzip"
    return answer, (gzip.decompress(answer.body) if is_packed else answer.body).decode()


def links_of(page):
    links = re.findall(r'(?:src|href)="([^"]+)"', page)
    return [link for link in links if not link.startswith(("data:", "#"))]


def test_docs_come_from_this_origin_alone(api):
    answer, page = page_of(api, "/docs")
    assert answer.content_type == "text/html"
    policy = answer.header("Content-Security-Policy")
    assert "unsafe-inline" not in re.search("script-src([^;]*)", policy).group(1)
    assert "http:" not in policy and "https:" not in policy
    assert [link for link in links_of(page) if re.match("(?:[a-z]+:)?//", link)] == []


def test_everything_that_docs_load_is_there(api):
    links = links_of(page_of(api, "/docs")[1])
    assert links
    for link in links:
        assert page_of(api, urllib.parse.urljoin("/docs", link))[1], link
