"""Turns questions into a JSON Schema, for web forms and for validation in other languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from copy import deepcopy
from datetime import date, datetime
from enum import Enum
from typing import Any

from onboarding.mapping.conditions import Case, Condition, Except, Form, listed
from onboarding.mapping.paths import class_at
from onboarding.mapping.plan import MappedField
from onboarding.model.countries import country_codes
from onboarding.model.shapes import LONGEST_EMAIL
from onboarding.requirements.report import Question
from onboarding.values.base import Check, checks_of, required_of, step_of

__all__ = ["schema"]

Json = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"

# Control characters, line breaks and direction overrides, which the core accepts in no text.
_BAD: Json = {"pattern": r"[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]"}
_EMAIL = r"^[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+$"
_SHAPES: Mapping[str, Json] = {
    "text": {"type": "string", "pattern": r"\S", "not": _BAD},
    "postal_code": {"type": "string", "pattern": r"\S", "not": _BAD},
    "core_path": {"type": "string", "pattern": r"^[a-z_0-9]+(\[[\w-]+\])?(\.[a-z_0-9]+)*$"},
    "ref": {"type": "string", "pattern": "^[A-Za-z0-9_-]{1,64}$"},
    "percent": {"type": "number", "minimum": 0, "maximum": 100},
    "media_type": {"type": "string", "pattern": "^[^/]+/[^/]+$"},
    "email": {"type": "string", "format": "email", "pattern": _EMAIL, "maxLength": LONGEST_EMAIL},
    "phone": {"type": "string", "pattern": r"^\+[1-9][0-9]{6,14}$"},
    "locale": {"type": "string", "minLength": 2},
    "ip_address": {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
    "web_url": {"type": "string", "pattern": r"^[Hh][Tt][Tt][Pp][Ss]?://[^\s\\]+$", "not": _BAD},
    "past_date": {"type": "string", "format": "date"},
}
_KINDS: Mapping[type, Json] = {
    bool: {"type": "boolean"},
    str: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
}


def schema(questions: Iterable[Question]) -> Json:
    """Returns the schema (draft 2020-12) of plain data that answers all questions."""
    root: Json = {"$schema": _DRAFT, "type": "object", "properties": {}, "required": []}
    rules: list[Json] = []
    questions = list(questions)
    paths = {question.path for question in questions if question.purpose is None}
    for question in questions:
        if question.purpose is not None:
            documents = _document(question.purpose.value)
            rules.append(_only_if(question.when, _around(question.path, documents)))
            continue
        node, name = _place(root, question.path, required=question.when is None)
        leaf = node["properties"][name] = _leaf(question)
        if question.when is not None:
            rules.append(_only_if(question.when, _required_at(question.path)))
        if question.same_as and question.same_as in paths and "enum" in leaf:
            rules.append(_equal(question, leaf["enum"]))
    if rules:
        root["allOf"] = rules
    return root


def _document(purpose: str) -> Json:
    one = {"properties": {"purpose": {"const": purpose}}, "required": ["purpose"]}
    return {
        "properties": {"documents": {"type": "array", "contains": one}},
        "required": ["documents"],
    }


def _place(root: Json, path: str, *, required: bool) -> tuple[Json, str]:
    """Returns the schema of the object around a path, created if needed, and the last name."""
    node, above = root, ""
    *parents, name = path.split(".")
    for step in parents:
        above = f"{above}.{step}".lstrip(".")
        field, key = step_of(step)
        for part in (field, key) if key else (step,):
            if required and part not in node["required"]:
                node["required"].append(part)
            empty = _GROUP if part == field and key else _object(above)
            node = node["properties"].setdefault(part, deepcopy(empty))
    if required and name not in node["required"]:
        node["required"].append(name)
    return node, name


_GROUP: Json = {"type": "object", "properties": {}, "required": []}
"""An object without rules, such as people by `ref`."""


def _steps(path: str) -> Iterator[str]:
    """Yields the names on the way to a path in plain data, where people are an object by `ref`."""
    for step in path.split("."):
        yield from filter(None, step_of(step))


def _object(path: str) -> Json:
    """Returns the schema of an object of the core, with its required fields."""
    cls = class_at(path)
    needed = sorted(required_of(cls)) if not path.endswith("]") else []
    checks = checks_of(cls)
    return {
        "type": "object",
        "properties": {name: _shape(checks[name]) for name in needed},
        "required": needed,
    }


def _shape(check: Check) -> Json:
    if check.shape is not None and check.shape.name == "country":
        one: Json = {"enum": sorted(country_codes())}
    elif check.shape is not None:
        one = dict(_SHAPES[check.shape.name])
    else:
        kind: type[Any] = check.kind[0]
        if issubclass(kind, Enum):
            one = {"enum": [word.value for word in kind]}
        else:
            one = dict(_KINDS.get(kind, {"type": "object"}))
    return {"type": "array", "items": one, "minItems": 1} if check.many else one


def _leaf(question: Question) -> Json:
    above, _, name = question.path.rpartition(".")
    found = _shape(checks_of(class_at(above))[name])
    for mapped in question.data:
        _narrow(found, mapped)
    until = f", until {question.deadline.date()}" if question.deadline is not None else ""
    found["description"] = f"for {', '.join(question.targets)}{until}"
    return found


def _narrow(found: Json, mapped: MappedField) -> None:
    """Adds the limits of one provider; the strictest limits of all providers apply."""
    row, codec = mapped.row, mapped.row.codec
    if row.max is not None:
        found["maxLength"] = min(row.max, found.get("maxLength", row.max))
    if row.min:
        found["minLength"] = max(row.min, found.get("minLength", row.min))
    for form in _forms(mapped):
        _also(found, {"pattern": f"^(?:{form})$"})
    if codec is not None and codec.members and "enum" in found:
        words = {_plain(member) for member in codec.members}
        found["enum"] = [word for word in found["enum"] if word in words]
    for bar in mapped.disallowed:
        if bar.certain and "enum" in found:
            found["enum"] = [word for word in found["enum"] if word not in map(_plain, bar.listed)]
        elif bar.certain and bar.listed:
            _also(found, {"not": {"enum": [*map(_plain, bar.listed)]}})


def _forms(mapped: MappedField) -> Iterator[str]:
    """Yields the regular expressions of the texts that a provider accepts.

    A schema cannot check domains against IDNA; `User.parse` does.
    """
    row, codec = mapped.row, mapped.row.codec
    if codec is not None and codec.writable:
        yield codec.writable
    if row.pattern is not None:
        plain = codec is not None and codec.plain is not None
        form = row.pattern.text if plain else row.pattern.core
        if form:
            yield form


def _also(found: Json, rule: Json) -> None:
    rules = found.setdefault("allOf", [])
    if rule not in rules:
        rules.append(rule)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _only_if(condition: Condition | None, rule: Json) -> Json:
    if condition is None:
        return rule
    groups = [{"allOf": [_case(case) for case in group]} for group in condition.groups]
    return {"if": {"anyOf": groups}, "then": rule}


def _case(case: Case) -> Json:
    if isinstance(case.values, Except):
        test: Json = {"not": {"enum": [*map(_plain, listed(case.values.values))]}}
    elif isinstance(case.values, Form):
        test = {"pattern": f"^(?:{case.values.pattern.pattern})$"}
    else:
        words = [*map(_plain, listed(case.values))]
        test = {"enum": words} if words else {}
    return _around(case.path, test)


def _equal(question: Question, words: Iterable[str]) -> Json:
    """Returns a rule that two paths are equal, with a case per word: JSON Schema cannot compare."""

    def case(path: str, word: Any) -> Json:
        test: Json = {"const": word}
        for name in reversed([*_steps(path)]):
            test = {"properties": {name: test}}
        return test

    pair = (question.path, question.same_as)
    return {"anyOf": [{"allOf": [case(path, word) for path in pair]} for word in words]}


def _required_at(path: str) -> Json:
    return _around(path, {})


def _around(path: str, test: Json) -> Json:
    """Returns a schema that requires a path and tests its value; empty for the whole."""
    for name in reversed([*_steps(path)]):
        test = {"properties": {name: test}, "required": [name]}
    return test
