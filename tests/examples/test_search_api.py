"""examples/search-api, started by its one command, and the tutorial that goes through it."""

import os
import signal
import subprocess

import pytest
from processes import children_of, free_port, is_alive
from wire import until

from blocks import assert_runs_as_written, runnable_blocks
from claviger import ROOT, binary

UP = ROOT / "examples/search-api/up"
START_S = 60


class Example:
    """A run of ./up in a folder of the test's own; `text` is what it printed."""

    def __init__(self, folder):
        self.folder = folder
        self.output = folder.with_suffix(".output")
        env = {"PATH": os.environ["PATH"], "CLAVIGER_BINARY": str(binary()),
               "SEARCH_API_FOLDER": str(folder)}
        with open(self.output, "wb") as output:
            self.process = subprocess.Popen(
                [str(UP), str(free_port())], env=env, stdin=subprocess.DEVNULL, stdout=output,
                stderr=output, start_new_session=True,
                # A shell cannot trap what whoever started the tests had it ignore.
                preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        until(self.is_up, "it prints what to paste", START_S)

    @property
    def text(self):
        return self.output.read_text()

    def is_up(self):
        assert self.process.poll() is None, self.text
        return "Ctrl-C ends it all." in self.text

    def stop(self):
        """Ctrl-C, as a terminal sends it to all; the exit status and the processes that were."""
        children = children_of(self.process.pid)
        os.killpg(self.process.pid, signal.SIGINT)
        return self.process.wait(30), children


@pytest.fixture
def example(tmp_path):
    example = Example(tmp_path / "search-api")
    yield example
    if example.process.poll() is None:
        os.killpg(example.process.pid, signal.SIGKILL)  # all at once, or nginx starts new workers
        example.process.wait()


def test_what_it_prints_can_be_pasted(example):
    lines = [line.removeprefix("  ") for line in example.text.splitlines() if line[:2] == "  "]
    script = "\n".join(lines).replace("curl -i", "curl -s -o answer -w '%{http_code}\\n'")
    done = subprocess.run(["bash", "-c", script], cwd=example.folder, capture_output=True,
                          text=True, timeout=60, check=True)
    assert done.stdout.split() == ["401", "200", "200", "401"], done


def test_ctrl_c_leaves_nothing(example):
    status, children = example.stop()
    assert status == 0 and len(children) >= 3
    assert not example.folder.exists()
    assert not any(map(is_alive, children))


def test_two_at_once_are_refused(example):
    env = {"PATH": os.environ["PATH"], "CLAVIGER_BINARY": str(binary()),
           "SEARCH_API_FOLDER": str(example.folder)}
    second = subprocess.run([str(UP), str(free_port())], env=env, capture_output=True, text=True,
                            timeout=60)
    assert second.returncode == 1 and "running already" in second.stderr
    assert (example.folder / "session").exists()


def test_the_tutorial(example):
    blocks = runnable_blocks((ROOT / "docs/tutorial.md").read_text())
    assert len(blocks) == 9
    assert blocks[0] == ("examples/search-api/up\n", "")  # is what runs
    assert_runs_as_written(
        blocks[1:], example.folder,
        lambda text: text.replace(".claviger/search-api", str(example.folder)))
