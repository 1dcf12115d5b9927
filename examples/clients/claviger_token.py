#!/usr/bin/env python3
"""Calls a protected API with a token of Claviger. Paste `TokenSource` and `call` into your program.

As a program: claviger_token.py URL... calls each in turn and prints what it answers.
"""

import json
import os
import sys
import threading
import time
import urllib.error
import urllib.request


class TokenSource:
    """One token for all threads, kept until shortly before it expires."""

    def __init__(self, server, api_key, identifier, secret, renew_before=30):
        self._url = server.rstrip("/") + "/token"
        self._headers = {"x-api-key": api_key, "Content-Type": "application/json"}
        self._body = json.dumps({"identifier": identifier, "secret": secret}).encode()
        self._renew_before = renew_before  # seconds
        self._lock = threading.Lock()
        self._token, self._good_until = None, 0.0

    def get(self):
        with self._lock:
            if self._token is None or time.monotonic() >= self._good_until:
                self._issue()
            return self._token

    def forget(self, token):
        """It was refused: the next `get` issues another, unless somebody else already did."""
        with self._lock:
            if self._token == token:
                self._token = None

    def _issue(self):
        asked = time.monotonic()
        request = urllib.request.Request(self._url, self._body, self._headers)
        with urllib.request.urlopen(request, timeout=10) as answer:
            issued = json.load(answer)
        self._token = issued["token"]
        self._good_until = asked + issued["expires_in"] - self._renew_before


def call(tokens, url, **more):
    """Like urlopen. A token that was revoked is refused with 401: then once more with a new one."""
    for is_last in (False, True):
        token = tokens.get()
        request = urllib.request.Request(url, **more)
        request.add_unredirected_header("Authorization", "Bearer " + token)
        try:
            return urllib.request.urlopen(request, timeout=10)
        except urllib.error.HTTPError as refused:
            if refused.code != 401 or is_last:
                raise
            tokens.forget(token)


def main():
    tokens = TokenSource(os.environ["CLAVIGER_URL"], os.environ["CLAVIGER_API_KEY"],
                         os.environ["CLAVIGER_IDENTIFIER"], os.environ["CLAVIGER_SECRET"],
                         int(os.environ.get("CLAVIGER_RENEW_BEFORE", "30")))
    for url in sys.argv[1:]:
        try:
            with call(tokens, url) as answer:
                print(answer.read().decode())
        except urllib.error.URLError as problem:
            sys.exit(f"{url}: {problem}")


if __name__ == "__main__":
    main()
