"""Limits on attempts (LIM-1 to LIM-3)."""

import os
import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from api import assert_live, assert_problem, create_client, key_header, master
from wire import until

LIMIT = 10


@pytest.fixture
def limited(start):
    """A server that lets an address, and a name, fail ten times a minute."""
    return start(CLAVIGER_ATTEMPTS_PER_MINUTE=str(LIMIT))


def attempts(call, most=3 * LIMIT):
    """Calls until it is throttled; how many were not."""
    for count in range(most):
        answer = call()
        if answer.status == 429:
            assert answer.code == "too_many_attempts"
            assert 1 <= int(answer.header("Retry-After")) <= 60
            return count
        assert answer.status == 401, answer
    raise AssertionError(f"not throttled after {most} attempts")


@pytest.mark.requirement("LIM-1")
def test_master_password_guesses(limited):
    wrong = {**master(limited, client_name="x"), "password": "not the master's password"}
    assert LIMIT <= attempts(lambda: limited.api.post("/client", json=wrong)) <= LIMIT + 2
    # While the address is blocked, a right guess cannot be told from a wrong one.
    right = limited.api.post("/client", json=master(limited, client_name="x"))
    assert_problem(right, 429, "too_many_attempts")


@pytest.mark.requirement("LIM-1")
def test_secret_guesses(limited):
    client = create_client(limited)
    names = iter(range(1000))
    guess = lambda: client.post("/token", json={"identifier": f"u{next(names)}", "secret": "x"})
    assert LIMIT <= attempts(guess) <= LIMIT + 2


@pytest.mark.requirement("LIM-1")
@pytest.mark.parametrize("target", ["/users", "/client", "/tokens"])
def test_api_key_guesses(limited, target):
    keys = iter(range(1000))
    guess = lambda: limited.api.get(target, key_header(f"guess-{next(keys)}"))
    assert LIMIT <= attempts(guess) <= LIMIT + 2


@pytest.mark.requirement("LIM-2")
def test_nobody_is_locked_out(limited):
    """A right secret or key passes while name and address are throttled for failures."""
    client = create_client(limited)
    user = client.create_user()
    attempts(lambda: client.post("/token", json={"identifier": user.identifier, "secret": "x"}))
    attempts(lambda: limited.api.get("/users", key_header("guess")))
    for _ in range(3 * LIMIT):
        assert user.login().status == 200
        assert client.get("/users").status == 200


@pytest.mark.requirement("LIM-2")
def test_right_attempts_do_not_count(limited):
    client = create_client(limited)
    user = client.create_user()
    for _ in range(3 * LIMIT):
        assert user.login().status == 200
    wrong = {"identifier": user.identifier, "secret": "x"}
    assert client.post("/token", json=wrong).status == 401


@pytest.mark.requirement("LIM-3")
def test_checks_are_never_throttled(limited):
    client = create_client(limited)
    token = client.create_user().issue()
    attempts(lambda: limited.api.get("/users", key_header("guess")))
    for _ in range(10 * LIMIT):
        for target in ("/token", "/verify"):
            assert limited.api.get(target, {"Authorization": "Bearer nonsense"}).status == 401
            assert limited.api.get(target).status == 401
            assert limited.api.get(target, token.auth).status == 200


@pytest.mark.requirement("LIM-1")
def test_bad_requests_are_no_attempts(limited):
    client = create_client(limited)
    for _ in range(2 * LIMIT):
        assert client.get("/users/nobody").status == 404
        assert client.post("/user", json={"identifier": ""}).status == 422
        assert limited.api.get("/users").status == 401  # no key: nothing was guessed
    assert client.get("/users").status == 200


@pytest.mark.requirement("LIM-1")
@pytest.mark.slow
def test_attempts_come_back_with_time(start):
    server = start(CLAVIGER_ATTEMPTS_PER_MINUTE="60")
    guess = lambda: server.api.get("/users", key_header("guess"))
    attempts(guess, 200)
    wait = int(guess().header("Retry-After"))
    assert wait <= 2
    until(lambda: guess().status == 401, "attempts come back", wait + 3)


@pytest.mark.requirement("NET-2")
@pytest.mark.parametrize(
    "name",
    [
        "X-Forwarded-For",
        "Forwarded",
        "X-Real-IP",
        "True-Client-IP",
        "CF-Connecting-IP",
        "X-Client-IP",
        "X-Originating-IP",
    ],
)
def test_forwarded_headers_never_reset_a_limit(limited, name):
    counter = iter(range(1000))

    def guess():
        address = f"192.0.2.{next(counter)}"
        value = f"for={address}" if name == "Forwarded" else address
        return limited.api.get("/users", {**key_header("guess"), name: value})

    assert attempts(guess) <= LIMIT + 2


@pytest.mark.requirement("LIM-3")
@pytest.mark.slow
def test_memory_stays_bounded_under_a_flood_of_names(start):
    server = start(CLAVIGER_ATTEMPTS_PER_MINUTE="60")
    client = create_client(server)
    before = resident_kib(server.process.pid)

    def flood(part):
        for i in range(1500):
            client.post(
                "/token", json={"identifier": f"{part}-{i}-" + os.urandom(8).hex(), "secret": "x"}
            )

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(flood, range(4)))
    assert resident_kib(server.process.pid) - before < 48 * 1024
    assert_live(client.create_user().issue())


def resident_kib(pid):
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        return int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1))
