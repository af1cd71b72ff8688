"""Request bodies as data: their fields, which are required, and how they are read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, cast

from attrs import frozen

from .values import (
    BLOCKED,
    POSTAL_CODE,
    WITH_REGION,
    WITHOUT_POSTAL_CODE,
    BadValueError,
    Reader,
    Value,
    open_country,
    required,
    text,
    unexpected,
)


class Need(StrEnum):
    """Who must send a field."""

    NOBODY = "nobody"
    OWNER = "owner"
    EVERYBODY = "everybody"


Demand = Callable[[Need], bool]
"""Whether an operation requires fields of a need."""


@frozen(kw_only=True)
class Field:
    """One field of a body."""

    name: str
    read: Reader
    need: Need = Need.NOBODY
    store: str = ""
    """The path of the stored value, if it differs from that on the wire."""
    missing: str = ""
    """The text of the error for a missing value, if it differs from the default."""
    nullable: bool = False
    """Whether null is a value; otherwise null counts as not sent."""

    def home(self, prefix: str = "") -> str:
        """Returns the path of the stored value."""
        return self.store or prefix + self.name


@frozen(kw_only=True)
class Group:
    """A nested object; an address is replaced as a whole, other objects are merged."""

    name: str
    fields: tuple[Field, ...]
    need: Need = Need.NOBODY
    address: bool = False
    region_path: str = ""
    """The path of an error on the region, if it differs from that on the wire."""

    def home(self) -> str:
        """Returns the first segment of the paths of stored values."""
        return self.name


Shape = tuple[Field | Group, ...]


@frozen(kw_only=True)
class Reading:
    """The values of a body by stored path, and its errors by path on the wire."""

    values: dict[str, Value]
    errors: dict[str, str]


def field(name: str, read: Reader, need: Need = Need.NOBODY, store: str = "") -> Field:
    """Returns a plain field."""
    return Field(name=name, read=read, need=need, store=store)


def address(name: str, need: Need = Need.NOBODY) -> Group:
    """Returns an address, which has the same six fields everywhere (docs: create-natural-user)."""
    return Group(
        name=name,
        need=need,
        address=True,
        fields=(
            field("AddressLine1", text(255, 1), Need.EVERYBODY),
            field("AddressLine2", text(255)),
            field("City", text(255, 1), Need.EVERYBODY),
            field("Region", text(255)),
            field("PostalCode", text(255, 1, POSTAL_CODE)),
            field("Country", open_country, Need.EVERYBODY),
        ),
    )


def nested(values: Mapping[str, Value]) -> dict[str, Any]:
    """Returns values by path as nested objects, one level deep."""
    row: dict[str, Any] = {}
    for path, value in values.items():
        outer, _, inner = path.partition(".")
        if inner:
            row.setdefault(outer, {})[inner] = value
        else:
            row[outer] = value
    return row


def read_shape(shape: Shape, body: Mapping[str, object], demand: Demand) -> Reading:
    """Reads a whole body, so that the answer can name every error."""
    reading = Reading(values={}, errors={})
    for part in shape:
        if isinstance(part, Field):
            _read_field(part, body, "", demand, reading)
        else:
            _read_group(part, body, demand, reading)
    return reading


def read_by_pages(shape: Shape, body: Mapping[str, object], demand: Demand) -> Reading:
    """Reads a body by the endpoints' pages only.

    They exempt no country from postal codes, and block the same nationalities as countries of
    residence.
    """
    reading = read_shape(shape, body, demand)
    for part in shape:
        fields = part.fields if isinstance(part, Group) else (part,)
        prefix = f"{part.name}." if isinstance(part, Group) else ""
        for each in fields:
            value, path = reading.values.get(each.home(prefix)), prefix + each.name
            if path.endswith("Nationality") and value in BLOCKED:
                reading.errors[path] = f"The {path} used is blocked"
            if each.name == "Country" and value in WITHOUT_POSTAL_CODE:
                code = f"{prefix}PostalCode"
                if not reading.values.get(code):
                    reading.errors.setdefault(code, required("PostalCode"))
    return reading


def _read_field(
    part: Field, body: Mapping[str, object], prefix: str, demand: Demand, reading: Reading
) -> None:
    path = prefix + part.name
    value = body.get(part.name)
    if value is None:
        if demand(part.need):
            reading.errors[path] = part.missing or required(part.name)
        elif part.nullable and part.name in body:
            reading.values[part.home(prefix)] = None
        return
    try:
        reading.values[part.home(prefix)] = part.read(value, path)
    except BadValueError as bad:
        if value == "" and not demand(part.need):
            return  # the official Python client's tests send an empty phone number
        reading.errors[path] = str(bad)


def _read_group(part: Group, body: Mapping[str, object], demand: Demand, reading: Reading) -> None:
    value = body.get(part.name)
    if value is None:
        if demand(part.need):
            reading.errors[part.name] = required(part.name)
        return
    if not isinstance(value, dict):
        reading.errors[part.name] = unexpected("object", value, part.name)
        return
    inner = cast("dict[str, object]", value)
    prefix = part.name + "."
    if part.address:
        # replaced as a whole: omitted lines are cleared
        reading.values.update(dict.fromkeys(each.home(prefix) for each in part.fields))
        demand = _always
    for each in part.fields:
        _read_field(each, inner, prefix, demand, reading)
    if part.address:
        _want_postal_code(part, reading)
        _want_region(part, reading)


def _always(need: Need) -> bool:
    return need is Need.EVERYBODY


def _want_postal_code(part: Group, reading: Reading) -> None:
    path = f"{part.name}.PostalCode"
    country = reading.values.get(f"{part.name}.Country")
    if not (reading.values.get(path) or path in reading.errors or country in WITHOUT_POSTAL_CODE):
        reading.errors[path] = required("PostalCode")


def _want_region(part: Group, reading: Reading) -> None:
    path = f"{part.name}.Region"
    country = reading.values.get(f"{part.name}.Country")
    if country in WITH_REGION and not reading.values.get(path) and path not in reading.errors:
        # the text documented for the address of a UBO (docs: create-ubo)
        reading.errors[part.region_path or path] = "The Region is a required field for this Country"
