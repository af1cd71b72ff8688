"""Calls that schemathesis makes up from a description, sent to a simulator in this process.

Its plugin for pytest is not used: it would cost every run of the tests a second.
"""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

import schemathesis
import werkzeug
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import load_all_checks
from schemathesis.core.result import Ok
from schemathesis.core.transport import Response
from schemathesis.specs.openapi import checks
from schemathesis.specs.openapi.schemas import OpenApiSchema
from tests.scaling import sized

Case = schemathesis.Case[Any]
Ids = dict[str, str]
"""The names in braces of a path, with what stands there."""

METHODS = ("get", "put", "post", "patch", "delete")
FEWEST = sized(250, by_default=100)
MOST = 500
"""How many things a caller keeps in mind."""

load_all_checks()
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


def calls_of(described: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Gives each call with its path and its method."""
    for path, methods in described["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method.upper(), methods[method]


def without_names(path: str) -> str:
    """Gives a path in lower case, without the names of what changes in it."""
    return re.sub(r"\{\w+\}|<\w+>", "{}", path).lower()


def imports_of(package: ModuleType) -> set[str]:
    """Gives the modules of this project, outside of a package, that the package imports."""
    ours = ("onboarding", "onboarding_mangopay", "onboarding_paysera")
    found: set[str] = set()
    for source in Path(str(package.__file__)).parent.glob("*.py"):
        for node in ast.walk(ast.parse(source.read_text())):
            if isinstance(node, ast.ImportFrom) and node.level != 1:
                found.add("." * node.level + (node.module or ""))
            elif isinstance(node, ast.Import):
                found |= {name.name for name in node.names}
    return {name for name in found if name.startswith((".", *ours))}


@define
class Caller:
    """Makes calls on an application, mostly about what is there, and holds it to its description.

    `app` lets in each request that it is handed, so that what schemathesis makes up need not be
    signed; `found` reads from an answer what is now there, `fill` may put it into a body. Now and
    then `settle` has somebody new move in, for whoever is there may be closed for good.
    """

    described: dict[str, Any]
    app: WSGIApplication
    found: Callable[[Case, Any], Iterable[Ids]]
    fill: Callable[[Case, Ids], None] = lambda case, ids: None
    settle: Callable[[], Iterable[Ids]] = tuple
    known: list[Ids] = field(factory=list[Ids])
    answered: Counter[tuple[str, int]] = field(factory=Counter[tuple[str, int]])

    def cases(self, mode: GenerationMode) -> st.SearchStrategy[Case]:
        """Gives made-up calls, good ones or bad ones."""
        operations = [
            each.ok() for each in self._schema().get_all_operations() if isinstance(each, Ok)
        ]
        return st.one_of([each.as_strategy(generation_mode=mode) for each in operations])

    def case(self, path: str, method: str, ids: Ids) -> Case:
        """Gives one call without a body."""
        return self._schema()[path][method].Case(path_parameters=ids)

    def call(self, case: Case, pick: int) -> None:
        """Makes a call, about a known thing unless `pick` says otherwise."""
        if self.answered.total() % FEWEST == 0:
            self.known += self.settle()
        if pick % 8 != 7:  # no number that Hypothesis likes
            self._aim(case, pick)
        response = self.check(case)
        self.answered[str(case.operation.definition.raw["operationId"]), response.status_code] += 1
        if response.status_code < 300 and response.content:
            body = response.json() if "json" in response.headers["content-type"][0] else None
            self.known += self.found(case, body)
            del self.known[: max(len(self.known) - MOST, 0) : 2]

    def check(self, case: Case) -> Response:
        """Makes a call; raises `FailureGroup` for an answer that is not as described."""
        response = case.call()
        case.validate_response(response, checks=CHECKS)
        return response

    def _schema(self) -> OpenApiSchema:
        schema = schemathesis.openapi.from_dict(self.described)
        schema.app = self.app
        return schema

    def _aim(self, case: Case, pick: int) -> None:
        names = list(case.path_parameters)
        wanted = names[-1] if names else ""
        known = [ids for ids in self.known if wanted in ids] or self.known
        if known:
            ids = known[pick % len(known)]
            for name in names:
                case.path_parameters[name] = ids.get(name, case.path_parameters[name])
            self.fill(case, ids)

    @property
    def succeeded(self) -> set[str]:
        """The calls that were answered with what was asked for, at least once."""
        return {name for name, status in self.answered if status < 400}


def hold(caller: Caller, mode: GenerationMode) -> None:
    """Makes as many calls as the profile wants examples, and some hundreds at least."""

    @settings(max_examples=max(settings().max_examples, FEWEST))
    @given(case=caller.cases(mode), pick=st.integers(0, 2**16))
    def calls(case: Case, pick: int) -> None:
        caller.call(case, pick)

    calls()


def spoilt(app: WSGIApplication, change: Callable[[Any], Any]) -> WSGIApplication:
    """Gives an application whose answers are changed."""

    def spoil(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        answer = werkzeug.Response.from_app(app, environ)
        answer.set_data(json.dumps(change(answer.json)))
        return answer(environ, start)

    return spoil
