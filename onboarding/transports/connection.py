"""The settings of a connection, whichever client makes it."""

from __future__ import annotations

from attrs import field, frozen
from attrs.validators import gt

__all__ = ["Connection"]


@frozen(kw_only=True)
class Connection:
    """How a gateway connects. Times are seconds.

    `timeout` bounds each wait for bytes, `connect_timeout` the making of a connection;
    `pool` is how many connections are kept; `ca_bundle` replaces the trusted authorities;
    `certificate` and `private_key` are files of a TLS client certificate; `trust_env` lets
    proxies and `.netrc` of the environment apply.
    """

    timeout: float = field(default=30.0, validator=gt(0))
    connect_timeout: float = field(default=5.0, validator=gt(0))
    pool: int = field(default=32, validator=gt(0))
    proxy: str | None = None
    ca_bundle: str | None = None
    certificate: str | None = None
    private_key: str | None = None
    trust_env: bool = False
    user_agent: str = "onboarding"
