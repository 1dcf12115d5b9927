"""All kinds of requests at once on one server: what ThreadSanitizer looks at, and every answer
must be one that some order of the requests explains."""

import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from api import create_client, expect
from claviger import is_instrumented

THREADS = 8
ROUNDS = 20 if is_instrumented() else 60


@pytest.fixture
def busy(start):
    return start(CLAVIGER_WORKERS=4)


def work(server, client, number):
    """One caller's day: its own user, others' lists, and credentials that end meanwhile."""
    choose = random.Random(number)
    user = client.create_user()
    tokens = [user.issue()]
    for _ in range(ROUNDS):
        what = choose.randrange(8)
        token = choose.choice(tokens)
        if what < 2:
            tokens.append(user.issue())
        elif what == 2:
            expect(token.check(), 200)
            assert token.verify().status == 200
        elif what == 3:
            expect(client.get("/users?page=1&page_size=5"), 200)
            expect(client.get(f"/users/{user.id}/tokens"), 200)
        elif what == 4:
            expect(token.revoke(), 200)
            expect(token.check(), 401)
            tokens = [t for t in tokens if t is not token] or [user.issue()]
        elif what == 5:
            user.secret = expect(user.rotate(), 200)["secret"]
        elif what == 6:
            expect(user.patch(scopes=[f"s{choose.randrange(9)}"]), 200)
            expect(token.check(), 200)
        else:
            expect(client.delete(f"/users/{user.id}/tokens"), 200)
            expect(token.check(), 401)
            tokens = [user.issue()]
    for token in tokens:
        expect(token.check(), 200)


def test_everything_at_once(busy):
    clients = [create_client(busy) for _ in range(2)]
    with ThreadPoolExecutor(THREADS) as pool:
        works = [pool.submit(work, busy, clients[i % 2], i) for i in range(THREADS)]
        for done in works:
            done.result()
