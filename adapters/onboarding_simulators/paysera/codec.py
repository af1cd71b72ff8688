"""Rows as JSON and back."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Set
from typing import Any, TypeVar

from cattrs import Converter

T = TypeVar("T")

# What has its default is left out, which keeps rows short, and files readable to what comes later.
_converter = Converter(
    omit_if_default=True, detailed_validation=False, unstruct_collection_overrides={Set: sorted}
)


@_converter.register_unstructure_hook
def _text(value: bytes) -> str:
    return b64encode(value).decode("ascii")


@_converter.register_structure_hook
def _bytes(value: str, _: type[bytes]) -> bytes:
    return b64decode(value)


def plain(row: object) -> dict[str, Any]:
    """What JSON can say of a row."""
    made: dict[str, Any] = _converter.unstructure(row)
    return made


def row_of(kind: type[T], made: dict[str, Any]) -> T:
    """The row that `plain` was given."""
    return _converter.structure(made, kind)
