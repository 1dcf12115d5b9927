"""The process: what others on the machine can see of it (SEC-6), what it needs, how it ends."""

import os
import re
import resource
import shutil
import signal
import socket
import threading

import pytest

from api import create_client, expect
from claviger import Server, binary
from memory import names_in_memory
from wire import Closed, until

native_only = pytest.mark.usefixtures("native")


@pytest.mark.requirement("SEC-6")
def test_environ_and_cmdline_have_no_secrets(start):
    server = start(CLIENT_API_KEY=None)
    create_client(server)
    for name in ("environ", "cmdline"):
        with open(f"/proc/{server.process.pid}/{name}", "rb") as file:
            data = file.read()
        for setting in ("MASTER_USERNAME", "MASTER_PASSWORD", "JWT_SECRET_KEY"):
            assert server.settings[setting].encode() not in data, (name, setting)


NOBODY = 65534


@pytest.fixture
def server_of_another_user():
    """A server that does not run as root, from a copy of the binary that it may read."""
    server = Server()
    server.binary = shutil.copy(binary(), server.directory)
    prefix = ()
    if os.getuid() == 0:
        os.chown(server.directory, NOBODY, NOBODY)
        prefix = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
    server.start(prefix)
    yield server
    server.finish()


@pytest.mark.requirement("SEC-6")
def test_not_dumpable(server_of_another_user):
    """The /proc files of a process that is not dumpable belong to root: no other process of its
    user may read its memory or trace it (prctl(2))."""
    pid = server_of_another_user.process.pid
    assert os.stat(f"/proc/{pid}").st_uid in (NOBODY, os.getuid())
    for name in ("environ", "mem", "maps"):
        assert os.stat(f"/proc/{pid}/{name}").st_uid == 0, name


@pytest.mark.requirement("SEC-6")
def test_a_crash_leaves_no_core():
    server = Server().start()
    try:
        create_client(server)
        unlimited = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(server.process.pid, resource.RLIMIT_CORE, unlimited)
        server.process.send_signal(signal.SIGABRT)
        assert server.process.wait(10) == -signal.SIGABRT
        assert not [path for path in server.files() if "core" in path.name]
    finally:
        server.finish()


@pytest.mark.requirement("SEC-6")
@native_only
def test_memory_holds_no_secrets_after_use(start):
    """What came in a request is wiped once it was answered, a setting once it was digested."""
    if os.getuid() != 0:
        pytest.skip("reading another process's memory takes root")
    server = start()

    def alone(call):
        """On a connection of its own, so that nothing later covers what it left."""
        result = call()
        server.api.hang_up()
        return result

    client = alone(lambda: create_client(server))
    user = alone(client.create_user)
    token = alone(user.issue)
    alone(token.check)
    alone(token.revoke)
    secrets = {
        "secret": user.secret,
        "API key": client.api_key,
        "token": token.text,
        **{name: server.settings[name] for name in ("MASTER_PASSWORD", "JWT_SECRET_KEY")},
    }

    until(lambda: not names_in_memory(server.process.pid, secrets), "no secrets in memory", 5)


@native_only
def test_starts_quickly_on_a_new_file(start):
    starts = [start().start_s for _ in range(3)]
    assert min(starts) < 1, starts


@native_only
def test_idle_memory(start):
    server = start(CLAVIGER_WORKERS=None)
    create_client(server).create_user().issue().check()
    with open(f"/proc/{server.process.pid}/status", encoding="ascii") as status:
        resident_kib = int(re.search(r"VmRSS:\s+(\d+) kB", status.read()).group(1))
    assert resident_kib < 30 * 1024


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stops_cleanly(start, number):
    server = start()
    create_client(server)
    server.process.send_signal(number)
    assert server.process.wait(10) == 0
    assert list(server.directory.glob("*-wal")) == [] or (
        (server.directory / "claviger.db-wal").stat().st_size == 0
    )


def test_a_stop_finishes_what_is_in_flight(start):
    """Requests that were sent whole before SIGTERM get their answers."""
    server = start()
    client = create_client(server)
    users = [client.create_user() for _ in range(8)]
    connections = [server.api.connect() for _ in users]
    for user, connection in zip(users, connections):
        body = f'{{"identifier":"{user.identifier}","secret":"{user.secret}"}}'
        connection.send(
            "POST /token HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            f"x-api-key: {client.api_key}\r\nContent-Length: {len(body)}\r\n\r\n{body}"
        )
    first = connections[0].read_answer()  # by now the others have arrived as well
    server.process.send_signal(signal.SIGTERM)
    answers = [first] + [connection.read_answer() for connection in connections[1:]]
    assert [answer.status for answer in answers] == [200] * 8
    assert server.process.wait(15) == 0
    for connection in connections:
        connection.close()


def test_a_stop_does_not_wait_for_idle_connections(start):
    server = start()
    idle = [server.api.connect() for _ in range(5)]
    server.api.get("/healthz")
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(5) == 0
    for connection in idle:
        connection.close()


def test_the_port_is_free_after_a_stop(start):
    server = start()
    port = server.address[1]
    assert server.stop() == 0
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", port))


def test_restart_keeps_everything(start):
    server = start()
    client = create_client(server)
    user = client.create_user()
    live, revoked = user.issue(), user.issue()
    revoked.revoke()
    assert server.stop() == 0
    again = start(directory=server.directory, **server.settings)
    assert again.api.get("/token", live.auth).status == 200
    assert again.api.get("/token", revoked.auth).status == 401
    assert expect(again.api.get("/users", client.auth), 200)["total"] == 1


def test_a_changed_jwt_key_ends_old_tokens_unless_it_is_the_previous_one(start):
    server = start()
    token = create_client(server).create_user().issue()
    assert server.stop() == 0
    new_key = {**server.settings, "JWT_SECRET_KEY": "an-0ther-key-0f-at-least-32-bytes-Xy7!"}
    changed = start(directory=server.directory, **new_key)
    assert changed.api.get("/token", token.auth).status == 401
    assert changed.stop() == 0
    both = start(directory=server.directory, **new_key, JWT_SECRET_KEY_PREVIOUS=server.jwt_key)
    assert both.api.get("/token", token.auth).status == 200


@pytest.mark.requirement("NET-4")
@pytest.mark.slow
def test_slow_heads_and_bodies_are_cut_off(start):
    """A deadline for the whole of each, however steadily bytes drip in."""
    server = start()
    client = create_client(server)
    body_head = (
        "POST /user HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"x-api-key: {client.api_key}\r\nContent-Length: 5000\r\n\r\n"
    )
    outcomes = {}

    def drip(name, start_text, byte, seconds):
        with server.api.connect(timeout=1) as connection:
            connection.send(start_text)
            stop = threading.Event()
            for _ in range(seconds):
                try:
                    connection.send(byte)
                    outcomes[name] = connection.read_answer().status
                    return
                except socket.timeout:
                    stop.wait(0)
                except (Closed, OSError):
                    outcomes[name] = "closed"
                    return
            outcomes[name] = "still open"

    threads = [
        threading.Thread(target=drip, args=("head", "GET /healthz HTTP/1.1\r\nX: ", "a", 20)),
        threading.Thread(target=drip, args=("body", body_head, " ", 30)),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes["head"] in (408, "closed") and outcomes["body"] in (408, "closed"), outcomes
