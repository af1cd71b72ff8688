"""Finds adapters: by name, lazily, loudly."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from typing import cast

import pluggy
from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.errors import AmbiguousProvider, InvalidInput, Problem, UnknownProvider
from onboarding.hooks import GROUP, Contract, Exchange
from onboarding.serialization import nearest

__all__ = ["Plugin", "Registry", "installed"]

log = logging.getLogger("onboarding")


@frozen(kw_only=True)
class Plugin:
    """One claim to a provider name, and what became of it. `problem` is empty when all is well."""

    name: str
    """The name of the provider. Example: `mangopay`."""
    distribution: str
    """The installed distribution. Example: `onboarding-northbank`."""
    version: str
    """The version of the distribution. Example: `0.1.0`."""
    problem: str = ""
    """Why it cannot be used; empty if it can."""
    adapter: type[Adapter] | None = None
    """The class, None if it cannot be used or was not loaded."""


class Registry:
    """The adapters within reach: those registered in this process, and those installed.

    An installed plugin is loaded when its name is first asked for: a broken stranger harms
    nobody. Two installed distributions that claim one name are an error for that name alone;
    what is registered in the process comes before what is installed.
    """

    def __init__(self, *, entry_points: Iterable[metadata.EntryPoint] | None = None) -> None:
        self._manager = pluggy.PluginManager(GROUP)
        self._manager.add_hookspecs(Contract)
        self._own: dict[str, type[Adapter]] = {}
        self._loaded: dict[str, type[Adapter]] = {}
        self._given = tuple(entry_points) if entry_points is not None else None
        self._lock = threading.RLock()

    # -- registering

    def register(self, adapter: type[Adapter]) -> type[Adapter]:
        """Adds an adapter class of this process; also a class decorator.

        Raises `AmbiguousProvider` when another class has that name, `InvalidInput` for what is no
        adapter class, or names no provider.
        """
        with self._lock:
            self._add([adapter])
        return adapter

    def register_plugin(self, plugin: object) -> None:
        """Adds a plugin object: its adapters, and its observer. All of it, or nothing.

        Raises `AmbiguousProvider` as `register` does, `InvalidInput` for what is no plugin.
        """
        problem = None
        brought: list[type[Adapter]] = []
        try:
            brought = _brought(plugin)
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            problem = Problem("", "broken", f"the plugin cannot be used: {_told(error)}")
        if problem is not None:
            raise InvalidInput([problem])
        with self._lock:
            self._add(brought)
            self._keep(plugin)

    def _add(self, adapters: Iterable[object]) -> None:
        """Every one of them, or none."""
        added = dict(self._own)
        for adapter in adapters:
            if not (isinstance(adapter, type) and issubclass(adapter, Adapter)):
                raise InvalidInput([Problem("", "type", "expected a subclass of Adapter")])
            if not (isinstance(adapter.provider, str) and adapter.provider):  # pyright: ignore[reportUnnecessaryIsInstance]
                text = f"{adapter.__name__} names no provider"
                raise InvalidInput([Problem("", "missing", text)])
            before = added.setdefault(adapter.provider, adapter)
            if before is not adapter:
                text = f"{before.__qualname__} and {adapter.__qualname__} both claim it"
                raise AmbiguousProvider([Problem(adapter.provider, "conflict", text)])
        self._own = added

    # -- finding

    def find(self, name: str) -> type[Adapter]:
        """The adapter class of a provider.

        Raises `UnknownProvider` when there is none or it cannot be loaded, `AmbiguousProvider`
        when two distributions claim the name.
        """
        with self._lock:
            found = self._own.get(name) or self._loaded.get(name)
            if found is None:
                found = self._loaded[name] = self._load(name)
            return found

    def names(self) -> tuple[str, ...]:
        """Every provider name that somebody claims, loadable or not."""
        claimed = {point.name for point in self._entry_points()}
        return tuple(sorted(claimed | set(self._own)))

    def report(self) -> tuple[Plugin, ...]:
        """Every claim, with what is wrong with it; this loads each installed plugin."""
        own = [
            Plugin(name=name, distribution="(this process)", version="", adapter=adapter)
            for name, adapter in self._own.items()
        ]
        return tuple(sorted([*own, *map(self._tried, self._entry_points())], key=lambda p: p.name))

    def tell(self, exchange: Exchange) -> None:
        """Tells every observer registered by now of an exchange.

        One by one, for pluggy would stop at the first that raises.
        """
        for impl in reversed(self._manager.hook.onboarding_observe.get_hookimpls()):
            try:
                impl.function(*(exchange for _ in impl.argnames))
            except KeyboardInterrupt:
                raise
            except BaseException as error:  # such as SystemExit: the next observer is called too
                log.warning("an observer failed: %s", type(error).__name__)

    def _tried(self, point: metadata.EntryPoint) -> Plugin:
        distribution, version = _distribution(point)
        adapter, problem = None, ""
        try:
            adapter = self.find(point.name)
        except (UnknownProvider, AmbiguousProvider) as error:
            problem = "; ".join(found.message for found in error.problems)
        return Plugin(
            name=point.name,
            distribution=distribution,
            version=version,
            problem=problem,
            adapter=adapter,
        )

    def _load(self, name: str) -> type[Adapter]:
        points = [point for point in self._entry_points() if point.name == name]
        if not points:
            hint = nearest(name, self.names())
            text = f"no adapter of that name is installed{hint}"
            raise UnknownProvider([Problem(name, "unknown", text)])
        if len(points) > 1:
            owners = " and ".join(sorted(" ".join(_distribution(point)) for point in points))
            raise AmbiguousProvider([Problem(name, "conflict", f"claimed by {owners}")])
        try:
            plugin = points[0].load()
            adapters = {str(adapter.provider): adapter for adapter in _brought(plugin)}
            if name in adapters:
                self._keep(plugin)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # such as SystemExit, or an outcome of pytest's
            text = f"its plugin cannot be loaded: {_told(error)}"
            raise UnknownProvider([Problem(name, "broken", text)]) from error
        if name not in adapters:
            text = f"its plugin brings {', '.join(adapters) or 'no adapter'} instead"
            raise UnknownProvider([Problem(name, "broken", text)])
        return adapters[name]

    def _keep(self, plugin: object) -> None:
        if not self._manager.is_registered(plugin):
            # by a name that no other plugin has: pluggy would take it from an attribute
            self._manager.register(plugin, name=str(id(plugin)))

    def _entry_points(self) -> tuple[metadata.EntryPoint, ...]:
        if self._given is None:
            self._given = tuple(metadata.entry_points(group=GROUP))
        return self._given


def _brought(plugin: object) -> list[type[Adapter]]:
    """What one plugin answers to the hook, read through a manager of its own."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Contract)
    manager.register(plugin)
    manager.check_pending()
    for hook in (manager.hook.onboarding_adapters, manager.hook.onboarding_observe):
        if any(found.wrapper or found.hookwrapper for found in hook.get_hookimpls()):
            raise TypeError("a hook of this group takes no wrapper")  # `tell` calls each by itself
    answers = cast("list[Iterable[object]]", manager.hook.onboarding_adapters())
    found: list[type[Adapter]] = []
    for brought in (item for answer in answers for item in answer):
        if not (isinstance(brought, type) and issubclass(brought, Adapter)):
            raise TypeError("onboarding_adapters must give subclasses of Adapter")
        found.append(brought)
    return found


def _told(error: BaseException) -> str:
    """The class and the text of an error of a plugin, whose text may fail as well."""
    try:
        return f"{type(error).__name__}: {error}"
    except KeyboardInterrupt:
        raise
    except BaseException:
        return type(error).__name__


def _distribution(point: metadata.EntryPoint) -> tuple[str, str]:
    dist = point.dist
    try:
        return (str(dist.name), str(dist.version)) if dist is not None else ("(unknown)", "")
    except Exception:  # of metadata without a name or a version
        return "(unknown)", ""


@cache
def installed() -> Registry:
    """The registry of everything installed, shared by the process."""
    return Registry()
