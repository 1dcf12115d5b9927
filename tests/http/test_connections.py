"""Several requests of one connection: keep-alive, pipelining, and nothing carries over (NET-6)."""

import json
import threading

import pytest

from api import create_client
from wire import Closed


def request(method, target, headers="", body=""):
    length = f"Content-Length: {len(body)}\r\n" if body else ""
    return f"{method} {target} HTTP/1.1\r\nHost: x\r\n{headers}{length}\r\n{body}"


def test_keep_alive(api, token):
    with api.connect() as connection:
        for _ in range(50):
            connection.send(request("GET", "/token", f"Authorization: Bearer {token.text}\r\n"))
            assert connection.read_answer().status == 200


def test_connection_close(api):
    with api.connect() as connection:
        connection.send(request("GET", "/healthz", "Connection: close\r\n"))
        assert connection.read_answer().header("Connection").lower() == "close"
        connection.assert_closed()


@pytest.mark.requirement("NET-6")
def test_nothing_carries_over_between_requests(api, client, token):
    """Credentials, status, headers and bodies of one request never show in another."""
    bearer = f"Authorization: Bearer {token.text}\r\n"
    key = f"x-api-key: {client.api_key}\r\n"
    plan = [
        (request("GET", "/token", bearer), 200),
        (request("GET", "/token"), 401),
        (request("GET", "/verify", bearer), 200),
        (request("GET", "/verify"), 401),
        (request("GET", "/users", key), 200),
        (request("GET", "/users"), 401),
        (request("GET", "/verify?scope=none", bearer), 403),
        (request("GET", "/healthz"), 200),
        (request("GET", "/users", bearer), 401),
        (request("GET", "/token", key), 401),
        (request("GET", "/nowhere"), 404),
        (request("GET", "/readyz"), 200),
    ]
    with api.connect() as connection:
        for _ in range(3):
            for data, status in plan:
                connection.send(data)
                answer = connection.read_answer()
                assert answer.status == status, (data, answer)
                has_identity = any(name.startswith("X-Auth") for name, _ in answer.headers)
                assert has_identity == (status == 200 and "/verify" in data)
                assert (answer.header("WWW-Authenticate") is not None) <= (status in (401, 403))


def test_pipelined_answers_come_in_order(api, client, token):
    bearer = f"Authorization: Bearer {token.text}\r\n"
    key = f"x-api-key: {client.api_key}\r\nContent-Type: application/json\r\n"
    data, expected = "", []
    for i in range(20):
        body = json.dumps({"identifier": f"pipelined-{i}"})
        data += request("POST", "/user", key, body) + request("GET", "/verify", bearer)
        data += request("HEAD", "/token", bearer) + request("GET", "/users?page_size=1", key)
        expected += [("POST", 201), ("GET", 200), ("HEAD", 200), ("GET", 200)]
    with api.connect() as connection:
        connection.send(data)
        for i, (method, status) in enumerate(expected):
            answer = connection.read_answer(method)
            assert answer.status == status, (i, answer)
            if method == "POST":
                assert answer.json()["identifier"] == f"pipelined-{i // 4}"
            if i % 4 == 3:
                assert answer.json()["total"] == i // 4 + 1 + 1  # and the token's user


def test_pipelined_revocation_holds_for_what_follows(api, token):
    bearer = f"Authorization: Bearer {token.text}\r\n"
    with api.connect() as connection:
        connection.send(
            request("GET", "/verify", bearer)
            + request("DELETE", "/token", bearer)
            + request("GET", "/verify", bearer)
            + request("GET", "/token", bearer)
        )
        assert [connection.read_answer().status for _ in range(4)] == [200, 200, 401, 401]


def test_after_a_refused_body_nothing_of_it_is_read_as_a_request(api, client):
    inner = request("DELETE", "/token")
    headers = f"x-api-key: {client.api_key}\r\nContent-Type: text/plain\r\n"
    with api.connect() as connection:
        connection.send(request("POST", "/user", headers, inner))
        assert connection.read_answer().status == 415
        try:
            connection.send(request("GET", "/healthz"))
            assert connection.read_answer().json() == {"status": "ok"}
        except (Closed, OSError):
            pass  # closing is as good


@pytest.mark.parametrize("target", ["/nowhere", "/users/x/y/z", "/healthz"])
def test_a_body_where_none_is_read_does_not_desynchronise(api, target):
    with api.connect() as connection:
        connection.send(request("POST", target, "", "GET /x HTTP/1.1\r\nHost: x\r\n\r\n"))
        assert connection.read_answer().status in (404, 405)
        try:
            connection.send(request("GET", "/healthz"))
            assert connection.read_answer().json() == {"status": "ok"}
        except (Closed, OSError):
            pass


def test_many_connections_at_once(server):
    token = create_client(server).create_user().issue()
    connections = [server.api.connect() for _ in range(300)]
    try:
        for connection in connections:
            connection.send(request("GET", "/token", f"Authorization: Bearer {token.text}\r\n"))
        for connection in connections:
            assert connection.read_answer().json()["token_id"] == token.id
    finally:
        for connection in connections:
            connection.close()


def test_parallel_callers_get_their_own_answers(server):
    client = create_client(server)
    wrong = []

    def work(number):
        user = client.create_user(f"parallel-{number}")
        for _ in range(5):
            token = user.issue()
            for _ in range(5):
                identity = token.check().json()
                if (identity["username"], identity["token_id"]) != (user.identifier, token.id):
                    wrong.append(identity)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert client.get("/users").json()["total"] == 8
