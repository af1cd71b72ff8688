"""Templates and uploaded files, served with headers that restrict the browser."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import quote, urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from werkzeug.wrappers import Response

__all__ = ["file_response", "media_type", "rendered", "style"]

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # addresses may contain a token; forms must send an Origin
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HERE = __name__.rpartition(".")[0]
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; object-src 'self'; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_MEDIA_TYPES = {
    b"%PDF-": "application/pdf",
    b"\xff\xd8\xff": "image/jpeg",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"GIF8": "image/gif",
}
_SUFFIXES = {"application/pdf": "pdf", "image/jpeg": "jpg", "image/png": "png", "image/gif": "gif"}


def rendered(template: str, status: int = 200, **values: Any) -> Response:
    """Returns a page; every value in it is escaped."""
    text = _environment().get_template(template).render(**values)
    response = Response(text, status=status, content_type="text/html; charset=utf-8")
    response.headers.update(HEADERS)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def style() -> Response:
    """Returns the stylesheet."""
    text = resources.files(HERE).joinpath("style.css").read_text("utf-8")
    response = Response(text, content_type="text/css; charset=utf-8")
    response.headers.update({**HEADERS, "Cache-Control": "no-cache"})
    return response


def media_type(content: bytes) -> str | None:
    """Returns the type of an image or a PDF by its first bytes, None for any other file."""
    for beginning, type in _MEDIA_TYPES.items():
        if content.startswith(beginning):
            return type
    return None


def file_response(content: bytes, name: str) -> Response:
    """Returns an uploaded file: inline if it is an image or a PDF, else as a download."""
    type = media_type(content)
    response = Response(content, content_type=type or "application/octet-stream")
    response.headers.update(HEADERS)
    # the browser's PDF viewer is a page inside this one
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'self'"
        if type == "application/pdf"
        else "default-src 'none'; sandbox"
    )
    disposition = "attachment" if type is None else "inline"
    file_name = quote(f"{name}.{_SUFFIXES.get(type or '', 'bin')}", safe="")
    response.headers["Content-Disposition"] = f"{disposition}; filename*=UTF-8''{file_name}"
    return response


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    tests: dict[str, Any] = environment.tests  # its type names only the built-in ones
    filters: dict[str, Any] = environment.filters
    tests["safe_to_follow"] = _is_safe_to_follow
    filters.update(utc=_utc, bytes=_bytes)
    values: Any = environment.get_template("values.html").module
    filters.update(shown=values.shown, moment=values.moment)
    return environment


def _is_safe_to_follow(url: str) -> bool:
    """Whether a link may be followed: schemes such as `javascript:` are not safe."""
    return url.startswith("/") or urlsplit(url).scheme in ("http", "https")


def _utc(seconds: float | None) -> datetime | None:
    """Returns a date and time, or None if it is outside of the calendar."""
    if seconds is None:
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _bytes(size: int) -> str:
    if size < 1024:
        return f"{size} bytes"
    return f"{size / 1024:.0f} kB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"
