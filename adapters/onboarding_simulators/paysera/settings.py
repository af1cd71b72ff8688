"""The settings of a simulator."""

# A setting for an open question of the documents says so; its default is the likeliest answer.

from __future__ import annotations

from collections.abc import Callable

from attrs import define, field

from onboarding_simulators.shared import VirtualClock

from .vocabulary import PERMISSIONS, USER_SCOPES, base_scopes, known_permissions


@define(kw_only=True, eq=False)
class Settings:
    """The settings of the simulated client and server.

    They may be changed while the simulator runs.
    """

    client_id: str = field(
        default="simulated-client", metadata={"help": "The client id of the API client"}
    )
    mac_key: str = field(
        default="simulated-key",
        repr=False,
        metadata={"help": "The key that requests are signed with"},
    )
    # The fields of a user that client credentials may read.
    scopes: frozenset[str] = field(
        default=USER_SCOPES,
        converter=base_scopes,
        metadata={"help": "A scope that client credentials have; may be repeated"},
    )
    permissions: frozenset[str] = field(
        default=PERMISSIONS,
        converter=known_permissions,
        metadata={"help": "A permission of the client; may be repeated"},
    )
    state: str | None = field(
        default=None,
        metadata={"help": "A file for the state; without one, the state is lost at exit"},
    )
    clock: Callable[[], float] = field(
        factory=VirtualClock, repr=False, metadata={"help": "Returns Unix time in seconds"}
    )

    # Allowed difference of ts from the server's clock, in seconds. Not documented.
    clock_window: int = field(
        default=300,
        metadata={"help": "Allowed difference of a timestamp from the server's clock, in seconds"},
    )
    # The port that is signed if the Host header has none; the documents always sign 443.
    fallback_port: int = field(
        default=443, metadata={"help": "The port that is signed if the Host header has none"}
    )
    # Lifetime in seconds, None for unlimited. Not documented.
    token_lifetime: float | None = field(
        default=None, metadata={"help": "Lifetime of a token in seconds; unlimited by default"}
    )
    # The same for a refresh token.
    refresh_token_lifetime: float | None = field(
        default=None,
        metadata={"help": "Lifetime of a refresh token in seconds; unlimited by default"},
    )
    # Allowed redirect URIs; any absolute URI if empty.
    redirect_uris: frozenset[str] = field(
        default=frozenset(),
        converter=frozenset,
        metadata={"help": "An allowed redirect URI; may be repeated; any by default"},
    )
    # A TLS client certificate replaces the signature of client credentials. Plain HTTP has no
    # certificates: this accepts any unsigned request as the client's own.
    trust_unsigned: bool = field(
        default=False,
        metadata={"help": "Whether an unsigned request counts as one with a client certificate"},
    )
    # 400 in the Swift SDK, 401 in lib-rest-client-common.
    expired_token_status: int = field(
        default=400, metadata={"help": "The status of an expired token: 400 or 401"}
    )
    # The framework answers 404 or 405, depending on the route.
    wrong_method_status: int = field(
        default=405, metadata={"help": "The status of a wrong method: 405 or 404"}
    )
    # The documents give codes but no status; 400 is the framework's default.
    already_assigned_status: int = field(
        default=400, metadata={"help": "The status of *_already_assigned errors"}
    )
    # The documents say only "conditional".
    credentials_required: bool = field(
        default=False, metadata={"help": "Whether a registration needs credentials"}
    )
    # The documents show all four; in the official PHP client each is optional.
    identity_required: frozenset[str] = field(
        default=frozenset({"name", "surname", "nationality", "code"}),
        converter=frozenset,
        metadata={"help": "A required field of an identity; may be repeated"},
    )
    # The framework can refuse unknown keys; whether this resource does is not documented.
    refuse_unknown_keys: bool = field(
        default=False, metadata={"help": "Whether undocumented keys are refused"}
    )
    minimum_password_length: int = field(
        default=8, metadata={"help": "The minimum length of a password"}
    )
    # The level from which a password reset requires the person code: the documents only name the
    # error `identity_required`.
    reset_identity_from: str = field(
        default="semi_identified",
        metadata={"help": "The level from which a password reset requires the person code"},
    )

    # Wrong attempts at a code until every further one is refused; a new code resets them.
    code_rate_limit: int = field(
        default=5, metadata={"help": "Wrong attempts at a code before a new code is required"}
    )
    # Lifetime in seconds, None for unlimited. Not documented.
    code_lifetime: float | None = field(
        default=None, metadata={"help": "Lifetime of a code in seconds; unlimited by default"}
    )
    # Wrong passwords until a captcha is required.
    password_rate_limit: int = field(
        default=5, metadata={"help": "Wrong passwords before a captcha is required"}
    )
    # Codes sent to a user on one channel until the next is refused; None for no limit.
    code_send_limit: int | None = field(
        default=None,
        metadata={"help": "Codes that are sent to one contact before more are refused"},
    )
    # developers.paysera.com /api/wallet documents 60 per minute for an access token, and 1,000 per
    # hour for an account. None for no limit, so that long tests are not limited.
    requests_per_minute: int | None = field(
        default=None, metadata={"help": "Requests per minute of an access token; 60 is documented"}
    )
    requests_per_hour: int | None = field(
        default=None, metadata={"help": "Requests per hour of the client; 1000 is documented"}
    )
    recaptcha_key: str = field(
        default="simulated-site-key",
        metadata={"help": "The captcha site key in the answer to too many attempts"},
    )
    # The documents name no unit: metres or kilometres.
    metres_per_distance: float = field(
        default=1.0, metadata={"help": "Metres in one unit of distance in a search for positions"}
    )
    # The seed of codes and tokens, which makes them reproducible.
    seed: str = field(
        default="paysera", repr=False, metadata={"help": "The seed of codes and tokens"}
    )

    # According to the documents, shown contacts are verified.
    show_unconfirmed_contacts: bool = field(
        default=False, metadata={"help": "Whether unconfirmed contacts are shown"}
    )
    # `type` is shown to some clients only.
    show_type: bool = field(default=False, metadata={"help": "Whether the type of a user is shown"})
    # Not documented.
    wallet_on_registration: bool = field(
        default=True, metadata={"help": "Whether a new user has a wallet"}
    )
    # `options` is shown if available; None omits it.
    default_currency: str | None = field(
        default="EUR", metadata={"help": "The default currency in a user's options"}
    )
