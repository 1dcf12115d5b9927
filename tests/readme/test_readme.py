"""Runs the README's commands. The server's address and folder are the only things put in place of
what the README says."""

import pytest

from blocks import assert_runs_as_written, matches, runnable_blocks
from claviger import ROOT, binary, fresh_credentials


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


def test_the_tour(clone):
    folder, address = clone
    blocks = runnable_blocks((ROOT / "README.md").read_text())
    assert len(blocks) >= 8
    assert_runs_as_written(blocks, folder, lambda text: text.replace("127.0.0.1:8003", address))


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
