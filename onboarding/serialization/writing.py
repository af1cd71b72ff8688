"""Writes values as plain data: dicts, lists and texts."""

from __future__ import annotations

import base64
from datetime import date, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import attrs

from onboarding.serialization.reading import choices_of, kind_of
from onboarding.values.base import EMPTY_VALUES, Model, field_types, per_class, required_of
from onboarding.values.secret import Secret

if TYPE_CHECKING:
    from cattrs import Converter

__all__ = ["plain"]


@per_class
def _passing(cls: type) -> frozenset[str]:
    """Returns the fields that are not compared, such as rate limits; they are not written."""
    return frozenset(name for name, field in attrs.fields_dict(cls).items() if not field.eq)


@cache
def _writer(secrets: bool) -> Converter:
    from cattrs import Converter  # slow to import

    converter = Converter()

    def attrs_class(value: object) -> dict[str, Any]:
        hints = field_types(type(value))
        passing = _passing(type(value))
        required = required_of(type(value))
        out: dict[str, Any] = {}
        for name, item in ((name, getattr(value, name)) for name in hints):
            if item is None and name in required:
                out[name] = None  # left empty by a provider
            if item in EMPTY_VALUES or name in passing:
                continue
            out[name] = converter.unstructure(item)
            if isinstance(item, Model) and len(choices_of(hints[name])) > 1:
                out[name] = {"kind": kind_of(type(item)), **out[name]}
        return out

    def reveal(value: Secret) -> str:
        if not secrets:
            raise ValueError("this contains credentials: pass secrets=True, or remove them first")
        return value.reveal()

    converter.register_unstructure_hook_func(lambda t: attrs.has(t), attrs_class)
    converter.register_unstructure_hook(tuple, lambda v: [converter.unstructure(i) for i in v])
    converter.register_unstructure_hook(frozenset, sorted)
    converter.register_unstructure_hook(date, date.isoformat)
    converter.register_unstructure_hook(datetime, datetime.isoformat)
    converter.register_unstructure_hook(bytes, lambda v: base64.b64encode(v).decode("ascii"))
    converter.register_unstructure_hook(Secret, reveal)
    return converter


def plain(value: Any, *, secrets: bool = False) -> Any:
    """Returns a value as plain data: dicts, lists and texts. Empty fields are left out.

    Raises `ValueError` if it contains secrets and `secrets` is false.
    """
    return _writer(secrets).unstructure(value)
