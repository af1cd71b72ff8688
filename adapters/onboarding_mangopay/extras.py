"""What only MangoPay knows of a user: `User.extras["mangopay"]`."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import attrs
from attrs import frozen
from onboarding.spi import Country

__all__ = ["MangoPayExtras", "ScaContext"]


class ScaContext(StrEnum):
    """Whether the user is there to authenticate, or the platform acts by proxy."""

    USER_PRESENT = "USER_PRESENT"
    USER_NOT_PRESENT = "USER_NOT_PRESENT"


@frozen(kw_only=True, repr=False)  # its values are a user's
class MangoPayExtras:
    """Fields of a user that the core does not have.

    - `phone_number_country`: MangoPay's country beside the phone number (alpha-2); it is never
      needed, for the number is sent as E.164;
    - `representative_phone_number_country`: the same for a company's representative;
    - `sca_context`: `USER_PRESENT` unless given;
    - `profiling_attempt_reference`: a reference of MangoPay's fraud profiler.
    """

    phone_number_country: Country | None = None
    representative_phone_number_country: Country | None = None
    sca_context: ScaContext | None = None
    profiling_attempt_reference: str | None = None

    def plain(self) -> dict[str, dict[str, Any]]:
        """For a user: `User(extras=MangoPayExtras(...).plain())`."""
        given = attrs.asdict(self, filter=lambda _, value: value is not None)
        return {"mangopay": {name: str(value) for name, value in given.items()}}
