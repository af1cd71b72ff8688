"""Draws the way of a user, the levels and the matrix from what the code does and says."""

from __future__ import annotations

import json
import random
import subprocess
import sys
from itertools import pairwise
from types import FrameType
from typing import Any

from attrs import frozen
from docs.pictures.drawing import arrow, box, circle, line, svg, text
from onboarding import Gateways, IdentificationLevel, KYCLevel, Secret, User
from onboarding.simulation import serve
from onboarding.spi import Adapter, On, translation

from onboarding_mangopay import MangoPay
from onboarding_mangopay.wire.natural import NaturalUser
from onboarding_paysera import Paysera
from onboarding_simulators.shared import VirtualClock
from onboarding_stripe import Stripe

__all__ = ["levels", "matrix", "way"]

NOON = 1_767_787_200.0  # 2026-01-07, 12:00 UTC: a clock that stands still


# -- the way of a user

LANES = ("your code", "gateway", "engine", "adapter", "mapping", "transport", "MangoPay")


@frozen
class Step:
    """An arrow between two lanes. The function is called by the time, after those before it."""

    start: int
    end: int
    words: str
    function: str = ""


def steps(values: dict[str, Any]) -> list[Step]:
    """The steps of `create_user`, with what a run sent and received."""
    day, stamp, path, id, level = (values[k] for k in ("day", "stamp", "path", "id", "level"))
    return [
        Step(0, 1, "create_user(user)", "_sync/calls:create_user"),
        Step(1, 2, "run the flow", "engine/conversation:conversation"),
        Step(2, 3, "start the flow", "onboarding_mangopay/users:create_user"),
        Step(3, 4, f"birthdate {day}", "mapping/translation:to_wire"),
        Step(4, 3, f'"Birthday": {stamp}', "adapter/base:refuse"),
        Step(3, 2, "yield a Request", "bodies:json_body"),
        Step(2, 1, "ask for a token", "_sync/gateway:_token"),
        Step(2, 3, "sign", "onboarding_mangopay/protocol:sign"),
        Step(2, 5, "send these bytes to this URL", "transports/sync:send"),
        Step(5, 6, f"POST {path}"),
        Step(6, 5, "200"),
        Step(5, 2, "Response", "engine/outcomes:answered"),
        Step(2, 3, "send the Response", "onboarding_mangopay/users:_record"),
        Step(3, 4, "read", "mapping/translation:from_wire"),
        Step(4, 3, f"birthdate {day}", "mapping/translation:absent"),
        Step(3, 1, "return a UserRecord"),
        Step(1, 0, f"{id[:10]}…, {level}"),
    ]


def way() -> str:
    """One user's way through the floors: the steps of a call that is really made."""
    called, values = traced()
    found = steps(values)
    at = 0
    for step in found:
        if step.function:
            at = called.index(step.function, at)  # raises if it was not called by then
    left, gap, top, row = 66, 118, 64, 36
    height = top + row * len(found) + 30
    parts: list[str] = []
    for lane, name in enumerate(LANES):
        x = left + lane * gap
        parts += [
            line(x, top - 18, x, height - 20),
            box(x - 50, 20, 100, 32),
            text(x, 41, name, "ink bold"),
        ]
    for number, step in enumerate(found):
        x, to_x = left + step.start * gap, left + step.end * gap
        y = top + row * number + 26
        colour = "blue" if step.end > step.start else "green"
        style = "mono halo ink" if '"' in step.words or "/" in step.words else "halo ink"
        middle = (x + to_x) / 2
        parts += [arrow(x, to_x, y, colour), text(middle, y - 9, step.words, style)]
    width = left * 2 + gap * (len(LANES) - 1)
    return svg(width, height, "One call of create_user, from your code to MangoPay and back", parts)


def traced() -> tuple[list[str], dict[str, Any]]:
    """The functions that a call of `create_user` calls, in their order; what it sent and got."""
    called: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            module = str(frame.f_globals.get("__name__", ""))
            if module.partition(".")[0] in ("onboarding", "onboarding_mangopay"):
                place = module.removeprefix("onboarding.").replace(".", "/")
                called.append(f"{place}:{frame.f_code.co_name}")

    user = person()
    simulator = MangoPay.simulator()(
        client_id="acme",
        api_key="key",
        clock=VirtualClock(NOON),
        entropy=random.Random(7).randbytes,
    )
    with serve(simulator) as base_url:
        table = {"provider": "mangopay", "client_id": "acme", "api_key": Secret("key")}
        config = {"gateways": {"fr": {**table, "base_url": base_url}}}
        with Gateways.from_config(config) as gateways:
            gateway = gateways["fr"]
            sys.setprofile(note)
            try:
                record = gateway.create_user(user)
            finally:
                sys.setprofile(None)
    body, _ = translation(NaturalUser, "mangopay").to_wire(user, On.CREATE)
    sent = simulator.log[-1].path.split("/", 3)[-1]
    return called, {
        "day": user.identity.birthdate if user.identity else None,
        "stamp": body["Birthday"],
        "path": f"…/{sent}",
        "id": record.id,
        "level": record.kyc_level,
    }


def person() -> User:
    return User.parse(
        {
            "identity": {
                "given_name": "Ona",
                "family_name": "Šimkutė",
                "birthdate": "1990-03-11",
                "nationality": "LT",
                "country_of_residence": "LT",
            },
            "email": "ona@example.com",
            "category": "OWNER",
            "terms": {"accepted": True},
        }
    )


# -- the levels


PROVIDERS: tuple[tuple[type[Adapter], str, int], ...] = (
    (MangoPay, "amber", -14),
    (Paysera, "blue", 14),
    (Stripe, "green", 44),
)


def levels() -> str:
    """The lattice of the two scales, with the level of each provider at its place."""
    left, gap, top, rise = 160, 146, 80, 170
    columns, rows = list(IdentificationLevel), list(KYCLevel)
    height = top + rise + 142

    def place(identification: IdentificationLevel, kyc: KYCLevel) -> tuple[int, int]:
        row = len(rows) - 1 - rows.index(kyc)
        return left + columns.index(identification) * gap, top + row * rise

    parts = [
        text(24, 31, "kyc_level", "soft", "start"),
        text(left + 2 * gap, height - 20, "identification_level", "soft"),
    ]
    for row, kyc in enumerate(reversed(rows)):
        parts.append(text(24, top + row * rise + 5, kyc.name, "ink bold", "start"))
        for one, other in pairwise(columns):
            parts.append(line(*place(one, kyc), *place(other, kyc)))
    for column, level in enumerate(columns):
        parts.append(line(*place(level, rows[0]), *place(level, rows[-1])))
        parts.append(text(left + column * gap, height - 48, str(level), "ink"))
        parts += [circle(*place(level, kyc), 4, "line") for kyc in rows]
    for number, (adapter, colour, shift) in enumerate(PROVIDERS):
        words: dict[tuple[int, int], list[str]] = {}
        for found in adapter.default_level_policy.rows:
            at = place(found.identification, found.kyc)
            words.setdefault(shifted(at, shift), []).append(found.provider_level)
        for start, end in pairwise(words):
            parts.append(line(*start, *end, f"s-{colour}", 2))
        for (x, y), (first, *others) in words.items():
            label = f"{first} to {others[-1]}" if others else first
            below = y + 22 if shift > 0 else y - 12
            parts += [circle(x, y, 6, colour), text(x, below, label, f"mono halo {colour}")]
        key = left + number * 120
        parts += [circle(key, 26, 6, colour), text(key + 14, 31, adapter.provider, "ink", "start")]
    width = left + gap * (len(columns) - 1) + 110
    return svg(width, height, "The levels of each provider on the scales of the core", parts)


def shifted(point: tuple[int, int], by: int) -> tuple[int, int]:
    return point[0], point[1] + by


# -- the matrix

SUPPORT = {
    "supported": "green",
    "derived": "green",
    "write-only": "blue",
    "read-only": "amber",
    "not supported": "red",
    "not applicable": "soft",
}


def matrix() -> str:
    """What becomes of each field of a natural person, as `onboarding matrix --json` says."""
    done = subprocess.run(
        [sys.executable, "-m", "onboarding", "matrix", "--json"],
        check=True, capture_output=True, encoding="utf-8", timeout=120,
    )  # fmt: skip
    providers = json.loads(done.stdout)["providers"]
    fields = list(providers[0]["data"]["natural"])
    row, top, left, gap = 24, 46, 260, 140
    parts = [text(20, 29, "A natural person in a registration", "soft", "start")]
    for column, provider in enumerate(providers):
        parts.append(text(left + column * gap + 62, 29, provider["provider"], "ink bold"))
    for number, field in enumerate(fields):
        y = top + number * row
        parts.append(text(20, y + 15, field, "mono ink", "start"))
        for column, provider in enumerate(providers):
            support = provider["data"]["natural"][field]["support"]
            x = left + column * gap
            parts += [box(x, y, 124, 20), circle(x + 12, y + 10, 4, SUPPORT[support])]
            parts.append(text(x + 22, y + 14, support, "ink", "start"))
    title = "Which fields of a natural person each provider supports"
    return svg(left + gap * len(providers) + 8, top + row * len(fields) + 14, title, parts)
