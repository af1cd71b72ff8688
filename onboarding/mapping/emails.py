"""The codec of e-mail addresses: an international domain in the core, ASCII on the wire."""

from __future__ import annotations

from onboarding.errors import InvalidInput, Problem
from onboarding.mapping.codecs import Codec, Inline, read_text
from onboarding.model.emails import ascii_domain, unicode_domain

__all__ = ["EMAIL", "written_email"]

_ADDRESS = "not an e-mail address; expected one such as someone@example.com"
_LOCAL = "only ASCII letters are accepted before the @"
_DOMAIN = "the domain is not valid under IDNA 2008; check its spelling"


def _write(value: str) -> str:
    if value.isascii():
        return value
    if "@" not in value:
        raise ValueError(_ADDRESS)
    if not value.rpartition("@")[0].isascii():
        raise ValueError(_LOCAL)
    written = ascii_domain(value)
    if written is None:
        raise ValueError(_DOMAIN)
    return written


def _cannot(value: str) -> bool:
    return not value.rpartition("@")[0].isascii() or ascii_domain(value) is None


def _read(value: object) -> str:
    text = read_text(value)
    return unicode_domain(text) if "xn--" in text else text


EMAIL: Codec[str, str] = Codec(
    "e-mail address, domain in ASCII (IDNA)", _read, _write, "string", exact_read=False,
    writable=r"[\x00-\x7f]+@.+",
    inline=Inline(
        kind=str,
        read="{w} if 'xn--' not in {w} else {unicode}({w})",
        differs="not {w}.isascii()",
        refuses="not {v}.isascii() and {cannot}({v})",
        write="{v} if {v}.isascii() else {ascii}({v})",
        names={"unicode": unicode_domain, "ascii": ascii_domain, "cannot": _cannot},
    ),
)  # fmt: skip
"""Writes `jonas@bücher.example` as `jonas@xn--bcher-kva.example`, and reads it back as it was.

Both spellings are the same address: an update from one to the other sends nothing.
"""


def written_email(path: str, address: str) -> str:
    """Returns an address from a call's arguments as `EMAIL` writes it.

    Raises `InvalidInput` at `path` for an address that cannot be written.
    """
    try:
        return _write(address)
    except ValueError as error:
        raise InvalidInput([Problem(path, "unsupported", str(error))]) from None
