"""The two spellings of an international domain in an e-mail address (RFC 5890)."""

from __future__ import annotations

_LONGEST = 253  # RFC 1035, 2.3.4, as text; a provider's answer may hold megabytes

__all__ = ["ascii_domain", "unicode_domain"]


def ascii_domain(address: str) -> str | None:
    """The address with its domain in ASCII: `jonas@xn--bcher-kva.example`.

    None for a domain that IDNA 2008 (with the mapping of UTS 46) does not have, and for a text
    that is not ASCII and has no `@`.
    """
    import idna  # wanted for international domains alone

    local, at, domain = address.rpartition("@")
    if domain.isascii():
        return address
    if not at or len(domain) > _LONGEST:
        return None
    try:
        return f"{local}{at}{idna.encode(domain, uts46=True).decode('ascii')}"
    except (idna.IDNAError, UnicodeError):
        return None


def unicode_domain(address: str) -> str:
    """The address with its domain in the letters that people write: `jonas@bücher.example`.

    As it is where the domain would not come back in the same spelling.
    """
    import idna

    local, at, domain = address.rpartition("@")
    if len(domain) > _LONGEST:
        return address
    try:
        found = f"{local}{at}{idna.decode(domain)}"
    except (idna.IDNAError, UnicodeError):
        return address
    return found if ascii_domain(found) == address else address
