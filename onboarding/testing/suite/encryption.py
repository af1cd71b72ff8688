"""The law that API keys and personal data never cross a network unencrypted."""

from __future__ import annotations

from typing import Any

import attrs

from onboarding.adapter import Adapter
from onboarding.errors import ConfigurationError, InvalidInput
from onboarding.testing.law import law
from onboarding.testing.runner import Runner
from onboarding.testing.subject import Subject
from onboarding.values.base import checks_of

__all__ = ["encryption"]

IN_CLEAR = "http://provider.example"


def addresses_of(adapter: Adapter) -> list[str]:
    """The settings that are addresses: by their type, by their name, or by what they hold."""
    found: list[str] = []
    for name, check in checks_of(type(adapter)).items():
        value = getattr(adapter, name)
        is_url = check.shape is not None and check.shape.name == "url"
        is_held = isinstance(value, str) and value.startswith(("http://", "https://"))
        if is_url or is_held or name.endswith("url"):
            found.append(name)
    return found


def has_addresses(subject: Subject) -> bool:
    return any(addresses_of(adapter) for adapter in subject.variants.values())


@law(
    "an http:// address of another machine is refused as a setting", has_addresses, exhaustive=True
)
def encryption(runner: Runner) -> None:
    for adapter in runner.subject.variants.values():
        for name in addresses_of(adapter):
            runner.examples += 1
            changed_paths: dict[str, Any] = {name: IN_CLEAR, "allow_insecure_http": False}
            try:
                attrs.evolve(adapter, **changed_paths)
            except (InvalidInput, ConfigurationError):
                continue
            raise AssertionError(f"{name} takes http://: type it as a Url")
