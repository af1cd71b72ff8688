"""The settings of a connection, whichever client makes it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from attrs import field, frozen
from attrs.validators import gt, matches_re

from onboarding import __version__
from onboarding.errors import ConfigurationError, Problem
from onboarding.http import HEADER_TEXT

if TYPE_CHECKING:
    from ssl import SSLContext

__all__ = ["Connection", "tls", "unusable"]


@frozen(kw_only=True)
class Connection:
    """How a gateway connects. Times are seconds.

    `timeout` bounds each wait for bytes, `connect_timeout` the making of a connection;
    `pool` is how many connections are kept; `ca_bundle` replaces the trusted authorities;
    `certificate` and `private_key` are files of a TLS client certificate; `trust_env` lets
    the proxies of the environment apply, and nothing else of it.
    """

    timeout: float = field(default=30.0, validator=gt(0))
    connect_timeout: float = field(default=5.0, validator=gt(0))
    pool: int = field(default=32, validator=gt(0))
    proxy: str | None = field(default=None, repr=False)  # it may hold a password
    ca_bundle: str | None = None
    certificate: str | None = None
    private_key: str | None = None
    trust_env: bool = False
    user_agent: str = field(default=f"onboarding/{__version__}", validator=matches_re(HEADER_TEXT))


def unusable(wanted: Connection) -> list[Problem]:
    """What is wrong with the files that a connection names; nothing when it names none."""
    if not (wanted.ca_bundle or wanted.certificate):
        return []
    try:
        tls(wanted)
    except ConfigurationError as error:
        return list(error.problems)
    return []


def tls(wanted: Connection) -> SSLContext:
    """What a connection says of TLS. Raises `ConfigurationError` for files that cannot be used."""
    import ssl  # wanted only where there is something to connect to

    bundle = wanted.ca_bundle
    problems: list[Problem] = []
    try:
        folder = bundle is not None and os.path.isdir(bundle)
        context = ssl.create_default_context(
            cafile=None if folder else bundle, capath=bundle if folder else None
        )
    except (OSError, ValueError) as error:  # an SSLError is an OSError
        problems.append(_unread("connection.ca_bundle", "the file", error))
        context = ssl.create_default_context()
    if wanted.certificate:
        try:
            # with a password, even an empty one, OpenSSL asks nobody for another
            context.load_cert_chain(wanted.certificate, wanted.private_key, password="")
        except (OSError, ValueError) as error:
            problems.append(_unread("connection.certificate", "the file, or private_key,", error))
    if problems:
        raise ConfigurationError(problems)
    return context


def _unread(path: str, what: str, error: Exception) -> Problem:
    if isinstance(error, FileNotFoundError | PermissionError | IsADirectoryError):
        return Problem(path, "missing", f"{what} cannot be read")
    return Problem(path, "shape", f"{what} holds nothing that TLS can use")
