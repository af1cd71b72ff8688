"""Computes offline which requirements of a target a user does not meet, and what to ask."""

from onboarding.model.requirements import (
    Actor,
    Requirement,
    RequirementKind,
    RequirementOption,
    RequirementOrigin,
    RequirementStatus,
)
from onboarding.requirements.evaluation import missing
from onboarding.requirements.questions import Questionnaire, questionnaire
from onboarding.requirements.report import Question, RequirementReport
from onboarding.requirements.target import RequirementRule, Target

__all__ = [
    "Actor",
    "Question",
    "Questionnaire",
    "Requirement",
    "RequirementKind",
    "RequirementOption",
    "RequirementOrigin",
    "RequirementReport",
    "RequirementRule",
    "RequirementStatus",
    "Target",
    "missing",
    "questionnaire",
]
