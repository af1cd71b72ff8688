"""The operations on the position of a user."""

# Source: developers.paysera.com /guides/wallet/user-information/user-resource. The answers, except
# that of PUT (Java and Swift SDK), are inferences.

from __future__ import annotations

import math
from typing import Any

from .answers import ApiError
from .body import Faults
from .calls import Call
from .rows import Position

_EARTH_RADIUS = 6_371_009.0  # metres
_LIMITS = {"lat": (-90.0, 90.0), "lng": (-180.0, 180.0), "distance": (0.0, math.inf)}


def put_position(call: Call) -> dict[str, Any]:
    account = call.account()
    call.need(account, "user_position")
    position = Position(id=account.id, **call.body)
    call.store.keep(position)
    return _shown(position)


def get_position(call: Call) -> dict[str, Any]:
    return _shown(_existing(call))


def delete_position(call: Call) -> None:
    call.store.drop(_existing(call))


def find_positions(call: Call) -> dict[str, Any]:
    """GET /positions: finds users within a distance of a point; hidden ones are omitted."""
    token = call.caller.token
    if "user_position" not in (call.settings.scopes if token is None else token.scopes):
        raise ApiError("forbidden", "The scope that this needs is missing.")
    asked = _point(call)
    reach = asked["distance"] * call.settings.metres_per_distance
    found = [
        position
        for position in call.store.all(Position)
        if position.type != "hidden" and _metres(position, asked["lat"], asked["lng"]) <= reach
    ]
    return {"positions": [{"user_id": position.id} | _shown(position) for position in found]}


def _existing(call: Call) -> Position:
    account = call.account()
    call.need(account, "user_position")
    position = call.store.get(Position, account.id)
    if position is None:
        raise ApiError("not_found", "The user has no position.")
    return position


def _shown(position: Position) -> dict[str, Any]:
    shown: dict[str, Any] = {"lat": position.lat, "lng": position.lng}
    return shown if position.type is None else shown | {"type": position.type}


def _point(call: Call) -> dict[str, float]:
    faults = Faults()
    point: dict[str, float] = {}
    for name, (low, high) in _LIMITS.items():
        try:
            value = float(call.asked(name) or "")
        except ValueError:
            faults.add(name, "invalid_type" if call.asked(name) else "is_blank")
            continue
        if not low <= value <= high:
            faults.add(name, "too_low" if value < low else "too_high")
        point[name] = value
    faults.raise_any()
    return point


def _metres(position: Position, lat: float, lng: float) -> float:
    """Returns the distance on a sphere, by the haversine formula."""
    one, other = math.radians(position.lat), math.radians(lat)
    across = math.radians(position.lng - lng)
    half = (
        math.sin((one - other) / 2) ** 2
        + math.cos(one) * math.cos(other) * math.sin(across / 2) ** 2
    )
    return 2 * _EARTH_RADIUS * math.asin(math.sqrt(min(1.0, half)))
