"""Runs the README's commands, in order, in one shell, and compares what they print.

A ```sh block is run; the ```json or ```text block after it is what it prints, where … stands for
anything on one line. The server's address and folder are the only things put in place of what the
README says.
"""

import re
import subprocess

import pytest
from claviger import ROOT, binary, fresh_credentials

BLOCK = re.compile(r"^```(sh|json|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
END = "end-of-block"


def runnable_blocks(text):
    """[(commands, expected output)] of a Markdown text."""
    blocks = []
    for kind, body in BLOCK.findall(text):
        if kind == "sh":
            blocks.append((body, ""))
        elif blocks:
            blocks[-1] = (blocks[-1][0], blocks[-1][1] + body)
    return blocks


def matches(expected, printed):
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("…"))
    return re.fullmatch(pattern, printed.strip()) is not None


@pytest.fixture
def clone(start, tmp_path):
    """A folder that looks like a clone after ./run, and the address that it serves."""
    settings = {**fresh_credentials(), "CLAVIGER_DATABASE_URL": f"sqlite:{tmp_path}/claviger.db"}
    server = start(**settings)
    private = tmp_path / ".claviger"
    private.mkdir(mode=0o700)
    file = private / "development.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    file.chmod(0o600)
    (tmp_path / "build" / "release").mkdir(parents=True)
    (tmp_path / "build" / "release" / "claviger").symlink_to(binary())
    return tmp_path, "%s:%d" % server.address


def run_in_one_shell(folder, scripts):
    """What each script prints, run one after the other in one shell."""
    text = "".join(f"{script}\nprintf '%s\\n' {END}\n" for script in scripts)
    done = subprocess.run(["bash", "-c", text], cwd=folder, capture_output=True, text=True,
                          timeout=60)
    assert done.returncode == 0, done.stderr
    return [part.replace("\r", "") for part in done.stdout.split(END + "\n")[:-1]]


def test_the_tour(clone):
    folder, address = clone
    blocks = runnable_blocks((ROOT / "README.md").read_text())
    assert len(blocks) >= 8
    scripts = [commands.replace("127.0.0.1:8003", address) for commands, _ in blocks]
    printed = run_in_one_shell(folder, scripts)
    for (commands, expected), output in zip(blocks, printed, strict=True):
        assert matches(expected, output), f"{commands}\nexpected: {expected}\nprinted: {output}"


def test_what_run_prints_is_the_tour():
    """./run prints a shorter tour: its requests are the README's."""
    run = (ROOT / "run").read_text()
    tour = " ".join(commands for commands, _ in runnable_blocks((ROOT / "README.md").read_text()))
    for word in ("client_name=example_company", "identifier=glchat_user", "Authorization: Bearer"):
        assert word in run and word in tour


def test_expected_output_can_differ():
    assert matches('{"id":"…","n":1}', '{"id":"x","n":1}\n')
    assert not matches('{"id":"…","n":1}', '{"id":"x","n":2}\n')
    assert not matches("401", "")
