"""How a Redis is reached: its address, and what proves who is who."""

from __future__ import annotations

import ipaddress
import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from object_tracker_agent.command_line import option
from object_tracker_agent.errors import UserError
from object_tracker_agent.security import (
    Secret,
    certificate_authority,
    find_secret,
    redis_password,
    refuse_password,
)

GIVE = "give unix:///path, redis://host:port or rediss://host:port"
PORT = 6379
# A connection whose other end has gone without a word (a cut cable, a firewall that forgot it) is noticed by
# the kernel: sent data not acknowledged for 10 s, or three probes of an idle one not answered
_NOTICED = {
    socket.TCP_USER_TIMEOUT: 10_000,  # [ms]
    socket.TCP_KEEPIDLE: 5,  # [s]
    socket.TCP_KEEPINTVL: 3,  # [s]
    socket.TCP_KEEPCNT: 3,
}
BY_SECRET = "secret"  # the Redis of our own trainer: certificate and password follow from the secret
BY_SYSTEM = "system"  # somebody else's: the system's certificate authorities, and the secret is its password


@dataclass(frozen=True)
class RedisAccess:
    """An address, ``unix:///path``, ``redis://[user@]host:port[/database]`` or ``rediss://…`` (TLS).

    `ca` says whose certificate the server must show: ``secret``, ``system`` or the path of a PEM file. With
    ``secret`` (a Redis started by our trainer) the password follows from the secret; else the secret is it.

    Raises UserError: not an address, one with a password in it, or one beyond this machine without both TLS
    and a secret although `insecure` is not set.
    """

    url: str
    secret: Secret | None = None
    ca: str = BY_SECRET
    insecure: bool = False

    def __post_init__(self) -> None:
        refuse_password("redis url", self.url)
        parts = self._parts()
        if self.ca not in (BY_SECRET, BY_SYSTEM) and not Path(self.ca).expanduser().is_file():
            raise UserError(f"redis_ca is '{self.ca}', but must be secret, system or the path of a PEM file")
        if parts.scheme == "rediss" and self.secret is None and self.ca == BY_SECRET:
            raise UserError(
                f"redis at {self.url} needs the training's secret: give secret_file:=FILE or set"
                " OBJECT_TRACKER_SECRET (redis_ca:=system for a certificate from a public authority)"
            )
        if not self.insecure and not self.is_local:
            if parts.scheme != "rediss":
                raise UserError(
                    f"redis at {self.url} is another machine's and has no TLS; use rediss:// and a secret, or"
                    " allow it with insecure:=true"
                )
            if self.secret is None:
                raise UserError(
                    f"redis at {self.url} is another machine's and no secret is given; give"
                    " secret_file:=FILE or set OBJECT_TRACKER_SECRET, or allow it with insecure:=true"
                )

    @property
    def is_local(self) -> bool:
        """True for a Unix socket and for this machine's loopback."""
        parts = self._parts()
        return parts.scheme == "unix" or is_loopback(parts.hostname or "")

    @property
    def tls(self) -> bool:
        return self._parts().scheme == "rediss"

    @property
    def socket_path(self) -> Path | None:
        """The Unix socket, if it is one."""
        parts = self._parts()
        return Path(unquote(parts.path)) if parts.scheme == "unix" else None

    def client(self, **options: Any) -> redis.Redis:
        """Return a client that fails at once: whoever calls decides about trying again."""
        parts = self._parts()
        settings: dict[str, Any] = {
            "socket_timeout": 20,
            "socket_connect_timeout": 5,
            "retry": Retry(NoBackoff(), 0),
            "username": unquote(parts.username) if parts.username else None,
            "password": self._password(),
            **options,
        }
        if parts.scheme == "unix":
            pool = redis.ConnectionPool(
                connection_class=redis.UnixDomainSocketConnection, path=unquote(parts.path), **settings
            )
        else:
            settings |= {
                "host": parts.hostname,
                "port": parts.port or PORT,
                "db": int(parts.path.strip("/") or 0),
                "socket_keepalive": True,
                "socket_keepalive_options": _NOTICED,
            }
            if parts.scheme == "rediss":
                settings |= {"connection_class": TlsConnection, "context": self._context()}
            pool = redis.ConnectionPool(**settings)
        return redis.Redis(connection_pool=pool)

    def _password(self) -> str | None:
        if self.secret is None:
            return None
        return redis_password(self.secret) if self.ca == BY_SECRET else self.secret.reveal()

    def _context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # trusts nobody, checks the host's name
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self.ca == BY_SYSTEM:
            context.load_default_certs()
        elif self.ca != BY_SECRET:
            try:
                context.load_verify_locations(cafile=Path(self.ca).expanduser())
            except (OSError, ssl.SSLError):
                raise UserError(f"redis_ca {self.ca} is no PEM file with certificates") from None
        else:
            assert self.secret is not None
            # Whoever can sign for this authority holds the secret: a name adds nothing, and addresses change
            context.check_hostname = False
            context.minimum_version = ssl.TLSVersion.TLSv1_3
            context.load_verify_locations(cadata=certificate_authority(self.secret).pem)
        return context

    def _parts(self) -> Any:
        try:
            parts = urlsplit(self.url)
            port = parts.port  # a ValueError if it is none
        except ValueError as error:
            raise UserError(f"redis url '{self.url}' is not valid: {error}; {GIVE}") from None
        sound = {
            "unix": not parts.netloc and len(parts.path) > 1,
            "redis": bool(parts.hostname) and port != 0,
            "rediss": bool(parts.hostname) and port != 0,
        }
        database = parts.path.strip("/")
        if not sound.get(parts.scheme) or parts.query or parts.fragment:
            raise UserError(f"redis url '{self.url}' is not valid; {GIVE}")
        if parts.scheme != "unix" and database and not (database.isdecimal() and len(database) < 6):
            raise UserError(
                f"redis url '{self.url}' is not valid: after the port comes a database number; {GIVE}"
            )
        return parts


class TlsConnection(redis.Connection):
    """A connection that trusts what its context trusts.

    redis-py's own adds the system's certificate authorities to the one it is given: anybody with a public
    certificate could then stand between.
    """

    def __init__(self, *, context: ssl.SSLContext, **settings: Any) -> None:
        super().__init__(**settings)
        self._context = context

    def _connect(self) -> socket.socket:
        plain = super()._connect()
        try:
            return self._context.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise


@dataclass(frozen=True, kw_only=True)
class RedisOptions:
    """Options of every program that speaks to a training's Redis."""

    redis_url: str = option(
        "where the training is: unix:///path, redis://host:port or rediss://host:port (TLS)"
    )
    secret_file: str = option(
        "file of mode 0600 with the secret; by default OBJECT_TRACKER_SECRET, if set", ""
    )
    redis_ca: str = option(
        "whose certificate: 'secret' (a Redis our trainer started), 'system' or a PEM file", BY_SECRET
    )
    insecure: bool = option("allow a Redis of another machine without TLS or secret", False)
    patience: float = option(
        "how long Redis may be away [s]; 0: 180 on this machine, 300 on another (a network is cut)", 0.0
    )

    @property
    def patience_or_default(self) -> float | None:
        """What training.link.Link takes: None leaves it to the kind of Redis."""
        return self.patience or None

    def access(self) -> RedisAccess:
        """Return what they say. Raises UserError."""
        refuse_password("redis_url", self.redis_url)
        # A local training's socket has a password only if others may come in, and then a file has it
        local = self.redis_url.startswith("unix:")
        secret = find_secret(self.secret_file, {} if local else os.environ)
        return RedisAccess(self.redis_url, secret, self.redis_ca, self.insecure)


def is_loopback(host: str) -> bool:
    """Tell whether `host` is this machine itself."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
