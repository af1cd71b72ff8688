"""Small pieces of HTML: tables, and texts that may be broken inside of names."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import escape

__all__ = ["badge", "body", "code", "listed", "table", "text"]

_JOINTS = re.compile(r"(?<=[./_])(?=\w)|(?<=[a-z])(?=[A-Z])")


def table(label: str, head: Iterable[str], bodies: Iterable[str], *, kind: str = "") -> str:
    """A table that scrolls by itself where the screen is too narrow for it."""
    columns = "".join(f'<th scope="col">{text(name)}</th>' for name in head)
    return f"""<div class="scroll" role="region" aria-label="{escape(label)}" tabindex="0">
<table{f' class="{kind}"' if kind else ""}>
<thead><tr>{columns}</tr></thead>
{chr(10).join(bodies)}
</table>
</div>"""


def body(lines: Iterable[Iterable[str]], title: str = "", columns: int = 0) -> str:
    """Rows of HTML, under a title that spans all columns; the first cell of each row names it."""
    made = [f'<tr><th scope="rowgroup" colspan="{columns}">{title}</th></tr>'] if title else []
    for first, *rest in lines:
        cells = "".join(f"<td>{cell}</td>" for cell in rest)
        made.append(f'<tr><th scope="row">{first}</th>{cells}</tr>')
    return "\n".join(("<tbody>", *made, "</tbody>"))


def text(words: str) -> str:
    """A text that may be broken inside of paths and names."""
    return _JOINTS.sub("<wbr>", escape(words, quote=False))


def code(name: str) -> str:
    """A name of a program's."""
    return f"<code>{text(name)}</code>"


def listed(names: Iterable[str]) -> str:
    """Names in a sentence: `a, b and c`."""
    *most, last = map(escape, names)
    return f"{', '.join(most)} and {last}" if most else last


def badge(word: str, kind: str) -> str:
    """A word that its colour tells too."""
    return f'<span class="fate {kind}">{text(word)}</span>'
