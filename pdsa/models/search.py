"""The words by which a cycle is found."""

from __future__ import annotations

from django.db import models

from pdsa.models.cycle import Cycle


class CycleWords(models.Model):
    """What of a worksheet may be searched by those with whom it is shared: no names of people, numbers or comments.

    PostgreSQL searches ``words`` through a full-text index on them, SQLite through an FTS5 table beside it
    (``pdsa.queries.search``). Written by ``pdsa.actions.search`` with every change of the cycle.
    """

    cycle = models.OneToOneField(Cycle, on_delete=models.CASCADE, primary_key=True, related_name="words")
    words = models.TextField()

    def __str__(self) -> str:
        return self.words[:80]
