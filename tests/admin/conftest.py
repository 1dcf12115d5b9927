import pytest

from panel import Panel


@pytest.fixture(scope="session")
def login():
    """A function: a server's panel, with the session of an administrator."""
    return lambda server: Panel(server.api)


@pytest.fixture(scope="session")
def panel(server, login):
    return login(server)
