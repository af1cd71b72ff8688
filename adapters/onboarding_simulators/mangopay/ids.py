"""The identifiers the API hands out, each made from a clock reading or from given entropy."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

Entropy = Callable[[int], bytes]
"""Gives that many random bytes."""

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def ulid(prefix: str, now: float, entropy: Entropy) -> str:
    """Gives a prefix with a ULID: 48 bits of milliseconds, 80 random ones (docs: data-formats)."""
    milliseconds = int(now * 1000) & (2**48 - 1)
    number = milliseconds << 80 | int.from_bytes(entropy(10), "big")
    return prefix + "".join(CROCKFORD[number >> shift & 31] for shift in range(125, -1, -5))


def token(entropy: Entropy) -> str:
    """Gives 32 hexadecimal digits, the form of access tokens, also in SCA links."""
    return entropy(16).hex()


def error_id(now: float, entropy: Entropy) -> str:
    """Gives a UUID with the second behind a hash, one of the two forms documented."""
    return f"{UUID(bytes=entropy(16), version=4)}#{int(now)}"
