"""The law of texts: any characters arrive as they are, or are refused by the path of the field."""

from __future__ import annotations

from onboarding.errors import InvalidInput, Unsupported
from onboarding.mapping.paths import lookup
from onboarding.mapping.people import PEOPLE, named
from onboarding.mapping.plan import EXTRAS, MappedField
from onboarding.mapping.rows import On
from onboarding.model.user import User
from onboarding.testing.bodies import on_wire
from onboarding.testing.examples import draw
from onboarding.testing.generators import supported_users
from onboarding.testing.law import law
from onboarding.testing.laws import loss_paths
from onboarding.testing.runner import Case, Runner
from onboarding.testing.strategies import changed, check_at
from onboarding.testing.suite.writing import writes
from onboarding.testing.why import unlike

__all__ = ["any_text"]

TEXTS = (
    "a&b=c+d%41;e", "<b>&amp;]]></b>",
    "\"'`\\/", "[a][0]", "{a}, {}", "e\u0301\u00e9", "\U0001f642",
    " a  b ", "a\u00a0b", "a\ufffeb", "a\uffffb", "\ufeffa", "\ue000", "null", "true", "1e3",
)  # fmt: skip
"""Texts that a query, a form, JSON or XML quotes, or cannot hold."""


@law(
    "a text of any characters is sent as it is, or refused by the path of its field",
    writes,
    exhaustive=True,
)
def any_text(runner: Runner) -> None:
    for name, adapter, wire in runner.wired:
        free = [mapped for mapped in wire.plan.fields if _is_free(mapped)]
        if not adapter.supports("create_user") or not free:
            continue
        users: list[User] = []
        draw(supported_users(wire, extras=adapter.extras, complete=True), users.append)
        case = Case(adapter=adapter, wire=wire, user=users[0], variant=name)
        for text in TEXTS:
            runner.examples += 1
            _arrives(runner, case, [one for one in free if _fits(one, text)], text)


def _is_free(mapped: MappedField) -> bool:
    """Returns whether a creation sends a field of a user that takes texts of any form."""
    row = mapped.row
    if mapped.core.startswith(EXTRAS) or row.joined or row.pattern or row.codec is None:
        return False
    shape = check_at(mapped.core).shape
    text = row.codec.plain is str and shape is not None and shape.name == "text"
    return text and bool(mapped.on & On.CREATE)


def _fits(mapped: MappedField, text: str) -> bool:
    return not check_at(mapped.core).problems(text) and len(text) <= (mapped.row.max or len(text))


def _arrives(runner: Runner, case: Case, free: list[MappedField], text: str) -> None:
    user = case.user
    for mapped in free:
        if mapped.core.startswith(PEOPLE) and lookup(user, mapped.core.partition(".")[0]) is None:
            continue
        user = changed(user, mapped.core, text)
    given = [mapped.core for mapped in free if lookup(user, mapped.core) == text]
    try:
        begun = runner.begin(case.adapter, "create_user", user)
    except (Unsupported, InvalidInput) as error:
        other = {*error.paths} - {named(path, user) for path in given} - {*given}
        assert not other, f"an odd text is refused by the paths {sorted(other)}"
        return
    back, _ = case.wire.from_wire(on_wire(begun.body))
    known = loss_paths(begun.losses, case.wire, user)
    for path in given:
        if lookup(back, path) != text and path not in known:
            raise unlike(f"an odd {path} is sent as another text", text, lookup(back, path))
