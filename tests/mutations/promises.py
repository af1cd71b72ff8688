"""The promises of the engine, each with the patches that break it.

`docs/reference/promises.md` shows them with their tests; `test_mutations.py` checks that each has
a patch.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

from attrs import frozen
from tests.mutations.mutation import Mutation, mutations

__all__ = ["PROMISES", "Promise", "rows"]


@frozen
class Promise:
    """One promise, and the names of the patches that break it; `*` stands for any end."""

    words: str
    patches: tuple[str, ...]


PROMISES = (
    Promise(
        "A request leaves once, unless the engine sends it again. The HTTP clients do not retry, "
        "keep no cookies and follow no redirects.",
        ("sent-twice-*", "cookies-kept-*", "redirect-followed-*", "idle-connection-used"),
    ),
    Promise(
        "Only what is safe is sent again: with full jitter, within the deadline and a budget, and "
        "not before the time that `Retry-After` names.",
        ("retry-*", "repeatable-with-one-unkeyed-write"),
    ),
    Promise(
        "An idempotency key names one operation on one subject with one content. Every write to a "
        "provider that takes keys has one, the same for all attempts.",
        ("key-*", "mangopay-key-*", "mangopay-content-not-compared", "batch-key-*"),
    ),
    Promise(
        "Every error has an outcome, and `reconcile` settles an unknown one without a second call.",
        ("outcome-*", "reconcile-*", "no-answer-is-no-transport-error", "tls-write-not-sent"),
    ),
    Promise(
        "Calls stay under the quotas, shared by threads, tasks and processes; interactive calls go "
        "before bulk calls.",
        ("pace-*",),
    ),
    Promise(
        "After failures in a row, calls fail at once until a probe succeeds; a refused login is "
        "not repeated.",
        ("guard-*", "logins-without-end"),
    ),
    Promise(
        "Answers are bounded, also when unpacked, and API keys are sent encrypted.",
        ("bomb-unpacked", "json-nested-without-end", "insecure-http-*", "tls-not-verified"),
    ),
    Promise(
        "No log, error or trace has a personal value or a secret.",
        ("frames-kept", "secret-pickled"),
    ),
    Promise(
        "A value of another gateway or environment is refused; secrets are replaced without a "
        "restart.",
        ("environment-not-compared", "journal-environment-ignored", "secrets-not-read-again"),
    ),
    Promise(
        "A service onboards a user once, from any number of processes that may be killed, and "
        "tells each change once, by what it read at the provider.",
        ("service-*",),
    ),
    Promise(
        "A notification that the provider did not send is refused or not confirmed; a late one is "
        "not confirmed.",
        ("notify-*",),
    ),
    Promise(
        "The record of a closed user says that the user can do nothing.",
        ("closed-user-able",),
    ),
    Promise(
        "Closing a gateway ends its connections and its calls.",
        ("connections-left-open", "readers-left-waiting"),
    ),
)


def _broken_by(promise: Promise, found: list[Mutation]) -> list[Mutation]:
    return [one for one in found if any(fnmatchcase(one.name, each) for each in promise.patches)]


def rows() -> list[tuple[str, list[Mutation]]]:
    """The promises with the patches that break them."""
    found = mutations()
    return [(promise.words, _broken_by(promise, found)) for promise in PROMISES]
