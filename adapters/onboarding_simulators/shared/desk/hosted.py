"""The look of a provider's hosted pages, on which a user agrees to something or refuses."""

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
    """A hosted page; without buttons it only tells something."""

    provider: str
    title: str
    lines: Sequence[str] = field(default=(), repr=False)
    points: Sequence[str] = field(default=(), repr=False)
    """What it is about, as a list."""
    inputs: Sequence[Input] = ()
    buttons: Sequence[tuple[str, str]] = ()
    """Each `decision` with its label; the first is the one that goes on."""
    target: str = field(default="", repr=False)
    """Where the form is sent."""
    problem: str = ""
    after: str = field(default="", repr=False)
    """What is said below the form."""
    lang: str = "en"
    """The language that was asked for; the words are English whatever it is."""


def hosted_page(page: Hosted, status: int = 200) -> Response:
    """Gives the page; it may lead anywhere, as the place to return to is anywhere."""
    return rendered("hosted.html", status, page=page, filled=Filled())


def leads_back(url: str) -> bool:
    """Whether a browser may be sent to an address: an absolute one of http or https.

    Other schemes (`javascript:`, `file:`, `view-source:`) would have the browser do something else
    than visit a site.
    """
    try:
        parts = urlsplit(url)
        port = parts.port  # raises for one that is none
    except ValueError:  # such as a bracket that opens no IPv6 address
        return False
    plain = url.isascii() and url.isprintable() and not set(url) & set(' "<>\\')
    return plain and parts.scheme in ("http", "https") and bool(parts.hostname) and port != 0
