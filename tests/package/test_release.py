"""What a release is made by: the same bytes each time, and a signature."""

import os
import re
import shutil
import subprocess

import pytest

from claviger import ROOT

HOW_TO = (ROOT / "docs/how-to-install.md").read_text()


def test_another_time_and_place_make_the_same_package(package, tmp_path):
    """From the same binary; packaging/reproduce builds that twice as well, and takes long."""
    os.utime(ROOT / "packaging/deb/claviger.conf")
    os.utime(ROOT / "docs/logs.md")
    again = subprocess.run(
        [ROOT / "packaging/deb/build", tmp_path / "elsewhere"], check=True, text=True,
        stdout=subprocess.PIPE, umask=0o077,
        env={**os.environ, "TZ": "Asia/Kathmandu", "LANG": "C"}).stdout.strip()
    assert open(again, "rb").read() == package.read_bytes()


@pytest.fixture
def signed(package, tmp_path):
    """A folder of a release, signed with a key of its own that is trusted."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "key"],
                   check=True)
    folder = tmp_path / "dist"
    folder.mkdir()
    shutil.copy(package, folder)
    subprocess.run([ROOT / "packaging/sign", tmp_path / "key", folder], check=True)
    trust(folder, tmp_path / "key.pub")
    return folder


def trust(folder, public_key):
    principal = re.search(r"`(releases@claviger [^ ]+) ", HOW_TO)[1]
    (folder / "allowed_signers").write_text(f"{principal} {public_key.read_text()}")


def verify(folder):
    """Runs what the how-to says."""
    commands = re.search(r"```sh\n(ssh-keygen -Y verify.*?)```", HOW_TO, re.S)[1]
    return subprocess.run(["bash", "-c", commands], cwd=folder, capture_output=True, text=True)


def test_signed_checksums(signed):
    done = verify(signed)
    assert done.returncode == 0, done.stderr
    assert re.search(r"^claviger_.*\.deb: OK$", done.stdout, re.M)


def test_a_changed_package_is_found(signed):
    with open(next(signed.glob("*.deb")), "ab") as package:
        package.write(b"\n")
    assert verify(signed).returncode != 0


def test_changed_checksums_are_found(signed):
    sums = signed / "SHA256SUMS"
    sums.write_text(sums.read_text().replace("claviger", "claviga"))
    assert verify(signed).returncode != 0


def test_another_key_is_not_trusted(signed, tmp_path):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"],
                   check=True)
    trust(signed, tmp_path / "other.pub")
    assert verify(signed).returncode != 0
