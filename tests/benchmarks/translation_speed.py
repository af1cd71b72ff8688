"""What the compiled translation costs, beside three baselines measured in the same run.

Run it: `python tests/benchmarks/translation_speed.py`; `--json` prints the figures as such. It
wants a process of its own: what garbage costs grows with all that lives beside it.

The baselines are plain Python written by hand, MangoPay's own SDK with a plain function between
its objects and the core (A), and msgspec between dicts and structs, with no core (B). All of a
table take turns, and the best turn of each counts, so that what the machine does beside falls on
all of them.
"""

from __future__ import annotations

import gc
import json
import runpy
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from timeit import Timer
from types import SimpleNamespace
from typing import Any

import msgspec
from onboarding import Address, Identity, NationalId, Terms, User
from onboarding.mapping import Translation, translation

from onboarding_mangopay.records import shape_of
from onboarding_paysera.wire.user import PayseraUser

HERE = Path(__file__).parent
OWNER: dict[str, Any] = json.loads((HERE / "data" / "owner.json").read_text())
JOHN: dict[str, Any] = json.loads((HERE / "data" / "john.json").read_text())
SCA_OWNER = {**OWNER, "PendingUserAction": None}
UNKNOWN = {f"Unknown{number}": number for number in range(5)}

by_hand = SimpleNamespace(**runpy.run_path(str(HERE / "by_hand.py")))
by_sdk = SimpleNamespace(**runpy.run_path(str(HERE / "by_sdk.py")))

TURN = 0.0005  # seconds

Calls = dict[str, Callable[[], object]]


def best(calls: Calls, rounds: int = 300) -> dict[str, float]:
    """Microseconds of each call: its best turn, collecting garbage as ever.

    All turns take about the same time, short enough to pass between two moves of the scheduler:
    else a slow call, whose turn lasts longer, would be disturbed more often than a fast one.
    """
    timers = {name: Timer(call, setup=gc.enable) for name, call in calls.items()}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the SDK calls what Python 3.12 deprecates
        warm = {name: min(timer.repeat(20, 20)) / 20 for name, timer in timers.items()}
        numbers = {name: max(1, round(TURN / seconds)) for name, seconds in warm.items()}
        found = dict.fromkeys(calls, float("inf"))
        for _ in range(rounds):
            for name, timer in timers.items():
                taken = timer.timeit(numbers[name]) / numbers[name]
                found[name] = min(found[name], taken * 1e6)
    return found


def struct_of(name: str, data: dict[str, Any], *, terse: bool = False) -> type[Any]:
    """An unconstrained struct with the keys of an object; objects inside are structs, too."""
    fields: list[tuple[str, Any, Any]] = []
    for key, value in data.items():
        kind: Any = Any if value is None or isinstance(value, list) else type(value)
        inner = struct_of(key, value, terse=terse) if isinstance(value, dict) else kind
        fields.append((key, inner | None if inner is not Any else Any, None))
    return msgspec.defstruct(name, fields, omit_defaults=terse)


def rebuilt(user: User) -> User:
    """The same user as a caller builds it: by the constructors."""

    def again(value: Any, cls: type[Any]) -> Any:
        return cls(**vars(value)) if value is not None else None

    identity = user.identity
    if identity is not None:
        number = again(identity.national_id, NationalId)
        identity = Identity(**{**vars(identity), "national_id": number})
    values = {
        **vars(user),
        "identity": identity,
        "address": again(user.address, Address),
        "terms": again(user.terms, Terms),
    }
    return User(**values)


def read_calls(data: dict[str, Any], wire: Translation, hand: Any, sdk: Any) -> Calls:
    """Ways from a provider's object to the core; msgspec's ends at a struct."""
    struct = struct_of("Owner", data)
    more = {**data, **UNKNOWN}
    chosen = shape_of if sdk is not None else lambda _: wire
    calls: Calls = {
        "onboarding": lambda: chosen(data).from_wire(data),
        "onboarding, 5 unknown keys": lambda: chosen(more).from_wire(more),
        "by hand": lambda: hand(data),
        "B, msgspec": lambda: msgspec.convert(data, struct),
    }
    return calls if sdk is None else {**calls, "A, the SDK": lambda: sdk(data)}


def write_calls(data: dict[str, Any], wire: Translation, hand: Any, sdk: Any) -> Calls:
    """Ways from the core to a provider's object; msgspec's begin at a struct."""
    user, _ = wire.from_wire(data)
    built = rebuilt(user)
    out, _ = wire.to_wire(user)
    whole = msgspec.convert(data, struct_of("Owner", data))
    sent = msgspec.convert(out, struct_of("Sent", out, terse=True))
    calls: Calls = {
        "onboarding": lambda: wire.to_wire(user),
        "onboarding, of a user built anew": lambda: wire.to_wire(built),
        "by hand": lambda: hand(user),
        "B, msgspec": lambda: msgspec.to_builtins(whole),
        "msgspec, what is sent alone": lambda: msgspec.to_builtins(sent),
    }
    return calls if sdk is None else {**calls, "A, the SDK": lambda: sdk(user)}


def tables() -> dict[str, Calls]:
    """What is compared with what."""
    legacy, sca = shape_of(OWNER), shape_of(SCA_OWNER)
    paysera = translation(PayseraUser, "paysera")
    hand, sdk = by_hand, by_sdk
    return {
        "mangopay read": read_calls(OWNER, legacy, hand.read_owner, sdk.read_owner),
        "mangopay write": write_calls(OWNER, legacy, hand.write_owner, sdk.write_owner),
        "mangopay sca read": read_calls(SCA_OWNER, sca, hand.read_owner, sdk.read_owner),
        "mangopay sca write": write_calls(SCA_OWNER, sca, hand.write_owner, sdk.write_owner_sca),
        "paysera read": read_calls(JOHN, paysera, hand.read_john, None),
        "paysera write": write_calls(JOHN, paysera, hand.write_john, None),
    }


def ratios(rounds: int = 300) -> dict[str, dict[str, float]]:
    """Each time as a multiple of the translation's own, table by table."""
    found: dict[str, dict[str, float]] = {}
    for title, calls in tables().items():
        taken = best(calls, rounds)
        found[title] = {name: value / taken["onboarding"] for name, value in taken.items()}
        found[title]["microseconds"] = taken["onboarding"]
    return found


def report(found: dict[str, dict[str, float]]) -> str:
    """The figures as lines."""
    lines: list[str] = []
    for title, figures in found.items():
        lines.append(f"{title}: {figures['microseconds']:.2f} us")
        for name, ratio in figures.items():
            if name not in ("microseconds", "onboarding"):
                lines.append(f"  {name:<34} {ratio:6.2f} x our time; ours is {1 / ratio:5.2f} x it")
    return "\n".join(lines)


if __name__ == "__main__":
    found = ratios()
    print(json.dumps(found) if "--json" in sys.argv else report(found))
