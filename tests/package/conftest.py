import os
import subprocess
import sys
from pathlib import Path

import pytest

from claviger import ROOT

sys.path.insert(0, str(Path(__file__).parent))
import machine as machines  # noqa: E402

PACKAGES = ROOT / "build" / "package"


def built(release):
    done = subprocess.run([ROOT / "packaging/deb/build", PACKAGES, str(release)], check=True,
                          stdout=subprocess.PIPE, text=True)
    return Path(done.stdout.splitlines()[-1])


@pytest.fixture(scope="session")
def package():
    return built(1)


@pytest.fixture(scope="session")
def newer_package(package):
    return built(2)


@pytest.fixture(scope="module")
def machine(package, newer_package, tmp_path_factory):
    if os.geteuid() != 0:
        pytest.skip("needs root")
    kind = machines.KINDS[os.environ.get("CLAVIGER_PACKAGE_MACHINE", "container")]
    machine = kind(tmp_path_factory.mktemp("machine"), [package, newer_package])
    yield machine
    machine.finish()
