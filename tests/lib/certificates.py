"""Certificates for tests, made anew by the openssl command each time."""

import ssl
import subprocess

KEY_KINDS = {
    "ec": ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "rsa": ["-newkey", "rsa:2048"],
    "weak": ["-newkey", "rsa:1024"],
}


def run(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Certificate:
    """A self-signed certificate of 127.0.0.1 and its key, as two PEM files."""

    def __init__(self, directory, name="server", kind="ec", days=90):
        self.certificate = directory / f"{name}.pem"
        self.key = directory / f"{name}-key.pem"
        run(
            "req", "-x509", *KEY_KINDS[kind], "-noenc",
            "-days", max(days, 1), "-subj", f"/CN={name}",
            "-addext", "subjectAltName=IP:127.0.0.1",
            "-keyout", self.key, "-out", self.certificate,
        )  # fmt: skip
        self.key.chmod(0o600)
        if days < 1:
            self._sign_again(days)

    def _sign_again(self, days):
        """For a certificate of the past, which `req` does not make."""
        made = self.certificate.with_suffix(".made")
        self.certificate.rename(made)
        run("x509", "-in", made, "-signkey", self.key, "-days", days, "-out", self.certificate)

    @property
    def settings(self):
        return {
            "CLAVIGER_TLS_CERTIFICATE": str(self.certificate),
            "CLAVIGER_TLS_KEY": str(self.key),
        }

    @property
    def der(self):
        return ssl.PEM_cert_to_DER_cert(self.certificate.read_text())

    def replace_by(self, other):
        """What a renewal does to the files that a server was told of."""
        self.certificate.write_bytes(other.certificate.read_bytes())
        self.key.write_bytes(other.key.read_bytes())

    def client(self, lowest=ssl.TLSVersion.TLSv1_2, highest=ssl.TLSVersion.TLSv1_3, ciphers=None):
        """A client's context that trusts this certificate alone."""
        context = ssl.create_default_context(cafile=self.certificate)
        if ciphers:
            context.set_ciphers(ciphers)
        context.minimum_version = lowest
        context.maximum_version = highest
        return context

    def canaries(self):
        """Parts of the key that must not be seen anywhere."""
        lines = self.key.read_text().splitlines()
        return [line for line in lines if "-" not in line and len(line) > 30]


class Chain:
    """A certificate of 127.0.0.1 that an intermediate issued, which a root issued."""

    def __init__(self, directory):
        root = Certificate(directory, "root")
        between = Certificate(directory, "between")
        server = Certificate(directory, "server")
        self.root, self.key = root.certificate, server.key
        self._issue(directory, between, root, "basicConstraints=critical,CA:TRUE")
        self._issue(directory, server, between, "subjectAltName=IP:127.0.0.1")
        self.certificate = directory / "chain.pem"
        self.certificate.write_bytes(
            server.certificate.read_bytes() + between.certificate.read_bytes()
        )

    def _issue(self, directory, certificate, issuer, extension):
        extensions, request = directory / "extensions", directory / "request"
        extensions.write_text(extension)
        run("req", "-new", "-key", certificate.key, "-subj", f"/CN={certificate.key.stem}",
            "-out", request)  # fmt: skip
        run("x509", "-req", "-in", request, "-CA", issuer.certificate, "-CAkey", issuer.key,
            "-CAcreateserial", "-days", 30, "-extfile", extensions,
            "-out", certificate.certificate)  # fmt: skip

    settings = Certificate.settings

    def client(self):
        return ssl.create_default_context(cafile=self.root)


def stranger(highest=ssl.TLSVersion.TLSv1_3, lowest=ssl.TLSVersion.TLSv1_2, ciphers=None):
    """A client's context that trusts whoever answers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if ciphers:
        context.set_ciphers(ciphers)
    context.minimum_version = lowest
    context.maximum_version = highest
    return context
