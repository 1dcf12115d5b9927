"""The whole run, without PostgreSQL: several nodes on one file are a cluster as well."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from claviger import binary

RUN = Path(__file__).parent / "run"


def run(*arguments, **environment):
    return subprocess.run([RUN, *arguments], capture_output=True, text=True, timeout=300,
                          env={**os.environ, **environment}, check=False)


@pytest.mark.slow
def test_nodes_on_one_file(tmp_path):
    done = run("--database", "sqlite", "--seconds", "6", "--seed", "1", "--keep", tmp_path,
               CLAVIGER_BINARY=str(binary()))
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.fullmatch(r"[1-9]\d* passed, 0 failed", done.stdout.splitlines()[-1])
    assert re.search(r"[1-9]\d* faults: ", done.stdout)


def test_a_saved_history_is_checked_again(tmp_path):
    path = tmp_path / "history"
    path.write_text('{"u": "c"}\n'
                    '["issue", "u", 10, 20, "ok", "node-1", "t", ""]\n'
                    '["revoke token", "t", 30, 40, "ok", "node-1", "", ""]\n'
                    '["check", "t", 50, 60, "ok", "node-2", "", ""]\n')
    done = subprocess.run([sys.executable, RUN.parent / "history.py", path], capture_output=True,
                          text=True, check=True)
    assert done.stdout.startswith("accepted after an acknowledged revocation: check t by node-2")
