"""OpenAPI 3.1 documents, built from compact tables."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any, Protocol

from werkzeug.wrappers import Request, Response

__all__ = [
    "BOOLEAN",
    "INTEGER",
    "NULL",
    "TEXT",
    "Json",
    "answer",
    "document",
    "either",
    "error_paths",
    "header",
    "just",
    "listed",
    "maybe",
    "operation",
    "query",
    "ref",
    "served",
    "shape",
    "text",
    "whole",
    "word",
]

Json = dict[str, Any]

PATH = "/_openapi.json"
JSON = "application/json"

TEXT: Json = {"type": "string"}
INTEGER: Json = {"type": "integer"}
BOOLEAN: Json = {"type": "boolean"}
NULL: Json = {"type": "null"}


def text(pattern: str | None = None, least: int | None = None, most: int | None = None) -> Json:
    """Returns the schema of a string."""
    bounds = {"pattern": pattern, "minLength": least, "maxLength": most}
    return {**TEXT, **{name: value for name, value in bounds.items() if value is not None}}


def whole(least: int | None = None, most: int | None = None) -> Json:
    """Returns the schema of an integer."""
    bounds = {"minimum": least, "maximum": most}
    return {**INTEGER, **{name: value for name, value in bounds.items() if value is not None}}


def word(*words: str) -> Json:
    """Returns the schema of an enumeration of strings."""
    return {**TEXT, "enum": list(words)}


def just(value: object) -> Json:
    """Returns the schema of one constant."""
    return {"const": value}


def maybe(schema: Json) -> Json:
    """Returns the schema of a nullable value."""
    return either(schema, NULL)


def either(*schemas: Json) -> Json:
    """Returns the schema of a value that matches one of these."""
    return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}


def listed(schema: Json, *, least: int = 0) -> Json:
    """Returns the schema of an array."""
    return {"type": "array", "items": schema, **({"minItems": least} if least else {})}


def shape(
    required: Mapping[str, Json], optional: Mapping[str, Json] | None = None, *, closed: bool = True
) -> Json:
    """Returns the schema of an object; if `closed`, it has no other keys."""
    schema: Json = {"type": "object", "properties": {**required, **(optional or {})}}
    if required:
        schema["required"] = list(required)
    if closed:
        schema["additionalProperties"] = False
    return schema


def ref(name: str) -> Json:
    """Returns a reference to a schema of the document."""
    return {"$ref": f"#/components/schemas/{name}"}


def query(name: str, schema: Json, *, required: bool = False) -> Json:
    """Returns a query parameter."""
    return {"name": name, "in": "query", "required": required, "schema": schema}


def header(name: str, schema: Json, *, required: bool = False) -> Json:
    """Returns a header parameter."""
    return {"name": name, "in": "header", "required": required, "schema": schema}


def answer(
    says: str,
    schema: Json | None = None,
    headers: Mapping[str, Json] | None = None,
    media: Iterable[str] = (JSON,),
) -> Json:
    """Returns a response; its headers are required, and without a schema it has no body."""
    said: Json = {"description": says}
    if schema is not None:
        said["content"] = {each: {"schema": schema} for each in media}
    if headers:
        said["headers"] = {
            name: {"required": True, "schema": value} for name, value in headers.items()
        }
    return said


def operation(
    name: str,
    page: str,
    answers: Mapping[int, Json],
    *,
    body: Json | None = None,
    parameters: Iterable[Json] = (),
    media: Iterable[str] = (JSON,),
    body_required: bool = True,
    **more: Any,
) -> Json:
    """Returns an operation with its responses by status; `page` is its documentation."""
    call: Json = {
        "operationId": name,
        "externalDocs": {"url": page},
        "parameters": list(parameters),
        "responses": {str(status): said for status, said in sorted(answers.items())},
        **more,
    }
    if body is not None:
        content = {each: {"schema": body} for each in media}
        call["requestBody"] = {"required": body_required, "content": content}
    return call


class Part(Protocol):
    """A module with the paths of one subject, and the schemas that they refer to by name."""

    @property
    def PATHS(self) -> Mapping[str, Mapping[str, Json]]: ...  # noqa: N802 - a constant of modules

    @property
    def SCHEMAS(self) -> Mapping[str, Json]: ...  # noqa: N802 - the same


def document(
    title: str,
    version: str,
    parts: Collection[Part],
    *,
    parameters: Mapping[str, Json],
    schemas: Mapping[str, Json],
    security: Mapping[str, Json],
) -> Json:
    """Returns the document of these parts; `parameters` are the schemas of path parameters.

    An operation without security of its own uses the first scheme of `security`.
    """
    described: Json = {}
    known = dict(schemas)
    for part in parts:
        known |= part.SCHEMAS
    for path, methods in ((path, each) for part in parts for path, each in part.PATHS.items()):
        names = re.findall(r"\{(\w+)\}", path)
        in_path = [
            {"name": name, "in": "path", "required": True, "schema": parameters[name]}
            for name in names
        ]
        described[path] = {**({"parameters": in_path} if in_path else {}), **methods}
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": version},
        "paths": described,
        "components": {"schemas": known, "securitySchemes": dict(security)},
        "security": [{next(iter(security)): []}],
    }


def error_paths(schema: Json, schemas: Mapping[str, Json], prefix: str = "") -> list[str]:
    """Returns the dotted path of every field of a body, also inside objects."""
    found: list[str] = []
    for option in schema.get("anyOf", (schema,)):
        known = schemas[option["$ref"].rpartition("/")[2]] if "$ref" in option else option
        for name, inner in known.get("properties", {}).items():
            found += [prefix + name, *error_paths(inner, schemas, f"{prefix}{name}.")]
    return list(dict.fromkeys(found))


def served(request: Request, described: Callable[[], Json]) -> Response | None:
    """Returns the document for `/_openapi.json`, None for any other path."""
    if request.path != PATH:
        return None
    server = {"servers": [{"url": request.host_url.rstrip("/")}]}
    return Response(json.dumps({**described(), **server}), content_type=JSON)
