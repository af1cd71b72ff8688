"""Classes of values that only one provider has, and that are only read: a card, a transaction.

Such a class is its own wire class: each of its fields names the key from which it is read.

```python
@shown(source="the provider's page")
@frozen(kw_only=True, slots=False, repr=False)
class Card(Model):
    id: str = shown_as("Id", REFERENCE)
    expires: str | None = shown_as("ExpirationDate", TEXT)
```
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from onboarding.mapping.codecs import Codec
from onboarding.mapping.rows import NEVER, WireClass, declared
from onboarding.mapping.wire_classes import check_rows

__all__ = ["shown", "shown_as", "shown_inside"]

C = TypeVar("C")
T = TypeVar("T")


def shown(*, source: str) -> Callable[[type[T]], type[T]]:
    """Makes a frozen class of the model a wire class whose root is the class itself.

    `source` is the provider's page. Fields that are not declared by `shown_as` or `shown_inside`
    are no part of the provider's object. Raises `ValueError` as `wire` does.
    """

    def decorate(cls: type[T]) -> type[T]:
        setattr(cls, "__wire__", WireClass(source))  # noqa: B010
        check_rows(cls)
        return cls

    return decorate


def shown_as(key: str, codec: Codec[C, Any]) -> C:
    """Declares a field that the codec reads from a key; None if it cannot be read."""
    return cast("C", declared(wire=key, codec=codec, on=NEVER))


def shown_inside(key: str, cls: type, *, complete: bool = False) -> Any:
    """Declares an object that is read from the object at a key, by the rows of a wire class.

    `complete` is that of `inside`.
    """
    return declared(wire=key, inside=cls, complete=complete, on=NEVER)
