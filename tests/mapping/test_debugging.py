"""Compiled code can be debugged: tracebacks show its lines, and paths have a repr."""

from __future__ import annotations

import gc
import inspect
import linecache
import traceback
from typing import Any

import pytest
from onboarding import Identity, User
from onboarding.mapping import Codec, On, Translation, at, core, inside, some, wire
from onboarding.mapping.plan import Plan
from onboarding.mapping.source import Source

I = some(core(User).identity)  # noqa: E741


def _broken(value: Any) -> Any:
    raise RuntimeError("the codec is broken")


BROKEN: Codec[str, str] = Codec("broken", _broken, _broken, "string")


VALUE = "Alex"


@wire(source="guide")
class Names:
    first: str | None = at(I.given_name, BROKEN)


@wire(source="guide")
class Debugged:
    names: Names | None = inside(Names)


def _made() -> Translation:
    return Translation(Plan(Debugged, "acme"))


def test_a_traceback_shows_the_generated_line_of_a_failing_read_without_the_value() -> None:
    with pytest.raises(RuntimeError) as caught:
        _made().from_wire({"names": {"first": VALUE}})

    shown = "".join(traceback.format_exception(caught.value))
    assert "<onboarding Debugged.read" in shown
    assert "(w)\n" in shown
    assert VALUE not in shown


def test_a_traceback_shows_the_generated_line_of_a_failing_write_without_the_value() -> None:
    with pytest.raises(RuntimeError) as caught:
        _made().to_wire(User(identity=Identity(given_name=VALUE)), On.UPDATE)

    shown = "".join(traceback.format_exception(caught.value))
    assert "<onboarding Debugged.write update" in shown
    assert "['first'] = " in shown
    assert VALUE not in shown


def test_the_lines_survive_a_check_of_the_cache() -> None:
    wire_class = _made()
    source = wire_class.source()

    linecache.checkcache()

    assert inspect.getsource(wire_class._read) == source


def _compiled(line: str) -> Any:
    text = Source()
    text.add(0, "def read(d):")
    text.add(1, line)
    return text.build("read", "Twins.read")


def test_two_classes_of_one_name_have_files_of_their_own() -> None:
    one, other = _compiled("return 1"), _compiled("return 2")

    assert one.__code__.co_filename != other.__code__.co_filename
    assert "return 1" in inspect.getsource(one)
    assert "return 2" in inspect.getsource(other)


def test_a_translation_that_is_no_longer_used_leaves_no_lines() -> None:
    gc.collect()
    before = set(linecache.cache)

    for _ in range(20):
        _made().source()
    gc.collect()

    assert set(linecache.cache) <= before


def test_a_path_has_a_repr() -> None:
    assert repr(I.given_name) == "core(User).identity.given_name"
    assert repr(core(Identity)) == "core(Identity)"
