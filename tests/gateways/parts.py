"""What stands around a gateway in a test: an API that tells what reached it, and a wire to Claviger
that shows what was asked."""

import json
import socket
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Api(ThreadingHTTPServer):
    """Answers with the request as it came, and keeps it in `seen`. Under /status/ it answers with
    the status named there."""

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Echo)
        self.seen = []

    def handle_error(self, request, client_address):
        """A gateway may hang up whenever it likes."""


class Echo(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self):
        body = self.rfile.read(int(self.headers["Content-Length"] or 0))
        if self.headers["Transfer-Encoding"]:
            body = self.read_chunks()
        request = {"method": self.command, "path": self.path, "headers": self.headers.items(),
                   "body": body.decode()}
        self.server.seen.append(request)
        text = json.dumps(request).encode()
        status = self.path.partition("/status/")[2]
        self.send_response(int(status or 200))
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_DELETE = answer

    def read_chunks(self):
        body = b""
        while size := int(self.rfile.readline(), 16):
            body += self.rfile.read(size + 2)[:-2]
        self.rfile.readline()
        return body

    def log_message(self, *_):
        pass


class Wire:
    """A port that leads to another, and keeps what was sent to it and how many connections were
    made. With `answer`, these bytes are the answer to everything in place of the other's."""

    def __init__(self, target):
        self.target = target
        self.answer = None
        self.asked = b""
        self.connections = 0
        self.open = set()
        self.port = 0
        self.listen()

    def listen(self):
        self.listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, args=(self.listener,), daemon=True).start()

    def _accept(self, listener):
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self.target)
            except OSError:
                near.close()
                continue
            self.connections += 1
            self.open |= {near, far}
            threading.Thread(target=self._up, args=(near, far), daemon=True).start()
            threading.Thread(target=self._pass, args=(far, near), daemon=True).start()

    def _up(self, near, far):
        def take(data):
            self.asked += data
            if self.answer is None:
                far.sendall(data)
            else:
                near.sendall(self.answer)
        pump(near, far, take)

    def _pass(self, far, near):
        pump(far, near, near.sendall)

    def hang_up(self):
        """Closes the connections there are."""
        for end in self.open:
            shut(end)
        self.open = set()

    def close(self):
        """Refuses connections from now on, until `listen` is called."""
        shut(self.listener)
        self.listener.close()
        self.hang_up()


def pump(source, sink, take):
    """Gives `take` what comes from `source` until there is no more; both are shut down then."""
    try:
        while data := source.recv(65536):
            take(data)
    except OSError:
        pass
    shut(source)
    shut(sink)


def shut(end):
    try:
        end.shutdown(socket.SHUT_RDWR)
    except OSError:
        pass  # it is shut already


@contextmanager
def running_api():
    with Api() as api:
        thread = threading.Thread(target=api.serve_forever)
        thread.start()
        try:
            yield api
        finally:
            api.shutdown()
            thread.join()
