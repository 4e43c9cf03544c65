"""Certificates by which a worker knows its trainer, with nothing to carry over but the secret.

The secret gives the key of a certificate authority. The trainer's Redis shows a certificate that this
authority has signed; a worker makes the authority's certificate out of the secret itself and trusts it alone.
Ed25519 (RFC 8032), because its keys are any 32 bytes and its signatures are the same every time: both sides
get the same certificate, byte for byte.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from object_tracker_agent.security.derivation import derive
from object_tracker_agent.security.secret import Secret

_BEGIN = datetime(2020, 1, 1, tzinfo=timezone.utc)
_END = datetime(2100, 1, 1, tzinfo=timezone.utc)
_SERVER_LIFE = timedelta(days=400)
_CLOCKS_DIFFER = timedelta(days=1)


@dataclass(frozen=True)
class Authority:
    """The certificate authority of one secret."""

    key: Ed25519PrivateKey
    certificate: x509.Certificate

    @property
    def pem(self) -> str:
        """The certificate, which is no secret."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, 64 hexadecimal digits."""
        return self.certificate.fingerprint(SHA256()).hex()


def certificate_authority(secret: Secret) -> Authority:
    """Return the authority of `secret`: the same one wherever it is called."""
    key = Ed25519PrivateKey.from_private_bytes(derive(secret, "certificate authority"))
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "object_tracker training")])
    certificate = (
        _builder(name, name, key, serial=1, begin=_BEGIN, end=_END, key_for=key)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs_certificates=True), critical=True)
        .sign(key, None)
    )
    return Authority(key, certificate)


def server_certificate(authority: Authority, hosts: Sequence[str]) -> tuple[str, str]:
    """Return certificate and private key (PEM) of a server that is reached as any of `hosts`.

    The key is drawn anew each time.
    """
    key = Ed25519PrivateKey.generate()
    now = datetime.now(timezone.utc)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "object_tracker trainer")])
    certificate = (
        _builder(
            name, authority.certificate.subject, key,
            serial=x509.random_serial_number(), begin=now - _CLOCKS_DIFFER, end=now + _SERVER_LIFE,
            key_for=authority.key,
        )
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_alternative(host) for host in hosts]), critical=False)
        .sign(authority.key, None)
    )  # fmt: skip
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certificate.public_bytes(Encoding.PEM).decode(), private.decode()


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: Ed25519PrivateKey,
    *,
    serial: int,
    begin: datetime,
    end: datetime,
    key_for: Ed25519PrivateKey,
) -> x509.CertificateBuilder:
    # The identifiers are what OpenSSL's strict check asks for (Python 3.13 switches it on)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(begin)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key_for.public_key()), critical=False
        )
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
