"""Makes tokens that the server did not issue, from one that it did."""

import base64
import hashlib
import hmac
import json


def encode(data):
    """base64url without padding (RFC 7515 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def header_of(token):
    return json.loads(decode(token.split(".")[0]))


def claims_of(token):
    return json.loads(decode(token.split(".")[1]))


def compact(value):
    """JSON text of a dict; text and bytes are taken as they are."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode()
    return json.dumps(value, separators=(",", ":")).encode()


def signed(header, claims, key, digest=hashlib.sha256):
    """A token over exactly this header and these claims."""
    text = encode(compact(header)) + "." + encode(compact(claims))
    return text + "." + signature(text, key, digest)


def signature(text, key, digest=hashlib.sha256):
    return encode(hmac.new(key.encode(), text.encode(), digest).digest())


def resigned(token, key, header=None, **claims):
    """The token with changed header and claims (None removes one), under a good signature."""
    return signed(_changed(header_of(token), header or {}), _changed(claims_of(token), claims), key)


def _changed(members, changes):
    merged = {**members, **changes}
    return {name: value for name, value in merged.items() if value is not None}
