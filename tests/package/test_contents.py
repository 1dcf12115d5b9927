"""What is in the package, and what Debian's own checks find in it."""

import gzip
import hashlib
import json
import re
import subprocess

import pytest

from claviger import ROOT

UNIT = "lib/systemd/system/claviger.service"
DOC = "usr/share/doc/claviger"


def said(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.fixture(scope="module")
def files(package, tmp_path_factory):
    folder = tmp_path_factory.mktemp("files")
    said("dpkg-deb", "--extract", package, folder)
    return folder


def field(package, name):
    return said("dpkg-deb", "--field", package, name).strip()


def test_lintian(package):
    """Its errors and warnings; what is overridden says why."""
    done = subprocess.run(["lintian", "--fail-on", "error,warning", "--allow-root", package],
                          capture_output=True, text=True)
    assert done.returncode == 0 and not re.search(r"^[EW]:", done.stdout, re.M), done.stdout


def test_version_and_changelog(package, files):
    project = (ROOT / "CMakeLists.txt").read_text()
    version = re.search(r"project\(claviger VERSION ([0-9.]+)", project)
    assert field(package, "Version") == f"{version[1]}-1"
    changelog = gzip.decompress((files / DOC / "changelog.Debian.gz").read_bytes()).decode()
    assert changelog.startswith(f"claviger ({version[1]}-1) ")


def test_it_depends_on_what_the_binary_loads(package, files):
    loaded = re.findall(r"NEEDED +(\S+)", said("objdump", "-p", files / "usr/bin/claviger"))
    depends = field(package, "Depends")
    assert "libsqlite3.so.0" in loaded
    for library in loaded:
        owner = said("dpkg-query", "-S", f"*-linux-gnu/{library}").split(":")[0]
        assert re.search(rf"\b{re.escape(owner)}\b", depends), (library, owner)


def test_settings_are_a_conffile(package, tmp_path):
    said("dpkg-deb", "--control", package, tmp_path / "control")
    assert (tmp_path / "control/conffiles").read_text() == "/etc/claviger/claviger.conf\n"


def test_the_settings_file_names_settings_that_there_are(files):
    """Those in comments too."""
    reference = (ROOT / "docs/reference/settings.md").read_text()
    text = (files / "etc/claviger/claviger.conf").read_text()
    names = re.findall(r"^#?([A-Z_]+)=", text, re.M)
    assert len(names) > 8
    for name in names:
        assert f"`{name}`" in reference, name


def test_each_secret_setting_has_a_credential(files):
    """A file in /etc/claviger/secrets that the unit does not load would not be seen."""
    reference = (ROOT / "docs/reference/settings.md").read_text()
    unit = (files / UNIT).read_text()
    loaded = re.findall(r"^LoadCredential=(\S+):/etc/claviger/secrets/(\S+)$", unit, re.M)
    empty = re.findall(r"^SetCredential=([^:\s]+):\\n$", unit, re.M)
    assert [name for name, _ in loaded] == [path for _, path in loaded] == empty
    wanted = {name.removeprefix("CLAVIGER_").lower().replace("_", "-")
              for name in re.findall(r"`([A-Z_]+)`, `\1_FILE` \|", reference)}
    assert len(wanted) >= 5
    assert wanted | {"signing-key.pem", "audit-signing-key.pem"} == set(empty)


@pytest.mark.parametrize("path", [
    "usr/share/bash-completion/completions/claviger",
    "usr/share/zsh/vendor-completions/_claviger",
    "usr/share/fish/vendor_completions.d/claviger.fish",
])
def test_completions(files, path):
    assert "rotate" in (files / path).read_text()


@pytest.mark.parametrize("page", ["man1/claviger.1", "man1/claviger-client.1",
                                  "man5/claviger.env.5"])
def test_manual_pages(files, page):
    text = gzip.decompress((files / f"usr/share/man/{page}.gz").read_bytes()).decode()
    assert text.startswith((".TH", ".\\\"", "'\\\""))


def test_examples_and_documents(files):
    for path in ("examples/gateways/nginx.conf", "examples/prometheus/claviger.rules.yml",
                 "how-to-install.md", "reference/settings.md", "copyright"):
        assert (files / DOC / path).stat().st_size > 0


def test_the_bill_of_materials_is_of_this_package(files):
    bill = json.loads((files / DOC / "claviger.spdx.json").read_text())
    digest = hashlib.sha256((files / "usr/bin/claviger").read_bytes()).hexdigest()
    assert bill["packages"][0]["checksums"] == [
        {"algorithm": "SHA256", "checksumValue": digest}]
    copyright = (files / DOC / "copyright").read_text()
    for package in bill["packages"]:
        compiled_in = package.get("comment", "").startswith(("headers", "files served"))
        if compiled_in and package["licenseDeclared"] != "NOASSERTION":
            assert package["licenseDeclared"] in copyright, package["name"]
