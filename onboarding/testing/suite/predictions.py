"""The laws of foretelling: what is said to be missing, and what a change is said to cost."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.errors import Unsupported
from onboarding.mapping.changes import changed_paths
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.mapping.plan import MappedField
from onboarding.mapping.policy import EffectKind
from onboarding.mapping.rows import On
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.provider_errors import ProviderError
from onboarding.requirements.report import RequirementReport, RequirementStatus
from onboarding.testing.claims import can
from onboarding.testing.generators import supported_values
from onboarding.testing.law import law
from onboarding.testing.runner import Case, Runner
from onboarding.testing.strategies import LONG_TEXT, changed, is_text, values_at
from onboarding.testing.subject import Subject, World
from onboarding.testing.suite.conversing import LIVES, live, simulated

__all__ = ["demands", "effects"]

ACTIONS = {EffectKind.RE_ENROLS, EffectKind.CONFIRMS, EffectKind.DUTY}


def _registrations(adapter: Adapter) -> list[str]:
    """The targets that a registration reaches, so that an answer to one decides them."""
    return [name for name, target in adapter.targets.items() if target.on is On.CREATE]


def targeted(subject: Subject) -> bool:
    return simulated(subject) and any(map(_registrations, subject.variants.values()))


@law("what a target asks for is what a simulated provider asks for, and no more", targeted)
def demands(runner: Runner) -> None:
    """Of users who lack nothing, and of the same with one field left out, or with any value in it.

    Each required field is left out in turn, for few users; the rest is drawn. A drawn value is any
    that the core takes: the adapter's limits do not bound it. Without these, a limit or a bar that
    the adapter does not declare would never be met.
    """

    def check(drawn: tuple[Case, st.DataObject]) -> None:
        case, data = drawn
        for name in _registrations(case.adapter):
            target = case.adapter.target(name)
            user = target.supposed(case.user)
            path, values = data.draw(_one_change(user, _core_paths(case), [*target.supposes]))
            user = changed(user, path, data.draw(values, path)) if path else user
            complaint, report = _complaint(runner, case, user), case.adapter.missing(user, name)
            if path in target.supposes:  # another kind of user: is it one that there is?
                _supposed(path, complaint, report)
            else:
                _answered(complaint, report)

    for variant, _, wire in runner.wired:
        whole = runner.cases(complete=True, variant=variant, wire=wire)
        runner.for_all(whole, partial(_each_left_out, runner), share=runner.settings.max_examples)
    cases = runner.cases(complete=True) | runner.cases(complete=True) | runner.cases()
    runner.for_all(st.tuples(cases, st.data()), check, share=LIVES)


def _each_left_out(runner: Runner, case: Case) -> None:
    """Leaves out, in turn, each field that is declared as required and is there."""
    plan = case.wire.plan
    required = {mapped.core for mapped in plan.fields if mapped.required_when is not None}
    for name in _registrations(case.adapter):
        target = case.adapter.target(name)
        user = target.supposed(case.user)
        for path in [path for path in _core_paths(case) if path in required]:
            if path not in target.supposes and lookup(user, path) not in EMPTY:
                rest = changed(user, path, None)
                _answered(_complaint(runner, case, rest), case.adapter.missing(rest, name))


def _core_paths(case: Case) -> list[str]:
    return [x.core for x in case.wire.plan.fields if not x.core.startswith("extras.")]


def _one_change(
    user: User, paths: list[str], supposed: list[str]
) -> st.SearchStrategy[tuple[str, st.SearchStrategy[Any]]]:
    """A path with the values that it may get; no path for the user as it is."""
    free = [path for path in paths if path not in supposed]
    ways = [
        [("", st.none())],
        [(path, st.none()) for path in free if lookup(user, path) not in EMPTY],
        [(path, values_at(path)) for path in free],
        [(path, LONG_TEXT) for path in free if is_text(path)],
        [(path, values_at(path)) for path in supposed],
    ]
    return st.one_of([st.sampled_from(way) for way in ways if way])


def _supposed(path: str, complaint: set[str] | None, report: RequirementReport) -> None:
    refused = path in (complaint or ())
    told = any(path in finding.paths for finding in report.missing)
    assert told or not refused, f"{path} is refused as given, and not said to be"
    assert refused or not told, f"{path} is said to be refused as given, and is not"


def _answered(complaint: set[str] | None, report: RequirementReport) -> None:
    """What is left to the provider may go either way."""
    if report.status is RequirementStatus.MET:
        assert complaint is None, f"nothing is missing, and {sorted(complaint or ())} is wanted"
    elif report.status is RequirementStatus.MISSING:
        names = [finding.name for finding in report.missing]
        names += [loss.core_path for loss in report.refused]
        assert complaint is not None, f"not missed by the provider: {names}"
        told = {path for finding in report.requirements for path in finding.paths}
        told |= {loss.core_path for loss in report.refused}
        unsaid = [path for path in complaint if not any(_beside(path, name) for name in told)]
        assert not unsaid, f"wanted, and not said to be missing: {unsaid}"


def _beside(path: str, name: str) -> bool:
    return f"{name}.".startswith(f"{path}.") or path.startswith(f"{name}.")


def _complaint(runner: Runner, case: Case, user: User) -> set[str] | None:
    """The paths that a provider who knows nobody complains of; None when it accepts."""
    try:
        runner.world(case.adapter).call("create_user", user)
    except Unsupported as error:
        return set(error.paths)
    except ProviderError as error:
        return {problem.path for problem in error.problems}
    return None


def _costly(adapter: Adapter) -> bool:
    able = can(adapter, "update_user")
    return able and any(mapped.effects for mapped in _changeable(adapter, User()))


def _changeable(adapter: Adapter, user: User) -> Iterator[MappedField]:
    """What an update can change of the core's own data."""
    for mapped in adapter.wire_for(user).plan.fields:
        if mapped.on & On.UPDATE and not mapped.core.startswith("extras."):
            yield mapped


def costly(subject: Subject) -> bool:
    return simulated(subject) and any(map(_costly, subject.variants.values()))


@law("what a change is said to cost is what it costs with a simulated provider", costly)
def effects(runner: Runner) -> None:
    """Of users as far verified as the simulated provider takes them."""

    def check(drawn: tuple[Case, st.DataObject]) -> None:
        case, data = drawn
        if not can(case.adapter, "update_user"):
            return
        for mapped in _changeable(case.adapter, case.user):
            world, _, seen = live(runner, case)
            value = data.draw(supported_values(mapped))
            new = case.adapter.effects(seen, changed(seen.user, mapped.core, value))
            sure = {effect.kind for effect in new if effect.certain}
            assert EffectKind.OUTDATES not in sure, f"{mapped.core} outdates what was not handed in"
            record = runner.subject.verify(world, seen)
            _foretold(case.adapter, world, record, changed(record.user, mapped.core, value))

    runner.for_all(st.tuples(runner.cases(complete=True), st.data()), check, share=20)


def _foretold(adapter: Adapter, world: World, record: UserRecord, new: User) -> None:
    foretold = adapter.effects(record, new)
    try:
        after: UserRecord = world.call("update_user", record, new)
    except (Unsupported, ProviderError):
        return
    about = sorted(changed_paths(record.user, new))
    surely = {effect.kind for effect in foretold if effect.certain}
    perhaps = {effect.kind for effect in foretold}
    before, now = record.kyc_level, after.kyc_level
    fell = before is not None and now is not None and now < before
    assert fell or EffectKind.LOWERS_LEVEL not in surely, f"{about} costs no level"
    assert not fell or EffectKind.LOWERS_LEVEL in perhaps, f"{about} costs the level"
    asked = len(after.next_actions) > len(record.next_actions)
    assert asked == bool(perhaps & ACTIONS), f"{about}: an action is foretold, or asked for"
