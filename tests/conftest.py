import pytest

from api import create_client
from claviger import Server, is_instrumented


@pytest.fixture(scope="session")
def server():
    """A server that all tests of a process share: bring your own client."""
    server = Server().start()
    yield server
    server.finish()


@pytest.fixture
def start():
    """Starts servers with settings of the test's own; ends them after it."""
    started = []

    def start_server(**settings):
        server = Server(**settings)
        started.append(server)
        return server.start()

    yield start_server
    for server in reversed(started):
        server.finish()


@pytest.fixture
def api(server):
    return server.api


@pytest.fixture
def client(server):
    return create_client(server)


@pytest.fixture
def other_client(server):
    return create_client(server)


@pytest.fixture
def user(client):
    return client.create_user()


@pytest.fixture
def token(user):
    return user.issue()


@pytest.fixture
def native():
    """For tests of time and memory, which sanitizers use otherwise."""
    if is_instrumented():
        pytest.skip("a sanitizer build")


def pytest_make_parametrize_id(val):
    """Long texts are named by their beginning and their length."""
    if isinstance(val, (str, bytes)) and len(val) > 40:
        return f"{val[:20]!r}..{len(val)}"
    return None
