"""What a user still lacks for a target, computed before anything is sent."""

from onboarding.requirements.missing import missing
from onboarding.requirements.questionnaire import Question, Questionnaire, questionnaire
from onboarding.requirements.report import Finding, Report, Status
from onboarding.requirements.target import Actor, Ask, Option, Target

__all__ = [
    "Actor",
    "Ask",
    "Finding",
    "Option",
    "Question",
    "Questionnaire",
    "Report",
    "Status",
    "Target",
    "missing",
    "questionnaire",
]
