"""How Sphinx builds these pages: `sphinx-build -W docs OUT`."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from importlib.metadata import version as version_of
from pathlib import Path
from shutil import copyfile
from typing import Any

import attrs
from docutils import nodes
from sphinx.pycode import ModuleAnalyzer

TYPES = (
    "Country", "Currency", "Email", "Extras", "Identifier", "Link", "Locale", "LoginName",
    "MediaType", "PastDate", "Phone", "PostalCode", "Text", "Url",
)  # fmt: skip
"""Annotated types, which signatures name as the source does."""
FAMILIES = (
    "banking", "checks", "concurrency", "errors", "levels", "policies", "polling",
    "reconciliation", "registry", "requirements", "verified_claims",
)  # fmt: skip
DOORS = ("onboarding", *(f"onboarding.{name}" for name in (*FAMILIES, "spi", "testing")))
"""The modules whose names have a page in the reference of the API."""

project = "onboarding"
author = "The onboarding developers"
version = release = version_of("onboarding")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
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
html_copy_source = False  # each page has its Markdown beside it, as llms.txt expects
linkcheck_ignore = [r"https?://"]  # listed as ignored: a build opens no connection
copybutton_exclude = ".linenos, .gp"

# Docstrings name things in backticks: a link where there is a page for the name.
default_role = "py:obj"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
autodoc_typehints = "signature"
autodoc_default_options = {"members": True, "undoc-members": True, "exclude-members": "form"}
autodoc_type_aliases = {name: f"onboarding.spi.{name}" for name in TYPES}
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 240

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


def _homes(door: str) -> dict[str, str]:
    """Returns the module in which each name of a door is defined."""
    stub = inspect.getsource(import_module(door))
    if door == "onboarding":
        stub = Path(str(import_module(door).__file__)).with_suffix(".pyi").read_text("utf-8")
    imports = [node for node in ast.parse(stub).body if isinstance(node, ast.ImportFrom)]
    return {alias.name: str(node.module) for node in imports for alias in node.names}


def _of_the_constant(_: Any, what: str, name: str, ___: Any, ____: Any, lines: list[str]) -> None:
    """Gives a constant the docstring below it, in place of the one of its class."""
    if what != "data":
        return
    door, _, word = name.rpartition(".")
    home = _homes(door)[word]
    while word in (further := _homes(home)):
        home = further[word]
    lines[:] = ModuleAnalyzer.for_module(home).find_attr_docs()["", word]


class _Elsewhere:
    """A default that a signature does not spell."""

    def __repr__(self) -> str:
        return "..."


def _untyped(_: Any, what: str, __: str, cls: Any, *___: Any) -> tuple[str, str] | None:
    """Returns the signature of an attrs class without types: the fields below it have them."""
    if what != "class" or not attrs.has(cls):
        return None
    shown = []
    for one in inspect.signature(cls).parameters.values():
        default = one.default
        if default is attrs.NOTHING:
            made = getattr(attrs.fields_dict(cls)[one.name].default, "factory", None)
            default = made() if made else inspect.Parameter.empty
        if not isinstance(default, (str, int, float, tuple, dict, type, type(None))):
            default = _Elsewhere()
        shown.append(one.replace(annotation=inspect.Parameter.empty, default=default))
    return str(inspect.Signature(shown)), ""


def _linked(app: Any, env: Any, node: Any, content: nodes.Node) -> nodes.Node | None:
    """Links a name that has a page under a door, whatever module it is named with."""
    domain = env.get_domain("py")
    name = node.get("reftarget", "").rpartition(".")[2]
    for door in DOORS:
        if (found := domain.objects.get(f"{door}.{name}")) is not None:
            uri = app.builder.get_relative_uri(node["refdoc"], found.docname)
            return nodes.reference("", "", content, internal=True, refuri=f"{uri}#{found.node_id}")
    return None


def _with_markdown(app: Any, error: Exception | None) -> None:
    """Puts the Markdown of each page beside its HTML."""
    if error is None and app.builder.name == "html":
        for page in app.env.found_docs:
            copyfile(app.env.doc2path(page), Path(app.outdir) / f"{page}.md")


def setup(app: Any) -> None:
    app.connect("build-finished", _with_markdown)
    app.connect("autodoc-process-docstring", _fenced)
    app.connect("autodoc-process-docstring", _of_the_constant)
    app.connect("autodoc-process-signature", _untyped)
    app.connect("missing-reference", _linked)
