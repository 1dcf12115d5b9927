"""Clients of a cluster: they log in, check and revoke through all nodes, and note what they saw.

Each node has threads of its own, so that one that does not answer holds up none of the others:
a writer, a reader, and probers, which ask each node about a token right after its revocation was
acknowledged: the moment at which a node that has not heard of it would be wrong.
"""

import base64
import collections
import http.client
import itertools
import json
import queue
import random
import re
import subprocess
import threading
import time

import history as h
from claviger import command

TIMEOUT_S = 15  # longer than any pause: what a node answers when it wakes is to be seen
PROBERS = 2
LIVE_WANTED = 90  # few enough that each node has all of them in memory
PAUSE_S = 0.004
PAUSE_AFTER_FAILURE_S = 0.05
OUTCOMES = {200: h.OK, 201: h.OK, 401: h.REFUSED, 503: h.UNAVAILABLE, 408: h.LOST}
REASON = re.compile('error_description="([^"]*)"')
# Times a hundred: what a writer does.
WRITES = {"issue": 46, "revoke_token": 44, "revoke_user": 5, "deactivate_user": 5}


class Caller:
    """A thread's connection to one node."""

    def __init__(self, target):
        self.name, address = target
        self.connection = http.client.HTTPConnection(*address, timeout=TIMEOUT_S)

    def call(self, method, path, headers=None, fields=None):
        """(invoke, end, outcome, the answer's object, detail)"""
        headers = dict(headers or {})
        body = None
        if fields is not None:
            body = json.dumps(fields)
            headers["Content-Type"] = "application/json"
        invoke = time.monotonic_ns()
        try:
            self.connection.request(method, path, body, headers)
            response = self.connection.getresponse()
            text = response.read()
            end = time.monotonic_ns()
        except (OSError, http.client.HTTPException) as error:
            self.connection.close()
            return invoke, time.monotonic_ns(), h.LOST, None, type(error).__name__
        outcome = OUTCOMES.get(response.status, h.FAILED)
        value = json.loads(text) if text and text[:1] == b"{" else {}
        reason = REASON.search(response.getheader("WWW-Authenticate") or "")
        detail = f"{response.status} {reason[1] if reason else value.get('code', '')}".strip()
        return invoke, end, outcome, value, detail


class Client:
    def __init__(self, fields):
        self.id = fields["id"]
        self.headers = {"x-api-key": fields["api_key"]}


class User:
    def __init__(self, client, fields):
        self.client = client
        self.id = fields["id"]
        self.login = {"identifier": fields["identifier"], "secret": fields["secret"]}
        self.tokens = []


class Token:
    def __init__(self, user, fields):
        self.user = user
        self.id = fields["id"]
        self.headers = {"Authorization": "Bearer " + fields["token"]}


class Pool:
    """Tokens by what the clients know of them. Safe for threads."""

    def __init__(self):
        self.lock = threading.Lock()
        self.live = []
        self.attempted = collections.deque(maxlen=100)
        self.revoked = collections.deque(maxlen=100)
        self.all = []

    def add(self, token, is_kept):
        with self.lock:
            self.all.append(token)
            token.user.tokens.append(token)
            if not is_kept:
                self.live.append(token)

    def take(self, randomly):
        """A live token, which is none from now on; None without one."""
        with self.lock:
            if not self.live:
                return None
            place = randomly.randrange(len(self.live))
            self.live[place], self.live[-1] = self.live[-1], self.live[place]
            token = self.live.pop()
            self.attempted.append(token)
            return token

    def take_all_of(self, user):
        with self.lock:
            taken = user.tokens
            user.tokens = []
            gone = set(taken)
            self.live = [token for token in self.live if token not in gone]
            self.attempted.extend(taken)
            return taken

    def note_revoked(self, tokens):
        with self.lock:
            self.revoked.extend(tokens)

    def any(self, randomly):
        with self.lock:
            kind = randomly.choice([self.live, self.live, self.live, self.attempted, self.revoked])
            return randomly.choice(kind) if kind else None


class Workload:
    """`targets`: (name, address) of each node; `roaming`: of what stands before them."""

    def __init__(self, targets, settings, seed, roaming=None):
        self.targets, self.settings, self.seed = targets, settings, seed
        self.roaming = roaming
        self.history = h.History()
        self.pool = Pool()
        self.stopping = threading.Event()
        self.failures = []
        self.probes = {name: queue.Queue(maxsize=8) for name, _ in targets}
        self.threads = []
        self.kept = None
        self.names = itertools.count(1)

    # Preparing

    def make_client(self, caller):
        fields = {"username": self.settings["MASTER_USERNAME"],
                  "password": self.settings["MASTER_PASSWORD"],
                  "client_name": f"client-{next(self.names)}"}
        outcome, value, *_ = caller.call("POST", "/client", fields=fields)[2:]
        return Client(value) if outcome == h.OK else None

    def make_user(self, caller, client):
        fields = {"identifier": f"user-{next(self.names)}"}
        outcome, value, *_ = caller.call("POST", "/user", client.headers, fields)[2:]
        if outcome != h.OK:
            return None
        user = User(client, value)
        self.history.clients[user.id] = client.id
        return user

    def start(self):
        caller = Caller(self.targets[0])
        client = self.make_client(caller)
        assert client, "no client can be made"
        self.kept = self.make_user(caller, client)
        assert self.kept, "no user can be made"
        for number, target in enumerate(self.targets):
            self._thread(Writer(self, target, client, self.seed * 100 + number).run)
            self._thread(self._read, target, self.seed * 100 + 50 + number)
            for _ in range(PROBERS):
                self._thread(self._probe, target)
        if self.roaming:
            self._thread(Writer(self, self.roaming, client, self.seed * 100 + 40).run)
            self._thread(self._read, self.roaming, self.seed * 100 + 90)

    def _thread(self, function, *arguments):
        def guarded():
            try:
                function(*arguments)
            except BaseException as failure:  # noqa: the run reports it
                self.failures.append(repr(failure))
                raise
        self.threads.append(threading.Thread(target=guarded, daemon=True))
        self.threads[-1].start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join(TIMEOUT_S * 4)
            assert not thread.is_alive(), "a client does not end"

    # What they do

    def check(self, caller, token, kind=h.CHECK):
        invoke, end, outcome, _, detail = caller.call("GET", "/token", token.headers)
        return self.history.add(kind, token.id, invoke, end, outcome, caller.name, detail=detail)

    def note_revoked(self, tokens):
        """The clients know that these are revoked: each node is asked at once."""
        self.pool.note_revoked(tokens)
        for probes in self.probes.values():
            for token in tokens[:3]:
                try:
                    probes.put_nowait(token)
                except queue.Full:
                    pass

    def _read(self, target, seed):
        caller, randomly = Caller(target), random.Random(seed)
        while not self.stopping.is_set():
            token = self.pool.any(randomly)
            if token is None:
                self.stopping.wait(PAUSE_AFTER_FAILURE_S)
                continue
            if randomly.random() < 0.02:
                token = forged(token, randomly)
            found = self.check(caller, token)
            self.stopping.wait(PAUSE_S if found.outcome != h.LOST else PAUSE_AFTER_FAILURE_S)

    def _probe(self, target):
        caller = Caller(target)
        while not self.stopping.is_set():
            try:
                token = self.probes[target[0]].get(timeout=0.2)
            except queue.Empty:
                continue
            self.check(caller, token)

    # At the end

    def check_all(self, seconds=60):
        """Asks each node about each token, until all have given a verdict or time is up."""
        deadline = time.monotonic() + seconds
        threads = [threading.Thread(target=self._check_all_at, args=(target, deadline))
                   for target in self.targets]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _check_all_at(self, target, deadline):
        caller = Caller(target)
        pause = threading.Event()
        for token in self.pool.all:
            invoke, end, outcome, _, detail = caller.call("GET", "/token", token.headers)
            while outcome in (h.LOST, h.UNAVAILABLE) and time.monotonic() < deadline:
                pause.wait(PAUSE_AFTER_FAILURE_S)
                invoke, end, outcome, _, detail = caller.call("GET", "/token", token.headers)
            self.history.add(h.FINAL_CHECK, token.id, invoke, end, outcome, caller.name,
                             detail=detail)


class Writer:
    """Logs in and revokes through one node, with users of its own."""

    USERS = 3
    CLIENT_EVERY_S = 6.0

    def __init__(self, load, target, client, seed):
        self.load, self.caller, self.client = load, Caller(target), client
        self.randomly = random.Random(seed)
        self.users = []
        self.doomed_client = None
        self.client_due = time.monotonic() + self.randomly.uniform(1, self.CLIENT_EVERY_S)

    def run(self):
        names, weights = list(WRITES), list(WRITES.values())
        while not self.load.stopping.is_set():
            went_well = self._ensure_users()
            if went_well:
                name = self.randomly.choices(names, weights)[0]
                if len(self.load.pool.live) > LIVE_WANTED and name == "issue":
                    name = "revoke_token"
                went_well = getattr(self, "_" + name)()
                if time.monotonic() > self.client_due:
                    self._deactivate_client()
            self.load.stopping.wait(PAUSE_S if went_well else PAUSE_AFTER_FAILURE_S)

    def _ensure_users(self):
        if self.doomed_client is None:
            self.doomed_client = self.load.make_client(self.caller)
        while len(self.users) < self.USERS:
            is_doomed = self.doomed_client and not any(user.client is self.doomed_client
                                                       for user in self.users)
            user = self.load.make_user(self.caller,
                                       self.doomed_client if is_doomed else self.client)
            if user is None:
                return False
            self.users.append(user)
        return True

    def _note(self, kind, subject, called, token=""):
        invoke, end, outcome, _, detail = called
        return self.load.history.add(kind, subject, invoke, end, outcome, self.caller.name, token,
                                     detail)

    def _issue(self):
        is_kept = self.randomly.random() < 0.05
        user = self.load.kept if is_kept else self.randomly.choice(self.users)
        called = self.caller.call("POST", "/token", user.client.headers, user.login)
        token = Token(user, called[3]) if called[2] == h.OK else None
        self._note(h.ISSUE, user.id, called, token.id if token else "")
        if token is not None:
            self.load.pool.add(token, is_kept)
        return called[2] == h.OK

    def _revoke_token(self):
        token = self.load.pool.take(self.randomly)
        if token is None:
            return self._issue()
        if self.randomly.random() < 0.5:
            called = self.caller.call("DELETE", "/token", token.headers)
        else:
            called = self.caller.call("DELETE", f"/tokens/{token.id}", token.user.client.headers)
        return self._note_revoking(h.REVOKE_TOKEN, token.id, called, [token])

    def _note_revoking(self, kind, subject, called, tokens):
        found = self._note(kind, subject, called)
        if found.outcome == h.OK:
            self.load.note_revoked(tokens)
        return found.outcome == h.OK

    def _revoke_user(self):
        user = self.randomly.choice(self.users)
        tokens = self.load.pool.take_all_of(user)
        called = self.caller.call("DELETE", f"/users/{user.id}/tokens", user.client.headers)
        return self._note_revoking(h.REVOKE_USER, user.id, called, tokens)

    def _deactivate_user(self):
        """Half of them come back; of the others there is no use any more."""
        user = self.randomly.choice(self.users)
        tokens = self.load.pool.take_all_of(user)
        went_well = self._note_revoking(h.DEACTIVATE_USER, user.id, self._patch(user, False),
                                        tokens)
        if self.randomly.random() < 0.5:
            self.users.remove(user)
            called = self.caller.call("POST", "/token", user.client.headers, user.login)
            self._note(h.ISSUE, user.id, called, called[3]["id"] if called[2] == h.OK else "")
            return went_well
        active = self._note(h.ACTIVATE_USER, user.id, self._patch(user, True))
        if active.outcome != h.OK:
            self.users.remove(user)
        return went_well and active.outcome == h.OK

    def _patch(self, user, is_active):
        return self.caller.call("PATCH", f"/users/{user.id}", user.client.headers,
                                {"is_active": is_active})

    def _deactivate_client(self):
        """By the command line, which works on the database beside the servers."""
        self.client_due = time.monotonic() + self.randomly.uniform(0.5, 1.5) * self.CLIENT_EVERY_S
        client, self.doomed_client = self.doomed_client, None
        if client is None:
            return
        users = [user for user in self.users if user.client is client]
        self.users = [user for user in self.users if user.client is not client]
        tokens = [token for user in users for token in self.load.pool.take_all_of(user)]
        invoke = time.monotonic_ns()
        try:
            done = command("client", "deactivate", client.id, env=self.load.settings,
                           timeout=TIMEOUT_S)
            outcome = h.OK if done.returncode == 0 else h.LOST
            detail = f"exit {done.returncode} {done.stderr.decode()[:100].strip()}"
        except subprocess.TimeoutExpired:
            outcome, detail = h.LOST, "no end"
        found = self.load.history.add(h.DEACTIVATE_CLIENT, client.id, invoke, time.monotonic_ns(),
                                      outcome, "command", detail=detail)
        if found.outcome == h.OK:
            self.load.note_revoked(tokens)


def forged(token, randomly):
    """The token with an id that was never issued: its signature cannot be right."""
    text = token.headers["Authorization"].split(" ")[1]
    head, payload, signature = text.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    claims["jti"] = "%08x-0000-7000-8000-000000000000" % randomly.getrandbits(32)
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return Token(token.user, {"id": "forged", "token": f"{head}.{payload}.{signature}"})
