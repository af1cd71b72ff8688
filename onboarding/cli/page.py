"""The matrix as an HTML page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape
from importlib import resources

from onboarding import __version__
from onboarding.cli.overview import (
    Cell,
    Provider,
    grouped,
    level_as_dict,
    level_axes,
    summary_of,
)
from onboarding.mapping.support import Support
from onboarding.model.user import PersonType
from onboarding.operations import OPERATIONS

__all__ = [
    "badge",
    "body",
    "code",
    "listed",
    "page",
    "table",
    "text",
]

_JOINTS = re.compile(r"(?<=[./_])(?=\w)|(?<=[a-z])(?=[A-Z])")


def table(label: str, head: Iterable[str], bodies: Iterable[str], *, kind: str = "") -> str:
    """Returns a table that scrolls horizontally if the screen is too narrow."""
    columns = "".join(f'<th scope="col">{text(name)}</th>' for name in head)
    return f"""<div class="scroll" role="region" aria-label="{escape(label)}" tabindex="0">
<table{f' class="{kind}"' if kind else ""}>
<thead><tr>{columns}</tr></thead>
{chr(10).join(bodies)}
</table>
</div>"""


def body(lines: Iterable[Iterable[str]], title: str = "", columns: int = 0) -> str:
    """Returns rows under a title that spans all columns; the first cell of a row is its header."""
    made = [f'<tr><th scope="rowgroup" colspan="{columns}">{title}</th></tr>'] if title else []
    for first, *rest in lines:
        cells = "".join(f"<td>{cell}</td>" for cell in rest)
        made.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return "\n".join(("<tbody>", *made, "</tbody>"))


def text(words: str) -> str:
    """Returns escaped text with line break opportunities in paths and names."""
    return _JOINTS.sub("<wbr>", escape(words, quote=False))


def code(name: str) -> str:
    """Returns a name as code."""
    return f"<code>{text(name)}</code>"


def listed(names: Iterable[str]) -> str:
    """Returns names in a sentence: `a, b and c`."""
    *most, last = map(escape, names)
    return f"{', '.join(most)} and {last}" if most else last


def badge(word: str, kind: str) -> str:
    """Returns a word in a coloured badge."""
    return f'<span class="support {kind}">{text(word)}</span>'


_MEANINGS = {
    Support.SUPPORTED: ("good", "arrives as given"),
    Support.WRITE_ONLY: ("good", "arrives, and is never returned"),
    Support.DERIVED: ("good", "taken from another field"),
    Support.COARSENED: ("half", "arrives with less than was given; refused unless accepted"),
    Support.READ_ONLY: (
        "bad",
        "the provider returns it, and no call sets it; refused unless accepted",
    ),
    Support.NOT_SUPPORTED: ("bad", "the provider has no such field; refused unless accepted"),
    Support.NOT_APPLICABLE: (
        "none",
        "has no meaning there, or a call of its own; never refused",
    ),
}


def page(found: list[Provider]) -> str:
    """Returns the whole document."""
    style = resources.files("onboarding.cli").joinpath("page.css").read_text("utf-8")
    sections = "\n".join(_sections(found))
    links = "".join(f'<li><a href="#{id}">{title}</a></li>' for id, (title, _) in _CONTENTS.items())
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>What each provider supports</title>
<style>
{style}</style>
</head>
<body>
<header>
<h1>What each provider supports</h1>
<p>Generated from the declarations of {listed(one.name for one in found)}, each with its default
settings. A target that includes another one requires everything that the other one does.</p>
<nav aria-label="Contents"><ul>{links}</ul></nav>
{_key(found)}
</header>
<main>
{sections}
</main>
<footer>onboarding {escape(__version__)}</footer>
</body>
</html>
"""


_CONTENTS = {
    "natural": ("Natural persons", "How a registration treats each field."),
    "legal": ("Legal persons", "How a registration treats each field."),
    "operations": ("Operations", "The calls of a gateway, and the providers that support them."),
    "targets": ("Targets", "What a user can reach at each provider, by name."),
    "levels": (
        "Levels",
        "The provider levels, weakest first, and their levels by the default level policy. "
        "A configuration can replace it.",
    ),
}


def _sections(found: list[Provider]) -> Iterator[str]:
    yield from (_section(str(kind), _data(kind, found)) for kind in PersonType)
    yield _section("operations", _operations(found))
    yield _section("targets", _targets(found))
    yield _section("levels", _levels(found))


def _section(id: str, content: str) -> str:
    title, words = _CONTENTS[id]
    return f"""<section aria-labelledby="{id}">
<h2 id="{id}">{title}</h2>
<p>{words}</p>
{content}
</section>"""


# -- data


def _key(found: list[Provider]) -> str:
    used = {cell.support for one in found for by in one.cells.values() for cell in by.values()}
    pairs = "\n".join(
        f"<dt>{badge(str(support), kind)}</dt><dd>{words}</dd>"
        for support, (kind, words) in _MEANINGS.items()
        if support in used
    )
    return f'<dl class="key">\n{pairs}\n</dl>'


def _data(kind: PersonType, found: list[Provider]) -> str:
    taking = [one for one in found if one.takes(kind)]
    bodies = [
        body(
            (
                [code(name), *(_cell(one.cells[kind][core]) for one in taking)]
                for name, core in names.items()
            ),
            code(parent) if parent else "",
            len(taking) + 1,
        )
        for parent, names in grouped(kind, taking).items()
    ]
    others = "".join(f"<p>{escape(_why_not(one))}</p>" for one in found if one not in taking)
    label = f"{_CONTENTS[str(kind)][0]}: data by provider"
    return others + table(label, ("Field", *(one.name for one in taking)), bodies, kind="data")


def _why_not(provider: Provider) -> str:
    why = "does not register such persons" if provider.cells else "declares no mapping"
    return f"{provider.name} {why}."


def _cell(cell: Cell) -> str:
    kind = _MEANINGS[cell.support][0] if cell.support is not None else "none"
    parts = [badge(cell.word, kind)]
    explanation = cell.explanation
    if explanation is not None and explanation.wire_path:
        parts.append(f'<code class="name">{text(explanation.wire_path)}</code>')
    said = [f'<li class="need">{text(line)}</li>' for line in cell.demands]
    if explanation is not None:
        said += [f"<li>{text(line)}</li>" for line in explanation.limits]
        said += [f"<li>null if {text(explanation.hidden)}</li>"] if explanation.hidden else []
    if said:
        parts.append(f'<ul class="said">{"".join(said)}</ul>')
    more = "".join(
        f"<dt>{name}</dt><dd>{text('; '.join(words))}</dd>" for name, words in _more(cell)
    )
    if more:
        parts.append(f"<details><summary>more</summary><dl>{more}</dl></details>")
    return "".join(parts)


def _more(cell: Cell) -> Iterator[tuple[str, tuple[str, ...]]]:
    explanation = cell.explanation
    if explanation is None or cell.support is Support.NOT_SUPPORTED:  # there is nothing more to say
        return
    lines: tuple[tuple[str, tuple[str, ...]], ...] = (
        ("form", (explanation.form,)),
        ("unclear", (explanation.uncertain,)),
        ("refused", explanation.refused),
        ("written by", (", ".join(explanation.written_on),)),
        ("always sent", (explanation.along,)),
        ("on change", explanation.on_change),
        ("scope", (" or ".join(explanation.scope),)),
        ("lost", (explanation.loss.reason,) if explanation.loss is not None else ()),
        ("source", (explanation.source,)),
    )
    yield from ((name, words) for name, words in lines if any(words))


# -- the rest


def _operations(found: list[Provider]) -> str:
    yes, no = badge("yes", "good"), badge("no", "none")
    lines = (
        [
            code(name),
            *(yes if one.operations[name] else no for one in found),
            text(summary_of(name)),
        ]
        for name in OPERATIONS
    )
    head = ("Operation", *(one.name for one in found), "What it does")
    return table("Operations by provider", head, [body(lines)])


def _targets(found: list[Provider]) -> str:
    lines = (
        [code(target.id), text(target.words), text(target.source)]
        for one in found
        for target in one.targets.values()
    )
    return table("Targets by provider", ("Target", "Description", "Source"), [body(lines)])


def _levels(found: list[Provider]) -> str:
    axes = level_axes(row for one in found for row in one.levels)
    bodies = [
        body(
            (
                [
                    code(row.provider_level),
                    *(text(str(level_as_dict(row)[axis] or "")) for axis in axes),
                    text(row.why),
                ]
                for row in one.levels
            ),
            text(one.name),
            len(axes) + 2,
        )
        for one in found
        if one.levels
    ]
    return table("Levels by provider", ("Provider level", *axes, "Reason"), bodies)
