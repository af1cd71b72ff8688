"""Avatar and position of a user (docs: user-resource, Avatar Management, Position Management)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, cast

from attrs import field, frozen
from onboarding import DocumentPage, InvalidInput, Problem
from onboarding.spi import Flow, Request, Response, as_object, known_word, reference, url

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import media_type, shown_number, shown_text, unexpected
from onboarding_paysera.wire.documents import image_page

__all__ = ["Position", "PositionKind", "Profile"]

# docs: user-resource, Display Avatar: not the host of the API
_AVATARS_AT = "https://www.paysera.com"


class PositionKind(StrEnum):
    """Who can find a position: everybody, nobody, or everybody as that of a mobile merchant."""

    PUBLIC = "public"
    HIDDEN = "hidden"
    MERCHANT = "merchant"


# docs: user-resource, Provide Position, Types: a public position has no type
TYPES = {PositionKind.HIDDEN: "hidden", PositionKind.MERCHANT: "merchant"}
KINDS = {word: kind for kind, word in TYPES.items()}


@frozen(kw_only=True)
class Position:
    """A point in degrees (WGS 84).

    `kind` is None for a type that is unknown: see `raw`. `user_id` is set in search results.
    """

    latitude: float = field(repr=False)
    longitude: float = field(repr=False)
    kind: PositionKind | None = PositionKind.PUBLIC
    user_id: str | None = None
    raw: Mapping[str, Any] = field(factory=dict[str, Any], repr=False, eq=False)


@frozen(kw_only=True)
class Profile(PayseraProtocol):
    """The operations on avatars (scope `avatar`) and positions (scope `user_position`)."""

    # -- avatars

    def avatar_url(self, user_id: str, size: str | None = None) -> str:
        """Returns the public URL of the picture; no document lists the sizes."""
        shown = reference(user_id)
        if shown is None:
            raise InvalidInput([Problem("user_id", "type", "expected an id")])
        query = () if size is None else (("size", size),)
        return url(self.base_url or _AVATARS_AT, "avatar", f"{shown}.jpg", query=query)

    def fetch_avatar(self, user_id: str, size: str | None = None) -> Flow[DocumentPage]:
        """Downloads the picture. Raises `NotFound` if there is none."""
        place = self.avatar_url(user_id, size)
        response = yield Request(method="GET", url=place, operation="fetch_avatar", anonymous=True)
        content = self.answered(response).body
        return DocumentPage(content=content, media_type=media_type(response))

    def put_avatar(self, user_id: str, image: DocumentPage) -> Flow[None]:
        """Uploads the picture. Raises `InvalidInput` unless it is a JPEG, PNG or GIF."""
        path = self.of_user(user_id, "avatar")
        response = yield self.upload("PUT", "put_avatar", *path, page=image_page(image))
        self.succeeded(response)

    def delete_avatar(self, user_id: str) -> Flow[None]:
        """Deletes the picture."""
        response = yield self.request("DELETE", "delete_avatar", *self.of_user(user_id, "avatar"))
        self.succeeded(response)

    # -- positions

    def put_position(self, user_id: str, position: Position) -> Flow[Position]:
        """Sets the position of a user. Raises `InvalidInput` for degrees out of range."""
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
        """Reads the position of a user. Raises `NotFound` if it is not set."""
        response = yield self.request("GET", "fetch_position", *self.of_user(user_id, "position"))
        return _position(self.answer(response), response)

    def delete_position(self, user_id: str) -> Flow[None]:
        """Deletes the position of a user."""
        path = self.of_user(user_id, "position")
        response = yield self.request("DELETE", "delete_position", *path)
        self.succeeded(response)

    def find_positions(
        self, latitude: float, longitude: float, distance: float
    ) -> Flow[tuple[Position, ...]]:
        """Finds the positions around a point; the documents name no unit for `distance`.

        The answer is not documented: a list is read, or one under `positions` or `items`.
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
