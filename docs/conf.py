"""How Sphinx builds these pages: `sphinx-build -W docs OUT`."""

from __future__ import annotations

import re
from importlib.metadata import version as version_of
from typing import Any

project = "onboarding"
author = "The onboarding developers"
version = release = version_of("onboarding")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx_copybutton",
]
exclude_patterns = ["_build", "pictures/*.md"]
suppress_warnings = ["myst.header"]  # a page of an ADR begins with its number

myst_heading_anchors = 4
myst_enable_extensions = ["attrs_inline"]

html_theme = "furo"
html_title = "onboarding"
html_static_path: list[str] = []
html_theme_options = {"source_repository": "", "navigation_with_keys": True}
html_extra_path = ["llms.txt"]
copybutton_exclude = ".linenos, .gp"

# Docstrings name things in backticks: a link where there is a page for the name.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "show-inheritance": False}
autosummary_generate = True
autosummary_imported_members = True
autosummary_ignore_module_all = False

_FENCE = re.compile(r"^(\s*)```(\w*)\s*$")


def _fenced(_: Any, __: str, ___: str, ____: Any, _____: Any, lines: list[str]) -> None:
    """Turns the fenced examples of a docstring into code blocks of reStructuredText."""
    made: list[str] = []
    inside = False
    for line in lines:
        if (mark := _FENCE.match(line)) is None:
            made.append(f"    {line}" if inside else line)
            continue
        inside = not inside
        made += ["", f"{mark[1]}.. code-block:: {mark[2] or 'text'}", ""] if inside else [""]
    lines[:] = made


def setup(app: Any) -> None:
    app.connect("autodoc-process-docstring", _fenced)
