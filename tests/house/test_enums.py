"""As text, a member of every enum of the packages is the value that JSON and the CLI show."""

from __future__ import annotations

import importlib
import json
import operator
import pkgutil
from enum import Enum, Flag, StrEnum

import onboarding
import pytest
from onboarding import IdentificationLevel, KYCLevel
from onboarding.levels import EidasLevel, NistIal, Ordered

import onboarding_mangopay
import onboarding_paysera
import onboarding_stripe

PACKAGES = (onboarding, onboarding_mangopay, onboarding_paysera, onboarding_stripe)
RUNS = "__main__"  # a module that does something when it is imported


def enums() -> list[type[Enum]]:
    """Every enum that a module of the packages defines. A `Flag` is a set, and is never shown."""
    names = [
        module.name
        for package in PACKAGES
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
        if not module.name.endswith(RUNS)
    ]
    return [
        value
        for name in names
        for value in vars(importlib.import_module(name)).values()
        if isinstance(value, type)
        and issubclass(value, Enum)
        and value.__module__ == name
        and not issubclass(value, Flag)
        and value is not Ordered
    ]


ENUMS = enums()
LEVELS: tuple[type[Ordered], ...] = (KYCLevel, IdentificationLevel, EidasLevel, NistIal)


def test_the_enums_are_found() -> None:
    assert {*LEVELS, onboarding.Outcome, onboarding_mangopay.Api} <= {*ENUMS}
    assert len(ENUMS) > 25


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_the_text_of_a_member_is_its_value(kind: type[Enum]) -> None:
    for member in kind:
        assert str(member) == f"{member}" == f"{member:}" == format(member) == member.value
        assert f"{member:>40}" == str(member.value).rjust(40)


@pytest.mark.parametrize("kind", ENUMS, ids=lambda kind: kind.__name__)
def test_an_enum_is_ordered_or_a_text_and_never_both(kind: type[Enum]) -> None:
    assert issubclass(kind, Ordered) is not issubclass(kind, StrEnum)
    assert issubclass(kind, str) is not issubclass(kind, Ordered)


def test_the_levels_are_the_ordered_enums() -> None:
    assert {kind for kind in ENUMS if issubclass(kind, Ordered)} == {*LEVELS}


@pytest.mark.parametrize("kind", LEVELS)
@pytest.mark.parametrize("compare", ["__lt__", "__le__", "__gt__", "__ge__"])
def test_a_level_is_not_ordered_against_a_text_or_another_scale(
    kind: type[Ordered], compare: str
) -> None:
    ordered = getattr(operator, compare)
    for level in kind:
        others = [level.value, str(level), 1, None, *(next(iter(x)) for x in LEVELS if x != kind)]
        for other in others:
            for pair in ((level, other), (other, level)):
                with pytest.raises(TypeError):
                    ordered(*pair)
        assert level != level.value


def test_json_holds_the_text_of_a_level_and_no_level_itself() -> None:
    record = onboarding.UserRecord(
        provider="p", gateway="g", id="1", user=onboarding.User(), kyc_level=KYCLevel.REGULAR
    )

    assert json.loads(record.to_json())["kyc_level"] == str(KYCLevel.REGULAR)
    with pytest.raises(TypeError):
        json.dumps(KYCLevel.REGULAR)
