"""Paysera's vocabularies and limits, one table each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from onboarding import (
    Gender,
    IdentificationLevel,
    KYCLevel,
    LossKind,
    MigratedHash,
    Password,
    PoliticalExposure,
)
from onboarding.spi import Codec, LevelPolicy, LevelRow, trust, words

__all__ = ["CODE", "CREDENTIALS", "GENDER", "LEVELS", "LOCALE", "PEP"]

# docs: user-resource, Response Fields, gender
GENDER = words(Gender, {Gender.MALE: "male", Gender.FEMALE: "female"})

# docs: user-resource, Request Fields, locale
_LOCALES = ("en", "lt", "ru")


def _write_locale(value: str) -> str:
    language = value.split("-")[0].lower()
    if language not in _LOCALES:
        raise ValueError("Paysera supports en, lt and ru")
    return language


def _read_locale(value: Any) -> str:
    if value.__class__ is not str:
        raise TypeError("expected a text")
    return str(value)


LOCALE: Codec[str, str] = Codec(
    "en, lt or ru", _read_locale, _write_locale, "string",
    exact_read=False, exact_write=False, blur=LossKind.NOT_APPLICABLE,
    members=_LOCALES,
)  # fmt: skip


def _read_code(value: Any) -> str:
    # Some recorded responses have a person code as an integer.
    if value.__class__ is int:
        return str(value)
    return _read_locale(value)


CODE: Codec[str, str] = Codec("text", _read_code, str, "string")
"""A person code; written as a text, which keeps leading zeros."""


def _write_credentials(value: Password | MigratedHash) -> dict[str, str]:
    # docs: user-resource, Credential Types
    if isinstance(value, Password):
        return {"type": "main-password", "password": value.password.reveal()}
    if value.scheme != "pre-salt-sha1-base64":
        raise ValueError("Paysera takes hashes of the scheme pre-salt-sha1-base64")
    return {
        "type": value.scheme,
        "password": value.hash.reveal(),
        "password_salt": value.salt.reveal(),
        "username": value.username,
    }


def _read_credentials(value: Any) -> Password | MigratedHash:
    raise ValueError("credentials are write-only")


CREDENTIALS: Codec[Password | MigratedHash, dict[str, str]] = Codec(
    "credentials by type", _read_credentials, _write_credentials, "object"
)


def _read_pep(value: Any) -> tuple[PoliticalExposure, ...]:
    if not isinstance(value, list):
        raise TypeError("expected a list")
    entries = cast("list[Mapping[str, Any]]", value)
    if not all(isinstance(entry, dict) for entry in entries):
        raise TypeError("expected a list of objects")
    return tuple(
        trust(
            PoliticalExposure,
            {
                "name": entry.get("name"),
                "relation": entry.get("relation"),
                "positions": _listed(entry.get("positions")),
            },
        )
        for entry in entries
    )


def _listed(value: Any) -> tuple[Any, ...]:
    return tuple(value) if isinstance(value, list) else ()  # pyright: ignore[reportUnknownArgumentType,reportUnknownVariableType]


def _write_pep(value: tuple[PoliticalExposure, ...]) -> list[dict[str, Any]]:
    return [
        {"name": entry.name, "relation": entry.relation, "positions": list(entry.positions)}
        for entry in value
    ]


PEP: Codec[tuple[PoliticalExposure, ...], list[dict[str, Any]]] = Codec(
    "list of {name, relation, positions}", _read_pep, _write_pep, "array", exact_read=False
)

# docs: user-resource, Identification Levels. Only the last, "Unlimited", counts as REGULAR: the
# others have limits, and the documents do not say what each is based on.
LEVELS = LevelPolicy(
    (
        LevelRow(
            "unidentified",
            KYCLevel.LIGHT,
            IdentificationLevel.UNIDENTIFIED,
            "Level 1, Starter",
        ),
        LevelRow(
            "semi_identified",
            KYCLevel.LIGHT,
            IdentificationLevel.SEMI_IDENTIFIED,
            "Level 2, Basic",
        ),
        LevelRow(
            "basic_identified",
            KYCLevel.LIGHT,
            IdentificationLevel.BASIC_IDENTIFIED,
            "Level 2.5, Intermediate",
        ),
        LevelRow(
            "identified",
            KYCLevel.LIGHT,
            IdentificationLevel.IDENTIFIED,
            "Level 3, Standard: with limits",
        ),
        LevelRow(
            "fully_identified",
            KYCLevel.REGULAR,
            IdentificationLevel.FULLY_IDENTIFIED,
            "Level 4, Unlimited",
        ),
    )
)
