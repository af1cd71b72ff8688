"""Objects and errors quoted from a provider's documents, in code or in JSON files."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from attrs import field, frozen

import onboarding
from onboarding.errors import OnboardingError
from onboarding.http import Response
from onboarding.model.user import User

__all__ = ["Json", "QuotedError", "Sample", "errors_in", "samples_in"]

Json = dict[str, Any]


@frozen(kw_only=True)
class Sample:
    """An object quoted from the provider's documents."""

    payload: Json = field(repr=False)
    """The object, as the document shows it."""
    answer: bool = True
    """Whether it is part of an answer; if not, of a request."""
    user: User | None = None
    """The user that it means, None if that is left open."""
    variant: str = ""
    """The variant of the adapter, the first by default."""
    name: str = ""
    """The name in test ids."""


@frozen(kw_only=True)
class QuotedError:
    """An error quoted from the provider's documents, and what it must become."""

    status: int
    """The HTTP status."""
    body: Json | bytes = field(repr=False)
    """The body, as the document shows it."""
    kind: type[OnboardingError]
    """The error that it becomes. Example: `Rejected`."""
    code: str
    """The code of the error. Example: `invalid`."""
    paths: tuple[str, ...] | None = ()
    """The core paths of its problems, in their order; None leaves them open."""
    headers: Mapping[str, str] = field(factory=dict[str, str], repr=False)
    """The headers of the answer."""
    operation: str = "create_user"
    """The call that it answers."""
    legal: bool = False
    """Whether the call is about a company."""
    variant: str = ""
    """The variant of the adapter, the first by default."""

    def response(self) -> Response:
        """Returns the answer that is quoted."""
        raw = self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()
        return Response(status=self.status, headers=self.headers, body=raw)


def samples_in(path: Path, variant: str = "") -> tuple[Sample, ...]:
    """Reads the objects of the file at a path, as samples of a variant of the adapter.

    It has the form `{"requests": {name: object}, "answers": {name: object}}`.
    """
    found = json.loads(path.read_text("utf-8"))
    return tuple(
        Sample(payload=payload, answer=kind == "answers", variant=variant, name=f"{kind}: {name}")
        for kind in ("requests", "answers")
        for name, payload in found.get(kind, {}).items()
    )


def errors_in(path: Path) -> tuple[QuotedError, ...]:
    """Returns the errors in the file at a path: objects with the fields of a `QuotedError`.

    `kind` is the name of an error of the library; a body that is not JSON is given as `text`.
    """
    return tuple(_error(entry) for entry in json.loads(path.read_text("utf-8")))


def _error(entry: dict[str, Any]) -> QuotedError:
    fields = dict(entry)
    kind = getattr(onboarding, fields.pop("kind"))
    if "text" in fields:
        fields["body"] = fields.pop("text").encode()
    if "paths" in fields:
        fields["paths"] = tuple(fields["paths"])
    return QuotedError(kind=kind, **fields)
