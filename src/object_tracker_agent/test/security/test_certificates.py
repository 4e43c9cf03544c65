"""What follows from the secret: the same on every machine, another for another secret."""

from __future__ import annotations

import socket
import ssl
import subprocess
import sys
import threading

import pytest

from object_tracker_agent.security import Secret, certificate_authority, redis_password, server_certificate

ONE, OTHER = Secret("the-secret-of-one-run", "test"), Secret("the-secret-of-another", "test")


def test_the_same_secret_gives_the_same_in_another_process():
    code = """
from object_tracker_agent.security import Secret, certificate_authority, redis_password
secret = Secret("the-secret-of-one-run", "test")
print(certificate_authority(secret).fingerprint, redis_password(secret))
"""
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert found == [certificate_authority(ONE).fingerprint, redis_password(ONE)]


def test_figures_that_must_not_change():
    """Machines with different versions of this package must derive the same."""
    assert redis_password(ONE) == "dc47b602975a4f601ccfc83b0285af8096288a4dd5ed998508bc50357c0ca4a0"
    assert (
        certificate_authority(ONE).fingerprint
        == "a9320ceb0020efc34a4be00007c3556fc63bfed23a695f141318e614078215f8"
    )


def test_another_secret_gives_others():
    assert certificate_authority(ONE).fingerprint != certificate_authority(OTHER).fingerprint
    assert redis_password(ONE) != redis_password(OTHER)
    assert ONE.reveal() not in certificate_authority(ONE).pem


@pytest.fixture
def handshake(tmp_path):
    """Return a function that connects a client trusting one authority to a server certified by another."""

    def shake(of_server: Secret, of_client: Secret) -> str | None:
        certificate, key = server_certificate(
            certificate_authority(of_server), ["127.0.0.1", "localhost", "a-host"]
        )
        (tmp_path / "crt").write_text(certificate)
        (tmp_path / "key").write_text(key)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(tmp_path / "crt", tmp_path / "key")
        client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        client.load_verify_locations(cadata=certificate_authority(of_client).pem)
        client.verify_flags |= ssl.VERIFY_X509_STRICT  # as Python 3.13 does by default
        ends = socket.socketpair()

        def serve() -> None:
            try:
                with server.wrap_socket(ends[0], server_side=True) as tls:
                    tls.recv(1)
            except OSError:
                pass

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            with client.wrap_socket(ends[1], server_hostname="127.0.0.1") as tls:
                return tls.version()
        finally:
            ends[1].close()
            thread.join()

    return shake


def test_a_worker_with_the_secret_knows_its_trainer(handshake):
    assert handshake(ONE, ONE) == "TLSv1.3"


def test_nobody_else_is_taken_for_it(handshake):
    with pytest.raises(ssl.SSLCertVerificationError):
        handshake(OTHER, ONE)
