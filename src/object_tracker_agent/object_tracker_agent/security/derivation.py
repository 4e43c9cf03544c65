"""What is derived from the secret. Any two machines that hold it derive the same."""

from __future__ import annotations

import functools
import hashlib

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from object_tracker_agent.security.secret import Secret

# Whoever connects sees a certificate that was signed with what is derived here and may try secrets on it at
# leisure: scrypt makes each try cost 0.1 s and 32 MB (RFC 7914; parameters as OWASP advises, 2^15, 8, 1).
_COST = {"n": 1 << 15, "r": 8, "p": 1, "maxmem": 64 << 20}
_SALT = b"object_tracker secret, format 1"  # public; the secret itself is long and random


@functools.lru_cache(maxsize=4)
def _master(secret: Secret) -> bytes:
    return hashlib.scrypt(secret.reveal().encode(), salt=_SALT, dklen=32, **_COST)


def derive(secret: Secret, purpose: str) -> bytes:
    """Return the 32 bytes that belong to `purpose`; those of one purpose tell nothing of another's."""
    return HKDFExpand(algorithm=SHA256(), length=32, info=purpose.encode()).derive(_master(secret))


def redis_password(secret: Secret) -> str:
    """Return the password of a redis-server that our launch files start."""
    return derive(secret, "redis password").hex()
