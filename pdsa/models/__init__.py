"""Aims, ramps, cycles with their rows and history, coaching, fidelity."""

from pdsa.models.aim import Aim, Ramp
from pdsa.models.coaching import CoachNote, Comment, Review
from pdsa.models.cycle import (
    Attachment,
    Barrier,
    Cycle,
    CycleRevision,
    DataPoint,
    Question,
    Task,
)
from pdsa.models.fidelity import CoachScore, FidelityScore
from pdsa.models.search import CycleWords

__all__ = [
    "Aim",
    "Attachment",
    "Barrier",
    "CoachNote",
    "CoachScore",
    "Comment",
    "Cycle",
    "CycleRevision",
    "CycleWords",
    "DataPoint",
    "FidelityScore",
    "Question",
    "Ramp",
    "Review",
    "Task",
]
