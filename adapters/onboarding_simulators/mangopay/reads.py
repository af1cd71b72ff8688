"""The reads on users: one, all of them page by page, an earlier answer."""

from __future__ import annotations

import json
from email.utils import formatdate

from .errors import RefusedError, unknown_key
from .idempotency import remembered
from .kinds import Kind
from .lookup import find
from .paging import paged
from .views import legacy_view, sca_view, summary
from .world import Call, Handler, Reply, World


def viewing(kind: Kind | None, *, with_sca: bool) -> Handler:
    """Gives the handler that shows one user, never with a redirect (docs: view-user-sca)."""

    def view(world: World, call: Call) -> Reply:
        user = find(world, call.params["id"], kind)
        return Reply(body=sca_view(user) if with_sca else legacy_view(user))

    return view


def list_users(world: World, call: Call) -> Reply:
    """Answers with a page of summaries, oldest first (docs: list-users)."""

    def fetch(skip: int, limit: int, newest_first: bool) -> list[dict[str, object]]:
        users = world.store.users(skip, limit, newest_first=newest_first)
        return [summary(user) for user in users]

    return paged(call, world.store.count_users(), fetch)


def view_response(world: World, call: Call) -> Reply:
    """Answers with the first answer under an idempotency key (docs: view-api-response)."""
    key = call.params["key"]
    stored = remembered(world, key)
    if stored is None:
        raise RefusedError(unknown_key(key, strict=world.strict))
    return Reply(
        body={
            "StatusCode": str(stored.status),
            "ContentLength": str(len(stored.body.encode())),
            "ContentType": stored.content_type,
            "Date": formatdate(stored.made, usegmt=True),
            "RequestURL": stored.url,
            "Resource": json.loads(stored.body) if stored.body else None,
        }
    )
