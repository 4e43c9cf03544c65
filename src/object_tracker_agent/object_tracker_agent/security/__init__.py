"""One shared secret: read safely, never shown, and all that is derived from it (keys, passwords)."""

from object_tracker_agent.security.certificates import Authority, certificate_authority, server_certificate
from object_tracker_agent.security.derivation import redis_password
from object_tracker_agent.security.secret import VARIABLE, Secret, find_secret, read_secret_file
from object_tracker_agent.security.urls import refuse_password

__all__ = [
    "VARIABLE",
    "Authority",
    "Secret",
    "certificate_authority",
    "find_secret",
    "read_secret_file",
    "redis_password",
    "refuse_password",
    "server_certificate",
]
