"""Laws of errors: a typed error with core paths, the raw response and no value of the user."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from typing import Any

from onboarding.adapter import Adapter
from onboarding.errors import OnboardingError
from onboarding.http import Flow, Request
from onboarding.mapping import EMAIL, TEXT
from onboarding.mapping.plan import EXTRAS
from onboarding.mapping.translation import Translation
from onboarding.model.user import Company, User
from onboarding.provider_errors import ProviderError
from onboarding.testing.calls import calls
from onboarding.testing.claims import WRITES
from onboarding.testing.law import law
from onboarding.testing.laws import every_wire_path_has_a_way_back
from onboarding.testing.quotations import QuotedError
from onboarding.testing.runner import Case, Runner, ended
from onboarding.testing.strategies import changed
from onboarding.testing.subject import Subject
from onboarding.testing.suite.writing import writes
from onboarding.testing.why import Broken

__all__ = ["error_inverse", "field_complaints", "quoted_errors", "started", "texts_of"]


def texts_of(error: BaseException) -> str:
    """Returns every text of an error that could be logged: its message, repr and traceback."""
    details = getattr(error, "details", None)
    lines = traceback.format_exception(error)
    return "\n".join([str(error), repr(error), repr(error.args), repr(details), *lines])


def started(
    runner: Runner, adapter: Adapter, operation: str, case: Case | None = None
) -> tuple[Flow[Any], Request]:
    """Returns a flow of an operation, and its first request."""
    record = runner.subject.record_of(adapter, _like(case))
    user = case.user if case is not None else User()
    found = {call.operation: call.flow for call in calls(runner.subject, adapter, user)}
    makers: dict[str, Callable[[Adapter], Flow[Any]]] = {
        **found,
        "update_user": lambda one: one.update_user(record, user),
        "categorise_user": lambda one: one.categorise_user(record, user),
        "login": _login,
    }
    flow = makers[operation](adapter)
    return flow, next(flow)


def _login(adapter: Adapter) -> Flow[Any]:
    flow = adapter.login()
    assert flow is not None, "the adapter does not log in"
    return flow


def _like(case: Case | None) -> User:
    return User(company=Company()) if case is not None and case.user.company else User()


@law(
    "each writable wire path leads back to its core path, in upper and lower case",
    writes,
    exhaustive=True,
)
def error_inverse(runner: Runner) -> None:
    for _, _, wire in runner.wired:
        runner.examples += len(wire.plan.fields)
        every_wire_path_has_a_way_back(wire)


def complains(subject: Subject) -> bool:
    """Returns whether the subject defines how the provider rejects a field."""
    return subject.complaint("x") is not None


@law(
    "an error about any writable field has the core path of the field",
    complains,
    exhaustive=True,
)
def field_complaints(runner: Runner) -> None:
    """In the provider's own form of an error, as the response to each call."""
    for _, adapter, wire in runner.wired:
        for operation, on in WRITES.items():
            if adapter.supports(operation):
                for path, mapped in wire.plan.by_wire.items():
                    if mapped.on & on:
                        runner.examples += 1
                        case = _example(adapter, wire, operation)
                        _complain(runner, case, operation, path, mapped.cores)


_TEXTS = (TEXT.name, EMAIL.name)


def _example(adapter: Adapter, wire: Translation, operation: str) -> Case:
    """Returns a user for whom the operation sends a request."""
    user = User(company=Company()) if _is_legal(adapter, wire) else User()
    for mapped in wire.plan.fields:
        codec = mapped.row.codec
        is_text = codec is not None and codec.name in _TEXTS and not mapped.core.startswith(EXTRAS)
        if mapped.on & WRITES[operation] and is_text:
            value = "someone@example.com" if mapped.core.endswith("email") else "abcd"
            if mapped.core.startswith("company.") == (user.company is not None):
                user = changed(user, mapped.core, value)
                break
    return Case(adapter=adapter, wire=wire, user=user)


def _is_legal(adapter: Adapter, wire: Translation) -> bool:
    return adapter.wire_for(User()) != wire


def _complain(
    runner: Runner, case: Case, operation: str, wire: str, cores: tuple[str, ...]
) -> None:
    answer = runner.subject.complaint(wire)
    assert answer is not None
    flow, first = started(runner, case.adapter, operation, case)
    try:
        ended(flow, lambda _: answer, first)
    except ProviderError as error:
        paths = [problem.path for problem in error.problems]
        if paths != [*cores]:
            text = f"{operation}: an error about {wire} has the paths {paths}"
            raise Broken(text, expected=f"{[*cores]}", came=f"{paths}") from None
    else:
        raise AssertionError(f"{operation}: an error about {wire} is read as a success")


def quotes_errors(subject: Subject) -> bool:
    return bool(subject.errors)


@law(
    "each quoted error has the right class, core paths and raw response",
    quotes_errors,
    exhaustive=True,
)
def quoted_errors(runner: Runner) -> None:
    for quoted in runner.subject.errors:
        runner.examples += 1
        _quoted(runner, quoted)


def _quoted(runner: Runner, quoted: QuotedError) -> None:
    error = provoked(runner, quoted)
    about = f"{quoted.status} {quoted.code}"
    assert type(error) is quoted.kind, f"{about} is a {type(error).__name__}"
    assert isinstance(error, ProviderError)
    assert (error.status, error.code) == (quoted.status, quoted.code), f"{about} has another code"
    paths = tuple(problem.path for problem in error.problems)
    if quoted.paths is not None and paths != quoted.paths:
        raise Broken(f"{about} speaks of {paths}", expected=f"{quoted.paths}", came=f"{paths}")
    assert error.raw == quoted.body, f"{about}: the raw answer is not kept"
    runner.saw("error", error.code)


def provoked(runner: Runner, quoted: QuotedError) -> OnboardingError:
    """Returns the error that a quoted response raises."""
    adapter = runner.subject.variant(quoted.variant)
    legal = User(company=Company())
    operation = quoted.operation
    wire = adapter.wire_for(legal if quoted.legal else User())
    case = _example(adapter, wire, operation if operation in WRITES else "create_user")
    flow, first = started(runner, adapter, operation, case)
    try:
        ended(flow, lambda _: quoted.response(), first)
    except OnboardingError as error:
        return error
    raise AssertionError(f"{quoted.status} {quoted.code} passes for a yes")
