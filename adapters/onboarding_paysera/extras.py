"""What only Paysera knows of a user: `User.extras["paysera"]`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
from attrs import frozen
from onboarding.spi import Link

__all__ = ["PayseraExtras"]


@frozen(kw_only=True, repr=False)  # its values are a user's
class PayseraExtras:
    """Data of a registration that have no place in the core.

    - `card`: a card to be assigned, such as `{"issuer": ..., "number": ...}`;
    - `phone_link`, `email_link`: templates of the links in the confirmation messages; each must
      hold `{code}`;
    - `scopes`: permissions tied to the code that is sent.
    """

    card: Mapping[str, Any] | None = None
    phone_link: Link | None = None
    email_link: Link | None = None
    scopes: tuple[str, ...] | None = None

    def plain(self) -> dict[str, dict[str, Any]]:
        """For a user: `User(extras=PayseraExtras(...).plain())`."""
        given = attrs.asdict(
            self,
            filter=lambda _, value: value is not None,
            value_serializer=_listed,
        )
        return {"paysera": given}


def _listed(_: object, __: object, value: Any) -> Any:
    """A tuple as the list that it is in plain data."""
    return [*value] if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownVariableType]
