"""The provider's hosted pages, on which a user confirms or refuses something."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from attrs import field, frozen
from werkzeug.wrappers import Response

from .forms import Filled
from .render import rendered
from .values import Input

__all__ = ["Hosted", "hosted_page", "leads_back"]


@frozen(kw_only=True)
class Hosted:
    """A hosted page; without buttons it only shows a message."""

    provider: str
    title: str
    lines: Sequence[str] = field(default=(), repr=False)
    points: Sequence[str] = field(default=(), repr=False)
    """A list of what the page is about."""
    inputs: Sequence[Input] = ()
    buttons: Sequence[tuple[str, str]] = ()
    """Each value of `decision` with its label; the first is the default."""
    target: str = field(default="", repr=False)
    """The address that the form is sent to."""
    problem: str = ""
    after: str = field(default="", repr=False)
    """A text below the form."""
    lang: str = "en"
    """The language that was requested; the texts are in English in any case."""


def hosted_page(page: Hosted, status: int = 200) -> Response:
    """Returns the page."""
    return rendered("hosted.html", status, page=page, filled=Filled())


def leads_back(url: str) -> bool:
    """Whether a browser may be redirected to an address: it must be absolute, with http or https.

    Other schemes (`javascript:`, `file:`, `view-source:`) can make a browser do something other
    than visit a site.
    """
    try:
        parts = urlsplit(url)
        port = parts.port  # raises ValueError for an invalid port
    except ValueError:  # such as an unclosed bracket
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\')
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
