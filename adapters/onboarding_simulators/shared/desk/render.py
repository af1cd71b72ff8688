"""Templates made into answers that a browser treats with care."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from importlib import resources
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from werkzeug.wrappers import Response

from .values import Badge, Link, Moment, Value

__all__ = ["HEADERS", "rendered", "style"]

HEADERS = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # an address may hold a token; a form must be able to say where it comes from
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
HERE = __name__.rpartition(".")[0]
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; object-src 'self'; "
    "frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def rendered(template: str, status: int = 200, **values: Any) -> Response:
    """Gives a page of which every value was escaped."""
    text = _environment().get_template(template).render(**values)
    response = Response(text, status=status, content_type="text/html; charset=utf-8")
    response.headers.update(HEADERS)
    response.headers["Content-Security-Policy"] = POLICY
    return response


def style() -> Response:
    """Gives the one stylesheet."""
    text = resources.files(HERE).joinpath("style.css").read_text("utf-8")
    response = Response(text, content_type="text/css; charset=utf-8")
    response.headers.update({**HEADERS, "Cache-Control": "no-cache"})
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
    environment.filters.update(shown=_shown, moment=_moment, bytes=_bytes)
    return environment


def _shown(value: Value) -> Markup:
    """Gives a value as a page shows it."""
    match value:
        case None | "":
            return Markup('<span class="none">none</span>')
        case Badge(word, tone):
            return Markup('<span class="badge {}">{}</span>').format(tone, _breakable(word))
        case Moment(seconds):
            return _moment(seconds)
        case Link(url, text):
            return _link(url, text)
        case _:
            return _breakable(value)


def _link(url: str, text: str) -> Markup:
    """Gives a link; an address of a kind that could do more than lead somewhere stays a text."""
    if not url.startswith("/") and urlsplit(url).scheme not in ("http", "https"):
        return _breakable(text)
    return Markup('<a href="{}">{}</a>').format(url, _breakable(text))


def _breakable(text: str) -> Markup:
    """Lets a long name break where its parts meet."""
    escaped = str(Markup.escape(text))
    return Markup(escaped.replace("_", "_<wbr>").replace("/", "/<wbr>"))  # noqa: S704 - escaped


def _moment(seconds: float | None) -> Markup:
    if seconds is None:
        return _shown(None)
    try:
        when = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError):  # a clock may be moved beyond the calendar
        return _breakable(f"second {seconds:.0f}")
    text = when.strftime("%Y-%m-%d %H:%M:%S")
    return Markup('<time datetime="{}">{} <abbr title="{}">UTC</abbr></time>').format(
        when.isoformat(timespec="seconds"), text, "Coordinated Universal Time"
    )


def _bytes(size: int) -> str:
    if size < 1024:
        return f"{size} bytes"
    return f"{size / 1024:.0f} kB" if size < 1024 * 1024 else f"{size / 1024 / 1024:.1f} MB"
