"""What is owed, and the values that failed their checks."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import evolve, frozen

from onboarding_simulators.shared import Row

from .verifying import ADDRESS_DOCUMENT, DOCUMENT, IDENTITY, failure_of, result_of


@frozen(kw_only=True)
class Fault:
    """A value that failed its check: the path that is owed again, and why."""

    requirement: str
    code: str

    def shown(self) -> Row:
        """Returns an entry of `errors`; the reasons are in our words."""
        reason = self.code.replace("_", " ").capitalize() + "."
        return {"requirement": self.requirement, "code": self.code, "reason": reason}


@frozen(kw_only=True)
class Owed:
    """What is owed: by an account, a person or a capability."""

    currently: frozenset[str] = frozenset()
    eventually: frozenset[str] = frozenset()
    past: frozenset[str] = frozenset()
    pending: frozenset[str] = frozenset()
    faults: tuple[Fault, ...] = ()
    deadline: int | None = None
    off: bool = False
    """Whether something owed keeps capabilities off."""

    def within(self, prefix: str) -> Owed:
        """Returns the part below a prefix, which is removed."""

        def cut(paths: Iterable[str]) -> frozenset[str]:
            return frozenset(path[len(prefix) :] for path in paths if path.startswith(prefix))

        faults = [each for each in self.faults if each.requirement.startswith(prefix)]
        return Owed(
            currently=cut(self.currently),
            eventually=cut(self.eventually),
            past=cut(self.past),
            pending=cut(self.pending),
            faults=tuple(evolve(it, requirement=it.requirement[len(prefix) :]) for it in faults),
        )


def faults_of(person: Row, prefix: str) -> list[Fault]:
    """Returns what a person owes again; the paths start with the prefix."""
    found: list[Fault] = []
    identity = failure_of(person, IDENTITY)
    if code := failure_of(person, DOCUMENT):
        found.append(Fault(requirement=f"{prefix}.verification.document", code=code))
    elif identity and result_of(person, DOCUMENT) is None:
        has_number = bool(person["given"].get("id_number"))
        wrong_number = identity.endswith("id_number_match") and has_number
        path = "id_number" if wrong_number else "verification.document"
        found.append(Fault(requirement=f"{prefix}.{path}", code=identity))
    if code := failure_of(person, ADDRESS_DOCUMENT):
        path = f"{prefix}.verification.additional_document"
        found.append(Fault(requirement=path, code=code))
    return found
