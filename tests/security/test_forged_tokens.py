"""Forged tokens, each refused with 401. Those with a good signature are made with the server's own
key, so that nothing but the rule in question can refuse them (RFC 8725; TOK-1 to TOK-5)."""

import hashlib
import json

import pytest

from forge import claims_of, compact, decode, encode, header_of, resigned, signature, signed


def test_the_forger_itself_works(forge, token):
    """Without a change its tokens are accepted: each refusal below is for the change alone."""
    for text in (
        forge.with_header(forge.header),
        forge.with_claims(json.dumps(forge.claims)),
        resigned(token.text, forge.key),
    ):
        assert token.api.get("/token", {"Authorization": f"Bearer {text}"}).status == 200


ALGORITHMS = [
    "none",
    "None",
    "NONE",
    "nOnE",
    "",
    "hs256",
    "Hs256",
    "HS256 ",
    " HS256",
    "HS384",
    "HS512",
    "RS256",
    "ES256",
    "PS256",
    "EdDSA",
    "Ed25519",
    "A256GCM",
    "dir",
    "HS256\0",
]


@pytest.mark.requirement("TOK-1")
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_other_algorithms(forge, algorithm):
    header = {**forge.header, "alg": algorithm}
    forge.refused(forge.with_header(header))
    unsigned = encode(compact(header)) + "." + forge.payload_part
    forge.refused(unsigned + "." + forge.signature_part)
    forge.refused(unsigned + ".")
    forge.refused(unsigned)


@pytest.mark.requirement("TOK-1")
@pytest.mark.parametrize("digest", [hashlib.sha384, hashlib.sha512, hashlib.sha1, hashlib.md5])
def test_other_digests_under_any_name(forge, digest):
    for name in ("HS256", "HS384", "HS512"):
        forge.refused(signed({**forge.header, "alg": name}, forge.claims, forge.key, digest))


@pytest.mark.requirement("TOK-1")
@pytest.mark.parametrize("value", [None, 256, True, ["HS256"], {"alg": "HS256"}, 1.5])
@pytest.mark.parametrize("name", ["alg", "typ", "kid"])
def test_header_members_of_other_types(forge, name, value):
    header = json.dumps({**forge.header, name: value})
    forge.refused(forge.with_header(header))


@pytest.mark.requirement("TOK-1")
def test_known_weak_keys(forge):
    for key in (
        "",
        "secret",
        "your-256-bit-secret",
        "\0" * 32,
        forge.header["kid"],
        forge.text,
        forge.key[:-1],
        forge.key.swapcase(),
    ):
        forge.refused(signed(forge.header, forge.claims, key))


@pytest.mark.requirement("TOK-2")
@pytest.mark.parametrize(
    "member",
    [
        {"jku": "https://evil.example/jwks.json"},
        {"x5u": "https://evil.example/cert.pem"},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
        {"x5c": ["AAAA"]},
        {"x5t": "AAAA"},
        {"x5t#S256": "AAAA"},
        {"crit": ["exp"]},
        {"crit": []},
        {"crit": ["b64"], "b64": False},
        {"b64": False},
        {"b64": True},
        {"zip": "DEF"},
        {"cty": "JWT"},
        {"enc": "A256GCM"},
        {"epk": {}},
        {"exp": 1},
        {"nonce": "a"},
        {"iss": "x"},
        {"": ""},
        {"ALG": "none"},
        {"Kid": "x"},
        {"alg ": "none"},
        {"__proto__": {}},
    ],
)
def test_extra_header_members(forge, member):
    forge.refused(forge.with_header({**forge.header, **member}))


@pytest.mark.requirement("TOK-2")
@pytest.mark.parametrize("name", ["alg", "typ", "kid"])
def test_missing_header_members(forge, name):
    header = {k: v for k, v in forge.header.items() if k != name}
    forge.refused(forge.with_header(header))


@pytest.mark.requirement("TOK-2")
@pytest.mark.parametrize(
    "typ",
    [
        "JWT",
        "jwt",
        "AT+JWT",
        "at+JWT",
        "application/at+jwt",
        "at jwt",
        "at+jwt ",
        "",
        "JOSE",
        "dpop+jwt",
        "secevent+jwt",
        "at+jwt\0",
    ],
)
def test_other_types(forge, typ):
    forge.refused(forge.with_header({**forge.header, "typ": typ}))


@pytest.mark.requirement("TOK-2")
def test_unknown_kids(forge):
    kid = forge.header["kid"]
    for other in (
        "",
        "x",
        kid + "x",
        kid[:-1],
        kid.upper(),
        " " + kid,
        kid + "\0",
        "../../dev/null",
        "' OR 1=1--",
        "production." + kid.split(".")[1],
        "development.",
        ".",
        kid.split(".")[1],
        "x" * 4000,
    ):
        forge.refused(forge.with_header({**forge.header, "kid": other}))


@pytest.mark.requirement("TOK-2")
@pytest.mark.parametrize(
    "header",
    [
        "{}",
        "[]",
        "null",
        "5",
        '"HS256"',
        "",
        " ",
        "x",
        "{",
        '{"alg":"HS256"',
        "{}{}",
        "\ufeff{}",
        '{"alg":"HS256","typ":"at+jwt","kid":"K",}',
        "{'alg':'HS256'}",
        "\x00",
        "[" * 3000,
        '{"alg":"HS256","typ":"at+jwt","kid":"K"}x',
        '{"alg":"HS256"/**/,"typ":"at+jwt","kid":"K"}',
    ],
)
def test_headers_that_are_not_the_object(forge, header):
    forge.refused(forge.with_header(header.replace("K", forge.header["kid"])))


@pytest.mark.requirement("TOK-3")
def test_duplicate_header_members(forge):
    good = json.dumps(forge.header)[1:-1]
    for duplicate in (
        '"alg":"HS256"',
        '"alg":"none"',
        '"\\u0061lg":"HS256"',
        '"\\u0061lg":"none"',
        '"typ":"at+jwt"',
        '"k\\u0069d":"%s"' % forge.header["kid"],
    ):
        forge.refused(forge.with_header("{" + good + "," + duplicate + "}"))
        forge.refused(forge.with_header("{" + duplicate + "," + good + "}"))


@pytest.mark.requirement("TOK-3")
def test_duplicate_claims(forge):
    good = json.dumps(forge.claims)[1:-1]
    later = forge.claims["exp"] + 1000
    for duplicate in (
        f'"exp":{later}',
        f'"\\u0065xp":{later}',
        f'"ex\\u0070":{later}',
        f'"sub":"{forge.claims["sub"]}"',
        f'"j\\u0074i":"{forge.claims["jti"]}"',
        '"scope":"admin"',
        '"unknown":1,"unknown":2',
        '"x":1,"\\u0078":2',
    ):
        forge.refused(forge.with_claims("{" + good + "," + duplicate + "}"))
        forge.refused(forge.with_claims("{" + duplicate + "," + good + "}"))


def compact_spellings(parts):
    head, payload, tail = parts
    yield from (
        f"{head}.{payload}.{tail}=",
        f"{head}=.{payload}.{tail}",
        f"{head}.{payload}==.{tail}",
        f"{head}.{payload}.{tail}==",
        f"{head}.{payload}",
        f"{head}..{tail}",
        f".{payload}.{tail}",
        f"{head}.{payload}.",
        "..",
        "...",
        ".",
        head,
        f"{head}.{payload}.{tail}.",
        f".{head}.{payload}.{tail}",
        f"{head}.{payload}.{tail}.{tail}",
        f"{head}.{payload}.{tail}.x.y",
        f"{head}. {payload}.{tail}",
        f"{head}.{payload[:10]} {payload[10:]}.{tail}",
        f"{head},{payload},{tail}",
        f"{head}.{payload}.{tail}%3D",
        f"{head}.{payload}.{tail}\xe9",
        f"{head}.{payload}.{tail}A",
        f"{head}.{payload}.{tail[:-1]}",
        f"{head}.{payload}.{tail}AAAA",
        f"{head}.{payload}A.{tail}",
        f"{head}A.{payload}.{tail}",
        f"{head}.{payload}.{tail[:-4]}",
        f'"{head}.{payload}.{tail}"',
    )


@pytest.mark.requirement("TOK-3")
def test_other_spellings_of_the_compact_form(forge):
    parts = (forge.head_part, forge.payload_part, forge.signature_part)
    for text in compact_spellings(parts):
        forge.refused(text)


ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.mark.requirement("TOK-3")
def test_stray_bits(forge):
    """The last character of a part whose length is not a multiple of 4 has bits that decode to
    nothing: only zero bits are canonical. The signature is 43 characters: 2 stray bits."""
    value = ALPHABET.index(forge.signature_part[-1])
    assert value % 4 == 0
    for bits in (1, 2, 3):
        forge.refused(forge.text[:-1] + ALPHABET[value + bits])


@pytest.mark.requirement("TOK-3")
def test_stray_bits_in_signed_parts(forge):
    """Signed as they stand, so only the canonical spelling can refuse them."""
    for length, stray in ((1, 4), (2, 2)):
        claims = compact(forge.claims)
        claims += b" " * ((length - len(claims)) % 3)  # white space after the value is JSON
        part = encode(claims)
        value = ALPHABET.index(part[-1])
        for bits in range(1, 1 << stray):
            forged = part[:-1] + ALPHABET[value + bits]
            assert decode(forged) == claims
            text = f"{forge.head_part}.{forged}"
            forge.refused(f"{text}.{signature(text, forge.key)}")


@pytest.mark.requirement("TOK-3")
def test_standard_base64_alphabet(forge):
    claims = {**forge.claims, "pad": "\u00ff\u00fe\u00fb\u00ef?>" * 20}
    part = encode(json.dumps(claims, ensure_ascii=False).encode())
    assert "-" in part or "_" in part
    text = forge.head_part + "." + part.replace("-", "+").replace("_", "/")
    forge.refused(f"{text}.{signature(text, forge.key)}")


@pytest.mark.requirement("TOK-3")
def test_padding_in_signed_parts(forge):
    for pad in range(3):
        claims = compact(forge.claims) + b" " * pad
        part = encode(claims) + "=" * (-len(encode(claims)) % 4 or 1)
        text = f"{forge.head_part}.{part}"
        forge.refused(f"{text}.{signature(text, forge.key)}")


@pytest.mark.requirement("TOK-3")
def test_longest_token(forge, token):
    """Up to 8 KiB a token with claims that mean nothing to us is good, beyond it is not."""

    def of_length(length):
        for fill in range(length * 3 // 4, 0, -1):
            text = forge.with_claims({**forge.claims, "fill": "x" * fill})
            if len(text) <= length:
                return text

    fits = of_length(8192)
    assert len(fits) > 8180
    assert token.api.get("/token", {"Authorization": f"Bearer {fits}"}).status == 200
    over = forge.with_claims({**forge.claims, "fill": "x" * 6000})
    assert len(over) > 8192
    forge.refused(over)
    forge.refused("a" * 15_000)
    forge.refused("." * 9_000)


@pytest.mark.requirement("TOK-4")
@pytest.mark.parametrize(
    "payload", [b"", b"{", b"[" * 4000, b"\xff", b"\0", b"5", b"null", b"{}{}"]
)
def test_payloads_are_not_looked_at_before_the_signature(forge, payload):
    text = forge.head_part + "." + encode(payload)
    forge.refused(f"{text}.{forge.signature_part}")


@pytest.mark.requirement("TOK-8")
def test_another_spelling_of_a_revoked_token_is_revoked(forge, user):
    """Revocation is by jti: the same claims, signed over other bytes, are the same token."""
    gone = user.issue()
    again = signed(json.dumps(header_of(gone.text)), json.dumps(claims_of(gone.text)), forge.key)
    assert again != gone.text
    assert gone.api.get("/token", {"Authorization": f"Bearer {again}"}).status == 200
    gone.revoke()
    forge.refused(again, "revoked")


@pytest.mark.requirement("TOK-3")
def test_parts_of_two_tokens(forge, user):
    other = user.issue()
    mine, theirs = forge.text.split("."), other.text.split(".")
    forge.refused(".".join((mine[0], theirs[1], mine[2])))
    forge.refused(".".join((mine[0], mine[1], theirs[2])))
    forge.refused(".".join((mine[1], mine[0], mine[2])))


@pytest.mark.requirement("NET-7")
def test_every_flipped_bit_of_the_signature(forge, token):
    raw = bytearray(decode(forge.signature_part))
    with token.api.connect() as connection:
        for bit in range(len(raw) * 8):
            raw[bit // 8] ^= 1 << bit % 8
            text = f"{forge.head_part}.{forge.payload_part}.{encode(bytes(raw))}"
            connection.send(
                f"GET /token HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {text}\r\n\r\n"
            )
            assert connection.read_answer().status == 401
            raw[bit // 8] ^= 1 << bit % 8
