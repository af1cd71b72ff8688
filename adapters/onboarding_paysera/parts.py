"""The flows that ask for one field of a user by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar, cast

from attrs import field, frozen
from onboarding import Absence, Address, Forbidden, Identity, NotFound, PoliticalExposure, User
from onboarding.spi import PHONE_DIGITS, Flow

from onboarding_paysera.protocol import PayseraProtocol
from onboarding_paysera.values import unexpected

__all__ = ["Part", "Parts"]

T = TypeVar("T")


@frozen(kw_only=True)
class Part(Generic[T]):
    """One field, or why it is not here: hidden (403), not there (404), or unreadable."""

    value: T | None = field(default=None, repr=False)
    absent: Absence | None = None


@frozen(kw_only=True)
class Parts(PayseraProtocol):
    """Single data. docs: user-resource, Getting Specific User Information.

    A user that is not there at all answers as a field that is not: Paysera says 404 to both.
    """

    def fetch_email(self, user_id: str) -> Flow[Part[str]]:
        """The confirmed e-mail address; takes the scope `email`."""
        return self._part("fetch_email", user_id, "email", "email", lambda user: user.email)

    def fetch_phone(self, user_id: str) -> Flow[Part[str]]:
        """The confirmed phone number, as E.164; takes the scope `phone`."""
        return self._part("fetch_phone", user_id, "phone", "phone", lambda user: user.phone)

    def fetch_address(self, user_id: str) -> Flow[Part[Address]]:
        """The address; takes the scope `address`."""
        return self._part("fetch_address", user_id, "address", "address", lambda user: user.address)

    def fetch_identity(self, user_id: str) -> Flow[Part[Identity]]:
        """The verified identity; takes the scope `identity`, or `full_name` for the names."""
        return self._part(
            "fetch_identity", user_id, "identity", "identity", lambda user: user.identity
        )

    def fetch_political_exposures(self, user_id: str) -> Flow[Part[tuple[PoliticalExposure, ...]]]:
        """The politically exposed entries; takes the scope `pep`. From the official PHP client."""
        operation = "fetch_political_exposures"
        return self._part(
            operation, user_id, "pes", "pep", lambda user: user.political_exposures or None
        )

    def fetch_confirmed_phones(self, user_id: str) -> Flow[tuple[str, ...]]:
        """Every phone number that was confirmed, as E.164. From the official PHP client."""
        path = self.of_user(user_id, "confirmed-phones")
        response = yield self.request("GET", "fetch_confirmed_phones", *path)
        shown = self.answered(response).json()
        numbers = cast("list[object]", shown) if isinstance(shown, list) else [None]
        found = tuple(PHONE_DIGITS.read(n) for n in numbers if isinstance(n, str))
        if len(found) != len(numbers) or not all(number.startswith("+") for number in found):
            raise unexpected(response, "expected a list of phone numbers", "phone")
        return found

    def _part(
        self, operation: str, user_id: str, place: str, key: str, pick: Callable[[User], T | None]
    ) -> Flow[Part[T]]:
        response = yield self.request("GET", operation, *self.of_user(user_id, place))
        try:
            shown = self.answered(response).json()
        except Forbidden:
            return Part(absent=Absence.HIDDEN)
        except NotFound:
            return Part(absent=Absence.NOT_FOUND)
        user, unmapped = self._wire.from_wire({key: shown})
        if (value := pick(user)) is not None:
            return Part(value=value)
        unread = any(path.partition(".")[0] == key for path in unmapped)
        return Part(absent=Absence.UNREADABLE if unread else Absence.NOT_RETURNED)
