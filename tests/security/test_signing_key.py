"""Tokens signed with a private key from a file (TOK-1)."""

import os
import subprocess

import pytest

from api import assert_invalid_token, create_client, expect
from claviger import Server
from forge import decode, encode, header_of

KINDS = {"ES256": ["EC", "ec_paramgen_curve:P-256"], "EdDSA": ["ed25519", None]}


def make_key(path, algorithm="EdDSA", mode=0o600):
    """Has OpenSSL make a key as its user would."""
    kind, option = KINDS[algorithm]
    arguments = ["openssl", "genpkey", "-algorithm", kind, "-out", str(path)]
    subprocess.run(arguments + (["-pkeyopt", option] if option else []), check=True)
    os.chmod(path, mode)
    return path


@pytest.mark.requirement("TOK-1")
@pytest.mark.parametrize("algorithm", KINDS)
def test_a_private_key_signs_and_its_public_half_checks(start, tmp_path, algorithm):
    path = make_key(tmp_path / "key.pem", algorithm)
    server = start(CLAVIGER_SIGNING_KEY=path, JWT_SECRET_KEY=None)
    token = create_client(server).create_user().issue()
    header = header_of(token.text)
    assert header["alg"] == algorithm
    expect(token.check(), 200)
    expect(token.check(), 200)  # the signature is remembered, the record is not

    text, signature = token.text.rsplit(".", 1)
    public = tmp_path / "public.pem"
    subprocess.run(["openssl", "pkey", "-in", path, "-pubout", "-out", public], check=True)
    if algorithm == "EdDSA":  # for ES256, OpenSSL's command wants another form of signature
        signed, given = tmp_path / "signed", tmp_path / "signature"
        signed.write_bytes(text.encode())
        given.write_bytes(decode(signature))
        verify = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", public, "-rawin"]
        subprocess.run(verify + ["-in", signed, "-sigfile", given], check=True)

    token.revoke()
    assert_invalid_token(token.check(), "revoked")


@pytest.mark.requirement("TOK-1")
@pytest.mark.parametrize("algorithm", KINDS)
def test_a_remembered_signature_lets_no_other_token_in(start, tmp_path, algorithm):
    server = start(CLAVIGER_SIGNING_KEY=make_key(tmp_path / "key.pem", algorithm))
    token = create_client(server).create_user().issue()
    expect(token.check(), 200)
    header, payload, signature = token.text.split(".")
    flipped = bytearray(decode(signature))
    flipped[20] ^= 1
    other = decode(payload).replace(b'"scope":"read:all"', b'"scope":"read:evr"')
    for forged in (
        f"{header}.{payload}.{encode(bytes(flipped))}",
        f"{header}.{encode(other)}.{signature}",
        f"{header}.{payload}.{signature[:-4]}AAAA",
    ):
        answer = server.api.get("/token", {"Authorization": f"Bearer {forged}"})
        assert_invalid_token(answer, "malformed")


@pytest.mark.requirement("TOK-7")
def test_the_shared_secret_still_checks_beside_a_private_key(start, tmp_path):
    before = start()
    client = create_client(before)
    user = client.create_user()
    old = user.issue()
    before.stop()
    after = start(
        directory=before.directory,
        JWT_SECRET_KEY=before.jwt_key,
        CLAVIGER_SIGNING_KEY=make_key(tmp_path / "key.pem"),
    )
    assert header_of(old.text)["alg"] == "HS256"
    bearer = {"Authorization": f"Bearer {old.text}"}
    expect(after.api.get("/token", bearer), 200)


@pytest.mark.parametrize(
    "text, said",
    [
        (None, "cannot read"),
        ("", "is not an unencrypted PEM private key"),
        ("no key", "is not an unencrypted PEM private key"),
    ],
)
def test_a_bad_key_stops_the_start(tmp_path, text, said):
    path = tmp_path / "key.pem"
    if text is not None:
        path.write_text(text)
        path.chmod(0o600)
    server = Server(CLAVIGER_SIGNING_KEY=path)
    status, log = server.run_to_end()
    server.finish()
    assert status == 3
    assert "CLAVIGER_SIGNING_KEY" in log and said in log, log


def test_another_curve_stops_the_start(tmp_path):
    path = tmp_path / "key.pem"
    option = "ec_paramgen_curve:P-384"
    subprocess.run(
        ["openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", option, "-out", path], check=True
    )
    server = Server(CLAVIGER_SIGNING_KEY=path)
    status, log = server.run_to_end()
    server.finish()
    assert status == 3
    assert "neither of the curve P-256 nor Ed25519" in log, log


@pytest.mark.requirement("SEC-5")
def test_a_key_that_everybody_may_read_stops_the_start_of_production(tmp_path):
    path = make_key(tmp_path / "key.pem", mode=0o644)
    server = Server(CLAVIGER_SIGNING_KEY=path, CLAVIGER_ENVIRONMENT="production")
    status, log = server.run_to_end()
    server.finish()
    assert status == 3
    assert "everybody on this machine may read" in log, log
