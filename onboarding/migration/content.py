"""The data of the users who move: as the directory stores them, else fetched from the source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.directory import Directory
from onboarding.errors import ConfigurationError, Problem
from onboarding.gateway import Gateway
from onboarding.model.record import UserRecord
from onboarding.model.user import User
from onboarding.quotas import bulk_calls
from onboarding.service.steps import with_reference

__all__ = ["Complete", "Content"]

Complete: TypeAlias = Callable[[str, User], User]
"""Returns a user with what the platform knows beyond the source: a national number, a login."""


@frozen(kw_only=True, repr=False)
class Content:
    """Reads users at the source of a migration."""

    directory: Directory
    source: Gateway[Adapter]
    target: Gateway[Adapter]
    complete: Complete | None = None
    """Is called with the own id and the user; None if nothing is to be added."""
    refetch: bool = False
    """Whether users are fetched also if the directory stores them whole."""

    def __attrs_post_init__(self) -> None:
        if self.source.name == self.target.name:
            text = "the source and the target are the same gateway"
            raise ConfigurationError([Problem("target", "conflict", text)])

    def stored(self, ids: Mapping[str, str]) -> Mapping[str, UserRecord]:
        """Returns the records that the directory stores whole, of these ids at the source."""
        if self.refetch:
            return {}
        found = self.directory.stored_records(ids, self.source.name)
        return {own_id: one for own_id, one in found.items() if one.id == ids[own_id]}

    def fetch(self, id: str) -> UserRecord:
        """Fetches a user from the source, under its quota. Raises the errors of the gateway."""
        with bulk_calls():
            return self.source.fetch_user(id)

    def record(self, own_id: str, id: str) -> UserRecord:
        """Returns a user at the source, as stored, else fetched."""
        stored = self.stored({own_id: id})
        return stored[own_id] if own_id in stored else self.fetch(id)

    def user(self, own_id: str, record: UserRecord) -> User:
        """Returns the user that is sent to the target: with its own id, if the target keeps one."""
        user = with_reference(self.target.adapter, own_id, record.user)
        return user if self.complete is None else self.complete(own_id, user)
