"""Computes offline which requirements of a target a user does not meet, and what to ask."""

from onboarding.requirements.evaluation import missing
from onboarding.requirements.questions import Questionnaire, questionnaire
from onboarding.requirements.report import (
    Question,
    Requirement,
    RequirementReport,
    RequirementStatus,
)
from onboarding.requirements.target import Actor, RequirementOption, RequirementRule, Target

__all__ = [
    "Actor",
    "Question",
    "Questionnaire",
    "Requirement",
    "RequirementOption",
    "RequirementReport",
    "RequirementRule",
    "RequirementStatus",
    "Target",
    "missing",
    "questionnaire",
]
