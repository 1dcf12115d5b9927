"""Links pass bytes on, and hold, delay or lose them when they are told to."""

import socket
import threading
import time

import pytest

from proxy import Links

SOON_S = 0.2  # what does not arrive within this time is held
LATE_S = 10


class Echo:
    """Sends back what it is sent."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.received = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def end(self):
        try:
            self.listener.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass  # it has ended already
        self.listener.close()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._echo, args=(connection,), daemon=True).start()

    def _echo(self, connection):
        with connection:
            while True:
                try:
                    data = connection.recv(100)
                    self.received += len(data)
                    if not data:
                        return
                    connection.sendall(data)
                except OSError:
                    return


@pytest.fixture
def echo():
    echo = Echo()
    yield echo
    echo.end()


@pytest.fixture
def link(echo):
    links = Links()
    yield links.make(echo.port)
    links.finish()


@pytest.fixture
def call(link):
    def connect():
        made.append(socket.create_connection(("127.0.0.1", link.port), LATE_S))
        return made[-1]
    made = []
    yield connect
    for connection in made:
        connection.close()


def arrives(connection, data, seconds=LATE_S):
    connection.settimeout(seconds)
    try:
        return connection.recv(100) == data
    except TimeoutError:
        return False


def is_lost(connection):
    connection.settimeout(LATE_S)
    try:
        return connection.recv(100) == b""
    except ConnectionResetError:
        return True


def is_refused(call):
    """It may be over before it is quite there."""
    try:
        return is_lost(call())
    except ConnectionResetError:
        return True


def test_a_whole_link(call):
    first, second = call(), call()
    for connection, data in ((first, b"1"), (second, b"2"), (first, b"3")):
        connection.sendall(data)
        assert arrives(connection, data)
    first.shutdown(socket.SHUT_WR)
    assert arrives(first, b"")


@pytest.mark.parametrize("direction, received", [("up", 1), ("down", 2)])
def test_a_cut_holds_one_direction(echo, link, call, direction, received):
    connection = call()
    connection.sendall(b"1")
    assert arrives(connection, b"1")
    link.cut(direction)
    connection.sendall(b"2")
    assert not arrives(connection, b"2", SOON_S)
    assert echo.received == received
    link.mend()
    assert arrives(connection, b"2")


def test_a_cut_holds_new_connections(echo, link, call):
    link.cut()
    connection = call()
    connection.sendall(b"1")
    assert not arrives(connection, b"1", SOON_S) and echo.received == 0
    link.mend()
    assert arrives(connection, b"1")


def test_what_was_held_can_be_dropped(echo, link, call):
    connection = call()
    connection.sendall(b"1")
    assert arrives(connection, b"1")
    link.cut()
    connection.sendall(b"2")
    assert not arrives(connection, b"2", SOON_S)
    link.mend(drop=True)
    assert is_lost(connection) and echo.received == 1
    again = call()
    again.sendall(b"3")
    assert arrives(again, b"3")


def test_refusing(link, call):
    connection = call()
    connection.sendall(b"1")
    assert arrives(connection, b"1")
    link.refuse()
    assert is_lost(connection) and is_refused(call)
    link.mend()
    again = call()
    again.sendall(b"2")
    assert arrives(again, b"2")


def test_delay(link, call):
    connection = call()
    link.slow_down(SOON_S)
    began = time.monotonic()
    connection.sendall(b"1")
    assert arrives(connection, b"1")
    assert time.monotonic() - began >= 2 * SOON_S  # there and back


def test_nobody_at_the_other_end(echo, link, call):
    echo.end()
    assert is_refused(call)
