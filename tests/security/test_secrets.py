"""What is kept of a secret, and what is not (SEC-1 to SEC-3)."""

import hashlib
import re
import stat

import pytest

from api import blob, key_header, sql
from canary import Canaries

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
LEAK = re.compile(r"sk-(client|user)-[a-z][a-z0-9-]{0,31}-[0-9A-Za-z]{49}")


def checksum(text):
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    digits = ""
    for _ in range(6):
        number, rest = divmod(number, 62)
        digits = DIGITS[rest] + digits
    return digits


@pytest.mark.requirement("SEC-1")
def test_checksum_is_the_documented_one(client, user):
    for credential in (client.api_key, user.secret):
        assert LEAK.fullmatch(credential)
        assert credential[-6:] == checksum(credential[:-6])


@pytest.mark.requirement("SEC-1")
def test_random_part_has_256_bits(client):
    """43 base62 digits that use their range: the first one is one of few, the rest are any."""
    randoms = [client.create_user().secret[-49:-6] for _ in range(64)]
    used = {digit for random in randoms for digit in random}
    assert len(used) == 62
    numbers = [sum(DIGITS.index(d) * 62**i for i, d in enumerate(reversed(r))) for r in randoms]
    assert all(number < 2**256 for number in numbers)
    assert max(numbers) > 2**250


@pytest.mark.requirement("SEC-2")
def test_only_hashes_are_stored(server, client, user):
    stored = sql(
        server.database, "SELECT secret_hash, secret_preview FROM users WHERE id = ?", blob(user.id)
    )
    assert stored == [
        (hashlib.sha256(user.secret.encode()).digest(), "sk-user-..." + user.secret[-8:])
    ]
    stored = sql(
        server.database,
        "SELECT api_key_hash, api_key_preview FROM clients WHERE id = ?",
        blob(client.id),
    )
    assert stored == [
        (hashlib.sha256(client.api_key.encode()).digest(), "sk-client-..." + client.api_key[-8:])
    ]


@pytest.mark.requirement("SEC-2")
def test_a_hash_is_no_key(client):
    digest = hashlib.sha256(client.api_key.encode())
    for key in (digest.hexdigest(), digest.hexdigest().upper()):
        assert client.api.get("/users", key_header(key)).status == 401


@pytest.mark.requirement("SEC-2")
def test_secrets_are_shown_once(client, user, token):
    token.check()
    for target in (
        "/client",
        "/users",
        f"/users/{user.id}",
        "/tokens",
        f"/tokens/{token.id}",
        f"/users/{user.id}/tokens",
    ):
        body = client.get(target).body.decode()
        assert not LEAK.search(body), target
        assert token.text[-20:] not in body


@pytest.mark.requirement("SEC-3")
def test_the_token_is_never_stored(server, token):
    token.check()
    for path in server.directory.glob("claviger.db*"):
        data = path.read_bytes()
        for part in token.text.split("."):
            assert part[:40].encode() not in data, path.name
            assert part[-20:].encode() not in data, path.name


@pytest.mark.requirement("SEC-3")
def test_database_files_are_private(server, token):
    names = {path.name for path in server.directory.glob("claviger.db*")}
    assert {"claviger.db", "claviger.db-wal"} <= names
    for path in server.directory.glob("claviger.db*"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path.name


@pytest.mark.requirement("LOG-2")
def test_the_search_for_leaks_finds_leaks():
    """The tool that all other tests rely on at the end of each server's life."""
    import base64
    import urllib.parse

    secret = "sk-user-development-" + DIGITS[10:59]
    jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhYmNkZWZnaGlqa2xtbm9w.c2lnbmF0dXJlc2lnbmF0dXJl"
    password = "p/ssw+rd with?ch&racters-1234"
    canaries = Canaries()
    for credential in (secret, jwt, password):
        canaries.add(credential)
    innocent = b'{"event":"sk-user-development-...","token":"eyJhbGciOiJIUzI1NiJ9.***"}'
    assert not canaries.leaks_in(innocent)
    leaks = [
        secret,
        secret[20:60],
        secret[40:],
        jwt,
        jwt.split(".")[1],
        jwt.split(".")[2],
        urllib.parse.quote(password, safe=""),
        "x" + base64.b64encode(secret.encode()).decode(),
        base64.b64encode(b"?" + secret.encode()).decode(),
        base64.b64encode(b"??" + secret.encode()).decode(),
    ]
    for leak in leaks:
        assert canaries.leaks_in(f'{{"detail":"{leak}"}}'.encode()), leak
