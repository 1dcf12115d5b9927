"""docs/reference/http-api.md is what the server's OpenAPI document says."""

import subprocess
import sys

from claviger import ROOT

PAGE = ROOT / "docs" / "reference" / "http-api.md"
GENERATOR = ROOT / "website" / "http_api.py"


def test_the_page_is_the_documents(server, tmp_path):
    made = subprocess.run([sys.executable, GENERATOR], input=server.api.get("/openapi.json").body,
                          capture_output=True, check=True).stdout.decode()
    renewed = ROOT / "build" / PAGE.name
    if made != PAGE.read_text():
        renewed.parent.mkdir(exist_ok=True)
        renewed.write_text(made)
    assert made == PAGE.read_text(), f"renew it: cp {renewed} {PAGE}"


def test_each_route_has_its_place(server):
    page = PAGE.read_text()
    for path, item in server.api.get("/openapi.json").json()["paths"].items():
        for method in item:
            one = path == "/verify" or f"`{method.upper()} {path}`" in page
            assert one and f"{path}`" in page, f"{method} {path}"
