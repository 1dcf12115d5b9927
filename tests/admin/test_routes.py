"""Which calls the panel's data is made of, and that none is for everybody."""

import pytest
from api import assert_problem, bearer
from openapi import METHODS

PATHS = {
    "clients": {"get", "post"},
    "clients/{id}": {"get", "patch"},
    "clients/{id}/api-key": {"post"},
    "users": {"get", "post"},
    "users/{id}": {"get", "patch"},
    "users/{id}/secret": {"post"},
    "users/{id}/tokens": {"delete"},
    "tokens": {"get", "post"},
    "tokens/revocations": {"post"},
    "tokens/{id}": {"get", "delete"},
    "audit": {"get"},
    "audit/check": {"get"},
    "export/clients": {"get"},
    "export/users": {"get"},
    "export/tokens": {"get"},
    "export/audit": {"get"},
    "overview": {"get"},
    "session": {"get", "delete"},
    "sessions": {"get", "delete"},
    "sessions/{id}": {"delete"},
    "administrators": {"get", "post"},
    "administrators/{email}": {"patch", "delete"},
}
CALLS = [(method.upper(), path) for path, methods in PATHS.items() for method in sorted(methods)]
NOBODY = "00000000-0000-7000-8000-000000000000"


def test_the_document_tells_of_them(api):
    paths = api.document.document["paths"]
    for path, methods in PATHS.items():
        item = paths["/admin/api/" + path]
        assert set(item) & set(METHODS) == methods, path
        for method in methods:
            assert item[method]["tags"] == ["Admin panel"]


@pytest.mark.requirement("ADM-2")
@pytest.mark.parametrize("method, path", CALLS)
def test_each_needs_a_session_and_takes_nothing_else(server, token, method, path):
    api, client = token.api, token.user.client
    target = "/admin/api/" + path.format(id=NOBODY, email="ada@example.com")
    body = {"is_active": False} if method in ("POST", "PATCH") else None
    for headers in ({}, client.auth, bearer(token.text), {"Cookie": "claviger=x"},
                    {"Cookie": "__Host-claviger=" + "A" * 43, "X-CSRF-Token": "A" * 43}):
        answer = api.call(method, target, headers, json=body)
        assert answer.status == 401, answer
        assert_problem(answer, 401, answer.code)
