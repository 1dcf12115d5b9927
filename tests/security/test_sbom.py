"""The bill of materials (packaging/sbom.py): well-formed, complete, and the same each time."""

import json
import os
import re
import subprocess
import sys

import pytest

from claviger import ROOT, binary, is_instrumented

SCRIPT = ROOT / "packaging" / "sbom.py"
LINKS = ("DYNAMIC_LINK", "STATIC_LINK", "DEPENDS_ON", "CONTAINS")
ID = re.compile(r"SPDXRef-[A-Za-z0-9.-]+")


def write_bill(path, **environment):
    subprocess.run(
        [sys.executable, SCRIPT, binary(), path], check=True, env={**os.environ, **environment}
    )
    return json.loads(path.read_text())


@pytest.fixture(scope="module")
def bill(tmp_path_factory):
    if is_instrumented():
        pytest.skip("a sanitizer build has its runtime beside its libraries")
    return write_bill(tmp_path_factory.mktemp("bill") / "claviger.spdx.json")


def by_name(bill):
    return {package["name"]: package for package in bill["packages"]}


def test_it_is_an_spdx_document(bill):
    """What SPDX 2.3 §6, §7 and §11 ask for."""
    assert bill["spdxVersion"] == "SPDX-2.3" and bill["dataLicense"] == "CC0-1.0"
    assert bill["SPDXID"] == "SPDXRef-DOCUMENT"
    assert re.fullmatch(r"https://[^#\s]+", bill["documentNamespace"])
    created = bill["creationInfo"]["created"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", created)
    assert bill["creationInfo"]["creators"][0].startswith("Tool: ")
    ids = [package["SPDXID"] for package in bill["packages"]]
    assert len(set(ids)) == len(ids) and all(ID.fullmatch(id) for id in ids)
    for package in bill["packages"]:
        assert package["name"] and package["versionInfo"] and package["downloadLocation"]
        assert package["filesAnalyzed"] is False and package["copyrightText"]
        for checksum in package.get("checksums", []):
            length = {"SHA256": 64, "SHA512": 128}[checksum["algorithm"]]
            assert re.fullmatch(rf"[0-9a-f]{{{length}}}", checksum["checksumValue"])


def test_each_part_is_related_to_the_server_once(bill):
    described, *links = bill["relationships"]
    server = by_name(bill)["claviger"]["SPDXID"]
    assert list(described.values()) == ["SPDXRef-DOCUMENT", "DESCRIBES", server]
    assert all(link["relationshipType"] in LINKS for link in links)
    assert all(link["spdxElementId"] == server for link in links)
    parts = sorted(link["relatedSpdxElement"] for link in links)
    assert parts == sorted(p["SPDXID"] for p in bill["packages"] if p["SPDXID"] != server)


def test_every_library_that_the_binary_needs_is_in_it(bill):
    dynamic = subprocess.run(
        ["readelf", "-d", binary()], check=True, capture_output=True, text=True
    ).stdout
    needed = re.findall(r"NEEDED.*\[(.*)\]", dynamic)
    assert len(needed) >= 6
    loaded = {
        name: package["name"]
        for package in bill["packages"]
        for name in package.get("comment", "").removeprefix("loaded as ").split(", ")
    }
    assert set(needed) <= set(loaded)
    for name in needed:
        installed = subprocess.run(
            ["dpkg-query", "-L", loaded[name]], check=True, capture_output=True, text=True
        ).stdout
        assert f"/{name}\n" in installed


def test_what_is_compiled_in_and_carried_along_is_in_it(bill):
    packages = by_name(bill)
    assert {"libcli11-dev", "libexpected-dev", "swagger-ui-dist"} <= set(packages)
    assert not [name for name in packages if "gtest" in name or "gmock" in name]
    lock = json.loads((ROOT / "web/docs/package-lock.json").read_text())
    viewer = lock["packages"]["node_modules/swagger-ui-dist"]
    assert packages["swagger-ui-dist"]["versionInfo"] == viewer["version"]


def test_versions_licences_and_locators(bill):
    for name, package in by_name(bill).items():
        assert package["licenseDeclared"] != "NOASSERTION", f"{name}: a row in LICENSES"
        (reference,) = package["externalRefs"]
        locator = reference["referenceLocator"]
        assert reference["referenceType"] == "purl"
        assert re.fullmatch(r"pkg:(generic|npm|deb/debian)/[a-z0-9.%+-]+@[^ @]+", locator, re.I)
        if package.get("supplier") == "Organization: Debian":
            version = subprocess.run(
                ["dpkg-query", "-W", "-f", "${Version}", name],
                check=True, capture_output=True, text=True,
            ).stdout  # fmt: skip
            assert package["versionInfo"] == version


def test_it_is_the_same_each_time(bill, tmp_path):
    one = write_bill(tmp_path / "one", SOURCE_DATE_EPOCH="1700000000")
    other = write_bill(tmp_path / "other", SOURCE_DATE_EPOCH="1700000000")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "other").read_bytes() and one == other
    assert one["creationInfo"]["created"] == "2023-11-14T22:13:20Z"


def test_each_linked_library_is_told_of_in_the_documentation(bill):
    text = (ROOT / "docs/dependencies.md").read_text()
    for package in bill["packages"]:
        assert f"`{package['name']}`" in text or package["name"] == "claviger", package["name"]
