"""What a handler sees: the settings with the state, the call, the reply it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from attrs import field, frozen
from werkzeug.wrappers import Request

from .settings import Settings

World: TypeAlias = Settings
"""The simulator as its handlers know it; the settings may change between calls."""


@frozen(kw_only=True)
class Call:
    """One request, with what its path said."""

    request: Request = field(repr=False)
    params: Mapping[str, str] = field(factory=dict[str, str], repr=False)

    @property
    def query(self) -> dict[str, str]:
        """The query with names in lower case, as the SDKs spell them in three ways.

        A name that stands there twice has its values joined by a comma.
        """
        names: dict[str, list[str]] = {}
        for name, value in self.request.args.items(multi=True):
            names.setdefault(name.lower(), []).append(value)
        return {name: ",".join(values) for name, values in names.items()}


@frozen(kw_only=True)
class Reply:
    """An answer before it is written out; without a body it is empty, bytes go out as they are."""

    body: object = field(default=None, repr=False)
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    content_type: str = "application/json; charset=utf-8"


Handler = Callable[[World, Call], Reply]
