"""Laws of writing: every field is sent as given, or reported as a loss."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.errors import Unsupported
from onboarding.mapping.changes import changed_paths
from onboarding.mapping.paths import leaves
from onboarding.mapping.plan import EXTRAS
from onboarding.model.answers import refused
from onboarding.model.user import User
from onboarding.testing.bodies import at_path, on_wire
from onboarding.testing.claims import WRITES
from onboarding.testing.law import law
from onboarding.testing.laws import reads_back, unreported
from onboarding.testing.runner import Case, Runner, attempt
from onboarding.testing.strategies import alike, changed, check_at, values_at
from onboarding.testing.subject import Subject
from onboarding.testing.why import Broken

__all__ = ["national_numbers", "refuse_before_sending", "round_trip", "silent_loss", "willingness"]

ENOUGH = 0.9
"""The share of users within the declared limits that must be accepted."""


def writes(subject: Subject) -> bool:
    """Returns whether a variant registers users."""
    return subject.has_operations("create_user", "wire_for")


@law("a request reads back as the given user, except for reported losses", writes)
def round_trip(runner: Runner) -> None:
    def check(case: Case) -> None:
        try:
            begun = runner.begin(case.adapter, "create_user", case.user)
        except Unsupported as error:
            assert of_the_whole(error, case.user), f"refused, though accepted: {error.paths}"
            return
        wire = case.adapter.wire_for(case.user)
        reads_back(wire, case.user, on_wire(begun.body), begun.losses)

    runner.for_all(runner.cases() | anybody(runner), check)


def anybody(runner: Runner) -> st.SearchStrategy[Case]:
    """Draws any user of the core, for any variant."""
    anyone = {adapter: runner.any_user(adapter) for _, adapter, _ in runner.wired}
    return st.sampled_from(runner.wired).flatmap(
        lambda chosen: anyone[chosen[1]].map(
            lambda user: Case(variant=chosen[0], adapter=chosen[1], wire=chosen[2], user=user)
        )
    )


def of_the_whole(error: Unsupported, user: User) -> bool:
    """Returns whether a refusal names whole objects of the user rather than single fields."""
    whole = {path.rpartition(".")[0] for path in changed_paths(User(), user)} | {
        "company",
        "identity",
    }
    return all(any(w == p or w.startswith(f"{p}.") for w in whole) for p in error.paths if p)


@law("nine in ten users within the declared limits are accepted", writes)
def willingness(runner: Runner) -> None:
    verdicts: list[bool] = []

    def check(case: Case) -> None:
        first = attempt(case.adapter.create_user, case.user)
        verdicts.append(not isinstance(first, Exception) and first is not None)

    runner.for_all(runner.cases(), check, share=2)
    runner.for_all(runner.cases(complete=True), check, share=2)
    share = sum(verdicts) / len(verdicts)
    assert share >= ENOUGH, f"accepts only {share:.0%} of the users within its own limits"


@law("a change of any field changes the request or the loss report", writes)
def silent_loss(runner: Runner) -> None:
    pairs = [
        (path, operation)
        for path in leaves(User)
        for operation in WRITES
        if any(adapter.supports(operation) for adapter in runner.subject.variants.values())
    ]
    for path, operation in pairs:
        _one_path(runner, path, operation, 2 * len(pairs))
    for operation in dict.fromkeys(operation for _, operation in pairs):
        _two_users(runner, operation)


def _one_path(runner: Runner, path: str, operation: str, share: int) -> None:
    spec = check_at(path)
    nothing = [()] if spec.many else [None] if spec.optional else []
    values: st.SearchStrategy[Any] = values_at(path)
    if nothing:
        values |= st.sampled_from(nothing)

    def check(drawn: tuple[Case, Any]) -> None:
        case, value = drawn
        if case.adapter.supports(operation):
            check_reported(
                runner, case.adapter, operation, case.user, changed(case.user, path, value)
            )

    runner.for_all(st.tuples(runner.cases(), values), check, share=share)


def _two_users(runner: Runner, operation: str) -> None:
    def check(drawn: tuple[Case, Case]) -> None:
        case, other = drawn
        if case.adapter.supports(operation):
            check_reported(runner, case.adapter, operation, case.user, alike(other.user, case.user))

    runner.for_all(st.tuples(runner.cases(), runner.cases() | anybody(runner)), check, share=4)


def check_reported(
    runner: Runner, adapter: Adapter, operation: str, before: User, after: User
) -> None:
    """Checks that every difference of two users changes the request or the report."""
    created = operation == "create_user"
    try:
        if created:
            same = runner.begin(adapter, operation, before)
            begun = runner.begin(adapter, operation, after)
        else:
            same = runner.begin(adapter, operation, before, before)
            begun = runner.begin(adapter, operation, after, before)
    except Unsupported as error:
        assert of_the_whole(error, after), f"refused, though accepted: {error.paths}"
        return
    # A user of another person type is another object: an equal key of it says something else.
    wire = adapter.wire_for(after)
    body = same.body if before.person_type is after.person_type else {}
    silent = unreported(wire, before, after, begun.body, body, begun.losses, same.losses)
    if silent:
        text = f"changed, but neither sent nor reported: {sorted(silent)}"
        raise Broken(text, expected="another request, or a loss", came="neither")


NATIONAL = "861234567"


@law("a phone number without a country code is never sent", writes)
def national_numbers(runner: Runner) -> None:
    """A record may hold one; with a country code added it could be another person's number."""

    def check(case: Case) -> None:
        for mapped in case.wire.plan.fields:
            path = mapped.core
            if path.startswith(EXTRAS) or not _is_phone(path):
                continue
            try:
                begun = runner.begin(
                    case.adapter, "create_user", changed(case.user, path, NATIONAL)
                )
            except Unsupported as error:
                named = path in error.paths or of_the_whole(error, case.user)
                assert named, f"{path} is refused by other paths: {error.paths}"
                continue
            sent = str(at_path(on_wire(begun.body), mapped.wire))
            assert NATIONAL not in sent, f"{path} is sent without its country"

    runner.for_all(runner.cases(), check, share=4)


def _is_phone(path: str) -> bool:
    shape = check_at(path).shape
    return shape is not None and shape.name == "phone"


@law("unsupported fields are refused by all their paths before sending", writes)
def refuse_before_sending(runner: Runner) -> None:
    for operation in WRITES:
        able = [a for a in runner.subject.variants.values() if a.supports(operation)]
        if able:
            _refuses(runner, operation)


def _refuses(runner: Runner, operation: str) -> None:
    def check(drawn: tuple[Case, Case]) -> None:
        case, other = drawn
        if not case.adapter.supports(operation):
            return
        before, after = case.user, alike(other.user, case.user)
        created = operation == "create_user"
        try:
            begun = runner.begin(case.adapter, operation, after, None if created else before)
        except Unsupported:
            begun = None
        record = runner.subject.record_of(case.adapter, before)
        arguments = (after,) if created else (record, after)
        first = attempt(getattr(case.adapter, operation), *arguments)
        if begun is None:
            assert isinstance(first, Unsupported), "refused with accept_loss, but not without it"
            return
        bad = {loss.core_path for loss in refused(begun.losses, case.adapter.accept_loss)}
        if not bad:
            assert not isinstance(first, Unsupported), f"refused for nothing: {_paths(first)}"
            return
        assert isinstance(first, Unsupported), f"goes out without a refusal: {sorted(bad)}"
        assert set(first.paths) == bad, f"refuses {sorted(first.paths)}, loses {sorted(bad)}"

    runner.for_all(st.tuples(runner.cases(), runner.cases() | anybody(runner)), check, share=3)


def _paths(first: object) -> list[str]:
    return sorted(first.paths) if isinstance(first, Unsupported) else []
