"""The cycles a team worked on lately, as its page and its report tell them: the worksheets are the report."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from collab.common.enums import Tone
from pdsa.models import Cycle


@dataclass(frozen=True, slots=True)
class LateCycle:
    """One cycle: where it stands, what was asked of it, and what it taught. ``answers``: (label, text)."""

    cycle: Cycle
    stands: str
    tone: Tone
    questions: tuple[str, ...]
    answers: tuple[tuple[str, str], ...]


def told(cycles: Iterable[Cycle]) -> tuple[LateCycle, ...]:
    """Cycles with their questions and predictions, what was found, and what was learned. Numbers are not among it."""
    return tuple(_told(cycle) for cycle in cycles)


def _told(cycle: Cycle) -> LateCycle:
    asked = [row for row in cycle.questions.all() if row.question.strip()]
    answers = (
        (_("We expected"), " ".join(row.prediction for row in asked if row.prediction.strip())),
        (_("We found"), " ".join(row.answer for row in asked if row.answer.strip()) or cycle.observations),
        (_("We learned"), cycle.learned),
        (_("Why"), cycle.decision_reason if cycle.decision else ""),
    )
    return LateCycle(
        cycle=cycle,
        stands=str(cycle.verdict.label if cycle.verdict else cycle.standing.label),
        tone=cycle.verdict.tone if cycle.verdict else cycle.standing.tone,
        questions=tuple(row.question for row in asked),
        answers=tuple((label, text.strip()) for label, text in answers if text.strip()),
    )
