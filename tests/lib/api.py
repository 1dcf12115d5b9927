"""The HTTP API as the tests speak it. Every answer is held against the server's OpenAPI document
and against the headers that each answer must have (NET-5)."""

import json as json_text
import re
import secrets
import sqlite3
import threading
import time
import urllib.parse

import postgres
import pytest
from canary import Canaries
from openapi import Document
from wire import Connection, request_bytes, until

SECRET_FIELDS = {"username", "password", "secret", "client_secret", "token", "code"}
SHOWN_ONCE = {"api_key", "secret", "token", "access_token", "csrf_token"}
SECRET_HEADERS = {"authorization", "x-api-key", "cookie", "x-csrf-token"}
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
# By RFC 9110 (15.5.2, 15.5.6) and our own promise.
NEEDED_HEADERS = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
DESCRIPTIONS = {
    "malformed": "the token is malformed or not ours",
    "expired": "the token expired",
    "unknown": "the token is unknown",
    "revoked": "the token was revoked",
}


class Api:
    """Calls to one server. Safe for threads: each has a connection of its own."""

    def __init__(self, address, canaries, tls=None):
        self.address = address
        self.tls = tls
        self.canaries = canaries
        self._local = threading.local()
        self._document = None

    # Calling

    def connect(self, **options):
        return Connection(self.address, **{"tls": self.tls, **options})

    def call(self, method, target, headers=(), json=None, form=None, body=None, documented=True):
        """One request on this thread's connection, its answer checked and returned."""
        headers = list(headers.items()) if isinstance(headers, dict) else list(headers)
        if json is not None:
            body = json_text.dumps(json).encode()
            headers.append(("Content-Type", JSON))
        if form is not None:
            body = urllib.parse.urlencode(form).encode()
            headers.append(("Content-Type", FORM))
        sent = secrets_of(headers, json or form)
        answer = self._exchange(method, request_bytes(method, target, headers, body))
        for credential in [*sent, *secrets_shown_by(answer)]:
            self.canaries.add(credential)
        self.check(method, target, answer, documented)
        check_no_echo(sent, answer)
        return answer

    def _exchange(self, method, data):
        connection = getattr(self._local, "connection", None)
        self._local.connection = None
        if connection is None:
            connection = self.connect()
        connection.send(data)
        answer = connection.read_answer(method)
        assert connection.received == b"", f"more than one answer: {connection.received[:200]!r}"
        if (answer.header("Connection") or "").lower() == "close":
            connection.close()
        else:
            self._local.connection = connection
        return answer

    def hang_up(self):
        """Closes this thread's connection."""
        connection = getattr(self._local, "connection", None)
        if connection is not None:
            connection.close()
        self._local.connection = None

    def raw(self, data, method="GET"):
        """Bytes as given on a connection of their own; the answer, checked as far as it goes."""
        with self.connect() as connection:
            connection.send(data)
            answer = connection.read_answer(method)
        check_common_headers(answer, health="/healthz" in str(data))
        return answer

    def get(self, target, headers=(), **more):
        return self.call("GET", target, headers, **more)

    def post(self, target, headers=(), **more):
        return self.call("POST", target, headers, **more)

    def patch(self, target, headers=(), **more):
        return self.call("PATCH", target, headers, **more)

    def delete(self, target, headers=(), **more):
        return self.call("DELETE", target, headers, **more)

    # Checking

    @property
    def document(self):
        if self._document is None:
            answer = self._exchange("GET", request_bytes("GET", "/openapi.json"))
            assert answer.status == 200, answer
            self._document = Document(answer.json())
        return self._document

    def check(self, method, target, answer, documented=True):
        kept = ("/healthz", "/readyz", "/admin/assets/")
        check_common_headers(answer, health=target.startswith(kept),
                             may_set_cookie=target.startswith(("/admin/api/login/link",
                                                               "/admin/api/session",
                                                               "/admin/login/")))
        if documented:
            self.document.check(method, target, answer)
        else:
            self.document.check_protocol_answer(method, answer)


def secrets_of(headers, fields):
    """The credentials of a request, wherever they were sent."""
    found = []
    for name, value in headers:
        if name.lower() in SECRET_HEADERS:
            text = value.decode("latin-1") if isinstance(value, bytes) else value
            found.append(text.split(" ")[-1].split("=")[-1] if name.lower() == "cookie"
                         else text.split(" ")[-1])
    if isinstance(fields, dict):
        found += [fields[name] for name in SECRET_FIELDS if name in fields]
    return found


def secrets_shown_by(answer):
    """The values of an answer that are shown only once."""
    if answer.content_type != JSON or answer.status not in (200, 201) or not answer.body:
        return []
    value = answer.json()
    return [value[name] for name in SHOWN_ONCE if name in value]


def check_no_echo(sent, answer):
    """An error holds no credential, not even a part of one."""
    if answer.status >= 400:
        canaries = Canaries()
        for credential in sent:
            canaries.add(credential)
        shown = canaries.leaks_in(str(answer.headers).encode() + b" " + answer.body)
        assert not shown, f"a credential in an error: {shown}"


def check_common_headers(answer, health, may_set_cookie=False):
    """NET-5, and what each answer has beside."""
    assert answer.header("X-Content-Type-Options") == "nosniff", answer.headers
    assert "frame-ancestors 'none'" in (
        answer.header("Content-Security-Policy") or ""
    ), answer.headers
    assert answer.header("Date"), answer.headers
    assert re.fullmatch("[0-9a-f]{16}", answer.header("X-Request-Id") or ""), answer.headers
    if not health:
        assert answer.header("Cache-Control") == "no-store", answer.headers
    for status, name in NEEDED_HEADERS.items():
        assert answer.status != status or answer.header(name), f"{status} without {name}"
    for name, _ in answer.headers:
        lower = name.lower()
        assert lower not in ("server", "x-powered-by"), answer.headers
        assert lower != "set-cookie" or may_set_cookie, answer.headers
        assert not lower.startswith("access-control-"), answer.headers
    if answer.status >= 400 and answer.content_type == "application/problem+json" and answer.body:
        problem = answer.json()
        assert problem["status"] == answer.status
        assert problem["request_id"] == answer.header("X-Request-Id")


# What the tests make with it


class Party:
    """Something that was made over the API and remembers how to call it."""

    def __init__(self, api, fields):
        self.api = api
        self.fields = fields
        self.id = fields["id"]


def expect(answer, status):
    assert answer.status == status, answer
    return answer.json()


def key_header(api_key):
    return {"x-api-key": api_key}


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


class ClientParty(Party):
    def __init__(self, api, fields):
        super().__init__(api, fields)
        self.api_key = fields["api_key"]

    @property
    def auth(self):
        return key_header(self.api_key)

    def create_user(self, identifier=None, **fields):
        body = {"identifier": identifier or unique("user"), **fields}
        answer = self.api.post("/user", self.auth, json=body)
        return UserParty(self, expect(answer, 201))

    def get(self, target, **more):
        return self.api.get(target, self.auth, **more)

    def post(self, target, **more):
        return self.api.post(target, self.auth, **more)

    def patch(self, target, **more):
        return self.api.patch(target, self.auth, **more)

    def delete(self, target, **more):
        return self.api.delete(target, self.auth, **more)


class UserParty(Party):
    def __init__(self, client, fields):
        super().__init__(client.api, fields)
        self.client = client
        self.identifier = fields["identifier"]
        self.secret = fields["secret"]

    def login(self, **fields):
        """POST /token, as it comes."""
        body = {"identifier": self.identifier, "secret": self.secret, **fields}
        return self.client.post("/token", json=body)

    def issue(self, **fields):
        return TokenParty(self, expect(self.login(**fields), 200))

    def issue_in_turn(self, count, **fields):
        """Tokens whose ids tell their order: those are in the order of creation to the
        millisecond."""
        tokens = []
        for _ in range(count):
            began = milliseconds()
            tokens.append(self.issue(**fields))
            until(lambda began=began: milliseconds() > began + 1, "the next millisecond")
        return tokens

    def patch(self, **fields):
        return self.client.patch(f"/users/{self.id}", json=fields)

    def rotate(self, **fields):
        return self.client.post(f"/users/{self.id}/secret", json=fields)


class TokenParty(Party):
    def __init__(self, user, fields):
        super().__init__(user.api, fields)
        self.user = user
        self.text = fields["token"]

    @property
    def auth(self):
        return bearer(self.text)

    def check(self):
        return self.api.get("/token", self.auth)

    def verify(self, query="", method="GET"):
        return self.api.call(method, "/verify" + query, self.auth)

    def revoke(self):
        return self.api.delete("/token", self.auth)


def milliseconds():
    return time.time_ns() // 1_000_000


def unique(word):
    return f"{word}-{secrets.token_hex(6)}"


def create_client(server, name=None):
    answer = server.api.post("/client", json=master(server, client_name=name or unique("client")))
    return ClientParty(server.api, expect(answer, 201))


def master(server, **fields):
    """The body of POST /client with the right master credentials."""
    return {
        "username": server.settings["MASTER_USERNAME"],
        "password": server.settings["MASTER_PASSWORD"],
        **fields,
    }


# What the tests state again and again


def assert_live(token):
    """Both ways of asking accept the token."""
    assert token.check().status == 200
    assert token.verify().status == 200


def assert_refused(token, reason, api=None):
    """Both ways of asking refuse the token, for this reason."""
    api = api or token.api
    text = token if isinstance(token, str) else token.text
    for target in ("/token", "/verify"):
        assert_invalid_token(api.get(target, bearer(text)), reason)


def assert_invalid_token(answer, reason):
    assert answer.status == 401, answer
    challenge = answer.header("WWW-Authenticate")
    assert challenge.startswith("Bearer "), challenge
    assert 'error="invalid_token"' in challenge, challenge
    assert f'error_description="{DESCRIPTIONS[reason]}"' in challenge, challenge
    assert answer.code == "invalid_token"


def assert_problem(answer, status, code, field=None):
    assert answer.status == status, answer
    problem = answer.json()
    assert problem["code"] == code, answer
    if field is not None:
        assert field in [error["field"] for error in problem["errors"]], answer
    return problem


def sql(database, statement, *parameters):
    """Runs one statement behind the server's back; the rows."""
    if postgres.server():
        pytest.skip("looks into SQLite's file")
    connection = sqlite3.connect(database, timeout=10)
    try:
        with connection:
            return connection.execute(statement, parameters).fetchall()
    finally:
        connection.close()


def blob(uuid_text):
    """An id as it stands in the database."""
    return bytes.fromhex(uuid_text.replace("-", ""))
