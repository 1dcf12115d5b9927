"""Callers that issue, check and verify offline all the time while keys are changed, and what may be
said of all that they saw."""

import random
import threading
import time

import jwt

from api import bearer
from forge import claims_of, header_of
from keys import kid_of
from wire import until


class Load:
    """Each thread fetches the published keys of some server, has some server issue a token, and
    asks some server about that token and an earlier one."""

    def __init__(self, servers, user, threads=3):
        self.apis = [server.api for server in servers]
        self.user = user
        self.tokens = []  # (when its issue began, text)
        self.checks = []  # (kid, began, answered, status)
        self.failed = []
        self.retired = {}  # kid to (when it was asked for, when it was answered)
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run) for _ in range(threads)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def any(self):
        return random.choice(self.apis)

    def run(self):
        try:
            while not self.stopping.is_set():
                self.turn()
        except Exception as error:  # tells the test's own thread
            self.failed.append(error)
        finally:
            for api in self.apis:
                api.hang_up()

    def turn(self):
        keys = {key["kid"]: key
                for key in self.any().get("/.well-known/jwks.json").json()["keys"]}
        began = time.monotonic()
        login = {"identifier": self.user.identifier, "secret": self.user.secret}
        answer = self.any().post("/token", self.user.client.auth, json=login)
        assert answer.status == 200, answer
        token = answer.json()["token"]
        self.tokens.append((began, token))
        verify_offline(token, keys)
        self.check(token)
        self.check(random.choice(self.tokens)[1])

    def check(self, token):
        began = time.monotonic()
        status = self.any().get("/token", bearer(token)).status
        self.checks.append((kid_of(token), began, time.monotonic(), status))

    def go_on(self, turns=25):
        """Waits until so much more was done, by all threads together."""
        wanted = len(self.tokens) + turns
        until(lambda: self.failed or len(self.tokens) >= wanted, "the load goes on", 60)
        assert not self.failed, self.failed

    def retire(self, keys, kid):
        """Retires the key, and notes when."""
        asked = time.monotonic()
        self.retired[kid] = (asked, float("inf"))
        keys.retire(kid)
        self.retired[kid] = (asked, time.monotonic())

    def issued_since(self, moment):
        """The kids of the tokens whose issue began after that."""
        return {kid_of(token) for began, token in self.tokens if began > moment}

    def assert_kept(self):
        """No valid token was refused, and none of a retired key accepted."""
        assert not self.failed, self.failed
        never = (float("inf"), float("inf"))
        for kid, began, answered, status in self.checks:
            asked, acknowledged = self.retired.get(kid, never)
            if status == 200:
                assert began < acknowledged, "what a retired key signed was accepted"
            else:
                assert status == 401 and answered > asked, f"a valid token was refused: {status}"


def verify_offline(token, keys):
    """By the keys that were published before the token was asked for."""
    header = header_of(token)
    if header["alg"] == "HS256":
        assert header["kid"] not in keys
        return
    assert header["kid"] in keys, "signed by a key that was not published before"
    issuer = claims_of(token)["iss"]
    jwt.decode(token, jwt.PyJWK(keys[header["kid"]]).key, algorithms=[header["alg"]],
               audience=issuer, issuer=issuer)
