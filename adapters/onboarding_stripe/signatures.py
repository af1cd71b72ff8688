"""The signature of a notification: a pure check of a header against the raw bytes of a body.

docs: webhooks/signature
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime

from onboarding import InvalidInput, InvalidSignature, Problem, Secret

__all__ = ["HEADER", "TOLERANCE", "check_signature"]

HEADER = "stripe-signature"

TOLERANCE = 300
"""Seconds by which the time of a signature may differ from the time of arrival, by default."""

# An element is `scheme=value`. Stripe signs with `v1`; other schemes are to be ignored.
_ELEMENT = re.compile(r"([a-z0-9]+)=([!-+\--~]+)").fullmatch
_TIME = re.compile(r"[1-9][0-9]{0,11}").fullmatch
_DIGEST = re.compile(r"[0-9a-f]{64}").fullmatch


def check_signature(
    header: str,
    body: bytes,
    secrets: Iterable[Secret],
    received_at: datetime,
    *,
    tolerance: int = TOLERANCE,
) -> None:
    """Raises `InvalidSignature`, with the reason, unless one of the secrets signed the body.

    `header` is the value of `Stripe-Signature`. It has several signatures while a secret is
    rotated; one of them is enough. The time in it may be `tolerance` seconds before or after
    `received_at`, which has a time zone.
    """
    if received_at.utcoffset() is None:
        raise InvalidInput([Problem("received_at", "shape", "expected a time with its zone")])
    at, given = _parsed(header)
    signed = at.encode() + b"." + body
    # The whole secret is the key, its prefix `whsec_` included. Every pair is compared, in
    # constant time, so that the time of the check tells nothing.
    ours = [hmac.new(one.reveal().encode(), signed, hashlib.sha256).hexdigest() for one in secrets]
    equal = [hmac.compare_digest(own, other) for own in ours for other in given]
    if not any(equal):
        raise InvalidSignature("no webhook secret of this gateway signed this body")
    if abs(received_at.timestamp() - int(at)) > tolerance:
        raise InvalidSignature(f"the signature is not of the last or next {tolerance} seconds")


def _parsed(header: str) -> tuple[str, list[str]]:
    """Returns the time and the signatures in a header."""
    if not header:
        raise InvalidSignature("the notification has no header Stripe-Signature")
    found = [_ELEMENT(element) for element in header.split(",")]
    if None in found:
        raise InvalidSignature("the header Stripe-Signature has an element without scheme=value")
    pairs = [one.groups() for one in found if one is not None]
    times = [value for scheme, value in pairs if scheme == "t"]
    digests = [value for scheme, value in pairs if scheme == "v1"]
    if len(times) != 1 or not _TIME(times[0]):
        raise InvalidSignature("the header Stripe-Signature has not exactly one time t")
    if not digests or not all(map(_DIGEST, digests)):
        raise InvalidSignature("the header Stripe-Signature has no v1, or one that is no SHA-256")
    return times[0], digests
