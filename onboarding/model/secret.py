"""A text that shows itself only when asked to."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

__all__ = ["Secret"]


def _is_text(_: object, __: object, value: object) -> None:
    if not isinstance(value, str) or not value:
        raise TypeError("a secret is a text that is not empty")


@frozen(repr=False)
class Secret:
    """A password, key or token: masked in every repr and str; `reveal()` gives the text."""

    _text: Any = field(validator=_is_text)

    def reveal(self) -> str:
        return str(self._text)

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__
