"""What a handler sees: the settings with the state, the call, the reply it makes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from attrs import field, frozen
from werkzeug.wrappers import Request

from .ids import Entropy
from .state import Store


class World(Protocol):
    """The simulator as its handlers know it; the settings may change between calls."""

    @property
    def client_id(self) -> str: ...
    @property
    def api_key(self) -> str: ...
    @property
    def strict(self) -> bool: ...
    @property
    def legacy(self) -> bool: ...
    @property
    def token_life(self) -> int: ...
    @property
    def sca_origin(self) -> str: ...
    @property
    def enrolment_waived(self) -> bool: ...
    @property
    def clock(self) -> Callable[[], float]: ...
    @property
    def entropy(self) -> Entropy: ...
    @property
    def store(self) -> Store: ...


@frozen(kw_only=True)
class Call:
    """One request, with what its path said."""

    request: Request = field(repr=False)
    params: Mapping[str, str] = field(factory=dict[str, str], repr=False)


@frozen(kw_only=True)
class Reply:
    """An answer before it is written out; without a body it is empty."""

    body: object = field(default=None, repr=False)
    status: int = 200
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)


Handler = Callable[[World, Call], Reply]
