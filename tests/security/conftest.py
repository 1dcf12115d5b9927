import pytest

from api import assert_live, assert_refused
from forge import claims_of, header_of, signed


@pytest.fixture
def forge(server, token):
    """Builds forged tokens from a live one; asserts at the end that the live one was untouched."""

    class Forge:
        key = server.jwt_key
        text = token.text
        header = header_of(token.text)
        claims = claims_of(token.text)
        head_part, payload_part, signature_part = token.text.split(".")

        def refused(self, forged, reason="malformed"):
            assert_refused(forged, reason, token.api)

        def with_header(self, header):
            return signed(header, self.claims, self.key)

        def with_claims(self, claims):
            return signed(self.header, claims, self.key)

    yield Forge()
    assert_live(token)
