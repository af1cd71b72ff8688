"""No law is superfluous: for each there is a broken adapter that it alone catches.

A run with many examples (profile `laws`) tries every law; another run tries a few.
"""

from __future__ import annotations

import pytest
from hypothesis import Phase, settings
from onboarding.testing.law import reason
from onboarding.testing.proof import LAWS, laws_for, tried

from . import test_zoo  # noqa: F401  # the animals
from .breaking import ANIMALS

ALONE = {
    "willingness": "RefusesTheNameless",
    "quoted_samples": "MisspellsTheStreet",
    "each_field": "TiresOfAFullPassenger",
    "round_trip": "AddsANote",
    "silent_loss": "ForgetsALonelyLoss",
    "refuse_before_sending": "NamesOneProblemOfMany",
    "any_text": "SendsNoNoncharacters",
    "national_numbers": "SendsNationalNumbers",
    "no_change_no_write": "ForgetsWhomItDidNotChange",
    "minimal_update": "SendsTheMailAlong",
    "update_arrives": "ShoutsWhenMuchChanges",
    "unmapped": "ReplacesUnknownKeys",
    "stays_as_it_came": "SpellsTheCountryAnew",
    "stays_cleared": "BringsBackWhatWasCleared",
    "strange_keys": "DropsStrangeKeys",
    "open_enums": "SwallowsUnknownWords",
    "levels": "SkipsUnknownRanks",
    "any_answer": "TrustsEachFieldOfAnAnswer",
    "bad_field": "TrustsTheTime",
    "bounded_ids": "TakesAnythingForAnId",
    "valid_records": "AddsAFieldToTheRecord",
    "stated_requirements": "AsksWithoutAWay",
    "error_inverse": "KnowsNoCapitals",
    "field_complaints": "ComplainsOfTheFirstAlone",
    "quoted_errors": "TakesAConflictForARefusal",
    "each_other_field": "ReadsThePassengerOfAChestOffTheDeck",
    "other_round_trip": "StripsTheOwnerOfAChest",
    "other_bad_field": "BreaksAtAnOddChest",
    "other_spelling": "SpellsTheShoreOfAChestAnew",
    "other_inverse": "TakesOneMarkForTheOther",
    "other_calls": "LeavesTheShoreOfAChest",
    "other_complaints": "TakesAPaperForAPassenger",
    "secrets_stay_in": "QuotesWhatItRefuses",
    "encryption": "SendsItsKeyInClear",
    "foreign_values_refused": "UpdatesInTheOtherEnvironment",
    "ids_stay_in_place": "PutsIdsIntoUrlsAsTheyAre",
    "same_everywhere": "CountsFromLocalMidnight",
    "signature_is_pure": "SignsWithItsOwnClock",
    "shown_as_given": "SaysNotWhatIsHidden",
    "change_is_shown": "ForgetsThePhoneOfARealPassenger",
    "same_result": "RemembersTheLastUser",
    "each_operation": "RenewsWithALink",
    "people": "TellsWhoTheKeeperIs",
    "found_users": "FindsSomebody",
    "lists": "ListsABagTwice",
    "contacts": "RenewsAnother",
    "capabilities": "TrustsTheGivenRecord",
    "closed_users": "ClosesNobody",
    "documents": "ListsTheLastPaper",
    "declarations": "FetchesTheFirstShares",
    "bank_accounts": "KeepsAChest",
    "links": "QuotesTheReturnTwice",
    "genuine_notifications": "SealsTheTextAlone",
    "any_notification": "ReadsBeforeTheSeal",
    "raw_requests": "ForgetsTheQuery",
    "stored_results": "OwnsBagsOfNobody",
    "resumed": "BeginsAnew",
    "provenance": "ForgetsTheEnvironmentOfPayers",
    "keys_are_checked": "TakesAnyKey",
    "keyed_results": "PromisesToRememberKeys",
    "reconciled": "SendsItAgain",
    "demands": "DeclaresNoLength",
    "effects": "SaysNotWhatAChangeCosts",
    "over_a_socket": "CallsOneHostAlone",
    "silent_everywhere": "LogsTheAddressAsUrllib3Does",
}
"""A broken adapter for each law, for which all other laws hold."""

WHOLE = settings.get_current_profile_name() == "laws"
SOME = ("documents",)
BRIEF = settings(
    max_examples=10 if WHOLE else 2, derandomize=True, database=None, phases=[Phase.generate]
)


@pytest.mark.parametrize("law", ALONE if WHOLE else SOME)
def test_one_law_alone_catches_a_broken_adapter(law: str) -> None:
    subject = ANIMALS[ALONE[law]][2]()
    broken: dict[str, str] = {}

    for other in laws_for(subject):
        if other.name != law:
            try:
                tried(subject, other, BRIEF)
            except Exception as error:
                broken[other.name] = reason(error)

    assert broken == {}


def test_every_law_has_a_broken_adapter_of_its_own() -> None:
    assert set(ALONE) == {law.name for law in LAWS}
    assert {law: ANIMALS[name][0] for law, name in ALONE.items()} == {law: law for law in ALONE}
