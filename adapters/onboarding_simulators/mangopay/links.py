"""Links to hosted pages: for whom, for what, until when (docs: guides/sca/session)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from onboarding_simulators.shared import Row

from . import ids
from .world import World

LINKS = "links"
ENROLMENT, CONSENT, ACCESS, RECIPIENT = "enrolment", "consent", "access", "recipient"
LIFE = 10 * 60


def fresh_link(world: World, purpose: str, user_id: str, resource_id: str = "") -> str:
    """Gives the link of a fresh page; earlier ones stay good until their time is over."""
    token = ids.token(world.entropy)
    row = {
        "Token": token,
        "Purpose": purpose,
        "UserId": user_id,
        "ResourceId": resource_id,
        "Expires": world.clock() + LIFE,
        "Ended": False,
    }
    world.tables.save(LINKS, token, row, user_id)
    return address(world, token)


def address(world: World, token: str) -> str:
    """Gives the address of the page of that token."""
    return f"{world.hosted_origin}/?token={token}"


def find_link(world: World, token: str) -> Row:
    """Gives what a token is for, be it too old; raises LookupError if it is unknown."""
    row = world.tables.get(LINKS, token)
    if row is None:
        raise LookupError("no page has this link")
    return row


def is_open(row: Row, now: float) -> bool:
    """Whether a page can still be passed: until its time is over, and once."""
    return row["Expires"] > now and not row["Ended"]


def open_link(world: World, link: str) -> Row:
    """Gives what a link is for; raises LookupError if it is unknown, too old or ended."""
    row = find_link(world, "".join(parse_qs(urlsplit(link).query).get("token", ())))
    if not is_open(row, world.clock()):
        raise LookupError("no open page has this link")
    return row


def end(world: World, row: Row) -> None:
    """Ends a page: it was passed, or refused."""
    world.tables.save(LINKS, row["Token"], {**row, "Ended": True})
