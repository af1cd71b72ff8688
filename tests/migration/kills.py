"""Users move to another provider under a quota, however often the process is killed.

`python -m tests.migration.kills` moves 10,000 users from MangoPay to Paysera, and 1,000 to Stripe;
`tests/migration/test_kills.py` moves few.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

from attrs import asdict, frozen
from onboarding.policies import Quota
from tests.killing import busiest, started, wait_for
from tests.migration.crowd import PACE, World, code_of, kind_of, opened

__all__ = ["Found", "Size", "move"]

WAIT = 120
"""Seconds after which a process is stuck."""

TERMS = {"accepted": True, "ip_address": "203.0.113.7"}
"""From where the terms were accepted, which Stripe asks for."""

REASONS = ("data", "closed", "levels", "there", "gone", "id")


@frozen(kw_only=True)
class Size:
    """How many users, how many of them change after the plan, the kills, and the quota."""

    users: int
    changed: int
    kills: int
    quota: Quota
    to: str = "lt"
    in_flight: int = 8
    lease: int = 10
    seed: int = 7

    @property
    def most_wasted(self) -> int:
        """The calls that kills may cost: each user in flight is looked up, and created again."""
        return 6 * self.kills * self.in_flight


@frozen(kw_only=True)
class Found:
    """What the plan said, and what is there once all is settled."""

    planned: Mapping[str, int]
    """The users of the plan by state."""
    planned_calls: int
    planned_seconds: float
    states: Mapping[str, int]
    """The users by the state of their move."""
    named: Mapping[str, str]
    """The users who did not move, with the reason."""
    changed: Mapping[str, str]
    """The users who were changed after the plan, with the reason."""
    at_target: int
    """The users whom the target has."""
    doubles: int
    """E-mail addresses that the target has more than once."""
    lost: int
    """Users of the plan who neither moved nor are named, or whom the target does not have."""
    fields: Mapping[str, tuple[int, int]]
    """By core path, how many users should have it at the target, and how many do."""
    calls: int
    """The calls that the target got."""
    needed: int
    """The calls that the users who moved need by the plan."""
    busiest: int
    """The most calls in any period of the quota."""
    codes: list[int]
    """The exit codes of the processes."""
    seconds: float

    @property
    def is_as_planned(self) -> bool:
        """Whether the figures of the plan are those of the outcome."""
        moved = self.planned["ready"] - len(self.changed)
        return (
            self.states.get("moved") == self.at_target == moved
            and self.states == {"moved": moved, "changed": len(self.changed)}
            and dict(self.named) == dict(self.changed)
            and (self.doubles, self.lost) == (0, 0)
            and all(wanted == there for wanted, there in self.fields.values())
            and self.needed <= self.planned_calls
        )

    def wastes_at_most(self, calls: int) -> bool:
        """Whether the kills cost at most so many calls beyond those of the plan."""
        return self.needed <= self.calls <= self.needed + calls


def move(size: Size, folder: Path) -> Found:
    """Plans a move, changes some users, kills the process that applies it, lets it end, looks."""
    began, chance = time.monotonic(), random.Random(size.seed)
    quota = {"seconds": size.quota.seconds, "calls": size.quota.calls}
    pace = PACE.format(name=size.to, folder=folder, **quota)
    with opened(folder, pace=pace) as world:
        world.settle(size.users)
        (folder / "more.jsonl").write_text("".join(_more(size.users)), "utf-8")
        planned = _told(folder, "plan", "--from", "fr", "--to", size.to, "--with", "more.jsonl")
        name = f"fr-to-{size.to}.plan.json"
        plan = json.loads((folder / name).read_text("utf-8"))
        ready = _ready(plan)
        changed = _changed(world, sorted(ready), size)
        counted = world.registrations if size.to == "lt" else world.accounts
        counted.reset()
        codes: list[int] = []
        arguments = (
            *("apply", name, "--with", "more.jsonl"),
            *("--lease", str(size.lease), "--in-flight", str(size.in_flight)),
        )
        for moment in sorted(chance.sample(range(1, len(ready) - len(changed)), size.kills)):
            reached = counted.wait_for(moment)
            with started(folder, "migrate", *arguments) as process:
                wait_for(reached, process, 10 * WAIT)
                process.kill()
                process.communicate(timeout=WAIT)
            codes.append(process.returncode)
        for _ in range(5):
            with started(folder, "migrate", *arguments) as process:
                process.communicate(timeout=50 * WAIT)
            codes.append(process.returncode)
            told = _told(folder, "status", name)
            if set(told["states"]) <= {"moved", "changed"}:
                break
        return _found(world, size, planned, plan, told, ready, changed, codes, began)


def _found(
    world: World,
    size: Size,
    planned: Mapping[str, Any],
    plan: Mapping[str, Any],
    told: Mapping[str, Any],
    ready: Mapping[str, Mapping[str, Any]],
    changed: Mapping[str, str],
    codes: list[int],
    began: float,
) -> Found:
    counted = world.registrations if size.to == "lt" else world.accounts
    most, calls = busiest(counted.calls, size.quota.seconds), len(counted.calls)
    there = world.at(size.to)
    emails = Counter(user.email for user in there.values())
    named = {one["own_id"]: one["reasons"][0] for one in told["not_moved"]}
    lost = 0
    for own_id in ready:
        ids = {x.gateway: x.id for x in world.directory.references(own_id) if not x.name}
        user = there.get(ids.get(size.to, ""))
        mine = user is not None and user.email == f"u{own_id.removeprefix('user-')}@example.com"
        lost += not mine and own_id not in named
    wanted = Counter(
        path for own_id in ready if own_id not in changed for path in ready[own_id]["supported"]
    )
    return Found(
        planned=planned["states"],
        planned_calls=planned["target"]["calls"],
        planned_seconds=planned["seconds"],
        states=told["states"],
        named=named,
        changed=changed,
        at_target=len(there),
        doubles=sum(count > 1 for count in emails.values()),
        lost=lost,
        fields={path: (count, world.given(there.values(), path)) for path, count in wanted.items()},
        calls=calls,
        needed=sum(one["calls"] for own_id, one in ready.items() if own_id not in changed),
        busiest=most,
        codes=codes,
        seconds=time.monotonic() - began,
    )


def _ready(plan: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """The users who are ready by the file of a plan, with their profiles."""
    profiles = plan["profiles"]
    found = {one["own_id"]: profiles[one["profile"]] for one in plan["users"]}
    return {own_id: profile for own_id, profile in found.items() if profile["state"] == "ready"}


def _changed(world: World, ready: list[str], size: Size) -> dict[str, str]:
    """Changes users who are spread over the plan, each for one reason."""
    plain = [own_id for own_id in ready if kind_of(int(own_id.removeprefix("user-"))) == "plain"]
    step = max(1, len(plain) // size.changed)
    found: dict[str, str] = {}
    for number, own_id in enumerate(plain[::step][: size.changed]):
        found[own_id] = REASONS[number % len(REASONS)]
        world.change(own_id, found[own_id], at=size.to)
    return found


def _more(users: int) -> Generator[str]:
    """The file that `--with` names: the national numbers, which MangoPay does not have."""
    for number in range(users):
        if kind_of(number) != "company":
            own_id = f"user-{number}"
            identity = {"national_id": {"code": code_of(own_id), "country": "LT"}}
            more = {"ref": own_id, "identity": identity, "terms": TERMS}
            yield f"{json.dumps(more)}\n"


def _told(folder: Path, *arguments: str) -> dict[str, Any]:
    with started(folder, "migrate", *arguments, "--json") as process:
        out, error = process.communicate(timeout=20 * WAIT)
    assert process.returncode in (0, 1, 3), error
    told: dict[str, Any] = json.loads(out)
    return told


def main() -> int:
    good, lines = True, list[str]()
    sizes = {
        "10,000 to Paysera": Size(users=10_000, changed=60, kills=10, quota=Quota(10, 500)),
        "1,000 to Stripe": Size(users=1_000, changed=12, kills=3, quota=Quota(1, 25), to="us"),
    }
    for name, size in sizes.items():
        with tempfile.TemporaryDirectory() as folder:
            found = move(size, Path(folder))
        told = {key: value for key, value in asdict(found).items() if key not in ("named",)}
        print(", ".join(f"{key} {value}" for key, value in told.items()), flush=True)
        good = good and found.is_as_planned and found.busiest <= size.quota.calls
        good = good and found.wastes_at_most(size.most_wasted)
        lines.append(
            f"{name}: planned {found.planned['ready']}, moved {found.states.get('moved')}, "
            f"changed and named {len(found.named)} of {len(found.changed)}, doubles "
            f"{found.doubles}, lost {found.lost}, calls {found.calls} of {found.needed} needed, "
            f"{size.kills} kills, at most {found.busiest} of "
            f"{size.quota.calls} calls in {size.quota.seconds} s, {found.seconds:.0f} s"
        )
    print("; ".join(lines))
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
