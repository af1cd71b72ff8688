"""The flows about where a user is."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, cast

from attrs import field, frozen
from onboarding import InvalidInput, Problem
from onboarding.spi import Flow, Response, as_object, known_word, reference

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import shown_number, shown_text, unexpected

__all__ = ["Position", "PositionKind", "Positions"]


class PositionKind(StrEnum):
    """Who may find a position: everybody, nobody, or everybody as a mobile retailer's."""

    PUBLIC = "public"
    HIDDEN = "hidden"
    MERCHANT = "merchant"


# docs: user-resource, Provide Position, Types: the first is said by no type at all
TYPES = {PositionKind.HIDDEN: "hidden", PositionKind.MERCHANT: "merchant"}
KINDS = {word: kind for kind, word in TYPES.items()}


@frozen(kw_only=True)
class Position:
    """A point in degrees (WGS 84). `kind` is None for a word of Paysera's that is new: see `raw`.

    `user_id` is there in the answer to a search.
    """

    latitude: float = field(repr=False)
    longitude: float = field(repr=False)
    kind: PositionKind | None = PositionKind.PUBLIC
    user_id: str | None = None
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False, eq=False)


@frozen(kw_only=True)
class Positions(PayseraProtocol):
    """Positions. docs: user-resource, Position Management; they take the scope `user_position`."""

    def put_position(self, user_id: str, position: Position) -> Flow[Position]:
        """Says where a user is."""
        if position.kind is None:
            raise InvalidInput([Problem("kind", "missing", "is required")])
        known_word("kind", position.kind, PositionKind)  # any other would make it public
        body: dict[str, Any] = {"lat": position.latitude, "lng": position.longitude}
        _in_degrees(position.latitude, position.longitude)
        if position.kind in TYPES:
            body["type"] = TYPES[position.kind]
        path = self.of_user(user_id, "position")
        response = yield self.request("PUT", "put_position", *path, body=body)
        return _position(self.answer(response), response)

    def fetch_position(self, user_id: str) -> Flow[Position]:
        """Where a user is. Raises `NotFound` where that was not said."""
        response = yield self.request("GET", "fetch_position", *self.of_user(user_id, "position"))
        return _position(self.answer(response), response)

    def delete_position(self, user_id: str) -> Flow[None]:
        """Forgets where a user is."""
        path = self.of_user(user_id, "position")
        response = yield self.request("DELETE", "delete_position", *path)
        self.succeeded(response)

    def find_positions(
        self, latitude: float, longitude: float, distance: float
    ) -> Flow[tuple[Position, ...]]:
        """Who is around a point; the documents name no unit for the distance.

        The answer's shape is in no document: a list is read, or one under `positions` or `items`.
        """
        _in_degrees(latitude, longitude)
        if shown_number(distance) is None or isinstance(distance, str):
            raise InvalidInput([Problem("distance", "type", "expected a finite number")])
        numbers = {"lat": latitude, "lng": longitude, "distance": distance}
        query = tuple((name, repr(float(number))) for name, number in numbers.items())
        response = yield self.request("GET", "find_positions", "positions", query=query)
        shown = self.answered(response).json()
        entries: Any = shown
        if not isinstance(shown, list):
            listed = as_object(shown)
            entries = listed.get("positions", listed.get("items"))
        if not isinstance(entries, list):
            raise unexpected(response, "expected a list of positions")
        return tuple(_position(as_object(e), response) for e in cast("list[object]", entries))


def _in_degrees(latitude: float, longitude: float) -> None:
    limits = {"latitude": (latitude, 90), "longitude": (longitude, 180)}
    found = [
        Problem(name, "shape", f"expected degrees between -{most} and {most}")
        for name, (given, most) in limits.items()
        if isinstance(given, str) or shown_number(given) is None or not -most <= given <= most
    ]
    if found:
        raise InvalidInput(found)


def _position(shown: Mapping[str, Any], response: Response) -> Position:
    latitude, longitude = shown_number(shown.get("lat")), shown_number(shown.get("lng"))
    if latitude is None or longitude is None:
        raise unexpected(response, "a position has no lat and lng")
    word = shown.get("type")
    return Position(
        latitude=latitude,
        longitude=longitude,
        kind=PositionKind.PUBLIC if word is None else KINDS.get(shown_text(word) or ""),
        user_id=reference(shown.get("user_id")),
        raw=shown,
    )
