"""HTTP/1.1 on a socket, strict about what a server may answer (RFC 9112).

The tests do not use a library for this: libraries forgive, and hide what was really on the wire.
"""

import json
import re
import socket
import time

TIMEOUT_S = 30


class Answer:
    """One response: status, headers in order, body."""

    def __init__(self, version, status, headers, body):
        self.version = version
        self.status = status
        self.headers = headers
        self.body = body

    def all(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]

    def header(self, name):
        """The value of a header that may come once at most; None without it."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} came {len(values)} times"
        return values[0] if values else None

    @property
    def content_type(self):
        return (self.header("Content-Type") or "").split(";")[0].strip()

    def json(self):
        assert self.content_type in ("application/json", "application/problem+json"), self
        return json.loads(self.body.decode("utf-8"), object_pairs_hook=_unique_members)

    @property
    def code(self):
        return self.json()["code"]

    def __repr__(self):
        return f"<{self.status} {self.content_type} {self.body[:400]!r}>"


def _unique_members(pairs):
    names = [name for name, _ in pairs]
    assert len(names) == len(set(names)), f"duplicate members: {names}"
    return dict(pairs)


class Closed(Exception):
    """The server closed the connection before a whole answer came."""


class Connection:
    """One connection. Bytes go out as given; answers are parsed strictly. `tls`: an
    ssl.SSLContext; `session`: one of TLS to resume; `source`: the address to call from."""

    def __init__(self, address, timeout=TIMEOUT_S, tls=None, session=None, source=None):
        bound_to = (source, 0) if source else None
        self.socket = socket.create_connection(address, timeout, bound_to)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if tls is not None:
            plain = self.socket
            try:
                self.socket = tls.wrap_socket(
                    plain, server_hostname=address[0], session=session
                )
            except Exception:
                plain.close()
                raise
        self.received = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data.encode("latin-1") if isinstance(data, str) else data)

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            data = b""
        if not data:
            raise Closed(f"closed after {self.received[:200]!r}")
        self.received += data

    def read_answer(self, method="GET"):
        """The next final answer; 100 Continue is passed over."""
        while True:
            answer = self._read_one(method)
            if answer.status >= 200:
                return answer

    def _read_one(self, method):
        while b"\r\n\r\n" not in self.received:
            self._more()
        head, self.received = self.received.split(b"\r\n\r\n", 1)
        version, status, headers = parse_head(head)
        lengths = [v for k, v in headers if k.lower() == "content-length"]
        codings = [v for k, v in headers if k.lower() == "transfer-encoding"]
        assert len(lengths) <= 1, headers
        if codings:
            assert codings == ["chunked"] and not lengths and version == "HTTP/1.1", headers
            body = b"" if method == "HEAD" else self._read_chunks()
            return Answer(version, status, headers, body)
        if status < 200 or status == 204:
            assert not lengths, "1xx and 204 carry no Content-Length (RFC 9110 8.6)"
            return Answer(version, status, headers, b"")
        assert lengths, f"no Content-Length: {headers}"
        size = 0 if method == "HEAD" or status == 304 else int(lengths[0])
        while len(self.received) < size:
            self._more()
        body, self.received = self.received[:size], self.received[size:]
        return Answer(version, status, headers, body)

    def _read_chunks(self):
        """A chunked body (RFC 9112 7.1), without extensions or trailers."""
        body = []
        while True:
            while b"\r\n" not in self.received:
                self._more()
            line, self.received = self.received.split(b"\r\n", 1)
            assert re.fullmatch(rb"[1-9a-f][0-9a-f]*|0", line), line
            size = int(line, 16)
            while len(self.received) < size + 2:
                self._more()
            chunk, end = self.received[:size], self.received[size:size + 2]
            self.received = self.received[size + 2:]
            assert end == b"\r\n", end
            if size == 0:
                return b"".join(body)
            body.append(chunk)

    def read_continue(self):
        """The interim answer 100."""
        answer = self._read_one("GET")
        assert answer.status == 100, answer
        return answer

    def assert_closed(self):
        """The server closes, and sends nothing more before that."""
        assert self.received == b"", f"more than one answer: {self.received[:200]!r}"
        try:
            rest = self.socket.recv(4096)
        except ConnectionResetError:
            rest = b""
        assert rest == b"", f"still talking: {rest[:200]!r}"


def parse_head(head):
    lines = head.decode("latin-1").split("\r\n")
    start = re.fullmatch(r"(HTTP/1\.[01]) ([1-5][0-9]{2}) ([\x20-\x7e]*)", lines[0])
    assert start, f"bad status line: {lines[0]!r}"
    headers = []
    for line in lines[1:]:
        match = re.fullmatch(r"([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\x20-\x7e]*?)[ \t]*", line)
        assert match, f"bad header line: {line!r}"
        headers.append((match.group(1), match.group(2)))
    return start.group(1), int(start.group(2)), headers


def request_bytes(method, target, headers=(), body=None, host="localhost"):
    """A well-formed request; Host and Content-Length are added unless given."""
    names = {name.lower() for name, _ in headers}
    lines = [f"{method} {target} HTTP/1.1".encode()]
    if "host" not in names:
        lines.append(f"Host: {host}".encode())
    for name, value in headers:
        raw = value if isinstance(value, bytes) else value.encode("latin-1")
        lines.append(name.encode("latin-1") + b": " + raw)
    if body is not None and not names & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}".encode())
    return b"\r\n".join(lines) + b"\r\n\r\n" + (body or b"")


def until(condition, what, seconds=10):
    """Polls until `condition()` is true and returns its value; fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        value = condition()
        if value:
            return value
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s: {what}")
