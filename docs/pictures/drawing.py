"""Shapes and texts as SVG, readable on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

__all__ = ["arrow", "box", "circle", "line", "svg", "text"]

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"

# Each class has its colour on a light page and on a dark one.
COLOURS = {
    "page": ("#ffffff", "#16181d"),
    "ink": ("#1f1e1b", "#edeae3"),
    "soft": ("#5d5a53", "#a9a59b"),
    "line": ("#b9b5aa", "#5a5e68"),
    "panel": ("#f3f1ec", "#23262d"),
    "blue": ("#1f5fae", "#8cb0e6"),
    "green": ("#1d7560", "#86cdb8"),
    "amber": ("#8a5a00", "#e8c476"),
    "red": ("#b3362b", "#f38b80"),
}


def _styles(dark: bool) -> str:
    return "".join(
        f".{name}{{fill:{pair[dark]}}}.s-{name}{{stroke:{pair[dark]};fill:none}}"
        for name, pair in COLOURS.items()
    )


def svg(width: int, height: int, title: str, parts: Iterable[str]) -> str:
    """Returns a whole picture. It has a background, so that it fits on a page of any colour."""
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
            f' width="{width}" height="{height}" role="img">',
            f"<title>{escape(title)}</title>",
            f"<style>text{{font:13px {FONT}}}.mono{{font-family:{MONO};font-size:12px}}"
            ".bold{font-weight:600}.halo{paint-order:stroke;stroke-width:5px}"
            f"{_styles(False)}.halo{{stroke:{COLOURS['page'][0]}}}"
            f"@media(prefers-color-scheme:dark){{{_styles(True)}"
            f".halo{{stroke:{COLOURS['page'][1]}}}}}</style>",
            f'<rect class="page" width="{width}" height="{height}" rx="8"/>',
            *parts,
            "</svg>\n",
        ]
    )


def text(x: float, y: float, words: str, style: str = "ink", anchor: str = "middle") -> str:
    return (
        f'<text class="{style}" x="{x:g}" y="{y:g}" text-anchor="{anchor}">{escape(words)}</text>'
    )


def box(x: float, y: float, width: float, height: float, style: str = "panel") -> str:
    return (
        f'<rect class="{style}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="5"/>'
    )


def line(
    x: float, y: float, to_x: float, to_y: float, style: str = "s-line", width: float = 1
) -> str:
    return f'<path class="{style}" d="M{x:g} {y:g}L{to_x:g} {to_y:g}" stroke-width="{width:g}"/>'


def circle(x: float, y: float, radius: float, style: str) -> str:
    return f'<circle class="{style}" cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'


def arrow(x: float, to_x: float, y: float, colour: str) -> str:
    """Returns a level arrow with its head at `to_x`."""
    back = -7 if to_x > x else 7
    head = f'<path class="{colour}" d="M{to_x:g} {y:g}l{back} -4v8z"/>'
    return line(x, y, to_x + back / 2, y, f"s-{colour}", 1.5) + head
