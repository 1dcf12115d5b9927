"""Tokens beyond those of a seeded database: issued over HTTP, under keys of any algorithm."""

import http.client
import json
import subprocess
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

THREADS = 16


def issue(server, count):
    """That many tokens, one for each of the database's sample of users in turn."""
    database = server.database
    users = [database.users[i % len(database.users)] for i in range(count)]
    with ThreadPoolExecutor(THREADS) as pool:
        parts = pool.map(lambda part: _issue_for(server.port, database.api_key, part),
                         [users[i::THREADS] for i in range(THREADS)])
        return [token for part in parts for token in part]


def _issue_for(port, api_key, users):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    headers = {"x-api-key": api_key, "Content-Type": "application/x-www-form-urlencoded"}
    tokens = []
    for identifier, secret in users:
        body = urllib.parse.urlencode({"identifier": identifier, "secret": secret})
        connection.request("POST", "/token", body=body, headers=headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"no token was issued: {answer.status} {text!r}")
        tokens.append(json.loads(text)["token"])
    connection.close()
    return tokens


GENERATE = {
    "ES256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "EdDSA": ["-algorithm", "ED25519"],
}


def signing_key(folder, algorithm):
    """A new private key in a PEM file that only its owner can read."""
    path = folder / f"{algorithm}.pem"
    path.touch(mode=0o600)
    subprocess.run(["openssl", "genpkey", *GENERATE[algorithm], "-out", path], check=True,
                   capture_output=True)
    return path
