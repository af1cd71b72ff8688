"""The settings of a simulator."""

# A setting that stands for an open question of the documents says so; its default is the
# likeliest reading.

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field

from onboarding_simulators.shared import VirtualClock

from .vocabulary import PERMISSIONS, USER_SCOPES, base_scopes, known_permissions


@define(kw_only=True, eq=False)
class Settings:
    """What the simulated client is and how the simulated server judges.

    They may be changed while the simulator runs, as Paysera may revoke a permission any time.
    """

    client_id: str = field(
        default="simulated-client", metadata={"help": "The id of the API client"}
    )
    mac_key: str = field(
        default="simulated-key",
        repr=False,
        metadata={"help": "The key that requests are signed with"},
    )
    # Which keys of a user client credentials may read.
    scopes: frozenset[str] = field(
        default=USER_SCOPES,
        converter=base_scopes,
        metadata={"help": "What client credentials may read of a user; may be repeated"},
    )
    permissions: frozenset[str] = field(
        default=PERMISSIONS,
        converter=known_permissions,
        metadata={"help": "What the client may do; may be repeated"},
    )
    state: str | None = field(
        default=None,
        metadata={"help": "A file that keeps the state; without one it is gone at the end"},
    )
    clock: Callable[[], float] = field(
        factory=VirtualClock, repr=False, metadata={"help": "Gives Unix time in seconds"}
    )

    # Seconds that ts may differ from the server's clock, either way. The documents give none.
    clock_window: int = field(
        default=300,
        metadata={"help": "Seconds that a timestamp may differ from the server's clock"},
    )
    # The port that a Host header without one means; the documents sign 443 always.
    fallback_port: int = field(
        default=443, metadata={"help": "The port that a Host header without one means"}
    )
    # Seconds a token lives, None for ever. The documents give no lifetime.
    token_lifetime: float | None = field(
        default=None, metadata={"help": "Seconds that a token lives; for ever unless given"}
    )
    # The same of a refresh token.
    refresh_token_lifetime: float | None = field(
        default=None, metadata={"help": "Seconds that a refresh token lives; for ever unless given"}
    )
    # Where a browser may be sent back to; any absolute URI if empty.
    redirect_uris: frozenset[str] = field(
        default=frozenset(),
        converter=frozenset,
        metadata={"help": "Where a user may be sent back to after consent; may be repeated"},
    )
    # A TLS client certificate stands in for the signature of client credentials. Over plain HTTP
    # no certificate can be shown: then this takes any unsigned request for the client's own.
    trust_unsigned: bool = field(
        default=False,
        metadata={"help": "Whether an unsigned request is taken as one with a client certificate"},
    )
    # 400 in the Swift SDK, 401 in lib-rest-client-common.
    expired_token_status: int = field(
        default=400, metadata={"help": "The status of an expired token: 400 or 401"}
    )
    # 404 or 405: the framework answers either, by how the route was missed.
    wrong_method_status: int = field(
        default=405, metadata={"help": "The status of a wrong method: 405 or 404"}
    )
    # The documents name the codes and no status; 400 is the framework's default.
    already_assigned_status: int = field(
        default=400, metadata={"help": "The status of *_already_assigned errors"}
    )
    # /guides says of a credential only "conditional".
    credentials_required: bool = field(
        default=False, metadata={"help": "Whether a registration needs credentials"}
    )
    # The documents show all four; the official PHP client treats each as optional.
    identity_required: frozenset[str] = field(
        default=frozenset({"name", "surname", "nationality", "code"}),
        converter=frozenset,
        metadata={"help": "The parts that an identity needs; may be repeated"},
    )
    # The framework can refuse keys that it does not know; whether this resource does is open.
    refuse_unknown_keys: bool = field(
        default=False, metadata={"help": "Whether keys that no document names are refused"}
    )
    minimum_password_length: int = field(default=8, metadata={"help": "The shortest password"})
    # From which level on a password reset needs the person code: `identity_required` is
    # documented as an error and no more.
    reset_identity_from: str = field(
        default="semi_identified",
        metadata={"help": "The level from which a password reset needs the person code"},
    )

    # Wrong tries of a code after which every further try is refused, until a new code is sent.
    code_rate_limit: int = field(
        default=5, metadata={"help": "Wrong tries of a code before a new one is needed"}
    )
    # Seconds a code lives, None for ever. The documents give no lifetime.
    code_lifetime: float | None = field(
        default=None, metadata={"help": "Seconds that a code lives; for ever unless given"}
    )
    # Wrong passwords after which a captcha is wanted.
    password_rate_limit: int = field(
        default=5, metadata={"help": "Wrong passwords before a captcha is wanted"}
    )
    # Codes sent to one user on one channel before the next is refused; None for no limit.
    code_send_limit: int | None = field(
        default=None, metadata={"help": "Codes sent to one contact before the next is refused"}
    )
    # developers.paysera.com /api/wallet documents 60 a minute for an access token, and 1,000 an
    # hour for an account. None counts nothing, so that a test may hold long conversations.
    requests_per_minute: int | None = field(
        default=None, metadata={"help": "Requests a minute of one access token; 60 is documented"}
    )
    requests_per_hour: int | None = field(
        default=None, metadata={"help": "Requests an hour of the client; 1000 is documented"}
    )
    recaptcha_key: str = field(
        default="simulated-site-key",
        metadata={"help": "The site key in the answer to too many tries"},
    )
    # One metre, or one kilometre: the documents name no unit.
    metres_per_distance: float = field(
        default=1.0, metadata={"help": "Metres in one unit of a search around a point"}
    )
    # Confirmation codes and tokens are derived from it, so a test meets the same ones again.
    seed: str = field(
        default="paysera", repr=False, metadata={"help": "What codes and tokens are derived from"}
    )

    # The documents say that the contacts shown are the verified ones.
    show_unconfirmed_contacts: bool = field(
        default=False, metadata={"help": "Whether contacts are shown before they are confirmed"}
    )
    # `type` is shown to some clients only.
    show_type: bool = field(
        default=False, metadata={"help": "Whether users are shown with their type"}
    )
    # Whether a new user has a wallet at once is not documented.
    wallet_on_registration: bool = field(
        default=True, metadata={"help": "Whether a new user has a wallet at once"}
    )
    # `options` is shown if available; None leaves it out.
    default_currency: str | None = field(
        default="EUR", metadata={"help": "The currency in a user's options"}
    )
