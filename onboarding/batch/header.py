"""The first line of a results file: whose results these are."""

from __future__ import annotations

import hashlib
import ipaddress
import json
from enum import Enum
from typing import Any
from urllib.parse import urlsplit

import attrs

from onboarding.adapter import Adapter
from onboarding.errors import ConfigurationError, Problem

__all__ = ["OPENING", "check_same", "header_of", "unusable"]

FORM = "onboarding_results/1"

OPENING = b'{"state":"run","form":"onboarding_results/'
"""How every such line begins: a file that ends within it was being begun."""


def header_of(adapter: Adapter) -> dict[str, Any]:
    """The line for the results of a gateway."""
    return {
        "state": "run",
        "form": FORM,
        "gateway": adapter.name,
        "provider": adapter.provider,
        "settings": _fingerprint(adapter),
    }


def _fingerprint(adapter: Adapter) -> str:
    """A digest of what makes it this gateway: no secret, and no address (a server may move)."""
    shared = attrs.fields_dict(Adapter)
    told = [
        (item.name, text)
        for item in attrs.fields(type(adapter))
        if item.name not in shared and (text := _told(getattr(adapter, item.name))) is not None
    ]
    return hashlib.sha256(json.dumps(sorted(told)).encode()).hexdigest()[:16]


def _told(value: object) -> str | None:
    """What a setting says of the gateway; of an address, only that a simulator may be there."""
    if not isinstance(value, str | Enum):
        return None
    text = str(value.value if isinstance(value, Enum) else value)
    if "://" not in text:
        return text
    return "loopback" if _is_loopback(text) else None


def _is_loopback(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    if host == "localhost" or host.endswith(".localhost"):  # RFC 6761
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_same(found: dict[str, Any] | None, header: dict[str, Any]) -> None:
    """Raises `ConfigurationError` when the line that was found is another gateway's, or none."""
    if found is None or found.get("state") != "run":
        raise unusable("conflict", "the file is there and holds no results; it was left alone")
    if found.get("form") != FORM:
        raise unusable("conflict", f"the file is of another version than {FORM}")
    was, now = (f"{data.get('gateway')} ({data.get('provider')})" for data in (found, header))
    if was != now:
        text = f"the file holds the results of gateway {was}, not of {now}; name another file"
        raise unusable("conflict", text)
    if found.get("settings") != header["settings"]:
        text = f"the file holds the results of gateway {was} with other settings; name another file"
        raise unusable("conflict", text)


def unusable(code: str, message: str) -> ConfigurationError:
    """The error of a results file that cannot be used."""
    return ConfigurationError([Problem("out", code, message)])
