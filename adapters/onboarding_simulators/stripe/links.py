"""Account links, used once and for minutes, and links to dashboards (docs: api/account_links)."""

from __future__ import annotations

from onboarding_simulators.shared import Row
from onboarding_simulators.shared.desk import leads_back

from .calls import Call, Reply, World, account_of, find_account, save_account
from .changes import settle
from .errors import declined, missing_param

LINKS = "links"


def create(world: World, call: Call) -> Reply:
    """Creates a link; from then on the account's user may be at work on it."""
    given = call.given
    account = find_account(world, given["account"])
    collects = account["controller"]["requirement_collection"] == "application"
    if given["type"] == "account_update" and not collects:
        raise declined("type", "You cannot create account_update links for this account")
    for name in ("refresh_url", "return_url"):
        if not given.get(name):
            raise missing_param(name)
        if not leads_back(given[name]):
            raise declined(name, "Not a valid URL", "url_invalid")
    options = given.get("collection_options", {})
    now = world.now()
    row: Row = {
        "id": world.new_id("", 12),
        "account": account["id"],
        "session": None,
        "ended": False,
        "created": now,
        "expires_at": now + world.link_seconds,
        "refresh_url": given["refresh_url"],
        "return_url": given["return_url"],
        "all": "eventually_due" in (options.get("fields"), given.get("collect")),
        "future": options.get("future_requirements") == "include",
    }
    world.tables.save(LINKS, row["id"], row, account["id"])
    account["linked"] = True
    save_account(world, account)
    settle(world, account, call)
    return Reply(
        body={
            "object": "account_link",
            "created": now,
            "expires_at": row["expires_at"],
            "url": address(world, row),
        }
    )


def create_login(world: World, call: Call) -> Reply:
    """Creates a link to the Express dashboard, which the simulator does not have."""
    account = account_of(world, call)
    if account["controller"]["dashboard"] != "express":
        raise declined(None, "Login links are for accounts with the Express dashboard")
    if not account["submitted"]:
        raise declined(None, "Login links are for accounts that completed onboarding")
    url = f"{world.pages_origin}/express/{account['id']}/{world.new_id('', 12)}"
    return Reply(body={"object": "login_link", "created": world.now(), "url": url})


def address(world: World, row: Row) -> str:
    """Returns the address of a link."""
    return f"{world.pages_origin}/setup/s/{row['account']}/{row['id']}"
