import re

import pytest
from claviger import command
from wire import request_bytes

from panel import Panel

EMAIL = "admin@example.com"


def session_headers(server):
    """The headers of a new administrator's session, by a link for one use."""
    if b"\n  admin " not in command("--help").stdout:
        pytest.skip("this binary has no sessions of the panel")
    done = command("admin", "login-link", "--email", EMAIL, server=server)
    assert done.returncode == 0, done
    code = re.search(rb"#/login/link/([^\s]+)", done.stdout).group(1).decode()
    with server.api.connect() as connection:
        headers = [("Content-Type", "application/json")]
        body = b'{"code":"%s"}' % code.encode()
        connection.send(request_bytes("POST", "/admin/api/login/link", headers, body))
        answer = connection.read_answer("POST")
    assert answer.status == 200, answer
    cookie = answer.header("Set-Cookie").split(";")[0]
    return {"Cookie": cookie, "X-CSRF-Token": answer.json()["csrf_token"]}


@pytest.fixture(scope="session")
def login():
    """A function: a server's panel, with the session of an administrator."""
    return lambda server: Panel(server.api, session_headers(server))


@pytest.fixture(scope="session")
def panel(server, login):
    return login(server)
