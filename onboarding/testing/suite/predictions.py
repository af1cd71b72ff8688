"""Laws of predictions: of the requirements that are missing, and of the effects of a change."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from hypothesis import strategies as st

from onboarding.adapter import Adapter
from onboarding.errors import Unsupported
from onboarding.mapping.changes import changed_paths
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.mapping.people import named
from onboarding.mapping.plan import MappedField
from onboarding.mapping.policy import EffectKind
from onboarding.mapping.rows import On
from onboarding.model.record import UserRecord
from onboarding.model.requirements import RequirementStatus
from onboarding.model.user import User
from onboarding.provider_errors import PartialFailure, ProviderError
from onboarding.requirements.report import RequirementReport
from onboarding.testing.generators import supported_values
from onboarding.testing.law import law
from onboarding.testing.runner import Case, Runner
from onboarding.testing.strategies import LONG_TEXT, changed, is_text, values_at
from onboarding.testing.subject import Subject, World
from onboarding.testing.suite.conversations import LIVES, live, simulated

__all__ = ["demands", "effects"]

ACTIONS = {EffectKind.RE_ENROLS, EffectKind.CONFIRMS, EffectKind.DUTY}


def _registrations(adapter: Adapter) -> list[str]:
    """Returns the targets that a registration reaches: its response decides them."""
    return [name for name, target in adapter.targets.items() if target.on is On.CREATE]


def targeted(subject: Subject) -> bool:
    return simulated(subject) and any(map(_registrations, subject.variants.values()))


@law("a target requires exactly what a simulated provider requires", targeted)
def demands(runner: Runner) -> None:
    """For complete users, and for the same with one field left out or with any value in it.

    Each required field is left out in turn, for a few users; the rest is random. A random value is
    any that the core accepts, also beyond the adapter's limits: otherwise a limit that the adapter
    does not declare would never be found.
    """

    def check(drawn: tuple[Case, st.DataObject]) -> None:
        case, data = drawn
        for name in _registrations(case.adapter):
            target = case.adapter.target(name)
            user = target.supposed(case.user)
            path, values = data.draw(_one_change(user, _core_paths(case), [*target.supposes]))
            user = changed(user, path, data.draw(values, path)) if path else user
            complaint, report = _complaint(runner, case, user), case.adapter.missing(user, name)
            if path in target.supposes:  # another kind of user, which may not exist
                _supposed(path, complaint, report)
            else:
                _answered(complaint, report)

    for variant, _, wire in runner.wired:
        whole = runner.cases(complete=True, variant=variant, wire=wire)
        runner.for_all(whole, partial(_each_left_out, runner), share=runner.settings.max_examples)
    cases = runner.cases(complete=True) | runner.cases(complete=True) | runner.cases()
    runner.for_all(st.tuples(cases, st.data()), check, share=LIVES)


def _each_left_out(runner: Runner, case: Case) -> None:
    """Leaves out, in turn, each field that is declared as required."""
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
    """Returns a path with the values to draw for it; an empty path for no change."""
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
    predicted = any(path in finding.paths for finding in report.missing)
    assert predicted or not refused, f"{path} is rejected, and not predicted to be"
    assert refused or not predicted, f"{path} is predicted to be rejected, and is not"


def _answered(complaint: set[str] | None, report: RequirementReport) -> None:
    """Compares the report with the error. A status that the provider decides is not compared."""
    if report.status is RequirementStatus.MET:
        assert complaint is None, f"complete, but {sorted(complaint or ())} is required"
    elif report.status is RequirementStatus.MISSING:
        names = [finding.name for finding in report.missing]
        names += [loss.core_path for loss in report.refused]
        assert complaint is not None, f"predicted to be missing, but not required: {names}"
        told = {path for finding in report.requirements for path in finding.paths}
        told |= {loss.core_path for loss in report.refused}
        unsaid = [path for path in complaint if not any(_beside(path, name) for name in told)]
        assert not unsaid, f"required, but not predicted to be missing: {unsaid}"


def _beside(path: str, name: str) -> bool:
    return f"{name}.".startswith(f"{path}.") or path.startswith(f"{name}.")


def _complaint(runner: Runner, case: Case, user: User) -> set[str] | None:
    """Returns the paths that an empty simulator rejects; None if it accepts the user."""
    try:
        runner.world(case.adapter).call("create_user", user)
    except Unsupported as error:
        return set(error.paths)
    except (ProviderError, PartialFailure) as error:
        answer = error.__cause__ if isinstance(error, PartialFailure) else error
        if not isinstance(answer, ProviderError):
            raise
        return {named(problem.path, user) for problem in answer.problems}
    return None


def _costly(adapter: Adapter) -> bool:
    able = adapter.supports("update_user")
    return able and any(mapped.effects for mapped in _changeable(adapter, User()))


def _changeable(adapter: Adapter, user: User) -> Iterator[MappedField]:
    """Yields the fields of the core that an update can change."""
    for mapped in adapter.wire_for(user).plan.fields:
        if mapped.on & On.UPDATE and not mapped.core.startswith("extras."):
            yield mapped


def costly(subject: Subject) -> bool:
    return simulated(subject) and any(map(_costly, subject.variants.values()))


@law("the predicted effects of a change are those at a simulated provider", costly)
def effects(runner: Runner) -> None:
    """For users who are verified as far as the simulator allows."""

    def check(drawn: tuple[Case, st.DataObject]) -> None:
        case, data = drawn
        if not case.adapter.supports("update_user"):
            return
        for mapped in _changeable(case.adapter, case.user):
            world, _, seen = live(runner, case)
            value = data.draw(supported_values(mapped))
            new = case.adapter.effects(seen, changed(seen.user, mapped.core, value))
            sure = {effect.kind for effect in new if effect.certain}
            assert EffectKind.OUTDATES not in sure, f"{mapped.core} outdates unsubmitted documents"
            record = runner.subject.verify(world, seen)
            _check_prediction(case.adapter, world, record, changed(record.user, mapped.core, value))

    runner.for_all(st.tuples(runner.cases(complete=True), st.data()), check, share=20)


def _check_prediction(adapter: Adapter, world: World, record: UserRecord, new: User) -> None:
    predicted = adapter.effects(record, new)
    try:
        after: UserRecord = world.call("update_user", record, new)
    except (Unsupported, ProviderError):
        return
    about = sorted(changed_paths(record.user, new))
    surely = {effect.kind for effect in predicted if effect.certain}
    perhaps = {effect.kind for effect in predicted}
    before, now = record.kyc_level, after.kyc_level
    fell = before is not None and now is not None and now < before
    assert fell or EffectKind.LOWERS_LEVEL not in surely, f"{about} lowers no level"
    assert not fell or EffectKind.LOWERS_LEVEL in perhaps, f"{about} lowers the level"
    asked = len(after.next_actions) > len(record.next_actions)
    assert asked == bool(perhaps & ACTIONS), f"{about}: required actions differ"
