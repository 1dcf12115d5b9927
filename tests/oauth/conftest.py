import pytest

from api import create_client
from certificates import Chain, run
from claviger import Server

KINDS = {"ES256": ["EC", "-pkeyopt", "ec_paramgen_curve:P-256"], "EdDSA": ["ED25519"]}


class Secure:
    """A server with a certificate that the authority in `authority` stands for, and a private key
    that signs, in `key`."""

    def __init__(self, folder, algorithm, **options):
        chain = Chain(folder)
        self.key = folder / "signing-key.pem"
        run("genpkey", "-algorithm", *KINDS[algorithm], "-out", self.key)
        self.key.chmod(0o600)
        self.authority = str(chain.root)
        self.server = Server(tls=chain.client(), CLAVIGER_SIGNING_KEY=self.key,
                             **chain.settings, **options)
        self.server.start()
        self.url = "https://%s:%d" % self.server.address
        self.jwks = self.url + "/.well-known/jwks.json"
        self.issuer = "urn:claviger:development"


@pytest.fixture(scope="session")
def secure_servers(tmp_path_factory):
    """By algorithm, started when first asked for."""
    started = {}

    def get(algorithm):
        if algorithm not in started:
            started[algorithm] = Secure(tmp_path_factory.mktemp(algorithm), algorithm)
        return started[algorithm]

    yield get
    for secure in started.values():
        secure.server.finish()


@pytest.fixture(params=list(KINDS))
def signing(secure_servers, request):
    """A server of each algorithm."""
    return secure_servers(request.param)


@pytest.fixture
def secure(secure_servers):
    return secure_servers("ES256")


@pytest.fixture
def user(secure):
    return create_client(secure.server).create_user(scopes=["read:all", "write:all", "other"])


@pytest.fixture
def own_server(tmp_path_factory):
    """Starts servers of the test's own, also on what an earlier one of them left."""
    started = []

    def start(before=None, **options):
        if before:
            options["directory"] = before.server.directory
        started.append(Secure(tmp_path_factory.mktemp("own"), "EdDSA", **options))
        return started[-1]

    yield start
    for secure in reversed(started):
        secure.server.finish()
