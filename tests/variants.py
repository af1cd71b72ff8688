"""Shapes of answers that no outside client confirmed, each with the variants that are read alike.

A row is tried with every variant, and the page of the provider shows the rows as a table.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from attrs import field, frozen
from onboarding import OnboardingError
from onboarding.spi import Adapter, Flow, Request, Response
from onboarding.testing import PaperGateway

__all__ = ["Answers", "Shape", "cases", "page_shows", "said", "tried"]

Answers: TypeAlias = Response | list[Response]
"""The answer to every request, or to one after the other; the last one is repeated."""

DOCS = Path(__file__).parents[1] / "docs" / "providers"
_TABLE = re.compile(r"(<!-- shapes -->\n).*?(<!-- end -->)", re.DOTALL)


@frozen(kw_only=True)
class Shape:
    """One answer, what is read of it, and the forms in which it may come.

    `found` is given what the call returned, or the error that it raised.
    """

    name: str
    read: str
    flow: Callable[[], Flow[Any]]
    found: Callable[[Any], object]
    expected: object
    variants: Mapping[str, Answers] = field(repr=False)


def said(body: object = None, status: int = 200, **headers: str) -> Response:
    """An answer; a text or an object is its JSON, bytes are as they are."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if body is None:
        body = b""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(status=status, headers=named, body=content)


def cases(shapes: Iterable[Shape]) -> dict[str, tuple[Shape, Answers]]:
    """Every variant of every shape, by its name."""
    return {
        f"{shape.name}: {words}": (shape, answers)
        for shape in shapes
        for words, answers in shape.variants.items()
    }


def tried(adapter: Adapter, shape: Shape, answers: Answers, login: Response | None) -> object:
    """What is found of a shape in these answers; `login` is that of a provider that has one."""
    left = list(answers) if isinstance(answers, list) else [answers]

    def answer(request: Request) -> Response:
        if login is not None and request.operation == "login":
            return login
        return left.pop(0) if len(left) > 1 else left[0]

    try:
        return shape.found(PaperGateway(adapter, answer).run(shape.flow()))
    except OnboardingError as error:
        return shape.found(error)


def page_shows(provider: str, shapes: Iterable[Shape], *, update: bool) -> tuple[str, str]:
    """The page of a provider, and how it reads with the table of these shapes."""
    path = DOCS / provider / "uncertain-points.md"
    page = path.read_text("utf-8")
    lines = ["| Shape | Read as | Variants accepted |", "| --- | --- | --- |"]
    lines += [f"| {one.name} | {one.read} | {'; '.join(one.variants)} |" for one in shapes]
    table = "\n".join(lines)
    fresh = _TABLE.sub(lambda found: f"{found[1]}\n{table}\n\n{found[2]}", page)
    if update:
        path.write_text(fresh, "utf-8")
        return fresh, fresh
    return page, fresh
