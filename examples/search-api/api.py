#!/usr/bin/python3
"""A small API to protect: GET /search?q=… looks for words in a few lines. It knows nothing of
tokens: whoever reaches it was let through by the gateway, which says who it is in X-Auth-… headers.

    api.py PORT      # 0: a free one, which it prints
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

LINES = [
    "A claviger bears the keys of a house.",
    "A key that was taken back opens nothing.",
    "A gateway asks before it opens.",
]


class Search(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        url = urlsplit(self.path)
        if url.path != "/search":
            return self.answer(404, {"error": "there is only /search"})
        words = parse_qs(url.query).get("q", [""])[0].lower()
        found = [line for line in LINES if words in line.lower()]
        return self.answer(200, {"asked_by": self.headers["X-Auth-Username"], "results": found})

    def answer(self, status, value):
        body = json.dumps(value).encode() + b"\n"
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Search)
    print(server.server_port, flush=True)
    server.serve_forever()
