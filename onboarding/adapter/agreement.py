"""Compares the content of a call with an object that the provider shows."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import suppress
from typing import Any
from unicodedata import normalize

import attrs

from onboarding.mapping.changes import changed_paths
from onboarding.mapping.paths import EMPTY, lookup
from onboarding.model.stored import digest
from onboarding.model.user import User
from onboarding.operations import Criterion
from onboarding.values.base import trust

__all__ = [
    "agrees",
    "content_digest",
    "criteria",
    "digest_of",
    "is_identifiable",
    "is_identified",
    "is_named",
    "same_account",
    "states",
]

_IDENTIFYING = ("identity.national_id.code", "email", "phone")
_NAMES = ("identity.family_name", "company.legal_name")
_EMPTY = (*EMPTY, "")
_DIGITS = 8


def agrees(shown: User, given: User, comparable: Collection[str]) -> bool:
    """Returns whether no comparable field that is shown contradicts the user that was sent."""
    paths = changed_paths(shown, given).intersection(comparable)
    return all(_empty(shown, path) or _empty(given, path) for path in paths)


def is_identifiable(given: User, comparable: Collection[str]) -> bool:
    """Returns whether a user has a number, an e-mail address or a phone number that is comparable.

    A number that the provider takes and never shows identifies nobody in a list.
    """
    return any(path in comparable and not _empty(given, path) for path in _IDENTIFYING)


def is_identified(shown: User, given: User) -> bool:
    """Returns whether a number, an e-mail address or a phone number is shown as given."""
    return _shows(shown, given, _IDENTIFYING)


def is_named(shown: User, given: User) -> bool:
    """Returns whether a name, or one of the above, is shown as given."""
    return _shows(shown, given, (*_NAMES, *_IDENTIFYING))


def _shows(shown: User, given: User, paths: Collection[str]) -> bool:
    differing = changed_paths(shown, given)
    return any(path not in differing and not _empty(given, path) for path in paths)


def criteria(user: User) -> Iterator[Criterion]:
    """Yields the criteria by which a user can be searched for, the strongest first."""
    number = user.identity.national_id if user.identity is not None else None
    if number is not None:
        yield Criterion(national_id=number.code, country=number.country)
    if user.email is not None:
        yield Criterion(email=user.email)
    if user.phone is not None:
        yield Criterion(phone=user.phone)


def states(shown: User, given: User, paths: Collection[str]) -> tuple[int, int]:
    """Returns how many of the paths are shown as given, and how many are shown differently."""
    differing = changed_paths(shown, given).intersection(paths)
    other = [path for path in differing if not _empty(shown, path)]
    return len({*paths} - differing), len(other)


def same_account(shown: object, given: object) -> bool:
    """Returns whether no field of a bank account contradicts the one that was sent."""
    kind: Any = type(given)
    if type(shown) is not kind or not attrs.has(kind):
        return shown in _EMPTY or given in _EMPTY or _plain(shown) == _plain(given)
    names = [field.name for field in attrs.fields(kind)]
    return all(same_account(getattr(shown, name), getattr(given, name)) for name in names)


def _empty(user: User, path: str) -> bool:
    return lookup(user, path) in _EMPTY


def _plain(value: Any) -> Any:
    return re.sub(r"[\s-]", "", normalize("NFC", value)).casefold() if type(value) is str else value


def digest_of(content: object) -> str:
    """Returns the digest of a call's content; a text is such a digest."""
    return content if isinstance(content, str) else content_digest(content)


def content_digest(content: object) -> str:
    """Returns eight digits of the digest of a call's content, without credentials.

    Empty if the content has no digest.
    """
    if isinstance(content, User) and content.credentials is not None:
        content = trust(User, {**vars(content), "credentials": None})
    with suppress(TypeError, ValueError):
        return digest(content)[:_DIGITS] if content is not None else ""
    return ""
