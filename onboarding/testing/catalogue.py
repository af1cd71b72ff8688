"""Every law of the kit, in the order in which they are asked."""

from __future__ import annotations

from onboarding.testing.law import Law
from onboarding.testing.subject import Subject
from onboarding.testing.suite import (
    answers,
    canaries,
    conversing,
    data,
    encryption,
    errors,
    foretelling,
    keeping,
    keyed,
    levels,
    machine,
    operations,
    provenance,
    sockets,
    spelling,
    unreadable,
    updating,
    writing,
)

__all__ = ["LAWS", "laws_for"]

LAWS: tuple[Law, ...] = (
    writing.willingness,
    answers.quoted_samples,
    data.each_datum,
    writing.round_trip,
    writing.silent_loss,
    writing.refuse_before_sending,
    writing.national_numbers,
    updating.no_change_no_write,
    updating.minimal_update,
    updating.update_arrives,
    updating.unmapped,
    spelling.stays_as_it_came,
    spelling.stays_cleared,
    answers.strange_keys,
    answers.open_enums,
    levels.levels,
    answers.any_answer,
    unreadable.bad_field,
    unreadable.bounded_ids,
    errors.error_inverse,
    errors.field_complaints,
    errors.quoted_errors,
    keeping.secrets_stay_in,
    encryption.encryption,
    provenance.foreign_values_refused,
    machine.ids_stay_in_place,
    machine.same_everywhere,
    machine.signature_is_pure,
    conversing.shown_as_given,
    conversing.change_is_shown,
    conversing.same_result,
    operations.each_operation,
    provenance.provenance,
    keyed.keys_are_checked,
    keyed.keyed_results,
    foretelling.demands,
    foretelling.effects,
    sockets.over_a_socket,
    canaries.silent_everywhere,
)
"""Each law looks at an adapter from outside: its flows, what they send, what they give back."""


def laws_for(subject: Subject) -> tuple[Law, ...]:
    """The laws that an adapter is asked for, by what it declares."""
    return tuple(law for law in LAWS if law.needs(subject))
