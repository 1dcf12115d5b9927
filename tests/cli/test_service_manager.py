"""What the server tells a service manager: systemd's protocol, a datagram each (sd_notify(3))."""

import secrets
import signal
import socket

import pytest

TIMEOUT_S = 20


class Manager:
    """The socket that a service manager listens on."""

    def __init__(self, address):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(TIMEOUT_S)
        self.socket.bind(address)

    def told(self):
        """The next message, as a dict."""
        lines = self.socket.recv(4096).decode().split("\n")
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture(params=["path", "abstract"])
def address(request, tmp_path):
    return str(tmp_path / "notify") if request.param == "path" else "@" + secrets.token_hex(8)


def test_ready_reloading_stopping(start, address):
    manager = Manager(address.replace("@", "\0", 1))
    server = start(NOTIFY_SOCKET=address)
    url = "http://%s:%d" % server.address
    assert manager.told() == {"READY": "1", "STATUS": f"serves {url}"}

    server.process.send_signal(signal.SIGHUP)
    reloading = manager.told()
    assert reloading["RELOADING"] == "1" and int(reloading["MONOTONIC_USEC"]) > 0
    assert manager.told()["READY"] == "1"

    assert server.stop() == 0
    assert manager.told()["STOPPING"] == "1"


@pytest.mark.parametrize("address", ["relative", "/" + "x" * 200, "/nowhere/notify"])
def test_one_that_cannot_be_told_stops_nothing(start, address):
    server = start(NOTIFY_SOCKET=address)
    assert server.api.get("/healthz").status == 200
    assert server.stop() == 0
    events = [line["event"] for line in server.log()]
    assert events.count("not_notified") == 2  # ready, stopping


def test_without_one_nothing_is_said(start):
    server = start()
    assert server.stop() == 0
    assert "not_notified" not in server.log_text()
