"""The log (LOG-1 to LOG-3). That no credential is in it is searched for at the end of every
server's life; here stands what has to be in it."""

import re
from pathlib import Path

import pytest

from api import bearer, create_client, key_header, master
from wire import Closed, until

ROOT = Path(__file__).resolve().parents[2]


def line_of(server, answer):
    """The log line of the request that got this answer."""
    id = answer.header("X-Request-Id")
    found = until(
        lambda: [
            entry for entry in server.log() if entry.get("request_id") == id and "status" in entry
        ],
        f"a line of {id}",
    )
    assert len(found) == 1
    return found[0]


@pytest.mark.requirement("LOG-1")
def test_a_request_is_one_line(server, client, user, token):
    line = line_of(server, client.get(f"/users/{user.id}?secret=not-to-be-logged"))
    assert {"time", "level", "event", "request_id", "route", "status", "client_id"} <= set(line)
    assert line["status"] == 200
    assert line["route"] == "/users/{id}"
    assert line["client_id"] == client.id
    assert line["address"] == "127.0.0.1"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
    assert [name for name in line if name.startswith("duration")]
    assert "not-to-be-logged" not in server.log_text()


TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


def test_a_trace_is_carried_into_the_line(server, client):
    headers = [*client.auth.items(), ("traceparent", f"00-{TRACE}-{PARENT}-01")]
    line = line_of(server, server.api.get("/users", headers))
    assert (line["trace_id"], line["parent_id"]) == (TRACE, PARENT)


@pytest.mark.parametrize("sent", [[], ["not-a-trace-4711"], [f"00-{TRACE}-{PARENT}-01"] * 2])
def test_what_is_no_trace_is_not(server, client, sent):
    headers = [*client.auth.items(), *(("traceparent", value) for value in sent)]
    line = line_of(server, server.api.get("/users", headers))
    assert "trace_id" not in line and "parent_id" not in line
    assert "not-a-trace" not in server.log_text()


DOCUMENT = ROOT / "docs" / "logs.md"


def test_each_event_is_documented():
    """Those of the sources, by the word that follows a level, and the documented ones."""
    sources = [path for path in (ROOT / "src").rglob("*.cc") if not path.stem.endswith("_test")]
    text = "\n".join(path.read_text() for path in sources)
    events = set(re.findall(r'(?:LogLevel::\w+|level|LogLevel::warning : LogLevel::info),\s+'
                            r'"([a-z_]+)"', text))
    events |= {"request", "authentication_failed", "log_lines_dropped", "certificate",
               "audit_checkpoint", "audit_pruned"}
    documented = set(re.findall(r"^\| `([a-z_]+)` \| (?:debug|info|warning|error)",
                                DOCUMENT.read_text(), re.M))
    assert documented == events


def test_each_field_of_a_request_is_documented(server, client, user):
    fields = set(line_of(server, user.login())) | set(line_of(server, client.get("/users/none")))
    told = DOCUMENT.read_text().split("## Every line")[1].split("## Events")[0]
    assert fields <= set(re.findall(r"`([a-z_]+)`", told))


@pytest.mark.requirement("LOG-1")
def test_the_user_is_named(server, user, token):
    assert line_of(server, user.login())["user_id"] == user.id


@pytest.mark.requirement("LOG-3")
def test_failures_are_logged_with_reason_and_address(server, client, user, token):
    wrong = {**master(server, client_name="x"), "password": "not-it-0123456789"}
    token.revoke()
    for answer in (
        server.api.post("/client", json=wrong),
        client.post("/token", json={"identifier": user.identifier, "secret": "not-it-98765"}),
        client.post("/token", json={"identifier": "nobody", "secret": user.secret}),
        server.api.get("/users", key_header("not-a-key-0123456789")),
        token.check(),
        server.api.get("/token", bearer("not.a.token-0123456789")),
    ):
        line = line_of(server, answer)
        assert line["status"] == 401
        assert line["address"] == "127.0.0.1"
        assert line["reason"], line
    for text in ("not-it-0123456789", "not-it-98765", "not-a-key-0123456789"):
        assert text not in server.log_text()


@pytest.mark.requirement("LOG-3")
def test_reasons_tell_what_answers_do_not(server, client, user):
    """The operator sees which it was; the caller does not (ACC-2)."""
    unknown = client.post("/token", json={"identifier": "nobody", "secret": user.secret})
    wrong = client.post("/token", json={"identifier": user.identifier, "secret": "wrong"})
    assert line_of(server, unknown)["reason"] != line_of(server, wrong)["reason"]


HOSTILE = ["\n", "\r\n", '","a":"forged', "\x1b[31m", "\u2028", "%0a%0d", "{}", "\\", "\x7f"]


@pytest.mark.requirement("LOG-1")
def test_one_object_a_line_whatever_was_sent(start):
    server = start(CLAVIGER_LOG_LEVEL="debug")
    client = create_client(server)
    for text in HOSTILE:
        for body in ({"identifier": text}, {text: text}, {"identifier": "a" + text + "b"}):
            client.post("/user", json=body)
            client.post("/token", json={**body, "secret": text})
        quoted = "".join(f"%{byte:02x}" for byte in text.encode())
        client.get(f"/users/{quoted}")
        server.api.get(f"/{quoted}?{quoted}={quoted}", documented=False)
    for data in (
        b"\xff\xfe\n\r\n\r\n",
        b"GET /\x1b[31m HTTP/1.1\r\n\r\n",
        b'{"a":1}\r\n\r\n',
        b"A\nB\nC\r\n\r\n",
        b"\0" * 100 + b"\r\n\r\n",
    ):
        try:
            server.api.raw(data)
        except Closed:
            pass
    assert server.stop() == 0
    lines = server.log()  # each line is one object, or this fails
    assert not [line for line in lines if "forged" in line.values()]
    assert server.log_text().isascii() or "\u2028" not in server.log_text().split("\n")[0]
    for line in server.log_text().splitlines():
        assert not re.search(r"[\x00-\x1f\x7f]", line)


@pytest.mark.requirement("LOG-1")
def test_levels(start):
    server = start(CLAVIGER_LOG_LEVEL="error")
    create_client(server).create_user().issue().check()
    server.api.get("/token")
    assert server.stop() == 0
    assert [line for line in server.log() if line["level"] != "error"] == []


@pytest.mark.requirement("LOG-2")
def test_credentials_in_the_wrong_place_are_not_logged_either(server, client, user, token):
    """In the path, in the query, as a header's name, as a method, as a field's name."""
    for credential in (client.api_key, user.secret, token.text):
        for target in (
            f"/{credential}",
            f"/users/{credential}",
            f"/users?key={credential}",
            f"/tokens/{credential}",
            f"/verify?scope={credential}",
            f"/token?access_token={credential}",
        ):
            server.api.get(target, client.auth, documented=target.count("/") > 1 or "?" in target)
        server.api.get(
            "/healthz",
            {
                credential.replace(".", ""): "x",
                "Cookie": credential,
                "User-Agent": credential,
                "Referer": f"http://x/{credential}",
            },
        )
        client.post("/user", json={credential: credential, "identifier": " " + credential})
        client.post("/token", json={"identifier": credential, "secret": credential})
        server.api.raw(f"{credential[:30].replace('.', '')} / HTTP/1.1\r\nHost: x\r\n\r\n")
        server.api.raw(f"GET {credential} HTTP/1.1\r\n\r\n")
