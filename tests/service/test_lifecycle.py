"""Lifecycle events: what two looks at a user differ in, once, in one order, without a value."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from onboarding import (
    CapabilityName,
    DocumentPurpose,
    DocumentStatus,
    IdentificationLevel,
    KYCLevel,
    NextAction,
    NextActionKind,
    RefusalReason,
    User,
    UserRecord,
    UserStatus,
)
from onboarding.directory import DocumentState, RecordState
from onboarding.levels import EidasLevel, NistIal
from onboarding.requirements import Requirement, RequirementOption, RequirementStatus
from onboarding.service import Lifecycle, LifecycleKind, lifecycle
from onboarding.spi import Actor, Capability, CapabilityState, Refusal

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
CANARY = "Zxqcanary Ona"
LEVELS = ("kyc_level", "identification_level", "eidas_level", "nist_ial")


def state(**facts: Any) -> RecordState:
    known = {"provider": "mangopay", "gateway": "fr", "own_id": "user-42", "id": "user_m_01"}
    return RecordState(**{**known, "retrieved_at": NOW, **facts})


def asked(name: str, *actors: Actor, **facts: Any) -> Requirement:
    options = tuple(RequirementOption(words="do it", actor=actor) for actor in actors)
    facts = {"status": RequirementStatus.MISSING, "options": options, **facts}
    return Requirement(name=name, **facts)


def told(events: Iterable[Lifecycle]) -> list[tuple[str, str]]:
    return [(str(event.kind), event.about) for event in events]


def test_a_level_that_rises_is_gained_and_one_that_falls_is_lost() -> None:
    light, regular = state(kyc_level=KYCLevel.LIGHT), state(kyc_level=KYCLevel.REGULAR)

    (gained,) = lifecycle(light, regular)
    (lost,) = lifecycle(regular, light)

    assert (gained.kind, gained.about) == (LifecycleKind.LEVEL_GAINED, "kyc_level")
    assert gained.facts == {"before": "LIGHT", "after": "REGULAR"}
    assert (lost.kind, lost.facts["after"]) == (LifecycleKind.LEVEL_LOST, "LIGHT")


def test_a_level_whose_word_becomes_unknown_is_lost() -> None:
    known = state(kyc_level=KYCLevel.REGULAR, provider_levels={"KYCLevel": "REGULAR"})
    unknown = state(provider_levels={"KYCLevel": "SUPER_REGULAR"})

    assert told(lifecycle(known, unknown)) == [("level_lost", "kyc_level")]
    assert lifecycle(known, unknown)[0].facts == {"before": "REGULAR", "after": None}


@pytest.mark.parametrize("after", [s for s in CapabilityState if s is not CapabilityState.ACTIVE])
def test_what_is_not_certainly_active_is_lost(after: CapabilityState) -> None:
    pay_out = Capability(name=CapabilityName.PAY_OUT, state=CapabilityState.ACTIVE)
    stopped = evolve(
        pay_out, state=after, reason="requirements.past_due", blocked_by=("identity.birthdate",)
    )

    (lost,) = lifecycle(state(capabilities=(pay_out,)), state(capabilities=(stopped,)))
    (gained,) = lifecycle(state(capabilities=(stopped,)), state(capabilities=(pay_out,)))

    assert told([lost, gained]) == [
        ("capability_lost", "pay_out"),
        ("capability_gained", "pay_out"),
    ]
    assert lost.facts == {
        "state": str(after),
        "reason": "requirements.past_due",
        "blocked_by": ["identity.birthdate"],
    }


def test_a_capability_that_only_one_provider_has_is_named_by_the_provider() -> None:
    one = Capability(provider_name="card_issuing", state=CapabilityState.ACTIVE)

    assert told(lifecycle(None, state(capabilities=(one,)))) == [
        ("capability_gained", "card_issuing")
    ]


def test_a_refused_document_has_its_reason() -> None:
    waiting = DocumentState(
        id="kyc_01", purpose=DocumentPurpose.IDENTITY, status=DocumentStatus.IN_REVIEW
    )
    refusal = Refusal(
        reason=RefusalReason.EXPIRED, provider_code="DOCUMENT_HAS_EXPIRED", text=CANARY
    )
    refused = evolve(waiting, status=DocumentStatus.REFUSED, refusal=refusal)

    (event,) = lifecycle(state(documents=(waiting,)), state(documents=(refused,)))

    assert (event.kind, event.about) == (LifecycleKind.DOCUMENT_REFUSED, "kyc_01")
    assert event.facts == {
        "purpose": "proof_of_identity",
        "reason": "expired",
        "provider_code": "DOCUMENT_HAS_EXPIRED",
    }


def test_a_refusal_in_a_requirement_is_told_with_the_action() -> None:
    refusal = Refusal(reason=RefusalReason.UNREADABLE, provider_code=CANARY, flags=("blurred",))
    proof = asked("documents.identity", Actor.PLATFORM, refusal=refusal, subject="people[ada]")

    refused, action = lifecycle(state(), state(requirements=(proof,)))

    assert refused.about == action.about == "people[ada] documents.identity"
    assert refused.facts == {"subject": "people[ada]", "reason": "unreadable", "flags": ["blurred"]}
    assert action.facts == {"subject": "people[ada]", "actors": ["platform"]}


def test_what_the_provider_does_is_no_action() -> None:
    review = asked("review", Actor.PROVIDER)
    decided = asked("decision", Actor.USER, status=RequirementStatus.PROVIDER_DECIDES)
    later = asked("later", Actor.USER, status=RequirementStatus.UPCOMING)

    assert lifecycle(state(), state(requirements=(review, decided, later))) == ()


def test_nobody_knows_who_acts_on_an_unknown_requirement_so_it_is_told() -> None:
    assert told(lifecycle(state(), state(requirements=(asked("some.new.path"),)))) == [
        ("action_required", "some.new.path")
    ]


def test_a_link_to_the_page_of_a_requirement_is_no_second_action() -> None:
    page = RequirementOption(words="enrol", actor=Actor.USER, link=True)
    enrolment = Requirement(name="enrolment", status=RequirementStatus.MISSING, options=(page,))
    action = NextAction(
        kind=NextActionKind.REDIRECT, provider="mangopay", gateway="fr", user_id="user_m_01"
    )

    both = lifecycle(None, state(requirements=(enrolment,), next_actions=(action,)))
    alone = lifecycle(None, state(next_actions=(action, evolve(action, concerns="phone"))))

    assert told(both) == [("action_required", "enrolment")]
    assert told(alone) == [("action_required", "redirect"), ("action_required", "redirect phone")]


def test_a_deadline_is_near_once_and_again_if_it_moved() -> None:
    def renewal(days: int, looked: int) -> RecordState:
        deadline, at = NOW + timedelta(days=days), NOW + timedelta(days=looked)
        upcoming = RequirementStatus.UPCOMING
        one = asked("kyc_renewal", Actor.PLATFORM, status=upcoming, deadline=deadline)
        return state(requirements=(one,), retrieved_at=at)

    looks = [renewal(30, 0), renewal(30, 15), renewal(30, 16), renewal(30, 29), renewal(40, 30)]

    found = [event for pair in pairwise(looks) for event in lifecycle(*pair)]

    assert told(found) == [("deadline_near", "kyc_renewal")] * 2
    assert found[0].facts == {"deadline": (NOW + timedelta(days=30)).isoformat()}
    assert told(lifecycle(None, looks[0], near=timedelta(days=40))) == told(found[:1])


def test_deadlines_of_capabilities_and_documents_count() -> None:
    soon = NOW + timedelta(days=3)
    pay_out = Capability(name=CapabilityName.PAY_OUT, state=CapabilityState.PENDING, deadline=soon)
    passport = DocumentState(id="kyc_01", expires_at=soon)

    found = lifecycle(None, state(capabilities=(pay_out,), documents=(passport,)))

    assert told(found) == [("deadline_near", "kyc_01"), ("deadline_near", "pay_out")]


def test_a_closed_user_must_do_nothing() -> None:
    renewal = asked("kyc_renewal", Actor.PLATFORM, deadline=NOW)
    before = state(status=UserStatus.ACTIVE)

    found = lifecycle(before, state(status=UserStatus.CLOSED, requirements=(renewal,)))

    assert found == (Lifecycle(kind=LifecycleKind.CLOSED),)


# -- laws

times = st.integers(0, 60).map(lambda days: NOW + timedelta(days=days))
maybe_times = st.none() | times
words = st.sampled_from(["", "past_due", CANARY])
refusals = st.builds(
    Refusal,
    reason=st.sampled_from(RefusalReason),
    provider_code=words,
    text=st.just(CANARY),
    flags=st.lists(words, max_size=2).map(tuple),
)
capabilities = st.builds(
    Capability,
    name=st.none() | st.sampled_from(CapabilityName),
    provider_name=st.sampled_from(["card", "sepa"]),
    state=st.sampled_from(CapabilityState),
    provider_state=words,
    deadline=maybe_times,
    reason=words,
    blocked_by=st.lists(st.sampled_from(["email", CANARY]), max_size=2).map(tuple),
)
options = st.builds(
    RequirementOption,
    words=st.just(CANARY),
    actor=st.sampled_from(Actor),
    link=st.booleans(),
)
requirements = st.builds(
    Requirement,
    name=st.sampled_from(["enrolment", "kyc_renewal", "identity.birthdate"]),
    status=st.sampled_from(RequirementStatus),
    options=st.lists(options, max_size=2).map(tuple),
    reason=st.just(CANARY),
    subject=st.sampled_from(["", "people[ada]"]),
    deadline=maybe_times,
    refusal=st.none() | refusals,
)
actions = st.builds(
    NextAction,
    kind=st.sampled_from(NextActionKind),
    provider=st.just("mangopay"),
    gateway=st.just("fr"),
    user_id=st.just("user_m_01"),
    concerns=st.sampled_from(["", "phone"]),
    value=st.just(CANARY),
    url=st.just(f"https://sca.example/?token={CANARY}"),
)
documents = st.builds(
    DocumentState,
    id=st.sampled_from(["kyc_01", "kyc_02"]),
    purpose=st.none() | st.sampled_from(DocumentPurpose),
    status=st.none() | st.sampled_from(DocumentStatus),
    refusal=st.none() | refusals,
    expires_at=maybe_times,
)


def several(items: st.SearchStrategy[Any], key: Any) -> st.SearchStrategy[Any]:
    return st.lists(items, max_size=3, unique_by=key).map(tuple)


states = st.builds(
    state,
    retrieved_at=times,
    status=st.none() | st.sampled_from(UserStatus),
    kyc_level=st.none() | st.sampled_from(KYCLevel),
    identification_level=st.none() | st.sampled_from(IdentificationLevel),
    eidas_level=st.none() | st.sampled_from(EidasLevel),
    nist_ial=st.none() | st.sampled_from(NistIal),
    capabilities=several(capabilities, lambda one: one.name or one.provider_name),
    requirements=several(requirements, lambda one: (one.name, one.subject)),
    next_actions=several(actions, lambda one: (one.kind, one.concerns)),
    documents=several(documents, lambda one: one.id),
)


def folded(events: Iterable[Lifecycle]) -> dict[str, Any]:
    """What a reader of the events knows: levels, capabilities, whether the user is closed."""
    known: dict[str, Any] = {}
    for event in events:
        if event.kind in (LifecycleKind.LEVEL_GAINED, LifecycleKind.LEVEL_LOST):
            known[event.about] = event.facts["after"]
        elif event.kind is LifecycleKind.CAPABILITY_GAINED:
            known[event.about] = True
        elif event.kind is LifecycleKind.CAPABILITY_LOST:
            known.pop(event.about)
    return {name: value for name, value in known.items() if value is not None}


def shown(one: RecordState) -> dict[str, Any]:
    levels = {name: str(getattr(one, name)) for name in LEVELS if getattr(one, name) is not None}
    active = CapabilityState.ACTIVE
    can = {str(x.name or x.provider_name): True for x in one.capabilities if x.state is active}
    return {**levels, **can}


@given(looks=st.lists(states, min_size=1, max_size=5))
def test_who_reads_all_events_knows_the_last_state(looks: list[RecordState]) -> None:
    events = [e for pair in pairwise([None, *looks]) for e in lifecycle(pair[0], pair[1])]  # type: ignore[arg-type]

    assert folded(events) == shown(looks[-1])
    closed = [one.status is UserStatus.CLOSED for one in looks]
    closings = sum(now and not was for was, now in pairwise([False, *closed]))
    assert sum(event.kind is LifecycleKind.CLOSED for event in events) == closings


@given(before=st.none() | states, after=states)
def test_events_are_stable_ordered_and_told_once(
    before: RecordState | None, after: RecordState
) -> None:
    events = lifecycle(before, after)

    assert events == lifecycle(before, after)
    assert lifecycle(after, after) == ()
    places = [(list(LifecycleKind).index(event.kind), event.about) for event in events]
    assert places == sorted(set(places))


@given(before=st.none() | states, after=states)
def test_events_have_no_text_of_the_provider_and_no_contact(
    before: RecordState | None, after: RecordState
) -> None:
    assert CANARY not in repr([(event, event.plain()) for event in lifecycle(before, after)])


@given(before=states, after=states)
def test_an_order_of_parts_changes_nothing(before: RecordState, after: RecordState) -> None:
    turned = evolve(
        after,
        capabilities=after.capabilities[::-1],
        requirements=after.requirements[::-1],
        documents=after.documents[::-1],
        next_actions=after.next_actions[::-1],
    )

    assert lifecycle(before, turned) == lifecycle(before, after)


def test_the_state_of_a_record_has_its_events() -> None:
    record = UserRecord(
        provider="mangopay", gateway="fr", id="user_m_01", user=User(), kyc_level=KYCLevel.LIGHT
    )

    found = lifecycle(None, RecordState.of("user-42", record, NOW))

    assert told(found) == [("level_gained", "kyc_level")]
