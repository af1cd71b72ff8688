"""The settings of a simulator."""

# A setting that stands for an open question of the documents says so; its default is the
# likeliest reading.

from __future__ import annotations

import time
from collections.abc import Callable

from attrs import define, field

from .vocabulary import PERMISSIONS, USER_SCOPES, base_scopes, known_permissions


@define(kw_only=True, eq=False)
class Settings:
    """What the simulated client is and how the simulated server judges.

    They may be changed while the simulator runs, as Paysera may revoke a permission any time.
    """

    client_id: str
    mac_key: str = field(repr=False)
    # Which keys of a user client credentials may read.
    scopes: frozenset[str] = field(default=USER_SCOPES, converter=base_scopes)
    permissions: frozenset[str] = field(default=PERMISSIONS, converter=known_permissions)
    clock: Callable[[], float] = field(default=time.time, repr=False)

    # Seconds that ts may differ from the server's clock, either way. The documents give none.
    clock_window: int = 300
    # The port that a Host header without one means; the documents sign 443 always.
    fallback_port: int = 443
    # Seconds a token lives, None for ever. The documents give no lifetime.
    token_lifetime: float | None = None
    # 400 in the Swift SDK, 401 in lib-rest-client-common.
    expired_token_status: int = 400
    # 404 or 405: the framework answers either, by how the route was missed.
    wrong_method_status: int = 405
    # The documents name the codes and no status; 400 is the framework's default.
    already_assigned_status: int = 400
    # /guides says of a credential only "conditional".
    credentials_required: bool = False
    # The documents show all four; the official PHP client treats each as optional.
    identity_required: frozenset[str] = field(
        default=frozenset({"name", "surname", "nationality", "code"}), converter=frozenset
    )
    # The framework can refuse keys that it does not know; whether this resource does is open.
    refuse_unknown_keys: bool = False
    minimum_password_length: int = 8

    # Wrong tries of a code after which every further try is refused, until a new code is sent.
    code_rate_limit: int = 5
    # Codes sent to one user on one channel before the next is refused; None for no limit.
    code_send_limit: int | None = None
    recaptcha_key: str = "simulated-site-key"
    recaptcha_unlock_url: str = "https://captcha.invalid/unlock"
    # Confirmation codes and tokens are derived from it, so a test meets the same ones again.
    seed: str = field(default="paysera", repr=False)

    # The documents say that the contacts shown are the verified ones.
    show_unconfirmed_contacts: bool = False
    # `type` is shown to some clients only.
    show_type: bool = False
    # Whether a new user has a wallet at once is not documented.
    wallet_on_registration: bool = True
    # `options` is shown if available; None leaves it out.
    default_currency: str | None = "EUR"
