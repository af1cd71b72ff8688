"""Values with a stable, versioned JSON form, for a database or a queue."""

from __future__ import annotations

from typing import Any, ClassVar, Self

from onboarding.model.base import Model

__all__ = ["Stored"]


class Stored(Model):
    """Gives a value its JSON form. The form's name and version are written into it."""

    form: ClassVar[str]

    def __init_subclass__(cls, *, form: str = "", **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if form:
            cls.form = form

    def to_json(self, *, secrets: bool = False) -> str:
        """The JSON form, which holds personal values: store it as such.

        Credentials are written only when `secrets` is true; otherwise a value that holds some
        raises `ValueError` (a link that an action needs is not a credential, and is written).
        """
        from onboarding.serialization import dumps

        return dumps(self, self.form, secrets=secrets)

    @classmethod
    def from_json(cls, text: str | bytes) -> Self:
        """Reads the JSON form back. What a provider once sent is taken as it came.

        Raises `InvalidInput` when the text is not of this form and version.
        """
        from onboarding.serialization import loads

        return loads(text, cls, cls.form)

    def _shown(self, *names: str, **more: object) -> str:
        """The repr of a value of a gateway: where it is from, and facts that are not personal."""
        own = vars(self)
        shown = {name: repr(x) if type(x := own[name]) is str else x for name in names} | more
        facts = [f"{name}={x}" for name, x in shown.items() if x not in (None, "''")]
        place = f"{own['provider']}/{own['gateway']}"
        told = filter(None, (place, own["environment"], *facts))
        return f"{type(self).__name__}({', '.join(told)})"
