"""Laws of the calls that send a document, a bank account or an owner."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from attrs import evolve, frozen
from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.banking import BankAccount
from onboarding.errors import InvalidInput, OnboardingError, Unsupported
from onboarding.http import Flow, Request
from onboarding.mapping.paths import lookup
from onboarding.mapping.plan import MappedField, Plan
from onboarding.mapping.rows import On
from onboarding.mapping.translation import Translation, translation
from onboarding.model.answers import refused
from onboarding.model.user import User
from onboarding.provider_errors import PartialFailure, ProviderError
from onboarding.testing.bodies import at_path, on_wire, wire_paths
from onboarding.testing.calls import Call, calls
from onboarding.testing.examples import draw
from onboarding.testing.generators import full_values, supported_values
from onboarding.testing.law import law
from onboarding.testing.quotations import Json
from onboarding.testing.runner import Runner, attempt
from onboarding.testing.strategies import changed, values_at
from onboarding.testing.subject import Subject, others_of, tolerant
from onboarding.testing.suite.answers import shows
from onboarding.testing.suite.errors import complains
from onboarding.testing.suite.others import built
from onboarding.testing.why import Broken, unlike
from onboarding.values.base import Model

__all__ = ["other_calls", "other_complaints"]

SENDS = ("submit_document", "add_bank_account", "declare_owners")
"""The operations whose second argument is a value of another root, or people."""

_MOST_REQUESTS = 4


@frozen
class _Sending:
    """A call that sends a value, with the translation of the value."""

    adapter: Adapter
    call: Call
    wire: Translation[Any]
    value: Model
    shown: Json

    def of(self, value: Model, *, lenient: bool = True) -> Flow[Any]:
        """Returns the flow that sends another value."""
        user_id, given = self.call.arguments
        sent = (value,) if isinstance(given, tuple) else value
        adapter = tolerant(self.adapter) if lenient else self.adapter
        return evolve(self.call, arguments=(user_id, sent)).flow(adapter)


def sends_others(subject: Subject) -> bool:
    """Returns whether a call sends a value of a declared class, and there is an answer to it."""
    return shows(subject) and any(
        adapter.supports(name) and adapter.other_wires
        for adapter in subject.variants.values()
        for name in SENDS
    )


def sendings(runner: Runner) -> Iterator[_Sending]:
    """Yields each call that sends a value of a declared class: every kind of bank account."""
    answers = {adapter: runner.shown(adapter, wire) for _, adapter, wire in runner.wired}
    for adapter, shown in answers.items():
        made = calls(runner.subject, adapter, User())
        for call in (call for call in made if call.operation in SENDS and shown):
            given: Any = call.arguments[1]
            sample: Model = given[-1] if call.operation == "declare_owners" else given
            for wire in others_of(adapter):
                if wire.plan.writable(On.CREATE) and (value := _of_kind(wire.plan, sample)):
                    yield _Sending(adapter, call, wire, value, shown or {})


def _of_kind(plan: Plan, sample: Model) -> Model | None:
    """Returns the sample if it is of the root, another bank account for another kind, else None.

    It has no field that is not supported.
    """
    if type(sample) is plan.root:
        for path, _ in plan.lost_leaves(On.CREATE):
            sample = changed(sample, path, None) if lookup(sample, path) is not None else sample
        return sample
    if not (isinstance(sample, BankAccount) and issubclass(plan.root, BankAccount)):
        return None
    found: list[Model] = []
    wire = translation(plan.cls, plan.provider, plan.root)
    draw(full_values(wire), lambda values: found.append(built(plan, values)))
    return found[-1]


def sent(runner: Runner, sending: _Sending, flow: Flow[Any]) -> Json:
    """Returns the body that contains the value, after the requests before it."""
    request = next(flow)
    for _ in range(_MOST_REQUESTS):
        body = _body(runner, request, sending.wire)
        if body.keys() & sending.wire.plan.known[""]:
            return body
        with suppress(StopIteration):
            request = flow.send(runner.subject.respond(sending.shown, request))
            continue
        break
    raise AssertionError(f"{sending.call.operation} sends no {sending.wire.plan.cls.__name__}")


def _body(runner: Runner, request: Request, wire: Translation[Any]) -> Json:
    with suppress(ValueError):  # the bytes of a file
        return on_wire(runner.body_in(request, wire))
    return {}


@law(
    "a call sends a value other than a user as declared, and refuses what it cannot send",
    sends_others,
)
def other_calls(runner: Runner) -> None:
    each = list(sendings(runner))
    for sending in each:
        plan = sending.wire.plan
        writable = [mapped for mapped in plan.fields if mapped.on & On.CREATE]
        lost = sorted(path for path, _ in plan.lost_leaves(On.CREATE))
        fields = st.sampled_from(writable).flatmap(
            lambda mapped, root=plan.root: st.tuples(  # type: ignore[misc]
                st.just(mapped), supported_values(mapped, root)
            )
        )
        runner.for_all(
            fields,
            lambda drawn, s=sending: _carried(runner, s, *drawn),  # type: ignore[misc]
            share=2 * len(each),
        )
        if lost:
            paths = st.sampled_from(lost).flatmap(
                lambda path, root=plan.root: st.tuples(  # type: ignore[misc]
                    st.just(path), values_at(path, root)
                )
            )
            runner.for_all(
                paths,
                lambda drawn, s=sending: _refused(s, *drawn),  # type: ignore[misc]
                share=2 * len(each),
            )


def _carried(runner: Runner, sending: _Sending, mapped: MappedField, new: Any) -> None:
    value, wire = changed(sending.value, mapped.core, new), sending.wire
    expected, losses = wire.to_wire(value)
    try:
        body = sent(runner, sending, sending.of(value))
    except (Unsupported, InvalidInput) as error:
        assert losses, f"{sending.call.operation} refuses a sound {mapped.core}: {error.paths}"
        return
    expected = on_wire(expected)
    for path in {*wire_paths(wire, expected), *wire_paths(wire, body)} & wire.plan.by_wire.keys():
        same = at_path(body, path) == at_path(expected, path)
        if not same:
            text = f"{sending.call.operation} does not send {path} as declared"
            raise unlike(text, at_path(expected, path), at_path(body, path))


def _refused(sending: _Sending, path: str, new: Any) -> None:
    value = changed(sending.value, path, new)
    bad = refused(sending.wire.to_wire(value)[1], sending.adapter.accept_loss)
    first = attempt(lambda: sending.of(value, lenient=False))
    if any(loss.core_path == path for loss in bad) and lookup(value, path) not in (None, (), ""):
        assert isinstance(first, Unsupported), f"{sending.call.operation} drops {path} unseen"
        assert any(_ends(found, path) for found in first.paths), f"{path} is not named"


def _ends(path: str, core: str) -> bool:
    """Returns whether a path is a core path, perhaps below that of its owner or document."""
    return path == core or path.endswith(f".{core}")


def complains_of_others(subject: Subject) -> bool:
    return sends_others(subject) and complains(subject)


@law(
    "an error about any field of a value other than a user has the core path of the field",
    complains_of_others,
    exhaustive=True,
)
def other_complaints(runner: Runner) -> None:
    for sending in sendings(runner):
        for wire, mapped in sending.wire.plan.by_wire.items():
            if mapped.on & On.CREATE:
                runner.examples += 1
                _complain(runner, sending, wire, mapped.cores)


def _complain(runner: Runner, sending: _Sending, wire: str, cores: tuple[str, ...]) -> None:
    flow, name = sending.of(sending.value), sending.call.operation
    sent(runner, sending, flow)
    answer = runner.subject.complaint(wire)
    assert answer is not None
    try:
        flow.send(answer)
    except OnboardingError as error:
        told = error.__cause__ if isinstance(error, PartialFailure) else error
        assert isinstance(told, ProviderError), f"{name}: {type(told).__name__} about {wire}"
        paths = [problem.path for problem in told.problems]
        right = len(paths) == len(cores) and all(map(_ends, paths, cores))
        if not right:
            text = f"{name}: an error about {wire} has the paths {paths}"
            raise Broken(text, expected=f"{[*cores]}", came=f"{paths}") from None
    except StopIteration:
        raise AssertionError(f"{name}: an error about {wire} is read as a success") from None
    else:
        raise AssertionError(f"{name}: goes on after an error about {wire}")
