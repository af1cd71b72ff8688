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
    """Gives a value its JSON form. The form's name and version are written into it."""

    form: ClassVar[str]

    def __init_subclass__(cls, *, form: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if form:
            cls.form = form

    def to_json(self, *, secrets: bool = False) -> str:
        """The JSON form, which holds personal values: store it as such.

        Credentials are written only when `secrets` is true; otherwise a value that holds some
        raises `ValueError` (a link that an action needs is not a credential, and is written).
        """
        return dumps(self, self.form, secrets=secrets)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Reads the JSON form back. What a provider once sent is taken as it came.

        Raises `InvalidInput` when the text is not of this form and version.
        """
        return loads(text, cls, cls.form)

    def _shown(self, *names: str, **more: object) -> str:
        """The repr of a value of a gateway: where it is from, and facts that are not personal."""
        own = vars(self)
        shown = {name: repr(x) if type(x := own[name]) is str else x for name in names} | more
        facts = [f"{name}={x}" for name, x in shown.items() if x not in (None, "''")]
        place = f"{own['provider']}/{own['gateway']}"
        told = filter(None, (place, own["environment"], *facts))
        return f"{type(self).__name__}({', '.join(told)})"


def digest(value: object) -> str:
    """The SHA-256 of a core value in canonical form, as 64 hexadecimal digits.

    Takes values of the model, plain data, bytes and lists of these. Texts are compared in NFC,
    bytes by their own digest. Empty fields are left out, so that a field that a later version
    adds changes no stored digest.

    Raises `TypeError` for a secret, which a digest would let one guess, and for other types.
    """
    text = json.dumps(_canonical(value), sort_keys=True, separators=(",", ":"), allow_nan=False)
    return sha256(text.encode("ascii")).hexdigest()


def _canonical(value: object) -> Any:
    """Plain data that two equal contents share."""
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
        return [_canonical(item) for item in cast("list[object]", value)]
    cls: Any = type(value)
    if attrs.has(cls) and not isinstance(value, Secret):
        fields = cast("tuple[attrs.Attribute[Any], ...]", attrs.fields(cls))
        return _named({field.name: getattr(value, field.name) for field in fields if field.eq})
    raise TypeError(f"a {type(value).__name__} has no digest")


def _named(fields: Mapping[Any, object]) -> dict[str, Any]:
    given = {str(name): _canonical(value) for name, value in fields.items()}
    return {name: value for name, value in given.items() if value not in (None, [], {})}
