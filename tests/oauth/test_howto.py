"""The snippets of docs/how-to-oauth.md, as they stand there but for the server's address."""

import json
import os
import re
import subprocess
import sys

import pytest

from claviger import ROOT
from libraries import FOLDER

BLOCK = re.compile(r"^```(sh|js|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SNIPPETS = BLOCK.findall((ROOT / "docs" / "how-to-oauth.md").read_text())
PROGRAMS = {"sh": ["bash", "-eu"], "js": ["node", "--input-type=module"],
            "python": [sys.executable]}


def name(snippet):
    return snippet[0]


@pytest.mark.parametrize("snippet", SNIPPETS, ids=name)
def test_a_snippet_does_what_it_says(secure, user, snippet):
    language, text = snippet
    assert "https://auth.example.com" in text
    trusted = ("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE", "CURL_CA_BUNDLE")
    done = subprocess.run(
        PROGRAMS[language], input=text.replace("https://auth.example.com", secure.url), cwd=FOLDER,
        env={"PATH": os.environ["PATH"], "user_id": user.id, "user_secret": user.secret,
             **dict.fromkeys(trusted, secure.authority)},
        capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    if language == "sh":
        assert json.loads(done.stdout)["scope"] == "read:all write:all other"
    else:
        assert done.stdout.lower().strip() == "true read:all 2592000"


def test_there_are_snippets_of_each_kind():
    assert sorted(map(name, SNIPPETS)) == ["js", "js", "python", "python", "sh"]
