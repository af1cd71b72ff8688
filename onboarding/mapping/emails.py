"""The codec of e-mail addresses: an international domain in the core, ASCII on the wire."""

from __future__ import annotations

from onboarding.errors import InvalidInput, Problem
from onboarding.mapping.codecs import Codec, Inline, read_text
from onboarding.model.emails import ascii_domain, unicode_domain

__all__ = ["EMAIL", "written_email"]

_ADDRESS = "is no e-mail address: give one such as someone@example.com"
_LOCAL = "has letters before the @ that are not ASCII: ASCII letters only are accepted there"
_DOMAIN = "has a domain that no domain name system has (IDNA 2008); check its spelling"


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
"""`jonas@bücher.example` is written as `jonas@xn--bcher-kva.example`, and read back as it was.

The other spelling of an address is the same address: an update that changes it sends nothing.
"""


def written_email(path: str, address: str) -> str:
    """An address of a call's own arguments, as `EMAIL` writes it. Raises `InvalidInput` by path."""
    try:
        return _write(address)
    except ValueError as error:
        raise InvalidInput([Problem(path, "unsupported", str(error))]) from None
