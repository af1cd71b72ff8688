"""The root of the error tree, and the errors that carry nothing of the model.

```
OnboardingError
├── InvalidInput              the input is malformed; nothing was sent
├── ConfigurationError        the configuration is invalid
│   ├── UnknownGateway        also a KeyError
│   ├── UnknownProvider
│   └── AmbiguousProvider
├── TranslationError
│   ├── Unsupported           core to wire: the provider does not support it; nothing was sent
│   └── UnexpectedResponse    wire to core: the answer has no documented shape
├── IdempotencyConflict       the idempotency key was used for other content
├── NoAnswer                  the base of both:
│   ├── TransportError        no answer; the request was certainly not carried out
│   └── OutcomeUnknown        no answer; the request may have been carried out
├── PartialFailure            some of several requests were carried out; `gateway.resume` continues
├── InvalidSignature          a notification is not the provider's, or too old
├── DirectoryError            the directory's database failed, or does not permit the step
│   ├── UnknownUser           it does not have the user
│   ├── ReferenceConflict     two users would have one id, or one user two
│   └── LeaseLost             the time of the claim is over, and another process has it
└── ProviderError             the provider answered with an error
    ├── Rejected  Conflict  NotFound  Unauthorized  Forbidden
    ├── ActionRequired        the user must act first
    ├── RateLimited
    │   └── QuotaReached      the library sent nothing, to stay under the quota
    └── Unavailable
```

`PartialFailure` and `ProviderError` are in `onboarding.provider_errors`, above the model.

Every error has `outcome`: whether the call was carried out. `TransportError` and `OutcomeUnknown`
are siblings, so that `except TransportError: retry` never repeats a call that may have been carried
out.

Error texts contain paths, codes and types, never a value of a user or a secret.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any, ClassVar

from attrs import frozen

__all__ = [
    "AmbiguousProvider",
    "ConfigurationError",
    "DirectoryError",
    "IdempotencyConflict",
    "InvalidInput",
    "InvalidSignature",
    "LeaseLost",
    "NoAnswer",
    "OnboardingError",
    "Outcome",
    "OutcomeUnknown",
    "Problem",
    "ReferenceConflict",
    "TranslationError",
    "TransportError",
    "UnexpectedResponse",
    "UnknownGateway",
    "UnknownProvider",
    "UnknownUser",
    "Unsupported",
]


@frozen
class Problem:
    """One mistake in the input, with its path."""

    path: str
    """A core path relative to the user, a path in the configuration or a file name; empty for the
    whole input.

    Example: `identity.birthdate`.
    """
    code: str
    """A stable code for programs: `missing`, `unknown`, `type`, `shape`, `choice`, `conflict`,
    `unsupported`, `refused` and others.

    Example: `missing`.
    """
    message: str
    """The problem in words, without a value. Example: `is required`."""
    wire_path: str = ""
    """The provider's name of the field, or empty. Example: `Birthday`."""

    def under(self, prefix: str | int) -> Problem:
        """Returns the problem with `prefix` put before its path."""
        dot = "." if self.path and not self.path.startswith("[") else ""
        joined = f"{prefix}{dot}{self.path}"
        return Problem(joined, self.code, self.message, self.wire_path)

    def __str__(self) -> str:
        return f"{self.path or '(whole)'}: {self.message} [{self.code}]"


class Outcome(StrEnum):
    """Whether a call that failed was carried out at the provider."""

    NOT_DONE = "not_done"
    """Nothing was changed: nothing was sent, it was refused, or it only read."""
    UNKNOWN = "unknown"
    """It may have been carried out: check, or reconcile, before sending it again."""
    DONE = "done"
    """It was carried out; a later step failed, such as reading the result."""


class OnboardingError(Exception):
    """The root of every error of this library.

    The engine sets `outcome` and `retry_safe` for the call that raised the error. An error raised
    outside a call has the defaults of its class.
    """

    outcome: Outcome = Outcome.NOT_DONE
    """Whether the call was carried out."""

    unresolved: Any = None
    """The stored form of a write whose outcome is unknown, an `UnresolvedCall` of
    `onboarding.reconciliation`: `gateway.reconcile` takes it. None for any other error."""

    repeatable: bool = False
    """Whether a second execution is impossible: the call only reads, or the provider honours its
    idempotency key."""

    @property
    def retry_safe(self) -> bool:
        """Whether the call can be repeated without the risk of carrying it out twice."""
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
    """The input is malformed; nothing was sent."""

    headline = "the input is invalid"


class ConfigurationError(_Listed):
    """The configuration is invalid; every problem is listed."""

    headline = "the configuration is invalid"


class UnknownGateway(ConfigurationError, KeyError):
    """The configuration has no gateway with that name."""

    headline = "no such gateway is configured"


class UnknownProvider(ConfigurationError):
    """No adapter with that name can be loaded."""


class AmbiguousProvider(ConfigurationError):
    """Two installed distributions provide an adapter with the same name."""


class TranslationError(OnboardingError):
    """A user or an answer cannot be translated."""


class Unsupported(_Listed, TranslationError):
    """The provider does not support a field or an operation; nothing was sent.

    Add the paths to the gateway's `accept_loss` to leave these fields out.
    """

    headline = "not supported by the provider"

    def __init__(self, problems: Iterable[Problem], *, provider: str = "") -> None:
        self.provider = provider
        super().__init__(problems)


class UnexpectedResponse(_Listed, TranslationError):
    """An answer does not have its documented shape; `raw` is its body."""

    headline = "the provider's answer cannot be read"

    def __init__(
        self, problems: Iterable[Problem], *, status: int | None = None, raw: bytes = b""
    ) -> None:
        self.status = status
        self.raw = raw
        if status is not None:  # a request was sent
            self.outcome = Outcome.UNKNOWN
        super().__init__(problems)


class IdempotencyConflict(OnboardingError):
    """The idempotency key was used before for other content; nothing was carried out.

    `operation` is the operation of both calls; `id` is the id of the first call's result, if known.
    """

    def __init__(self, operation: str, id: str | None = None) -> None:
        self.operation = operation
        self.id = id
        super().__init__(operation, id)

    def __str__(self) -> str:
        found = f"; the first result has the id {self.id}" if self.id else ""
        return (
            f"{self.operation}: this idempotency key was used for other content{found}. "
            "Use a new key for a new operation"
        )


class InvalidSignature(OnboardingError):
    """A notification does not have the provider's signature, or its signature is too old."""


class DirectoryError(OnboardingError):
    """The directory's database failed, or what it has does not permit the step."""


class UnknownUser(DirectoryError):
    """The directory does not have the user: it was not added, or it was erased."""


class ReferenceConflict(DirectoryError):
    """Another user has this id of the provider, or the user has another id at this gateway."""


class LeaseLost(DirectoryError):
    """The time of the claim is over, and another process has claimed the operation."""


class NoAnswer(OnboardingError):
    """No answer was received; `outcome` says whether the request may have been carried out."""

    transient: bool = True
    """Whether another attempt may succeed.

    False for a mistake in the settings, or a certificate that is not trusted.
    """
    unreachable: bool = False
    """Whether no connection was made."""
    timed_out: bool = False
    """Whether the time was over."""


class TransportError(NoAnswer):
    """No answer was received, and the request was certainly not carried out."""


class OutcomeUnknown(NoAnswer):
    """The request may have been carried out: check before sending it again."""

    outcome = Outcome.UNKNOWN
