"""Finds adapters by name, and loads each plugin when it is first needed."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import cache
from importlib import metadata
from typing import cast

import pluggy
from attrs import frozen

from onboarding.adapter import Adapter
from onboarding.errors import AmbiguousProvider, InvalidInput, Problem, UnknownProvider
from onboarding.hooks import GROUP, HOOKS, Contract, Observers
from onboarding.serialization import nearest

__all__ = ["Plugin", "Registry", "installed"]


@frozen(kw_only=True)
class Plugin:
    """One adapter of a plugin."""

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
    """The available adapters: those registered in this process, and those installed.

    An installed plugin is loaded when its name is first requested, so a broken plugin does not
    affect others. Two installed distributions with the same provider name are an error for that
    name only. Adapters registered in the process take precedence over installed ones.
    """

    def __init__(self, *, entry_points: Iterable[metadata.EntryPoint] | None = None) -> None:
        self._manager = pluggy.PluginManager(GROUP)
        self._manager.add_hookspecs(Contract)
        self.tell = Observers(self._manager)
        """The registered observers, as one observer: for `Gateway(observe=...)`."""
        self._own: dict[str, type[Adapter]] = {}
        self._loaded: dict[str, type[Adapter]] = {}
        self._given = tuple(entry_points) if entry_points is not None else None
        self._lock = threading.RLock()

    # -- registering

    def register(self, adapter: type[Adapter]) -> type[Adapter]:
        """Registers an adapter class; can be used as a class decorator.

        Raises `AmbiguousProvider` if another class has the same provider name, `InvalidInput` if
        `adapter` is not an adapter class or has no provider name.
        """
        with self._lock:
            self._add([adapter])
        return adapter

    def register_plugin(self, plugin: object) -> None:
        """Registers the adapters and the observer of a plugin object, all or none.

        Raises `AmbiguousProvider` like `register`, `InvalidInput` if the plugin cannot be used.
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
        """Registers all of the adapters, or none."""
        added = dict(self._own)
        for adapter in adapters:
            if not (isinstance(adapter, type) and issubclass(adapter, Adapter)):
                raise InvalidInput([Problem("", "type", "expected a subclass of Adapter")])
            if not (isinstance(adapter.provider, str) and adapter.provider):  # pyright: ignore[reportUnnecessaryIsInstance]
                text = f"{adapter.__name__} has no provider name"
                raise InvalidInput([Problem("", "missing", text)])
            before = added.setdefault(adapter.provider, adapter)
            if before is not adapter:
                text = f"{before.__qualname__} and {adapter.__qualname__} both have this name"
                raise AmbiguousProvider([Problem(adapter.provider, "conflict", text)])
        self._own = added

    # -- finding

    def find(self, name: str) -> type[Adapter]:
        """Returns the adapter class of a provider.

        Raises `UnknownProvider` if there is none or it cannot be loaded, `AmbiguousProvider` if two
        distributions have the name.
        """
        with self._lock:
            found = self._own.get(name) or self._loaded.get(name)
            if found is None:
                found = self._loaded[name] = self._load(name)
            return found

    def names(self) -> tuple[str, ...]:
        """Returns all provider names, whether the adapter can be loaded or not."""
        claimed = {point.name for point in self._entry_points()}
        return tuple(sorted(claimed | set(self._own)))

    def report(self) -> tuple[Plugin, ...]:
        """Loads each installed plugin; returns every adapter, with its problem if it has one."""
        own = [
            Plugin(name=name, distribution="(this process)", version="", adapter=adapter)
            for name, adapter in self._own.items()
        ]
        return tuple(sorted([*own, *map(self._tried, self._entry_points())], key=lambda p: p.name))

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
            text = f"no adapter with that name is installed{hint}"
            raise UnknownProvider([Problem(name, "unknown", text)])
        if len(points) > 1:
            owners = " and ".join(sorted(" ".join(_distribution(point)) for point in points))
            raise AmbiguousProvider([Problem(name, "conflict", f"provided by {owners}")])
        try:
            plugin = points[0].load()
            adapters = {str(adapter.provider): adapter for adapter in _brought(plugin)}
            if name in adapters:
                self._keep(plugin)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # such as SystemExit, or an outcome of pytest
            text = f"its plugin cannot be loaded: {_told(error)}"
            raise UnknownProvider([Problem(name, "broken", text)]) from error
        if name not in adapters:
            text = f"its plugin has {', '.join(adapters) or 'no adapter'} instead"
            raise UnknownProvider([Problem(name, "broken", text)])
        return adapters[name]

    def _keep(self, plugin: object) -> None:
        if not self._manager.is_registered(plugin):
            # with a unique name: pluggy would take the name from an attribute
            self._manager.register(plugin, name=str(id(plugin)))

    def _entry_points(self) -> tuple[metadata.EntryPoint, ...]:
        if self._given is None:
            self._given = tuple(metadata.entry_points(group=GROUP))
        return self._given


def _brought(plugin: object) -> list[type[Adapter]]:
    """Returns the adapters of one plugin, read with a separate plugin manager."""
    manager = pluggy.PluginManager(GROUP)
    manager.add_hookspecs(Contract)
    manager.register(plugin)
    manager.check_pending()
    for name in HOOKS:
        hooked: list[pluggy.HookImpl] = getattr(manager.hook, name).get_hookimpls()
        if any(found.wrapper or found.hookwrapper for found in hooked):
            raise TypeError("hook wrappers are not supported")  # `tell` calls each hook by itself
    answers = cast("list[Iterable[object]]", manager.hook.onboarding_adapters())
    found: list[type[Adapter]] = []
    for brought in (item for answer in answers for item in answer):
        if not (isinstance(brought, type) and issubclass(brought, Adapter)):
            raise TypeError("onboarding_adapters must return subclasses of Adapter")
        found.append(brought)
    return found


def _told(error: BaseException) -> str:
    """Returns the class and text of a plugin's error; reading its text may fail as well."""
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
    except Exception:  # metadata without a name or a version
        return "(unknown)", ""


@cache
def installed() -> Registry:
    """Returns the registry of the installed adapters, shared by the process."""
    return Registry()
