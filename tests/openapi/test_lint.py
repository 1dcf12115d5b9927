"""The OpenAPI document that the server serves passes a linter's strictest rules."""

import json
import subprocess

import pytest
from claviger import ROOT

LINT = ROOT / "web" / "openapi-lint"


def lint(path):
    done = subprocess.run(
        [str(LINT / "node_modules/.bin/spectral"), "lint", "--ruleset", str(LINT / "ruleset.yaml"),
         "--fail-severity", "hint", "--quiet", str(path)],
        capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout + done.stderr


@pytest.fixture(scope="module")
def document(server):
    return json.loads(server.api.get("/openapi.json").body)


def save(document, path):
    path.write_text(json.dumps(document))
    return path


def test_the_document_is_clean(document, tmp_path):
    status, findings = lint(save(document, tmp_path / "openapi.json"))
    assert status == 0, findings


def test_the_linter_finds_what_is_wrong(document, tmp_path):
    del document["paths"]["/token"]["get"]["responses"]["401"]["content"]
    document["paths"]["/token"]["post"]["operationId"] = "listUsers"
    document["paths"]["/token"]["delete"].pop("summary")
    status, findings = lint(save(document, tmp_path / "openapi.json"))
    assert status != 0
    for rule in ("errors-are-problems", "operation-operationId-unique", "operation-summary"):
        assert rule in findings, findings
