"""The reads on users: one, all of them page by page, an earlier answer."""

from __future__ import annotations

import json
from email.utils import formatdate

from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Request

from .errors import RefusedError, not_found
from .idempotency import remembered
from .kinds import Kind
from .lookup import find
from .views import legacy_view, sca_view, summary
from .world import Call, Handler, Reply, World

MOST_PER_PAGE = 100
USUAL_PER_PAGE = 10


def viewing(kind: Kind | None, *, with_sca: bool) -> Handler:
    """Gives the handler that shows one user, never with a redirect (docs: view-user-sca)."""

    def view(world: World, call: Call) -> Reply:
        user = find(world, call.params["id"], kind)
        return Reply(body=sca_view(user) if with_sca else legacy_view(user))

    return view


def list_users(world: World, call: Call) -> Reply:
    """Answers with a page of summaries, oldest first (docs: list-users, overview/pagination).

    A page size above the limit counts as the limit, a page past the end is empty: neither is
    documented.
    """
    query = _lower_keys(call.request)
    users = world.store.users()
    if query.get("sort", "").lower() == "creationdate:desc":
        users.reverse()
    page = max(_number(query.get("page"), 1), 1)
    size = min(max(_number(query.get("per_page"), USUAL_PER_PAGE), 1), MOST_PER_PAGE)
    pages = -(-len(users) // size)
    headers = {
        "x-number-of-pages": str(pages),
        "x-number-of-items": str(len(users)),
        "link": _links(call.request.base_url, page, size, pages),
    }
    rows = [summary(user) for user in users[(page - 1) * size : page * size]]
    return Reply(body=rows, headers=headers)


def view_response(world: World, call: Call) -> Reply:
    """Answers with the first answer under an idempotency key (docs: view-api-response)."""
    key = call.params["key"]
    stored = remembered(world, key)
    if stored is None:
        raise RefusedError(not_found("Response", key))
    return Reply(
        body={
            "StatusCode": str(stored.status),
            "ContentLength": str(len(stored.body)),
            "ContentType": stored.content_type,
            "Date": formatdate(stored.made, usegmt=True),
            "RequestURL": stored.url,
            "Resource": json.loads(stored.body) if stored.body else None,
        }
    )


def _lower_keys(request: Request) -> dict[str, str]:
    """Gives the query with names in lower case: the SDKs spell them in three ways."""
    args: MultiDict[str, str] = request.args
    return {name.lower(): value for name, value in args.items()}


def _number(text: str | None, usual: int) -> int:
    digits = (text or "").strip()
    if not (digits.isascii() and digits.isdigit() and len(digits) < 10):
        return usual
    return int(digits)


def _links(url: str, page: int, size: int, pages: int) -> str:
    last = max(pages, 1)
    targets = {"first": 1, "prev": page - 1, "next": page + 1, "last": last}
    return ", ".join(
        f'<{url}?page={number}&per_page={size}>; rel="{rel}"'
        for rel, number in targets.items()
        if 1 <= number <= last
    )
