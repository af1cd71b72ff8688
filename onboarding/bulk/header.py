"""The first line of a results file: whose results these are."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
from enum import Enum
from typing import Any

import attrs

from onboarding.adapter import Adapter
from onboarding.errors import ConfigurationError, Problem
from onboarding.http import is_loopback

__all__ = ["OPENING", "check_same", "header_of", "new_id", "unusable"]

FORM = "onboarding_results/2"

OPENING = b'{"state":"run","form":"onboarding_results/'
"""How every such line begins: a file that ends within it was being begun."""


def header_of(adapter: Adapter, journal: str) -> dict[str, Any]:
    """The line for the results of a gateway, in the journal of that id."""
    return {
        "state": "run",
        "form": FORM,
        "journal": journal,
        "gateway": adapter.name,
        "provider": adapter.provider,
        "environment": adapter.environment_name,
        "settings": _fingerprint(adapter),
    }


def _fingerprint(adapter: Adapter) -> str:
    """A digest of what makes it this gateway: no secret, and no address (a server may move)."""
    shared = attrs.fields_dict(Adapter)
    told = [
        (item.name, text)
        for item in attrs.fields(type(adapter))
        if item.name not in shared
        and (text := _told(getattr(adapter, item.name), item.default)) is not None
    ]
    return hashlib.sha256(json.dumps(sorted(told)).encode()).hexdigest()[:16]


def _told(value: object, default: object) -> str | None:
    """What a setting says of the gateway.

    Of an address: whether it is the provider's own (the default), on loopback, or elsewhere; at
    the latter two a simulator may be.
    """
    if not isinstance(value, str | Enum):
        return None
    text = str(value.value if isinstance(value, Enum) else value)
    if "://" not in text:
        return text
    if value == default:
        return None
    return "loopback" if is_loopback(text) else "elsewhere"


def check_same(found: dict[str, Any] | None, header: dict[str, Any]) -> str:
    """The id of the journal that begins with the line `found`.

    Raises `ConfigurationError` when it is another gateway's or environment's, or no journal.
    """
    if found is None or found.get("state") != "run":
        raise unusable("conflict", "the file is there and holds no results; it was left alone")
    if found.get("form") != FORM:
        raise unusable("conflict", f"the file is of another version than {FORM}")
    was, now = (f"{data.get('gateway')} ({data.get('provider')})" for data in (found, header))
    if was != now:
        text = f"the file holds the results of gateway {was}, not of {now}; name another file"
        raise unusable("conflict", text)
    there, here = found.get("environment"), header["environment"]
    if there != here:
        text = f"the file holds the results of gateway {was} in {there!r}, not in {here!r}"
        raise unusable("conflict", f"{text}; name another file")
    if found.get("settings") != header["settings"]:
        text = f"the file holds the results of gateway {was} with other settings; name another file"
        raise unusable("conflict", text)
    journal = found.get("journal")
    if not isinstance(journal, str) or not _ID(journal):
        raise unusable("shape", "the first line of the file has no id of a journal")
    return journal


_ID = re.compile(r"[0-9a-f]{16}").fullmatch


def new_id() -> str:
    """An id for a new journal."""
    return secrets.token_hex(8)


def unusable(code: str, message: str) -> ConfigurationError:
    """The error of a results file that cannot be used."""
    return ConfigurationError([Problem("out", code, message)])
