"""Searches what a server wrote for the credentials it was given or gave out (LOG-2).

A credential counts as leaked if 12 characters of it (of a token, 18) stand together anywhere: as
sent, in base64 at any alignment, or percent-encoded. Of a token the payload and signature segments
count; the header segment is the same in all tokens.
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


def _windows(text, step=1):
    return (text[start : start + GRAM] for start in range(0, len(text) - GRAM + 1, step))


def _grams(form):
    """Of long texts every sixth, or there would be too many. "AAAAAAAAAAAA" says nothing."""
    step = 1 if len(form) <= 128 else GRAM // 2
    return [gram for gram in _windows(form, step) if len(set(gram)) > 3]


class Canaries:
    """The credentials that one server met."""

    def __init__(self):
        self._secrets = set()
        self._known = set()
        self._grams = set()

    def add(self, credential):
        if isinstance(credential, bytes):
            credential = credential.decode("latin-1")
        if isinstance(credential, str) and len(credential) >= _WORTH_HIDING:
            self._secrets.add(credential)

    def _new_grams(self):
        """Adds those of credentials that came since the last search."""
        for secret in self._secrets - self._known:
            for part in _secret_parts(secret):
                for form in _forms(part):
                    self._grams.update(_grams(form))
        self._known = set(self._secrets)
        return self._grams

    def leaks_in(self, data):
        """Passages of `data` (bytes) that hold a part of a credential."""
        grams = self._new_grams()
        runs = set(_STOP.split(data.decode("latin-1")))
        return [run[:300] for run in runs if not grams.isdisjoint(_windows(run))]
