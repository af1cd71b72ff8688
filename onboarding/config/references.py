"""Secrets by reference: in the environment, a file or the system's keyring."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from attrs import evolve, field, frozen

from onboarding.adapter import Adapter
from onboarding.errors import InvalidInput, Problem
from onboarding.files import unusable_file
from onboarding.values.base import checks_of
from onboarding.values.secret import Secret

__all__ = ["References", "SecretSettings"]

_SCHEMES = ("env:", "file:", "keyring:")
_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]").search


@frozen(kw_only=True)
class References:
    """Reads `env:NAME`, `file:PATH` and `keyring:SERVICE/NAME`.

    `folder` is the base of relative paths; `literal` allows the secret itself in place of a
    reference, as in environment variables and for a simulator on this machine.
    """

    env: Mapping[str, str] = field(kw_only=False, repr=False)
    folder: Path = field(factory=Path)
    literal: bool = False

    def read(self, value: Any, _: Any) -> Secret:
        """Returns the secret of a value of the configuration. Raises `InvalidInput`."""
        if isinstance(value, Secret):
            return value
        if not isinstance(value, str):
            raise _problem("type", "expected a secret by reference")
        scheme, colon, rest = value.partition(":")
        match scheme + colon:
            case "env:":
                return _found(self.env.get(rest), f"the environment variable {rest} is not set")
            case "file:":
                return self._file(rest)
            case "keyring:":
                return _found(_keyring(rest), f"the keyring has no entry {rest}")
            case _ if self.literal and value:
                return _found(value, "the variable is empty")
            case _:
                text = "expected a secret by reference: env:, file:, keyring: or in code"
                raise _problem("literal_secret", text)

    def _file(self, path: str) -> Secret:
        place = self.folder / path
        try:
            text = place.read_text("utf-8").strip()
        except (OSError, ValueError) as error:
            found = unusable_file(place, error)
        else:
            return _found(text, f"the file {place} is empty")
        raise _problem(found.code, f"the file {place}: {found.message}")


@frozen(kw_only=True)
class SecretSettings:
    """The settings of a gateway that are secrets by reference; a call reads them again."""

    references: References
    given: Mapping[str, str | tuple[str, ...]]
    """The reference of each setting, or several of a setting with several secrets.

    Example: `{"api_key": "env:MANGOPAY_API_KEY"}`.
    """

    @classmethod
    def of(
        cls, kind: type[Adapter], settings: Mapping[str, Any], references: References
    ) -> SecretSettings | None:
        """Returns the references among the settings of an adapter, None if there are none."""
        checks = checks_of(kind)
        given = {
            name: tuple(cast("list[str]", value)) if isinstance(value, list) else value
            for name, value in settings.items()
            if name in checks and Secret in checks[name].kind and _has_reference(value)
        }
        return cls(references=references, given=given) if given else None

    def __call__(self, adapter: Adapter) -> Adapter:
        """Returns the adapter with its secrets as they are now.

        Raises `InvalidInput` with each reference that cannot be read, by the name of its setting.
        """
        fresh: dict[str, Any] = {}
        problems: list[Problem] = []
        for name, given in self.given.items():
            several = isinstance(given, tuple)
            read: list[Secret] = []
            for index, reference in enumerate(given if several else (given,)):
                try:
                    read.append(self.references.read(reference, None))
                except InvalidInput as error:
                    place = f"{name}.{index}" if several else name
                    problems += [problem.under(place) for problem in error.problems]
            fresh[name] = tuple(read) if several else next(iter(read), None)
        if problems:
            raise InvalidInput(problems)
        return evolve(adapter, **fresh)


def _has_reference(value: object) -> bool:
    """Whether a setting is a reference, or a list with one."""
    if isinstance(value, list | tuple):
        return any(map(_has_reference, cast("list[object]", value)))
    return isinstance(value, str) and value.startswith(_SCHEMES)


def _found(text: str | None, otherwise: str) -> Secret:
    if not text or text.isspace():
        raise _problem("missing", otherwise)
    if _LONE_SURROGATE(text):  # bytes in the environment that are not UTF-8
        raise _problem("shape", "the secret is not UTF-8")
    return Secret(text)


def _keyring(place: str) -> str | None:
    try:
        import keyring
    except ImportError:
        raise _problem("missing", "requires the package keyring") from None
    service, _, name = place.partition("/")
    try:
        return keyring.get_password(service, name)
    except Exception as error:  # a backend may raise anything; its text may show the place
        failure = _problem("missing", f"the keyring cannot be read ({type(error).__name__})")
    raise failure


def _problem(code: str, message: str) -> InvalidInput:
    return InvalidInput([Problem("", code, message)])
