"""Searches what a server wrote for the credentials it was given or gave out (LOG-2).

A credential counts as leaked if 12 characters of it stand together anywhere: as sent, in base64 at
any alignment, or percent-encoded. Of a token the payload and signature segments count; the header
segment is the same in all tokens.
"""

import base64
import re
import urllib.parse

GRAM = 12
_PUBLIC_PREFIX = re.compile(r"^sk-(client|user)-[a-z0-9-]+-(?=[^-]+$)")
_WORTH_HIDING = 16  # shorter ones are a test's nonsense, not credentials
_STOP = re.compile(r"[^\x21-\x7e]+")


def _forms(secret):
    data = secret.encode("utf-8", "surrogateescape")
    yield secret
    quoted = urllib.parse.quote(data, safe="")
    if quoted != secret:
        yield quoted
    for skip in range(3):  # the three ways base64 groups can fall on it
        text = base64.b64encode(b"\0" * skip + data).decode().rstrip("=")
        yield text[4 if skip else 0 : -2]


def _secret_parts(credential):
    if credential.count(".") == 2:
        return credential.split(".")[1:]
    return [_PUBLIC_PREFIX.sub("", credential)]


def _windows(run):
    return (run[start : start + GRAM] for start in range(len(run) - GRAM + 1))


class Canaries:
    """The credentials that one server met."""

    def __init__(self):
        self._secrets = set()

    def add(self, credential):
        if isinstance(credential, bytes):
            credential = credential.decode("latin-1")
        if isinstance(credential, str) and len(credential) >= _WORTH_HIDING:
            self._secrets.add(credential)

    def _grams(self):
        grams = set()
        for secret in self._secrets:
            for part in _secret_parts(secret):
                for form in _forms(part):
                    for start in range(0, len(form) - GRAM + 1, GRAM // 2):
                        gram = form[start : start + GRAM]
                        if len(set(gram)) > 3:  # "AAAAAAAAAAAA" says nothing
                            grams.add(gram)
        return grams

    def leaks_in(self, data):
        """Passages of `data` (bytes) that hold a part of a credential."""
        grams = self._grams()
        runs = set(_STOP.split(data.decode("latin-1")))
        return [run[:300] for run in runs if not grams.isdisjoint(_windows(run))]
