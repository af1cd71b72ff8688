"""A questionnaire as a JSON Schema, for a form of a browser or a check of another language."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Any

from onboarding.mapping.conditions import Case, Condition, Except, Form, listed
from onboarding.mapping.paths import class_at
from onboarding.mapping.plan import Datum
from onboarding.model.base import Check, checks_of, required_of
from onboarding.model.countries import RESERVED

if TYPE_CHECKING:
    from onboarding.requirements.questionnaire import Question

__all__ = ["schema"]

Json = dict[str, Any]

_DRAFT = "https://json-schema.org/draft/2020-12/schema"

_SHAPES: Mapping[str, Json] = {
    "text": {"type": "string", "pattern": r"\S"},
    "postal_code": {"type": "string", "pattern": r"\S"},
    "media_type": {"type": "string", "pattern": "^[^/]+/[^/]+$"},
    "country": {"type": "string", "pattern": f"^(?!{'|'.join(RESERVED)})[A-Z]{{2}}$"},
    "email": {"type": "string", "format": "email"},
    "phone": {"type": "string", "pattern": r"^\+[1-9][0-9]{6,14}$"},
    "locale": {"type": "string", "minLength": 2},
    "past_date": {"type": "string", "format": "date"},
}
_KINDS: Mapping[type, Json] = {
    bool: {"type": "boolean"},
    str: {"type": "string"},
    datetime: {"type": "string", "format": "date-time"},
    date: {"type": "string", "format": "date"},
}


def schema(questions: Iterable[Question]) -> Json:
    """The schema of an object that answers all of the questions, in the form of plain data."""
    root: Json = {"$schema": _DRAFT, "type": "object", "properties": {}, "required": []}
    rules: list[Json] = []
    for question in questions:
        if question.purpose is not None:
            rules.append(_document(question.purpose.value))
            continue
        node, name = _place(root, question.path, demanded=question.when is None)
        node["properties"][name] = _leaf(question)
        if question.when is not None:
            rules.append({"if": _if(question.when), "then": _demanded(question.path)})
    if rules:
        root["allOf"] = rules
    return root


def _document(purpose: str) -> Json:
    one = {"properties": {"purpose": {"const": purpose}}, "required": ["purpose"]}
    return {
        "properties": {"documents": {"type": "array", "contains": one}},
        "required": ["documents"],
    }


def _place(root: Json, path: str, *, demanded: bool) -> tuple[Json, str]:
    """The object that holds a path, made where it is not there; and the name inside it."""
    node, above = root, ""
    *parents, name = path.split(".")
    for step in parents:
        if demanded and step not in node["required"]:
            node["required"].append(step)
        above = f"{above}.{step}".lstrip(".")
        node = node["properties"].setdefault(step, _object(above))
    if demanded and name not in node["required"]:
        node["required"].append(name)
    return node, name


def _object(path: str) -> Json:
    """An object of the core, with what it cannot be built without."""
    cls = class_at(path)
    needed = sorted(required_of(cls))
    checks = checks_of(cls)
    return {
        "type": "object",
        "properties": {name: _shape(checks[name]) for name in needed},
        "required": needed,
    }


def _shape(check: Check) -> Json:
    if check.shape is not None:
        one: Json = dict(_SHAPES[check.shape.name])
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
    for datum in question.data:
        _narrow(found, datum)
    found["description"] = f"for {', '.join(question.targets)}"
    return found


def _narrow(found: Json, datum: Datum) -> None:
    """Adds the limits of one provider: the tightest of all count."""
    row, codec = datum.row, datum.row.codec
    if row.max is not None:
        found["maxLength"] = min(row.max, found.get("maxLength", row.max))
    if row.min:
        found["minLength"] = max(row.min, found.get("minLength", row.min))
    if row.pattern is not None and codec is not None and codec.plain is not None:
        _also(found, {"pattern": f"^(?:{row.pattern.text})$"})
    if codec is not None and codec.members and "enum" in found:
        words = {_plain(member) for member in codec.members}
        found["enum"] = [word for word in found["enum"] if word in words]
    for bar in datum.barred:
        if bar.certain and bar.listed:
            _also(found, {"not": {"enum": [*map(_plain, bar.listed)]}})


def _also(found: Json, rule: Json) -> None:
    rules = found.setdefault("allOf", [])
    if rule not in rules:
        rules.append(rule)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _if(condition: Condition) -> Json:
    groups = [{"allOf": [_case(case) for case in group]} for group in condition.groups]
    return {"anyOf": groups}


def _case(case: Case) -> Json:
    if isinstance(case.values, Except):
        test: Json = {"not": {"enum": [*map(_plain, listed(case.values.values))]}}
    elif isinstance(case.values, Form):
        test = {"pattern": f"^(?:{case.values.pattern.pattern})$"}
    else:
        words = [*map(_plain, listed(case.values))]
        test = {"enum": words} if words else {}
    return _around(case.path, test)


def _demanded(path: str) -> Json:
    return _around(path, {})


def _around(path: str, test: Json) -> Json:
    """A test of the value at a path, which has to be there."""
    for name in reversed(path.split(".")):
        test = {"properties": {name: test}, "required": [name]}
    return test
