"""What the environment says: where data live, which database and broker, and the secrets.

Embedded mode generates its secrets on first run and keeps them with the data; served mode (a PostgreSQL
`DATABASE_URL`) refuses to start without `EVKIT_SECRET_KEY`.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent
PAGES = "pages"
CHARGE_POINTS = "charge-points"


@dataclass(frozen=True, slots=True)
class Networks:
    """Network addresses, single ones and whole networks."""

    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    def __bool__(self) -> bool:
        """Tell whether there are any."""
        return bool(self.networks)

    def __contains__(self, address: object) -> bool:
        """Tell whether an address, as text, is among them."""
        try:
            read = ip_address(str(address))
        except ValueError:
            return False
        return any(read in network for network in self.networks)


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings read from environment variables, with safe defaults."""

    data_dir: Path
    database_url: str
    redis_url: str
    secret_key: str
    allowed_hosts: tuple[str, ...]
    trusted_origins: tuple[str, ...]
    trusted_proxies: Networks
    debug: bool
    https: bool
    log_format: str
    public_url: str
    organisation: str
    tls_certificate: Path | None
    tls_key: Path | None
    tls_names: tuple[str, ...]
    client_certificate_header: str
    only: str

    @property
    def served(self) -> bool:
        """Whether PostgreSQL serves several processes, instead of one process with SQLite."""
        return bool(self.database_url)


@dataclass(frozen=True, slots=True)
class MailServer:
    """The mail server, under the names of Django's own settings; without a host nothing is mailed."""

    host: str
    port: int
    user: str
    password: str
    starttls: bool
    tls: bool
    sender: str


def read_mail_server(environ: Mapping[str, str] = os.environ) -> MailServer:
    """Return the mail server.

    Raises:
        ImproperlyConfigured: the port is no number, or both ways to encrypt are chosen.
    """
    starttls, tls = environ.get("EMAIL_USE_TLS", "") == "1", environ.get("EMAIL_USE_SSL", "") == "1"
    port = environ.get("EMAIL_PORT") or ("465" if tls else "587" if starttls else "25")
    if not port.isdecimal():
        raise ImproperlyConfigured(f"EMAIL_PORT is {port!r}; write a number such as 587.")
    if starttls and tls:
        raise ImproperlyConfigured("EMAIL_USE_TLS (STARTTLS) and EMAIL_USE_SSL exclude each other.")
    user = environ.get("EMAIL_HOST_USER", "")
    return MailServer(
        host=environ.get("EMAIL_HOST", ""),
        port=int(port),
        user=user,
        password=environ.get("EMAIL_HOST_PASSWORD", ""),
        starttls=starttls,
        tls=tls,
        sender=environ.get("DEFAULT_FROM_EMAIL") or (user if "@" in user else "evkit@localhost"),
    )


def read_environment(environ: Mapping[str, str] = os.environ) -> Environment:
    """Return the environment; creates the data folder and the secret key in embedded mode.

    Raises:
        ImproperlyConfigured: served mode without a secret key.
    """
    data_dir = Path(environ.get("EVKIT_DATA_DIR") or BASE_DIR / "var").resolve()
    database_url = environ.get("DATABASE_URL", "")
    served = bool(database_url)
    only = _part(environ.get("EVKIT_ONLY", ""), shared=served and bool(environ.get("REDIS_URL")))
    return Environment(
        data_dir=data_dir,
        database_url=database_url,
        redis_url=environ.get("REDIS_URL", ""),
        secret_key=environ.get("EVKIT_SECRET_KEY") or _stored_secret_key(data_dir, served=served),
        allowed_hosts=_words(environ.get("EVKIT_ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]")),
        trusted_origins=_words(environ.get("EVKIT_TRUSTED_ORIGINS", "")),
        trusted_proxies=_networks(environ.get("EVKIT_TRUSTED_PROXIES", "")),
        debug=environ.get("EVKIT_DEBUG", "") == "1",
        https=environ.get("EVKIT_HTTPS", "") == "1",
        log_format=environ.get("EVKIT_LOG_FORMAT") or ("json" if served else "console"),
        public_url=environ.get("EVKIT_PUBLIC_URL", "").rstrip("/"),
        tls_certificate=_path(environ.get("EVKIT_TLS_CERTIFICATE", "")),
        tls_key=_path(environ.get("EVKIT_TLS_KEY", "")),
        tls_names=_tls_names(environ),
        client_certificate_header=environ.get("EVKIT_CLIENT_CERTIFICATE_HEADER", "").strip().lower(),
        organisation=environ.get("EVKIT_ORGANISATION", "").strip()[:64],
        only=only,
    )


def _part(text: str, *, shared: bool) -> str:
    """Return what alone this process serves, "" for everything; the parts meet in PostgreSQL and Redis."""
    if text not in {"", PAGES, CHARGE_POINTS}:
        raise ImproperlyConfigured(
            f"EVKIT_ONLY is {text!r}; write {PAGES!r} or {CHARGE_POINTS!r}, or leave it empty."
        )
    if text and not shared:
        raise ImproperlyConfigured(
            "EVKIT_ONLY (serve --only) divides the work between processes: set DATABASE_URL and REDIS_URL."
        )
    return text


def _networks(text: str) -> Networks:
    try:
        return Networks(tuple(ip_network(word, strict=False) for word in _words(text)))
    except ValueError as error:
        raise ImproperlyConfigured(
            f"EVKIT_TRUSTED_PROXIES: {error}; write addresses or networks such as 10.0.0.7,172.18.0.0/16."
        ) from error


def _path(text: str) -> Path | None:
    return Path(text).resolve() if text else None


def _tls_names(environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the names under which charge points reach the TLS listener; else those of the pages."""
    given = _words(environ.get("EVKIT_TLS_NAMES", ""))
    public = urlsplit(environ.get("EVKIT_PUBLIC_URL", "")).hostname
    hosts = _words(environ.get("EVKIT_ALLOWED_HOSTS", ""))
    found = given or (*((public,) if public else ()), *hosts)
    return tuple(name for name in found if not name.startswith((".", "*")))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _stored_secret_key(data_dir: Path, *, served: bool) -> str:
    if served:
        raise ImproperlyConfigured(
            "EVKIT_SECRET_KEY is not set. Served mode shares it between processes: "
            "set it to a long random string and keep it."
        )
    return stored_secret(data_dir / "secret_key", length=50)


def stored_secret(path: Path, *, length: int) -> str:
    """Return the secret kept in `path`, generated (readable by the owner only) on first use."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return path.read_text().strip()
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(length))
    return path.read_text().strip()


def database_settings(environment: Environment) -> dict[str, object]:
    """Return Django's settings of the default database."""
    if environment.database_url:
        return _postgresql(environment.database_url)
    return {
        "ENGINE": "evkit.core.sqlite",
        "NAME": environment.data_dir / "evkit.sqlite3",
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-32000; "
            "PRAGMA wal_autocheckpoint=8000;",
        },
    }


def _postgresql(url: str) -> dict[str, object]:
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ImproperlyConfigured(
            f"DATABASE_URL starts with {parts.scheme!r}; write postgresql://USER:PASSWORD@HOST:PORT/NAME."
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": parts.port or "",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            "connect_timeout": 5,
            "pool": {"min_size": 1, "max_size": 20, "timeout": 10},
            **dict(parse_qsl(parts.query)),
        },
    }
