"""People of a company: a representative and owners, changed in part, with complaints by ref."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve, field, frozen
from onboarding import (
    Address,
    DocumentStatus,
    Gateway,
    InvalidInput,
    LossKind,
    OwnerDeclaration,
    PartialFailure,
    Person,
    PersonRole,
    Rejected,
    Secret,
    Unsupported,
    User,
)
from onboarding.spi import Proof, Request

from onboarding_mangopay import MangoPay

from .people import COMPANY, HOME, OWNER, PERSON, UBO
from .stage import Stage

OWNS, ACTS = PersonRole.BENEFICIAL_OWNER, PersonRole.REPRESENTATIVE
ADA = UBO.replace(
    {
        "ref": "ada",
        "roles": (ACTS, OWNS),
        "identity.given_name": "Ada",
        "identity.country_of_residence": "FR",
        "email": "ada@example.com",
    }
)
BOB = UBO.replace({"ref": "bob", "identity.given_name": "Bob"})
CYD = UBO.replace({"ref": "cyd", "identity.given_name": "Cyd"})
DAN = UBO.replace({"ref": "dan", "identity.given_name": "Dan"})
FIRM = COMPANY.replace(people=(ADA, BOB, CYD))
MOVED = Address(line1="8 rue Paradis", city="Marseille", postal_code="13006", country="FR")
CHANGED = FIRM.replace(people=(DAN, evolve(BOB, address=MOVED), ADA))


@frozen(kw_only=True)
class Watched(MangoPay):
    """An adapter that keeps the method, the end of the path and the body of each request."""

    sent: list[tuple[str, str, Any]] = field(factory=list[tuple[str, str, Any]], eq=False)

    def sign(self, request: Request, proof: Proof) -> Request:
        if proof.token is not None:
            body = json.loads(request.body) if request.body else None
            self.sent.append((request.method, request.url.rpartition("/acme/")[2], body))
        return super().sign(request, proof)

    def taken(self) -> list[tuple[str, str, Any]]:
        """Returns the requests since the last call."""
        found = [*self.sent]
        self.sent.clear()
        return found


@pytest.fixture
def watched(fr: Gateway[MangoPay]) -> Iterator[Gateway[Watched]]:
    settings = {name: getattr(fr.adapter, name) for name in ("client_id", "api_key", "base_url")}
    with Gateway(Watched(name="fr", **settings)) as gateway:
        yield gateway


# -- the whole life of three people in four roles


def test_three_people_in_four_roles_are_created_and_only_what_changed_is_sent(
    watched: Gateway[Watched], stage: Stage
) -> None:
    record = watched.create_user(FIRM)
    created = watched.adapter.taken()
    declaration = watched.declare_owners(record.id, FIRM.people)
    declared = watched.adapter.taken()

    assert [(method, path) for method, path, _ in created] == [("POST", "sca/users/legal")]
    assert [method for method, _, _ in declared] == ["POST"] * 4 + ["PUT"]  # opened, filled, sent
    assert [one.owner.ref for one in declaration.owners] == ["ada", "bob", "cyd"]
    ids = {one.owner.ref: one.id for one in declaration.owners}

    stage.sim.decide_declaration(declaration.id, "INCOMPLETE", "WRONG_UBO_INFORMATION")
    same = watched.update_user(record, FIRM.replace(people=(CYD, ADA, BOB)))
    assert watched.adapter.taken() == []  # another order is no change
    assert same.user == record.user

    updated = watched.update_user(record, CHANGED)
    found = watched.run(watched.adapter.update_declaration(declaration, CHANGED.people))
    changes = watched.adapter.taken()

    assert updated.user == record.user
    place = f"users/{record.id}/kyc/ubodeclarations/{declaration.id}/ubos"
    moved = {"AddressLine1": "8 rue Paradis", "City": "Marseille", "PostalCode": "13006"}
    whole = {**moved, "Country": "FR"}
    assert changes[:1] == [("PUT", f"{place}/{ids['cyd']}", {"isActive": False})]
    assert [(method, path, body["FirstName"]) for method, path, body in changes[1:2]] == [
        ("POST", place, "Dan")
    ]
    assert changes[2:] == [("PUT", f"{place}/{ids['bob']}", {"Address": whole})]
    assert {one.owner.ref: one.active for one in found.owners} == {
        "cyd": False,
        "dan": True,
        "bob": True,
        "ada": True,
    }

    assert watched.run(watched.adapter.update_declaration(found, CHANGED.people)).owners
    assert watched.adapter.taken() == []  # nothing is left to change
    again = watched.run(watched.adapter.submit_declaration(found))
    assert again.status is DocumentStatus.IN_REVIEW
    assert {one.owner.ref for one in again.owners} == {"ada", "bob", "cyd", "dan"}


def test_a_representative_who_moves_or_changes_is_sent_alone(watched: Gateway[Watched]) -> None:
    record = watched.create_user(FIRM)
    watched.adapter.taken()

    watched.update_user(record, FIRM.replace(people=(CYD, evolve(ADA, address=MOVED))))

    [(method, _, body)] = watched.adapter.taken()
    assert method == "PUT"
    assert body.keys() == {"LegalRepresentativeAddress", "TermsAndConditionsAccepted"}


# -- complaints


def test_every_complaint_of_mangopay_has_the_ref_of_the_person(watched: Gateway[Watched]) -> None:
    nameless = evolve(ADA, identity=evolve(PERSON, given_name=None))
    with pytest.raises(Rejected) as of_user:
        watched.create_user(FIRM.replace(people=(BOB, nameless)))
    assert [one.path for one in of_user.value.problems] == ["people[ada].identity.given_name"]

    homeless = evolve(CYD, address=None)
    user = watched.create_user(FIRM)
    with pytest.raises(PartialFailure) as of_owner:
        watched.declare_owners(user.id, (ADA, BOB, homeless))
    assert isinstance(of_owner.value.__cause__, Rejected)
    paths = [problem.path for problem in of_owner.value.__cause__.problems]
    assert paths
    assert all(path.startswith("people[cyd].address") for path in paths)


def test_what_is_refused_before_sending_is_named_by_ref_as_well() -> None:
    paper = Watched(client_id="acme", api_key=Secret("key"), name="fr")
    eve = Person(ref="eve", roles=(ACTS, OWNS), identity=PERSON)
    fay = Person(ref="fay", roles=(PersonRole.DIRECTOR,), identity=PERSON)
    gil = evolve(ADA, roles=(ACTS, PersonRole.SIGNATORY), job_title="Clerk", ref="gil")

    with pytest.raises(Unsupported) as raised:
        next(paper.create_user(FIRM.replace(people=(gil, eve, fay, BOB))))

    assert {problem.path: problem.message for problem in raised.value.problems} == {
        "people[gil].roles": "mangopay does not support a signatory",
        "people[gil].job_title": "mangopay does not support it",
        "people[gil].identity.birthplace.city": "mangopay does not support it",
        "people[gil].identity.birthplace.country": "mangopay does not support it",
        "people[eve]": "mangopay takes one person as representative",
        "people[fay]": "mangopay does not support a director",
    }


def test_all_owners_are_checked_before_any_is_changed(
    watched: Gateway[Watched], stage: Stage
) -> None:
    made = watched.declare_owners(watched.create_user(FIRM).id, FIRM.people)
    stage.sim.decide_declaration(made.id, "INCOMPLETE")
    watched.adapter.taken()
    wrong = tuple(evolve(one, job_title="Owner", ownership_percent=30.0) for one in (CYD, BOB))

    with pytest.raises(Unsupported) as raised:
        watched.run(watched.adapter.update_declaration(made, (DAN, *wrong)))

    assert raised.value.paths == (
        "people[cyd].job_title",
        "people[cyd].ownership_percent",
        "people[bob].job_title",
        "people[bob].ownership_percent",
    )
    assert watched.adapter.taken() == []


# -- what the other call carries


def test_a_person_in_two_roles_is_carried_by_two_calls_and_comes_back_as_two(
    watched: Gateway[Watched],
) -> None:
    record = watched.create_user(FIRM)
    declaration = watched.declare_owners(record.id, FIRM.people)

    assert [(one.ref, one.roles, one.email) for one in record.user.people] == [
        ("representative", (ACTS,), "ada@example.com")
    ]
    ada = declaration.owners[0].owner
    assert (ada.ref, ada.roles, ada.email) == ("ada", (OWNS,), None)
    assert ada.identity is not None
    assert ada.identity.birthplace == UBO.identity.birthplace  # type: ignore[union-attr]
    told = {loss.core_path: loss.kind for loss in (*record.losses, *declaration.losses)}
    assert told == dict.fromkeys(
        [
            "people[ada].roles",
            "people[ada].identity.birthplace.city",
            "people[ada].identity.birthplace.country",
            "people[bob]",
            "people[cyd]",
            "people[ada].email",
            "people[ada].identity.country_of_residence",
        ],
        LossKind.NOT_APPLICABLE,
    )


def test_a_stored_declaration_keeps_the_refs_and_a_fetched_one_is_matched_by_id_or_content(
    watched: Gateway[Watched], stage: Stage
) -> None:
    made = watched.declare_owners(watched.create_user(FIRM).id, FIRM.people)
    stage.sim.decide_declaration(made.id, "INCOMPLETE")
    fetched = watched.fetch_declaration(made.id)
    ids = {one.owner.ref: one.id for one in made.owners}
    by_id = evolve(BOB, ref=ids["bob"], address=MOVED)
    watched.adapter.taken()

    stored = OwnerDeclaration.from_json(made.to_json())
    assert [one.owner.ref for one in stored.owners] == ["ada", "bob", "cyd"]
    assert [one.owner.ref for one in fetched.owners] == [*ids.values()]
    watched.run(watched.adapter.update_declaration(fetched, (CYD, by_id, ADA)))

    [(method, path, body)] = watched.adapter.taken()
    assert (method, path.rpartition("/")[2], [*body]) == ("PUT", ids["bob"], ["Address"])


def test_the_people_of_a_natural_person_are_refused_by_path() -> None:
    paper = Watched(client_id="acme", api_key=Secret("key"), name="fr")
    guardian = Person(ref="mum", roles=(PersonRole.LEGAL_GUARDIAN,), address=HOME)

    with pytest.raises(Unsupported) as raised:
        next(paper.create_user(OWNER.replace(people=(guardian,))))

    assert raised.value.paths == ("people[mum]",)


def test_a_user_with_the_old_fields_is_told_where_their_place_is() -> None:
    with pytest.raises(InvalidInput) as raised:
        User.parse({"company": {"representative": {}, "beneficial_owners": []}})

    assert raised.value.paths == ("company.representative", "company.beneficial_owners")
    assert "in `people`" in str(raised.value)
