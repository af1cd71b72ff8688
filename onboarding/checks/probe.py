"""Judges what was found out about a gateway, without a socket."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from typing import Any

from attrs import define, evolve, field, fields_dict

from onboarding.adapter import Adapter
from onboarding.checks.values import Check, Checked, CheckStatus
from onboarding.errors import (
    ConfigurationError,
    InvalidInput,
    NoAnswer,
    OnboardingError,
    UnexpectedResponse,
    Unsupported,
)
from onboarding.http import Response
from onboarding.model.answers import RateLimit
from onboarding.provider_errors import Forbidden, NotFound, ProviderError, RateLimited, Unauthorized
from onboarding.transports.connection import Connection, place_of
from onboarding.transports.reach import Reached, certificate_expiry
from onboarding.urls import is_loopback

__all__ = ["Probe"]

EXPIRES_SOON = timedelta(days=14)
SKEW = timedelta(seconds=30)
LITTLE_LEFT = 0.1
"""The share of a window's calls below which few are left."""


def _ok(name: str, message: str, **facts: Any) -> Check:
    return Check(name=name, status=CheckStatus.OK, message=message, facts=facts)


def _warning(name: str, message: str, next_step: str, **facts: Any) -> Check:
    return Check(
        name=name, status=CheckStatus.WARNING, message=message, next_step=next_step, facts=facts
    )


def _failed(name: str, message: str, next_step: str, **facts: Any) -> Check:
    return Check(
        name=name, status=CheckStatus.FAILED, message=message, next_step=next_step, facts=facts
    )


def _unknown(name: str, message: str, next_step: str = "") -> Check:
    return Check(name=name, status=CheckStatus.UNKNOWN, message=message, next_step=next_step)


@define(eq=False)
class Probe:
    """What is found out about a gateway; `checked` judges it."""

    adapter: Adapter
    connection: Connection
    clock: Callable[[], datetime]
    """Returns the time of this machine."""
    reached: Reached | None
    """None if the adapter names no address."""
    answers: list[tuple[Response, datetime]] = field(
        factory=list[tuple[Response, datetime]], init=False
    )
    """The answers, each with this machine's time when it arrived."""
    error: OnboardingError | None = field(default=None, init=False)
    """The error that ended the requests."""
    told: datetime | None = field(default=None, init=False)
    """The provider's time in the body of the first answer."""

    def answered(self, answer: Response) -> None:
        """Records an answer."""
        self.answers.append((answer, self.clock()))

    def ended(self, told: datetime | None) -> None:
        """Records the result of the requests: the provider's time."""
        self.told = told

    def failed(self, error: OnboardingError) -> None:
        """Records the error that ended the requests."""
        self.error = error

    def checked(self) -> Checked:
        """Returns the checks."""
        adapter = self.adapter
        own = [self._certificate()] if self.connection.certificate else []
        return Checked(
            provider=adapter.provider,
            gateway=adapter.name,
            environment=adapter.environment_name,
            checks=(
                self._environment(),
                self._reachable(),
                self._tls(),
                *own,
                self._key(),
                self._api_version(),
                self._clock(),
                self._quota(),
            ),
        )

    def _environment(self) -> Check:
        name, base = "environment", self.adapter.base
        if base is None:
            return _unknown(name, "the adapter names no address before a call")
        environment, place = self.adapter.environment_name, place_of(base)
        official = {word: place_of(url) for word, url in _addresses(self.adapter)}
        home = official.get(environment)
        others = [word for word, there in official.items() if there == place != home]
        if others:
            return _failed(
                name,
                f"{place} is the host of {others[0]}, but environment is {environment}",
                "correct environment or base_url",
            )
        if home is None or place == home:
            return _ok(name, f"{environment}: {place}" if environment else place)
        if is_loopback(base):
            return _ok(name, f"{place}, on this machine, in place of {home}")
        return _warning(
            name,
            f"{place} in place of {home}, the host of {environment}",
            "remove base_url, unless this is a proxy or simulator of yours",
        )

    def _reachable(self) -> Check:
        name = "reachable"
        if self.answers:
            return _ok(name, "the provider answers")
        if self.reached is not None and self.reached.refused:
            text = f"{place_of(self.adapter.base or '')}: {self.reached.refused}"
            return _failed(name, text, "check base_url, the network and the proxy")
        if isinstance(self.error, NoAnswer) and not (self.reached and self.reached.tls_refused):
            return _failed(name, str(self.error), "check base_url, the network and the proxy")
        if self.reached is None:
            return _unknown(name, "the adapter names no address, and no request was sent")
        return _ok(name, "a connection is made")

    def _tls(self) -> Check:
        name, base, reached = "tls", self.adapter.base, self.reached
        if base is None or reached is None or reached.refused:
            return _unknown(name, "no connection was made")
        if not base.lower().startswith("https:"):
            if is_loopback(base):
                return _ok(name, "not used: loopback")
            return _warning(name, "not used: keys and personal data are sent in clear", "https://")
        if reached.expires_at is None:
            return _failed(
                name,
                reached.tls_refused,
                "check the host of base_url, this machine's clock and connection.ca_bundle",
            )
        return self._expiry(
            name, f"{reached.tls_version}; the certificate", reached.expires_at,
            "the provider must renew it; ask its support", version=reached.tls_version,
        )  # fmt: skip

    def _certificate(self) -> Check:
        name = "certificate"
        try:
            expires = certificate_expiry(self.connection.certificate or "")
        except (OSError, ValueError):
            return _unknown(name, "the expiry of the client certificate cannot be read")
        step = "renew it and tell the provider, then set connection.certificate"
        return self._expiry(name, "the client certificate", expires, step)

    def _expiry(
        self, name: str, what: str, expires: datetime, next_step: str, **facts: Any
    ) -> Check:
        left = expires - self.clock()
        day = f"{expires:%Y-%m-%d}"
        facts = {**facts, "expires_at": expires, "days_left": left.days}
        if left <= timedelta(0):
            return _failed(name, f"{what} expired on {day}", next_step, **facts)
        text = f"{what} expires on {day}, in {_counted(left.days, 'day')}"
        if left <= EXPIRES_SOON:
            return _warning(name, text, next_step, **facts)
        return _ok(name, text, **facts)

    def _key(self) -> Check:
        name = "key"
        match self.error:
            case None:
                return _ok(name, "accepted")
            case Forbidden() | NotFound():
                return _ok(name, "accepted; it may not read what the check reads")
            case Unauthorized(status=status, code=code):
                return _failed(
                    name,
                    f"refused: {status} {code}".strip(),
                    f"check client_id and the key; it must be one of {self._of()}",
                )
            case ConfigurationError(paths=("",)):  # of the credentials, which have no path
                return _failed(name, "cannot be sent in a header", "check the key")
            case error:
                return _unknown(name, _why(error))

    def _of(self) -> str:
        return self.adapter.environment_name or self.adapter.provider

    def _api_version(self) -> Check:
        name, version = "api_version", self.adapter.api_version
        if not version:
            return _unknown(name, "the adapter names none")
        match self.error:
            case None | Forbidden():
                return _ok(name, f"{version} answers", version=version)
            case NotFound() | UnexpectedResponse():
                return _failed(name, f"{version} does not answer as documented", "check base_url")
            case error:
                return _unknown(name, f"{version}: {_why(error)}")

    def _clock(self) -> Check:
        name = "clock"
        told = next(_dates(self.answers), None)
        if self.told is not None:
            told = self.told, self.answers[0][1]
        if told is None:
            return _unknown(name, "no answer has the provider's time")
        ahead = told[1] - told[0]
        seconds = round(ahead.total_seconds(), 1)
        if abs(ahead) <= SKEW:
            return _ok(name, f"right, within {SKEW.seconds} seconds", seconds_ahead=seconds)
        where = "ahead of" if seconds > 0 else "behind"
        text = f"{_counted(round(abs(seconds)), 'second')} {where} the provider's"
        return _warning(name, text, "set this machine's clock by NTP", seconds_ahead=seconds)

    def _quota(self) -> Check:
        name = "quota"
        if isinstance(self.error, RateLimited):
            after = self.error.retry_after
            wait = f"wait {after:.0f} seconds" if after is not None else "wait"
            return _failed(name, "the provider refuses calls for now", wait)
        limits = [x for answer, _ in self.answers for x in self.adapter.rate_limits(answer)]
        if not limits:
            return _unknown(name, "no answer tells the calls left")
        least = min(reversed(limits), key=_share)
        text = f"{least.left} of {least.made + least.left} calls left in {least.seconds} seconds"
        facts = {"left": least.left, "seconds": least.seconds, "resets_at": least.resets_at}
        if _share(least) < LITTLE_LEFT:
            return _warning(name, text, f"more at {least.resets_at:%H:%M:%S} UTC", **facts)
        return _ok(name, text, **facts)


def _share(limit: RateLimit) -> float:
    return limit.left / max(limit.made + limit.left, 1)


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _why(error: OnboardingError | None) -> str:
    match error:
        case Unsupported():
            return "the adapter has no request to check it with"
        case NoAnswer():
            return "no answer"
        case ConfigurationError(paths=paths):
            return f"no request can be sent: {', '.join(paths)}"
        case ProviderError(status=status, code=code):
            return f"the provider answered {status} {code}".strip()
        case _:
            return "the answer has no documented shape"


def _addresses(adapter: Adapter) -> Iterator[tuple[str | None, str]]:
    """Yields the address of each environment, without a `base_url` of the gateway."""
    settings = fields_dict(type(adapter))
    if "base_url" not in settings:
        return
    chosen: object = getattr(adapter, "environment", None)
    for environment in type(chosen) if isinstance(chosen, Enum) else [chosen]:
        changes: dict[str, Any] = {"base_url": None, "allow_insecure_http": False}
        if "environment" in settings:
            changes["environment"] = environment
        with suppress(InvalidInput):
            made = evolve(adapter, **changes)
            if made.base is not None:
                yield made.environment_name, made.base


def _dates(answers: Iterable[tuple[Response, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Yields the `Date` of each answer and this machine's time; answers of a cache are old."""
    for answer, here in answers:
        with suppress(ValueError):
            there = parsedate_to_datetime(answer.headers.get("date", ""))
            if there.tzinfo is not None and "age" not in answer.headers:
                yield there, here
