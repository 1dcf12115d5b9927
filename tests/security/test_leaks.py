"""A server that leaks on purpose: each of the searches that guard the others finds it (LOG-2)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from api import create_client
from claviger import Server
from memory import names_in_memory

pytestmark = [pytest.mark.usefixtures("native"), pytest.mark.requirement("LOG-2")]


@pytest.fixture(scope="module")
def leak(tmp_path_factory):
    library = tmp_path_factory.mktemp("leak") / "leak.so"
    source = Path(__file__).with_name("leak.c")
    subprocess.run([shutil.which("cc"), "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"],
                   check=True)
    return library


@pytest.fixture
def leaky(leak):
    servers = []

    def start_leaky(to):
        servers.append(Server(LD_PRELOAD=leak, LEAK_TO=to))
        return servers[-1].start()

    yield start_leaky
    for server in servers:
        server.kill()
        server.remove()


@pytest.mark.parametrize("to, where", [("log", "log"), ("file", "leaked")])
def test_a_leak_is_found(leaky, to, where):
    server = leaky(to)
    create_client(server).create_user().issue().check()
    with pytest.raises(AssertionError, match=f"credentials in {where}:"):
        server.finish()


def test_a_leak_into_memory_is_found(leaky):
    if os.getuid() != 0:
        pytest.skip("reading another process's memory takes root")
    server = leaky("memory")
    user = create_client(server).create_user()
    user.issue()
    server.api.hang_up()
    assert names_in_memory(server.process.pid, {"secret": user.secret}) == ["secret"]
