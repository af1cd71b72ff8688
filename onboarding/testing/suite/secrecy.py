"""Laws of secrecy: no secret and no personal value is logged, or sent unencrypted."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import attrs

from onboarding.adapter import Adapter
from onboarding.errors import ConfigurationError, InvalidInput, OnboardingError
from onboarding.http import Request, Response
from onboarding.mapping.paths import lookup
from onboarding.model.user import User
from onboarding.testing.law import law
from onboarding.testing.listening import every_logger
from onboarding.testing.quotations import QuotedError
from onboarding.testing.runner import Case, Runner
from onboarding.testing.strategies import changed, check_at
from onboarding.testing.subject import Subject
from onboarding.testing.suite.errors import texts_of
from onboarding.testing.suite.writing import anybody, writes
from onboarding.values.base import checks_of
from onboarding.values.secret import Secret

__all__ = ["canaries", "encryption", "secrets_stay_in"]

CANARY = "Zqcanary"
BORN = date(1907, 3, 11)
_BORN = re.compile(r"1907-0?3-11|1907, 3, 11|-1982188800")
_SENTENCE = re.compile(r"\s")


def canaries(user: User, paths: Iterator[str] | list[str]) -> User:
    """Returns the user with a value that is easy to find in every field that can hold one."""
    for path in paths:
        if lookup(user, path) is None:
            continue
        shape = check_at(path).shape
        if shape is not None and shape.name in ("text", "postal_code") and not check_at(path).many:
            user = changed(user, path, CANARY)
        elif shape is not None and shape.name == "email":
            user = changed(user, path, f"{CANARY}@example.com")
        elif path.endswith("birthdate"):
            user = changed(user, path, BORN)
    return user


def settings_of(adapter: Adapter) -> list[str]:
    """Returns the secrets among the settings of an adapter."""
    values = attrs.asdict(adapter, recurse=False).values()
    return [value.reveal() for value in values if isinstance(value, Secret)]


@law("no secret and no personal value is in a repr, a log, an error or a traceback", writes)
def secrets_stay_in(runner: Runner) -> None:
    for adapter in runner.subject.variants.values():
        for secret in settings_of(adapter):
            assert secret not in f"{adapter!r} {adapter}", "a secret is in the adapter's repr"

    def check(case: Case) -> None:
        data = [mapped.core for mapped in case.wire.plan.fields if "." not in mapped.core[:7]]
        paths = [path for path in {*data, "tag", "occupation"} if not path.startswith("extras.")]
        spied = attrs.evolve(case, user=canaries(case.user, paths))
        with every_logger() as heard:
            texts = list(_texts(runner, spied))
        _silent(runner, spied.adapter, "\n".join([*(text for _, text in heard), *texts]))

    runner.for_all(runner.cases() | anybody(runner), check)


def _silent(runner: Runner, adapter: Adapter, text: str) -> None:
    assert CANARY not in text, f"a personal value is shown after: {_near(text)}"
    assert not _BORN.search(text), "a date of birth is shown"
    for secret in settings_of(adapter):
        assert len(secret) < 3 or secret not in text, "a secret of the settings is shown"


def _near(text: str) -> str:
    """Returns the text before the canary."""
    line = next(line for line in text.splitlines() if CANARY in line)
    return line.partition(CANARY)[0][-60:]


def _texts(runner: Runner, case: Case) -> Iterator[str]:
    """Yields the texts of a registration that succeeds, is refused or is rejected."""
    yield repr(case.user)
    for accept in ((), ("*",)):
        adapter = attrs.evolve(case.adapter, accept_loss=accept)
        shown = runner.shown(case.adapter, case.wire)
        answers = [Response(status=400, body=f"<html>{CANARY}</html>".encode())]
        if shown is not None:
            answers += [
                runner.subject.answer(shown),
                runner.subject.answer(_mangled(shown, case.wire.plan.kept)),
            ]
        answers += [_echo(error) for error in runner.subject.errors[:3]]
        for answer in answers:
            yield from _texts_of(adapter, case.user, answer)


def _texts_of(adapter: Adapter, user: User, answer: Response) -> Iterator[str]:
    flow = adapter.create_user(user)
    try:
        request: Request = next(flow)
        yield f"{request!r} {answer!r}"
        while True:
            request = flow.send(answer)
    except StopIteration as done:
        yield f"{done.value!r} {done.value} {done.value.losses!r} {done.value.next_actions!r}"
    except OnboardingError as error:
        yield texts_of(error)
    finally:
        flow.close()


def _mangled(payload: dict[str, Any], kept: tuple[str, ...]) -> dict[str, Any]:
    """Returns the object with a value of another type in each text field of the user."""
    return {
        name: [CANARY] if isinstance(value, str) and name not in kept else value
        for name, value in payload.items()
    }


def _echo(error: QuotedError) -> Response:
    """Returns a quoted error whose sentences contain a value of the user."""
    if isinstance(error.body, bytes):
        return Response(status=error.status, body=error.body + CANARY.encode())
    body = json.dumps(_quoting(error.body)).encode()
    return Response(status=error.status, headers=error.headers, body=body)


def _quoting(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _quoting(inner) for name, inner in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list):
        return [_quoting(inner) for inner in value]  # pyright: ignore[reportUnknownVariableType]
    return f"{value} {CANARY}" if isinstance(value, str) and _SENTENCE.search(value) else value


# -- unencrypted addresses


IN_CLEAR = "http://provider.example"


def addresses_of(adapter: Adapter) -> list[str]:
    """Returns the settings that are addresses, by type, name or value."""
    found: list[str] = []
    for name, check in checks_of(type(adapter)).items():
        value = getattr(adapter, name)
        is_url = check.shape is not None and check.shape.name == "url"
        is_held = isinstance(value, str) and value.startswith(("http://", "https://"))
        if is_url or is_held or name.endswith("url"):
            found.append(name)
    return found


def has_addresses(subject: Subject) -> bool:
    return any(addresses_of(adapter) for adapter in subject.variants.values())


@law(
    "an http:// address of another machine is refused as a setting", has_addresses, exhaustive=True
)
def encryption(runner: Runner) -> None:
    for adapter in runner.subject.variants.values():
        for name in addresses_of(adapter):
            runner.examples += 1
            changed_paths: dict[str, Any] = {name: IN_CLEAR, "allow_insecure_http": False}
            try:
                attrs.evolve(adapter, **changed_paths)
            except (InvalidInput, ConfigurationError):
                continue
            raise AssertionError(f"{name} takes http://: type it as a Url")
