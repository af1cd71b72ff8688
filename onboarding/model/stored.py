"""Values that can be stored as JSON, and digests of their content."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from enum import Enum
from hashlib import sha256
from typing import Any, ClassVar, Self, cast
from unicodedata import normalize

import attrs

from onboarding.serialization import dumps, loads
from onboarding.values.base import Model
from onboarding.values.secret import Secret

__all__ = [
    "Stored",
    "digest",
]


class Stored(Model):
    """A value with a JSON form, which contains the name and version of the form."""

    form: ClassVar[str]

    def __init_subclass__(cls, *, form: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if form:
            cls.form = form

    def to_json(self, *, secrets: bool = False) -> str:
        """Returns the JSON form. It contains personal data.

        Credentials are written only if `secrets` is true; otherwise a value with credentials raises
        `ValueError`. The link of an action is not a credential and is always written.
        """
        return dumps(self, self.form, secrets=secrets)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Loads a value from its JSON form. Values are not checked or normalised.

        Raises `InvalidInput` if the text is not of this form and version.
        """
        return loads(text, cls, cls.form)

    def _shown(self, *names: str, **more: object) -> str:
        """Returns a repr with the provenance and facts that are not personal."""
        own = vars(self)
        shown = {name: repr(x) if type(x := own[name]) is str else x for name in names} | more
        facts = [f"{name}={x}" for name, x in shown.items() if x not in (None, "''")]
        place = f"{own['provider']}/{own['gateway']}"
        told = filter(None, (place, own["environment"], *facts))
        return f"{type(self).__name__}({', '.join(told)})"


def digest(value: object) -> str:
    """Returns the SHA-256 of a core value in canonical form, as 64 hexadecimal digits.

    Accepts values of the model, plain data, bytes and lists of these. Texts are normalised to NFC,
    bytes are replaced by their digest, and items with a `ref` are in any order. Empty fields are
    left out, so that new fields of a later version do not change stored digests.

    Raises `TypeError` for a secret, which could be guessed from its digest, and for other types.
    """
    text = json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(text.encode("ascii")).hexdigest()


def _canonical(value: object) -> Any:
    """Returns plain data that is the same for equal contents."""
    if isinstance(value, Enum):
        return _canonical(value.value)
    if isinstance(value, str):
        return normalize("NFC", value)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, bytes):
        return {"sha256": sha256(value).hexdigest()}
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return _named(cast("Mapping[object, object]", value))
    if isinstance(value, list | tuple):
        items = cast("list[object]", value)
        if items and all(isinstance(getattr(item, "ref", None), str) for item in items):
            items = sorted(items, key=lambda item: str(getattr(item, "ref")))  # noqa: B009
        return [_canonical(item) for item in items]
    if isinstance(value, frozenset):
        return sorted(_canonical(item) for item in cast("frozenset[object]", value))
    cls: Any = type(value)
    if attrs.has(cls) and not isinstance(value, Secret):
        fields = cast("tuple[attrs.Attribute[Any], ...]", attrs.fields(cls))
        return _named({field.name: getattr(value, field.name) for field in fields if field.eq})
    raise TypeError(f"a {type(value).__name__} has no digest")


def _named(fields: Mapping[Any, object]) -> dict[str, Any]:
    given = {str(name): _canonical(value) for name, value in fields.items()}
    return {name: value for name, value in given.items() if value not in (None, [], {})}
