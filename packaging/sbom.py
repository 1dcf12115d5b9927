#!/usr/bin/env python3
"""Writes the bill of materials of a built server, as SPDX 2.3 JSON.

    packaging/sbom.py build/release/claviger [OUTPUT]      default: BINARY.spdx.json

Named are the libraries that the binary is linked with, the header-only libraries that are compiled
into it, and the files for browsers that it carries. Versions are those of the Debian packages on
the machine that builds. The same binary on the same machine gives the same bytes: its date is
SOURCE_DATE_EPOCH or else that of the last commit.
"""

import base64
import datetime
import hashlib
import json
import os
import re
import subprocess
import sys
import urllib.parse
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
INCLUDES = [Path("/usr/include"), *Path("/usr/include").glob("*-linux-gnu")]

# By Debian source package, from its copyright file, in SPDX's words. A test wants one for each.
LICENSES = {
    "cli11": "BSD-3-Clause",
    "brotli": "MIT",
    "cpp-httplib": "MIT",
    "fmtlib": "MIT",
    "gcc-12": "GPL-3.0-or-later WITH GCC-exception-3.1",
    "glibc": "LGPL-2.1-or-later",
    "openssl": "Apache-2.0",
    "postgresql-15": "PostgreSQL",
    "prometheus-cpp": "MIT",
    "simdjson": "Apache-2.0",
    "sqlite3": "blessing",
    "tl-expected": "CC0-1.0",
    "zlib": "Zlib",
}
# The kernel's headers give numbers and structures, no code.
NO_CODE = {"linux-libc-dev"}


def output_of(*command, check=True):
    return subprocess.run(command, check=check, capture_output=True, text=True).stdout


def needed(binary):
    """The names of the libraries that the binary itself asks for."""
    return re.findall(r"\(NEEDED\).*\[(.+)\]", output_of("readelf", "-dW", binary))


def loaded(binary):
    """Name to path of every library that is loaded with the binary."""
    return dict(re.findall(r"^\s*(\S+) => (/\S+)", output_of("ldd", binary), re.MULTILINE))


def package_of(path):
    """The Debian package that brought a file; paths are registered with or without /usr."""
    real = os.path.realpath(path)
    for name in dict.fromkeys([str(path), real, real.removeprefix("/usr"), "/usr" + real]):
        owner = re.match(r"([a-z0-9.+-]+)", output_of("dpkg-query", "-S", name, check=False))
        if owner:
            return owner[1]
    raise SystemExit(f"sbom: no Debian package has {path}")


def facts_of(package):
    fields = ("Package", "Version", "Architecture", "source:Package", "source:Version", "Homepage")
    values = output_of("dpkg-query", "-W", "-f", "\n".join(f"${{{f}}}" for f in fields), package)
    return dict(zip(fields, values.split("\n"), strict=True))


def header_packages():
    """The packages whose headers the source includes by name; that of tests is left out."""
    names = set()
    for source in [*(ROOT / "src").rglob("*.h"), *(ROOT / "src").rglob("*.cc")]:
        included = re.findall(r"^#include <([^>]+)>", source.read_text(), re.MULTILINE)
        if not any(name.startswith(("gtest/", "gmock/")) for name in included):
            names.update(included)
    found = (folder / name for name in sorted(names) for folder in INCLUDES)
    return sorted({package_of(path) for path in found if path.is_file()} - NO_CODE)


def distribution():
    fields = dict(re.findall(r'^(\w+)="?([^"\n]*)"?$', Path("/etc/os-release").read_text(), re.M))
    return fields.get("ID", "debian"), fields.get("VERSION_ID", "")


def purl(facts):
    system, version = distribution()
    name, of = (urllib.parse.quote(facts[f], safe="~.-_") for f in ("Package", "Version"))
    return (
        f"pkg:deb/{system}/{name}@{of}"
        f"?arch={facts['Architecture']}&distro={system}-{version}"
    )


def spdx_package(name, version, license, locator, **more):
    return {
        "SPDXID": "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]", "-", name),
        "name": name,
        "versionInfo": version,
        "downloadLocation": "NOASSERTION",
        "filesAnalyzed": False,
        "licenseConcluded": "NOASSERTION",
        "licenseDeclared": license,
        "copyrightText": "NOASSERTION",
        "externalRefs": [
            {
                "referenceCategory": "PACKAGE-MANAGER",
                "referenceType": "purl",
                "referenceLocator": locator,
            }
        ],
        **more,
    }


def debian_package(facts, comment):
    more = {"homepage": facts["Homepage"]} if facts["Homepage"] else {}
    return spdx_package(
        facts["Package"],
        facts["Version"],
        LICENSES.get(facts["source:Package"], "NOASSERTION"),
        purl(facts),
        supplier="Organization: Debian",
        sourceInfo=f"source package {facts['source:Package']} {facts['source:Version']}",
        comment=comment,
        **more,
    )


def libraries(binary):
    """(package, relationship) of what is linked: loaded with the binary, or compiled into it."""
    asked = set(needed(binary))
    by_package = {}
    for name, path in loaded(binary).items():
        by_package.setdefault(package_of(path), []).append(name)
    sources = set()
    for package, names in sorted(by_package.items()):
        facts = facts_of(package)
        sources.add(facts["source:Package"])
        comment = "loaded as " + ", ".join(sorted(names))
        yield debian_package(facts, comment), (
            "DYNAMIC_LINK" if asked.intersection(names) else "DEPENDS_ON"
        )
    for package in header_packages():
        facts = facts_of(package)
        if facts["source:Package"] not in sources:
            yield debian_package(facts, "headers alone, compiled in"), "STATIC_LINK"


def browser_packages():
    """What the binary carries for browsers: the direct dependencies of web/docs."""
    folder = ROOT / "web" / "docs"
    locked = json.loads((folder / "package-lock.json").read_text())["packages"]
    for name in sorted(json.loads((folder / "package.json").read_text())["dependencies"]):
        entry = locked[f"node_modules/{name}"]
        method, _, digest = entry["integrity"].partition("-")
        checksum = {
            "algorithm": method.upper(),
            "checksumValue": base64.b64decode(digest).hex(),
        }
        yield spdx_package(
            name,
            entry["version"],
            entry["license"],
            f"pkg:npm/{urllib.parse.quote(name)}@{entry['version']}",
            checksums=[checksum],
            comment="files served at /docs; the checksum is the npm package's",
        )


def created():
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    if not seconds:
        seconds = output_of("git", "-C", ROOT, "log", "-1", "--format=%ct", check=False) or "0"
    moment = datetime.datetime.fromtimestamp(int(seconds), datetime.timezone.utc)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def bill(binary):
    project = (ROOT / "CMakeLists.txt").read_text()
    version = re.search(r"project\(claviger VERSION ([0-9.]+)", project)
    digest = hashlib.sha256(Path(binary).read_bytes()).hexdigest()
    own = spdx_package(
        "claviger",
        version[1],
        "Apache-2.0",
        f"pkg:generic/claviger@{version[1]}",
        primaryPackagePurpose="APPLICATION",
        checksums=[{"algorithm": "SHA256", "checksumValue": digest}],
    )
    parts = [*libraries(binary), *((package, "CONTAINS") for package in browser_packages())]
    relations = [("SPDXRef-DOCUMENT", "DESCRIBES", own["SPDXID"])]
    relations += [(own["SPDXID"], how, package["SPDXID"]) for package, how in parts]
    return {
        "spdxVersion": "SPDX-2.3",
        "dataLicense": "CC0-1.0",
        "SPDXID": "SPDXRef-DOCUMENT",
        "name": f"claviger-{version[1]}",
        "documentNamespace": f"https://spdx.org/spdxdocs/claviger-{version[1]}-{digest}",
        "creationInfo": {"created": created(), "creators": ["Tool: claviger-packaging-sbom"]},
        "packages": [own, *(package for package, _ in parts)],
        "relationships": [
            {"spdxElementId": one, "relationshipType": how, "relatedSpdxElement": other}
            for one, how, other in relations
        ],
    }


def main(arguments):
    if len(arguments) not in (1, 2):
        raise SystemExit(__doc__)
    binary = arguments[0]
    output = Path(arguments[1] if len(arguments) > 1 else binary + ".spdx.json")
    output.write_text(json.dumps(bill(binary), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
