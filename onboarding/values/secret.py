"""Secrets: masked texts that cannot be pickled."""

from __future__ import annotations

import re
from typing import NoReturn, Self, SupportsIndex

from attrs.exceptions import FrozenInstanceError

from onboarding.errors import InvalidInput, Problem

__all__ = ["Secret"]

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]").search


class Secret:
    """A password, key or token. Its repr and str are masked; `reveal()` returns the text.

    It cannot be pickled, nor can an object that contains one: the pickle would be unencrypted. It
    is not an attrs class, so that `attrs.asdict` does not open it.
    """

    __slots__ = ("__weakref__", "_text")
    _text: str

    def __init__(self, text: str) -> None:
        if not isinstance(text, str) or not text:  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError("a secret is a non-empty text")
        if _LONE_SURROGATE(text):
            raise InvalidInput([Problem("", "shape", "expected a text without lone surrogates")])
        object.__setattr__(self, "_text", text)

    def reveal(self) -> str:
        """Returns the text in clear."""
        return self._text

    def __repr__(self) -> str:
        return "Secret(…)"

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return self._text == other._text if isinstance(other, Secret) else NotImplemented

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise FrozenInstanceError

    def __delattr__(self, name: str) -> NoReturn:
        raise FrozenInstanceError

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self

    def __getstate__(self) -> NoReturn:
        raise TypeError(
            "a Secret cannot be pickled, nor can an object that contains one (an adapter, a "
            "gateway, a user with credentials). Load the secret in each process from its source"
        )

    def __reduce_ex__(self, protocol: SupportsIndex) -> NoReturn:
        self.__getstate__()
