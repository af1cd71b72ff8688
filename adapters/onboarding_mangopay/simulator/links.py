"""Links to hosted pages: for whom, for what, until when (docs: guides/sca/session)."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from onboarding.simulators import Row

from . import ids
from .world import World

LINKS = "links"
ENROLMENT, CONSENT, ACCESS, RECIPIENT = "enrolment", "consent", "access", "recipient"
LIFE = 10 * 60


def fresh_link(world: World, purpose: str, user_id: str, resource_id: str = "") -> str:
    """Gives the link of a fresh page; earlier ones stay good until their time is over."""
    token = ids.token(world.entropy)
    row = {
        "Purpose": purpose,
        "UserId": user_id,
        "ResourceId": resource_id,
        "Expires": world.clock() + LIFE,
    }
    world.tables.save(LINKS, token, row)
    return f"{world.sca_origin}/?token={token}"


def open_link(world: World, link: str) -> Row:
    """Gives what a link is for; raises LookupError if it is unknown or too old."""
    token = "".join(parse_qs(urlsplit(link).query).get("token", ()))
    row = world.tables.get(LINKS, token)
    if row is None or row["Expires"] <= world.clock():
        raise LookupError("no open page has this link")
    return row
