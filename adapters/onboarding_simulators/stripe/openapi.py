"""The OpenAPI document of the simulator, made of its own tables."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from onboarding_simulators.shared import openapi as api
from onboarding_simulators.shared.openapi import Json

from .parameters import Flag, Kind, Many, Metadata, Number, OneOf, Shape, Text, Whole, Words
from .routes import ROUTES, Operation

PAGE = "https://docs.stripe.com/api"
FORM = ("application/x-www-form-urlencoded",)
ERROR = api.shape({"error": api.shape({"type": api.TEXT}, {"code": api.TEXT}, closed=False)})


@cache
def described() -> Json:
    """Returns the document: the calls with their parameters, and that answers are objects."""
    paths: dict[str, Any] = {}
    for route in ROUTES:
        path = re.sub(r"<(\w+)>", r"{\1}", route.path)
        names = re.findall(r"<(\w+)>", route.path)
        in_path = [
            {"name": name, "in": "path", "required": True, "schema": api.TEXT} for name in names
        ]
        paths[path] = {
            **({"parameters": in_path} if in_path else {}),
            **{
                method.lower(): _operation(method, path, operation)
                for method, operation in route.operations.items()
            },
        }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Stripe's connected accounts, as simulated", "version": "1"},
        "paths": paths,
        "components": {"securitySchemes": {"key": {"type": "http", "scheme": "bearer"}}},
        "security": [{"key": []}],
    }


def _operation(method: str, path: str, operation: Operation) -> Json:
    takes = operation.takes
    name = re.sub(r"\W+", "_", f"{method.lower()}{path}").strip("_")
    answers = {
        200: api.answer("The object.", {"type": "object"}),
        400: api.answer("An error; other statuses have the same body.", ERROR),
    }
    if method == "POST":
        return api.operation(
            name, PAGE, answers, body=schema(takes), media=FORM, body_required=False
        )
    query = [
        {**api.query(name, schema(kind)), "style": "deepObject", "explode": True}
        for name, kind in takes.inside.items()
    ]
    return api.operation(name, PAGE, answers, parameters=query)


def schema(kind: Kind) -> Json:
    """Returns the JSON Schema of a kind of parameter."""
    match kind:
        case Shape():
            inside = {name: schema(each) for name, each in kind.inside.items()}
            required = {name: inside.pop(name) for name in kind.required if name in inside}
            return _or_empty(api.shape(required, inside), kind.clears)
        case Many():
            return _or_empty(api.listed(schema(kind.each)), kind.clears)
        case OneOf():
            return api.either(schema(kind.text), schema(kind.shape))
        case Words():
            return api.word(*kind.words)
        case Text():
            return api.text(least=1 if kind.needed else None, most=kind.most)
        case Whole():
            return api.INTEGER
        case Flag():
            return api.BOOLEAN
        case Number():
            return _or_empty({"type": "number", "minimum": 0, "maximum": 100}, True)
        case Metadata():
            pairs = {"type": "object", "additionalProperties": api.TEXT}
            return _or_empty(pairs, True)
        case _:  # such as the days before a payout: a number or a word
            return {}


def _or_empty(shown: Json, clears: bool) -> Json:
    return api.either(shown, api.just("")) if clears else shown
