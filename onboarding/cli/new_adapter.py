"""`onboarding new-adapter`: a distribution with an adapter, a fake, and the laws as tests."""

from __future__ import annotations

import json
import keyword
import re
from collections.abc import Iterator
from importlib.resources import files
from importlib.resources.abc import Traversable
from importlib.util import find_spec
from pathlib import Path

import click

from onboarding.cli.failures import Failure, as_json, wants_json
from onboarding.registry import installed

__all__ = ["new_adapter", "rendered"]

_NAME = re.compile("[a-z][a-z0-9]*(_[a-z0-9]+)*").fullmatch
_LONGEST = 20  # a longer one would make lines too long
_SUFFIX = ".txt"  # so that no tool takes the files for code of this distribution
_SCRIPT = 0o755


@click.command("new-adapter")
@click.argument("name")
@click.option(
    "--into",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="The folder in which the new one is made; by default the current folder.",
)
@as_json
def new_adapter(name: str, into: Path) -> None:
    """Make a distribution with an adapter of a provider, to be changed one endpoint at a time.

    NAME is the name of the provider in configurations: lower-case letters and digits, with single
    underscores between them. The folder onboarding-NAME gets pyproject.toml, the adapter, a fake of
    the provider, the laws of adapters as tests, and ci.sh, which passes as it is. The adapter is
    that of the guide "Write an adapter".
    """
    _require_usable(name)
    found = rendered(name)
    folder = into / _project(name)
    try:
        folder.mkdir()
    except FileExistsError:
        raise Failure(f"{folder} exists already: remove it, or choose another name") from None
    for path, text in found.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
        if file.suffix == ".sh":
            file.chmod(_SCRIPT)
    if wants_json():
        click.echo(json.dumps({"folder": str(folder), "files": [*found]}))
        return
    click.echo(f"{folder}\n" + "\n".join(f"  {path}" for path in found))
    click.echo(f"\nnext: cd {folder} && pip install -e '.[dev]' && ./ci.sh")


def _require_usable(name: str) -> None:
    """Raises `Failure` for a name that a provider, a class or a module cannot have."""
    wrong = ""
    if not _NAME(name):
        near = re.sub("[^a-z0-9]+", "_", name.lower()).strip("_0123456789")[:_LONGEST].rstrip("_")
        wrong = "expected lower-case letters and digits, with single underscores between them"
        wrong += f", such as {near}" if near else ""
    elif len(name) > _LONGEST:
        wrong = f"expected at most {_LONGEST} characters"
    elif name in installed().names():
        wrong = f"an adapter of {name} is installed already"
    elif find_spec(_package(name)) is not None:
        wrong = f"the module {_package(name)} is installed already"
    elif _class(name) in _words_of_the_template() or keyword.iskeyword(_class(name)):
        wrong = f"the class {_class(name)} would hide a name that the adapter uses"
    if wrong:
        raise Failure(f"NAME: {wrong}")


def rendered(name: str) -> dict[str, str]:
    """Returns the text of each file of the distribution, by its path."""
    spellings = {
        "onboarding-northbank": _project(name),
        "northbank": name,
        "Northbank": _class(name),
        "NORTHBANK": name.upper(),
    }
    each = re.compile("|".join(spellings))

    def spelled(text: str) -> str:
        return each.sub(lambda found: spellings[found[0]], text)

    return {spelled(path): spelled(text) for path, text in sorted(_template())}


def _project(name: str) -> str:
    return f"onboarding-{name.replace('_', '-')}"


def _package(name: str) -> str:
    return f"onboarding_{name}"


def _class(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _template() -> Iterator[tuple[str, str]]:
    """Yields the path and the text of each file of the distribution for a provider `northbank`."""
    yield from _below(files("onboarding.cli") / "distribution", "")


def _below(folder: Traversable, place: str) -> Iterator[tuple[str, str]]:
    for one in folder.iterdir():
        if one.is_dir():
            yield from _below(one, f"{place}{one.name}/")
        elif one.name.endswith(_SUFFIX):
            yield place + one.name.removesuffix(_SUFFIX), one.read_text("utf-8")


def _words_of_the_template() -> set[str]:
    """Returns the words of the code, without the name that is replaced."""
    code = (text for path, text in _template() if path.endswith(".py"))
    return {word for text in code for word in re.findall(r"\w+", text)} - {"Northbank"}
