"""Every error the library raises, as one tree.

```
OnboardingError
├── InvalidInput              the caller's data have no legal shape; nothing was sent
├── ConfigurationError        the configuration cannot be used
│   ├── UnknownGateway        also a KeyError
│   ├── UnknownProvider
│   └── AmbiguousProvider
├── TranslationError
│   ├── Unsupported           core -> wire: the provider does not support it; nothing was sent
│   └── UnexpectedResponse    wire -> core: an answer in no documented shape
├── IdempotencyConflict       this idempotency key was used for other content
├── NoAnswer                  the base of both:
│   ├── TransportError        no answer, and the request was surely not carried out
│   └── OutcomeUnknown        no answer, and the request may have been carried out
├── PartialFailure            some of several requests were carried out; `gateway.resume` continues
└── ProviderError             an answer came, and it is a no
    ├── Rejected  Conflict  NotFound  Unauthorized  Forbidden
    ├── ActionRequired          the user must act first
    └── RateLimited  Unavailable
```

Every error has `outcome`: whether the call was carried out. `TransportError` and `OutcomeUnknown`
are siblings, so that `except TransportError: retry` never repeats a call that may have been carried
out.

No text here shows a value of a user or a secret: errors speak in paths, codes and words of ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import field, frozen

if TYPE_CHECKING:
    from onboarding.model.action import NextAction
    from onboarding.model.answers import Partial, RateLimit

__all__ = [
    "ActionRequired",
    "AmbiguousProvider",
    "ConfigurationError",
    "Conflict",
    "Forbidden",
    "IdempotencyConflict",
    "InvalidInput",
    "NoAnswer",
    "NotFound",
    "OnboardingError",
    "Outcome",
    "OutcomeUnknown",
    "PartialFailure",
    "Problem",
    "ProviderError",
    "RateLimited",
    "Rejected",
    "TranslationError",
    "TransportError",
    "Unauthorized",
    "Unavailable",
    "UnexpectedResponse",
    "UnknownGateway",
    "UnknownProvider",
    "Unsupported",
]


@frozen
class Problem:
    """One thing that is wrong, and where.

    `path` is a core path below the user (`identity.birthdate`) or a path in a configuration
    (`gateways.fr.api_key`), or the name of a file; empty when the whole is meant. `code` is a
    stable word for programs: `missing`, `unknown`, `type`, `shape`, `choice`, `conflict`,
    `unsupported`, `refused` ...
    `message` is for people and shows no value. `wire_path` is the provider's own name, if any.
    """

    path: str
    code: str
    message: str
    wire_path: str = ""

    def under(self, prefix: str | int) -> Problem:
        """The same problem, seen from one level up."""
        joined = f"{prefix}.{self.path}" if self.path else str(prefix)
        return Problem(joined, self.code, self.message, self.wire_path)

    def __str__(self) -> str:
        return f"{self.path or '(whole)'}: {self.message} [{self.code}]"


class Outcome(StrEnum):
    """Whether a call that failed was carried out at the provider."""

    NOT_DONE = "not_done"
    """Nothing was changed there: nothing was sent, it was refused, or it only read."""
    UNKNOWN = "unknown"
    """It may have been carried out: look, or reconcile, before sending it again."""
    DONE = "done"
    """It was carried out; only a later step, such as reading the result, failed."""


class OnboardingError(Exception):
    """The root of every error of this library.

    `outcome` and `retry_safe` are facts of the call that raised it, set by the engine. An error
    that no call raised has the values of its class.
    """

    outcome: Outcome = Outcome.NOT_DONE
    """Whether the call was carried out."""

    repeatable: bool = False
    """Whether the provider itself prevents a second execution: the call reads, or the provider
    honours its idempotency key."""

    @property
    def retry_safe(self) -> bool:
        """Whether the same call may be sent again without a risk of doing its work twice."""
        return self.repeatable or self.outcome is Outcome.NOT_DONE


class _Listed(OnboardingError):
    """An error that lists every problem it found, by path."""

    headline: ClassVar[str] = "problems"

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        lines = [f"{self.headline} ({count} problem{'s' if count != 1 else ''})"]
        return "\n".join(lines + [f"  {problem}" for problem in self.problems])

    @property
    def paths(self) -> tuple[str, ...]:
        return tuple(problem.path for problem in self.problems)


class InvalidInput(_Listed, ValueError):
    """What the caller gave has no legal shape; nothing was sent."""

    headline = "the input cannot be used"


class ConfigurationError(_Listed):
    """The configuration cannot be used; every mistake is listed."""

    headline = "the configuration cannot be used"


class UnknownGateway(ConfigurationError, KeyError):
    """The configuration has no gateway of that name."""

    headline = "no such gateway is configured"


class UnknownProvider(ConfigurationError):
    """No adapter of that name can be loaded."""


class AmbiguousProvider(ConfigurationError):
    """Two installed distributions claim one provider name."""


class TranslationError(OnboardingError):
    """A user or an answer cannot be translated."""


class Unsupported(_Listed, TranslationError):
    """The provider has no place for what was given or asked; nothing was sent.

    Name the paths in the gateway's `accept_loss` to leave them out instead.
    """

    headline = "the provider cannot carry this"

    def __init__(self, problems: Iterable[Problem], *, provider: str = "") -> None:
        self.provider = provider
        super().__init__(problems)


class UnexpectedResponse(_Listed, TranslationError):
    """An answer came in no documented shape; it is kept in `raw`."""

    headline = "the provider's answer cannot be read"

    def __init__(
        self, problems: Iterable[Problem], *, status: int | None = None, raw: bytes = b""
    ) -> None:
        self.status = status
        self.raw = raw
        if status is not None:  # of an answer to a request that was sent
            self.outcome = Outcome.UNKNOWN
        super().__init__(problems)


class IdempotencyConflict(OnboardingError):
    """This idempotency key was used before for other content; nothing new was carried out.

    `id` is the id of the first call's result, where known; `operation` is the operation that both
    calls name.
    """

    def __init__(self, operation: str, id: str | None = None) -> None:
        self.operation = operation
        self.id = id
        super().__init__(operation, id)

    def __str__(self) -> str:
        found = f"; its result has the id {self.id}" if self.id else ""
        return (
            f"{self.operation}: this idempotency key was used for other content{found}. "
            "Use a new key for a new operation"
        )


class NoAnswer(OnboardingError):
    """No answer came. `outcome` says whether the request may have been carried out."""


class TransportError(NoAnswer):
    """No answer came, and the request was surely not carried out."""


class OutcomeUnknown(NoAnswer):
    """The request may have been carried out: look before sending it again."""

    outcome = Outcome.UNKNOWN


class PartialFailure(OnboardingError):
    """A call of several requests failed after some of them were carried out; see `__cause__`.

    `partial` says what is there. It can be stored, and `gateway.resume(partial, ...)` finishes
    the call, also in another process. The call itself, sent again, would begin another one, so
    it is never safe to retry; `outcome` is that of the request that failed.
    """

    @property
    def retry_safe(self) -> bool:
        """Never: the call, sent again, would begin another one."""
        return False

    def __init__(self, partial: Partial) -> None:
        self.partial = partial
        super().__init__(partial)

    def __str__(self) -> str:
        return (
            f"{self.partial.operation} failed part-way; "
            f"gateway.resume(error.partial, ...) finishes it: {self.partial!r}"
        )

    def __repr__(self) -> str:
        return f"PartialFailure({self.partial!r})"


@frozen(kw_only=True)
class ErrorDetails:
    """What a provider said when it said no.

    `provider_fields` are further facts of the answer that help, by the provider's names.
    """

    status: int
    code: str
    problems: tuple[Problem, ...] = ()
    remedy: str = ""
    request_id: str | None = None
    retry_after: float | None = None
    rate_limits: tuple[RateLimit, ...] = field(default=(), repr=False)
    next_action: NextAction | None = None
    provider_fields: Mapping[str, Any] = field(factory=dict[str, Any], repr=False)
    raw: Any = field(default=None, repr=False)


class ProviderError(OnboardingError):
    """An answer came, and it is a no.

    `status` is the HTTP status, `code` the provider's own word, `problems` what it complained of by
    core path, `remedy` what helps where that is known, `provider_fields` what else the answer has
    that helps, `raw` the body as it came (both may hold personal values: they are in no text or
    repr).
    """

    def __init__(self, details: ErrorDetails) -> None:
        self.details = details
        if details.status >= 500:
            self.outcome = Outcome.UNKNOWN
        super().__init__(details)

    @property
    def status(self) -> int:
        return self.details.status

    @property
    def code(self) -> str:
        return self.details.code

    @property
    def problems(self) -> tuple[Problem, ...]:
        return self.details.problems

    @property
    def remedy(self) -> str:
        return self.details.remedy

    @property
    def request_id(self) -> str | None:
        return self.details.request_id

    @property
    def provider_fields(self) -> Mapping[str, Any]:
        return self.details.provider_fields

    @property
    def raw(self) -> Any:
        return self.details.raw

    def __str__(self) -> str:
        head = f"the provider answered {self.status} {self.code}"
        tail = [f"  {problem}" for problem in self.problems]
        return "\n".join([f"{head}: {self.remedy}" if self.remedy else head, *tail])


class Rejected(ProviderError):
    """The provider refused what was sent."""


class Conflict(ProviderError):
    """It exists already, or its state forbids the call."""


class ActionRequired(ProviderError):
    """The user must act before the provider does this: `next_action` says how."""

    @property
    def next_action(self) -> NextAction | None:
        return self.details.next_action


class NotFound(ProviderError):
    """There is no such thing at the provider."""


class Unauthorized(ProviderError):
    """The credentials of the gateway are not accepted."""


class Forbidden(ProviderError):
    """The gateway's credentials do not allow this."""


class RateLimited(ProviderError):
    """Too many calls; `retry_after` says how many seconds to wait, where known."""

    @property
    def retry_after(self) -> float | None:
        return self.details.retry_after

    @property
    def rate_limits(self) -> tuple[RateLimit, ...]:
        """The calls left in each window, where the provider says so."""
        return self.details.rate_limits


class Unavailable(ProviderError):
    """The provider is out of order (5xx); whether the call was carried out is not known."""
