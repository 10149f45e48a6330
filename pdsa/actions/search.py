"""Keeping the words by which a cycle is found."""

from __future__ import annotations

from django.db import connection

from pdsa.models import Cycle, CycleWords
from pdsa.queries.search import unaccented

# What those with whom a cycle is shared may read, and so may find it by.
TEXTS = (
    "title", "objective", "change", "change_since", "fitted", "other_measure", "left_out", "deviations",
    "observations", "problems", "comparison", "against_baseline", "learned", "decision_reason", "next_step",
)  # fmt: skip


def words_of(cycle: Cycle) -> str:
    """The cycle's words for searching: its texts, questions, predictions and findings, idea, drivers and choices."""
    parts = [getattr(cycle, name) for name in TEXTS]
    for row in cycle.questions.all():
        parts += [row.question, row.prediction, row.reason, row.answer]
    parts += [driver.name for driver in cycle.drivers.all()]
    parts += [measure.latest.name for measure in cycle.measures.prefetch_related("versions")]
    if cycle.idea is not None:
        parts.append(cycle.idea.name)
    parts += [str(cycle.get_setting_display()), str(cycle.get_population_display()), cycle.ramp.title]
    return unaccented("\n".join(part for part in parts if part))


def index(cycle: Cycle) -> None:
    """Store the cycle's words anew. Call inside the transaction of the change, with the cycle as it now is."""
    words = words_of(cycle)
    CycleWords.objects.update_or_create(cycle=cycle, defaults={"words": words})
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM pdsa_words_fts WHERE rowid = %s", [cycle.pk])
            cursor.execute("INSERT INTO pdsa_words_fts (rowid, words) VALUES (%s, %s)", [cycle.pk, words])
