"""Requirement reports and questionnaires as plain data, for `--json`."""

from __future__ import annotations

from typing import Any

from onboarding.model.answers import Loss
from onboarding.requirements import (
    Questionnaire,
    Requirement,
    RequirementOption,
    RequirementReport,
)

__all__ = ["questionnaire_as_dict", "report_as_dict", "requirement_as_dict"]


def report_as_dict(report: RequirementReport, name: str) -> dict[str, Any]:
    """Returns the report as plain data, without values of the user."""
    return {
        "target": name,
        "status": str(report.status),
        "ready": report.ready,
        "findings": [requirement_as_dict(finding) for finding in report.requirements],
        "refused": [_loss_as_dict(loss) for loss in report.refused],
        "losses": [_loss_as_dict(loss) for loss in report.losses],
    }


def requirement_as_dict(finding: Requirement) -> dict[str, Any]:
    """Returns a requirement as plain data, without the provider's text about a refusal."""
    refusal = finding.refusal
    return {
        "name": finding.name,
        "status": str(finding.status),
        "reason": finding.reason,
        "condition": finding.condition,
        "options": [_option_as_dict(option) for option in finding.options],
        "wire_path": finding.wire_path,
        "source": finding.source,
        "origin": str(finding.origin),
        "subject": finding.subject or None,
        "blocks": list(finding.blocks),
        "deadline": finding.deadline.isoformat() if finding.deadline else None,
        "past_due": finding.past_due,
        "refusal": {
            "reason": str(refusal.reason),
            "provider_code": refusal.provider_code,
            "flags": list(refusal.flags),
        }
        if refusal is not None
        else None,
    }


def _option_as_dict(option: RequirementOption) -> dict[str, Any]:
    return {
        "words": option.words,
        "actor": str(option.actor),
        "kind": str(option.kind),
        "path": option.path or None,
        "purpose": str(option.purpose) if option.purpose else None,
    }


def _loss_as_dict(loss: Loss) -> dict[str, Any]:
    return {
        "path": loss.core_path,
        "kind": str(loss.kind),
        "reason": loss.reason,
        "wire_path": loss.wire_path,
    }


def questionnaire_as_dict(found: Questionnaire) -> dict[str, Any]:
    """Returns the questionnaire as plain data."""
    return {
        "questions": [
            {
                "name": question.name,
                "path": question.path or None,
                "purpose": str(question.purpose) if question.purpose else None,
                "when": question.when.words if question.when is not None else None,
                "same_as": question.same_as or None,
                "deadline": question.deadline.isoformat() if question.deadline else None,
                "targets": list(question.targets),
                "sources": list(question.sources),
            }
            for question in found
        ],
        "steps": [requirement_as_dict(step) for step in found.steps],
        "accept_loss": {provider: list(paths) for provider, paths in found.accept_loss.items()},
    }
