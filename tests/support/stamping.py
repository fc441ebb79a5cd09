"""A time-stamping service (RFC 3161) made of OpenSSL, with authorities of its own."""

import asyncio
import subprocess
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gateway.system import SystemClock

ROOT = "Root Authority for Tests of Time-Stamping Services, Example"
REPLY = "application/timestamp-reply"
CONFIG = """
[tsa]
default_tsa = here
[here]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
certs = chain.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


@dataclass(frozen=True)
class Issued:
    """A certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        """The certificate in PEM form."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def issue(name: str, by: Issued | None = None, purpose: Any = None, **changes: Any) -> Issued:
    """A certificate for a time-stamping service (`purpose`), or else for an authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = changes.get("now", SystemClock().now())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=not purpose, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if by:
        identifier = by.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        from_it = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier.value)
        builder = builder.add_extension(from_it, critical=False)
    if purpose:
        builder = builder.add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
    return Issued(builder.sign(by.key if by else key, hashes.SHA256()), key)


@dataclass
class Service:
    """A time-stamping service made of OpenSSL; `change` may change what it answers.

    Attributes:
        queries: what it was asked; `replay` is asked instead, if set.
        roots_file: the authority that its certificate leads to, over another in between.
    """

    folder: Path
    queries: list[bytes] = field(default_factory=list)
    change: Callable[[bytes], bytes] = bytes
    replay: bytes | None = None
    digests: str = "sha256, sha512"
    signer: Issued | None = None
    url: str = ""

    def __post_init__(self) -> None:
        # The longer of two certificates must stand last, and this name makes the second longer:
        # OpenSSL does not sort them as DER asks, and the library minds.
        root = issue(ROOT)
        between = issue("Authority for Tests", root)
        self.set_signer(issue("Clock", between, ExtendedKeyUsageOID.TIME_STAMPING))
        (self.folder / "chain.pem").write_bytes(between.pem)
        (self.folder / "serial").write_text("01\n")
        self.roots_file.write_bytes(root.pem)
        self.authority = between

    @property
    def roots_file(self) -> Path:
        """The authority that its certificate leads to."""
        return self.folder / "root.pem"

    def set_signer(self, signer: Issued) -> None:
        """Sign with this certificate from now on."""
        self.signer = signer
        (self.folder / "tsa.pem").write_bytes(signer.pem)
        pem = serialization.Encoding.PEM
        form, secrecy = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        (self.folder / "tsa.key").write_bytes(signer.key.private_bytes(pem, form, secrecy))

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Service"]:
        """Answer at `url` while the block lasts."""
        app = web.Application()
        app.router.add_post("/tsa", self._reply)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}/tsa"
        try:
            yield self
        finally:
            await runner.cleanup()

    async def _reply(self, request: web.Request) -> web.Response:
        assert request.content_type == "application/timestamp-query"
        query = await request.read()
        self.queries.append(query)
        answer = await asyncio.to_thread(self.response_to, self.replay or query)
        return web.Response(body=self.change(answer), content_type=REPLY)

    def response_to(self, query: bytes) -> bytes:
        """What OpenSSL answers."""
        (self.folder / "tsa.conf").write_text(CONFIG.format(digests=self.digests))
        (self.folder / "query").write_bytes(query)
        return openssl_ts(self.folder, "-reply", "-config", "tsa.conf", "-queryfile", "query")


def openssl_ts(folder: Path, *arguments: str | Path) -> bytes:
    """What `openssl ts` prints; refusals among them, which it gives as a time stamp's absence."""
    command = ["openssl", "ts", *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, check=False, timeout=30)
    assert done.stdout, done.stderr
    return done.stdout
