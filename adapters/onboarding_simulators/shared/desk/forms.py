"""Forms: how they are read, and the forms that set faults and move the clock."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import date

from attrs import field, frozen

from onboarding_simulators.shared.clock import LAST, VirtualClock
from onboarding_simulators.shared.misbehaviour import KINDS, Fault, Misbehaviour

from .values import Action, Input, WrongInputError

__all__ = ["ADD_FAULT", "MOVE_CLOCK", "Filled", "add_fault", "can_move", "move_clock", "read"]


@frozen(kw_only=True)
class Filled:
    """A submitted form: the value of each input, and its errors."""

    name: str = ""
    """The name of the form's action."""
    given: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    errors: Mapping[str, str] = field(factory=dict[str, str])
    """By input; errors of the whole form are under the empty name."""


def read(inputs: Sequence[Input], form: Mapping[str, str], name: str = "") -> Filled:
    """Reads the expected inputs and ignores others; errors do not quote values."""
    given = {each.name: form.get(each.name, "").strip() for each in inputs}
    found = {each.name: _error(each, given[each.name]) for each in inputs}
    return Filled(name=name, given=given, errors={key: text for key, text in found.items() if text})


def _error(asked: Input, value: str) -> str:
    if not value:
        return "This field is required." if asked.required else ""
    if asked.kind == "choice" and value not in dict(asked.choices):
        return "Choose one of the options."
    if asked.kind == "number" and not _is_number(value):
        return "Enter a number."
    if asked.kind == "date" and not _is_date(value):
        return "Enter a date such as 2030-12-31."
    return ""


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value))
    except ValueError:
        return False


def _is_date(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True


UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}

ADD_FAULT = Action(
    name="faults",
    label="Set the fault",
    tone="main",
    inputs=(
        Input(
            name="kind",
            label="Fault",
            kind="choice",
            choices=[(kind, f"{kind}: {words}") for kind, words in KINDS.items()],
            required=True,
        ),
        Input(
            name="route",
            label="Where",
            value="*",
            hint="A path with * as a wildcard, optionally after a method: POST */users/*",
        ),
        Input(
            name="times", label="How often", kind="number", short=True, hint="Empty: every time."
        ),
        Input(
            name="probability",
            label="Probability",
            kind="number",
            short=True,
            value="1",
            hint="From 0 to 1, for each matching call.",
        ),
        Input(
            name="seed",
            label="Seed",
            kind="number",
            short=True,
            value="0",
            hint="For the random numbers.",
        ),
        Input(
            name="seconds",
            label="Seconds",
            kind="number",
            short=True,
            hint="For slow, skew and rate_limit.",
        ),
        Input(name="status", label="Status", kind="number", short=True, hint="For error."),
        Input(name="code", label="Code", short=True, hint="For error."),
    ),
)
MOVE_CLOCK = Action(
    name="clock",
    label="Move the clock",
    tone="main",
    inputs=(
        Input(name="amount", label="By", kind="number", short=True, value="1", required=True),
        Input(
            name="unit",
            label="Unit",
            short=True,
            kind="choice",
            choices=[(unit, unit) for unit in UNITS],
            value="days",
            required=True,
        ),
    ),
    hint="A negative number moves it back.",
)


def add_fault(misbehaviour: Misbehaviour, given: Mapping[str, str]) -> None:
    """Sets the fault that a form describes."""
    times = _whole(given, "times", least=1)
    probability = float(given["probability"] or 1)
    if not 0 <= probability <= 1:
        raise WrongInputError("probability", "Enter a number from 0 to 1.")
    seconds = float(given["seconds"]) if given["seconds"] else None
    if seconds is not None and not 0 <= seconds < LAST:
        raise WrongInputError("seconds", "Enter 0 or more.")
    status = _whole(given, "status")
    if status is not None and not 400 <= status < 600:
        raise WrongInputError("status", "Enter a number from 400 to 599.")
    fault = Fault(
        kind=given["kind"],
        route=given["route"] or "*",
        times=times,
        probability=probability,
        seed=_whole(given, "seed") or 0,
        seconds=seconds,
        status=status,
        code=given["code"] or None,
    )
    misbehaviour.add(fault)


def can_move(clock: Callable[[], float]) -> bool:
    """Whether the clock can be moved."""
    return isinstance(clock, VirtualClock)


def move_clock(clock: Callable[[], float], given: Mapping[str, str]) -> None:
    """Moves the clock as a form asks."""
    if not isinstance(clock, VirtualClock):
        raise ValueError("this clock cannot be moved")
    seconds = float(given["amount"]) * UNITS[given["unit"]]
    if not 0 <= clock() + seconds < LAST:
        raise WrongInputError("amount", "The clock covers the years 1970 to 2999.")
    clock.advance(seconds)


def _whole(given: Mapping[str, str], name: str, least: int | None = None) -> int | None:
    if not given[name]:
        return None
    number = float(given[name])
    if not number.is_integer() or (least is not None and number < least):
        raise WrongInputError(
            name, "Enter a whole number" + (f", {least} or more." if least else ".")
        )
    return int(number)
