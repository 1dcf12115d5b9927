"""Libraries that speak OAuth 2 or check tokens, each behind the same few calls and otherwise as its
own documentation says. What they refuse is raised as Refused."""

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import jwt
import requests
from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.jose import JsonWebKey, JsonWebToken
from authlib.jose.errors import ExpiredTokenError, JoseError
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error
from requests.auth import HTTPBasicAuth
from requests_oauthlib import OAuth2Session

FOLDER = Path(__file__).resolve().parent
METADATA = "/.well-known/oauth-authorization-server"


class Refused(Exception):
    """`error` is that of RFC 6749 5.2, or what the library says instead."""

    def __init__(self, error, status=None, schemes=()):
        super().__init__(error, status)
        self.error = error
        self.status = status  # where the library tells it
        self.schemes = schemes  # of a challenge


@dataclass(frozen=True)
class Credentials:
    """Whose calls these are, and where to."""

    server: str  # https://…
    authority: str  # the file with the certificate that all trust rests on
    id: str
    secret: str
    method: str = "basic"  # or "body"


def node(script, authority, **request):
    """Runs a script of node/ and returns what it answers."""
    done = subprocess.run(
        ["node", str(FOLDER / "node" / f"{script}.mjs")],
        env={"PATH": os.environ["PATH"], "NODE_EXTRA_CA_CERTS": authority},
        input=json.dumps(request), capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    outcome = json.loads(done.stdout)
    if "result" in outcome:
        return outcome["result"]
    refused = outcome["refused"]
    raise Refused(refused.get("error") or refused["code"], refused.get("status"),
                  refused["schemes"])


def trusting(session, authority):
    """A session of `requests` that believes no other certificate, whatever the environment says."""
    session.verify, session.trust_env = authority, False
    return session


class NodeLibrary:
    """`openid-client` and `oauth4webapi`."""

    script = ""

    def __init__(self, credentials):
        self.credentials = credentials

    def _call(self, call, **more):
        given = self.credentials
        return node(self.script, given.authority, server=given.server, id=given.id,
                    secret=given.secret, method=given.method, call=call, **more)

    def discover(self):
        return self._call("discover")

    def grant(self, scope=None):
        return self._call("grant", scope=scope)

    def introspect(self, token):
        return self._call("introspect", token=token)

    def revoke(self, token):
        self._call("revoke", token=token)

    def use(self, token):
        return self._call("use", token=token)


class OpenidClient(NodeLibrary):
    script = "openid-client"


class Oauth4webapi(NodeLibrary):
    script = "oauth4webapi"


class PythonLibrary:
    """What the two of Python leave to `requests`."""

    def __init__(self, credentials):
        self.credentials = credentials

    def discover(self):
        given = self.credentials
        return requests.get(given.server + METADATA, verify=given.authority, timeout=30).json()


class Authlib(PythonLibrary):
    def _session(self, token=None):
        given, method = self.credentials, f"client_secret_{self.credentials.method}"
        method = method.replace("_body", "_post")
        session = AuthlibSession(given.id, given.secret, token_endpoint_auth_method=method,
                                 revocation_endpoint_auth_method=method, token=token)
        return trusting(session, given.authority)

    def grant(self, scope=None):
        fields = {"scope": scope} if scope else {}
        with self._session() as session:
            try:
                return session.fetch_token(self.discover()["token_endpoint"],
                                           grant_type="client_credentials", **fields)
            except OAuthError as refused:
                raise Refused(refused.error) from refused

    def introspect(self, token):
        with self._session() as session:
            return self._checked(session.introspect_token(
                self.discover()["introspection_endpoint"], token=token))

    def revoke(self, token):
        with self._session() as session:
            self._checked(session.revoke_token(
                self.discover()["revocation_endpoint"], token=token))

    def use(self, token):
        token = {"access_token": token, "token_type": "Bearer"}
        with self._session(token) as session:
            return session.get(self.credentials.server + "/token").json()

    @staticmethod
    def _checked(answer):
        """Authlib leaves the answers of these endpoints to its caller."""
        if not answer.ok:
            raise Refused(answer.json()["error"], status=answer.status_code)
        return answer.json()


class RequestsOauthlib(PythonLibrary):
    """It has no call for introspection: that is a POST of the same session. Its `fetch_token`
    does not look at the session's `verify`."""

    def _session(self, scope=None, token=None):
        client = BackendApplicationClient(self.credentials.id, scope=scope)
        session = OAuth2Session(client=client, token=token)
        return trusting(session, self.credentials.authority)

    def _authentication(self):
        given = self.credentials
        if given.method == "basic":
            return {"auth": HTTPBasicAuth(given.id, given.secret)}
        return {"client_secret": given.secret, "include_client_id": True}

    def grant(self, scope=None):
        with self._session(scope.split() if scope else None) as session:
            try:
                return session.fetch_token(self.discover()["token_endpoint"],
                                           verify=session.verify, **self._authentication())
            except OAuth2Error as refused:
                raise Refused(refused.error, status=refused.status_code) from refused

    def introspect(self, token):
        return self._post(self.discover()["introspection_endpoint"], {"token": token})

    def revoke(self, token):
        with self._session() as session:
            url, _, body = session._client.prepare_token_revocation_request(
                self.discover()["revocation_endpoint"], token)
        self._post(url, body)

    def _post(self, url, fields):
        given, more = self.credentials, {}
        own = {"client_id": given.id, "client_secret": given.secret}
        if given.method == "basic":
            more["auth"] = HTTPBasicAuth(given.id, given.secret)
        elif isinstance(fields, str):
            fields += "&" + requests.models.RequestEncodingMixin._encode_params(own)
        else:
            fields = {**fields, **own}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        with self._session() as session:
            answer = session.post(url, fields, headers=headers, withhold_token=True, **more)
        if not answer.ok:
            raise Refused(answer.json()["error"], status=answer.status_code)
        return answer.json()

    def use(self, token):
        with self._session(token={"access_token": token, "token_type": "Bearer"}) as session:
            return session.get(self.credentials.server + "/token").json()


class Curl:
    """Its options come on standard input, where no list of processes shows them."""

    def __init__(self, credentials):
        self.credentials = credentials

    def _call(self, url, own=True, bearer=None, **fields):
        given = self.credentials
        options = {"url": url, "cacert": given.authority, "write-out": "\\n%{http_code}"}
        if bearer:
            options["oauth2-bearer"] = bearer
        elif own and given.method == "basic":
            options["user"] = f"{given.id}:{given.secret}"
        elif own:
            fields.update(client_id=given.id, client_secret=given.secret)
        lines = [f'{name} = "{value}"' for name, value in options.items()]
        lines += [f'data-urlencode = "{name}={value}"' for name, value in fields.items()]
        done = subprocess.run(["curl", "-sS", "-K", "-"], input="\n".join(lines), text=True,
                              capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        body, _, status = done.stdout.rpartition("\n")
        if status != "200":
            raise Refused(json.loads(body).get("error"), status=int(status))
        return json.loads(body)

    def discover(self):
        return self._call(self.credentials.server + METADATA, own=False)

    def grant(self, scope=None):
        fields = {"scope": scope} if scope else {}
        return self._call(self.discover()["token_endpoint"], grant_type="client_credentials",
                          **fields)

    def introspect(self, token):
        return self._call(self.discover()["introspection_endpoint"], token=token)

    def revoke(self, token):
        self._call(self.discover()["revocation_endpoint"], token=token)

    def use(self, token):
        return self._call(self.credentials.server + "/token", own=False, bearer=token)


LIBRARIES = {
    "openid-client": OpenidClient,
    "oauth4webapi": Oauth4webapi,
    "authlib": Authlib,
    "requests-oauthlib": RequestsOauthlib,
    "curl": Curl,
}


# Checking a token offline: the claims, or Refused with "expired", "signature", "key" or "claims".


def check_by_jose(jwks, authority, issuer, token):
    words = {"ERR_JWT_EXPIRED": "expired", "ERR_JWS_SIGNATURE_VERIFICATION_FAILED": "signature",
             "ERR_JWKS_NO_MATCHING_KEY": "key", "ERR_JWT_CLAIM_VALIDATION_FAILED": "claims"}
    try:
        return node("jose", authority, jwks=jwks, issuer=issuer, token=token)
    except Refused as refused:
        raise Refused(words[refused.error]) from refused


def check_by_oauth4webapi(jwks, authority, issuer, token):
    words = {"OAUTH_JWT_TIMESTAMP_CHECK_FAILED": "expired", "OAUTH_INVALID_RESPONSE": "signature",
             "OAUTH_KEY_SELECTION_FAILED": "key", "OAUTH_JWT_CLAIM_COMPARISON_FAILED": "claims"}
    try:
        return node("oauth4webapi-offline", authority, jwks=jwks, issuer=issuer, token=token)
    except Refused as refused:
        raise Refused(words[refused.error]) from refused


def check_by_pyjwt(jwks, authority, issuer, token):
    """It fetches by urllib, which trusts what SSL_CERT_FILE names."""
    before = os.environ.get("SSL_CERT_FILE")
    os.environ["SSL_CERT_FILE"] = authority
    try:
        key = jwt.PyJWKClient(jwks).get_signing_key_from_jwt(token)
        return jwt.decode(token, key.key, algorithms=["ES256", "EdDSA"], issuer=issuer,
                          audience=issuer)
    except (jwt.PyJWKClientError, jwt.PyJWKSetError) as refused:  # the latter: no key at all
        raise Refused("key") from refused
    except jwt.ExpiredSignatureError as refused:
        raise Refused("expired") from refused
    except jwt.InvalidSignatureError as refused:
        raise Refused("signature") from refused
    except (jwt.InvalidIssuerError, jwt.InvalidAudienceError) as refused:
        raise Refused("claims") from refused
    finally:
        del os.environ["SSL_CERT_FILE"]
        if before is not None:
            os.environ["SSL_CERT_FILE"] = before


def check_by_authlib(jwks, authority, issuer, token):
    keys = JsonWebKey.import_key_set(requests.get(jwks, verify=authority, timeout=30).json())
    wanted = {name: {"essential": True, "value": issuer} for name in ("iss", "aud")}
    try:
        claims = JsonWebToken(["ES256", "EdDSA"]).decode(token, keys, claims_options=wanted)
        claims.validate()
        return dict(claims)
    except ValueError as refused:  # no key of that kid
        raise Refused("key") from refused
    except ExpiredTokenError as refused:
        raise Refused("expired") from refused
    except JoseError as refused:
        raise Refused({"bad_signature": "signature", "invalid_claim": "claims"}[refused.error]
                      ) from refused


CHECKERS = {"jose": check_by_jose, "oauth4webapi": check_by_oauth4webapi,
            "PyJWT": check_by_pyjwt, "authlib": check_by_authlib}
