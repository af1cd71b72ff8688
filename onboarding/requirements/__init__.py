"""What a user still lacks for a target, computed before anything is sent."""

from onboarding.requirements.evaluation import missing
from onboarding.requirements.question import Question
from onboarding.requirements.questions import Questionnaire, questionnaire
from onboarding.requirements.report import Requirement, RequirementReport, RequirementStatus
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
