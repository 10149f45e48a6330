"""Finding cycles by words, alike on PostgreSQL and SQLite: every word must occur, its beginning is enough."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import FloatField, Value
from django.db.models.expressions import RawSQL

from pdsa.models.cycle import CycleQuerySet

WORDS_AT_MOST = 12
# Ranking reads every text that fits. Words that fit more cycles than this say too little to rank by.
MOST_RANKED = 500
_WORD = re.compile(r"\w+")


def unaccented(words: str) -> str:
    """Lower case without accents, so that "cafe" finds "Café" on every database."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", words.lower()) if not unicodedata.combining(sign))


def tokens_of(words: str) -> list[str]:
    """The words looked for; signs divide them and mean nothing, so nothing typed can be an error."""
    return _WORD.findall(unaccented(words))[:WORDS_AT_MOST]


@dataclass(frozen=True, slots=True)
class _Engine:
    """How one database finds words: which cycles fit, how well one fits, and how what is looked for is written.

    The statements are constant; what is looked for is their parameter.
    """

    found: str
    rank: str
    beginning: str
    both: str


_ENGINES = {
    "postgresql": _Engine(
        found="SELECT cycle_id FROM pdsa_cyclewords WHERE vector @@ to_tsquery('english', %s)",
        rank=("SELECT ts_rank(vector, to_tsquery('english', %s)) FROM pdsa_cyclewords WHERE cycle_id = pdsa_cycle.id"),
        beginning="{}:*",
        both=" & ",
    ),
    "sqlite": _Engine(
        found="SELECT rowid FROM pdsa_words_fts WHERE pdsa_words_fts MATCH %s",
        # bm25 is the smaller the better the fit.
        rank="SELECT -bm25(pdsa_words_fts) FROM pdsa_words_fts WHERE pdsa_words_fts MATCH %s AND rowid = pdsa_cycle.id",
        beginning='"{}"*',
        both=" ",
    ),
}


def matching(cycles: CycleQuerySet, words: str) -> Any:
    """Those of ``cycles`` in whose words all words of ``words`` begin a word; with ``rank``, the better the larger.

    All of them, ranked alike, when there is no word in ``words``; ranked alike, too, when very many fit. One query.
    """
    alike = Value(0.0, output_field=FloatField())
    tokens = tokens_of(words)
    if not tokens:
        return cycles.annotate(rank=alike)
    engine = _ENGINES[connection.vendor]
    wanted = engine.both.join(engine.beginning.format(token) for token in tokens)
    fitting = cycles.filter(pk__in=RawSQL(engine.found, [wanted]))  # noqa: S611
    if _are_many(fitting):
        return fitting.annotate(rank=alike)
    return fitting.annotate(rank=RawSQL(engine.rank, [wanted], output_field=FloatField()))  # noqa: S611


def _are_many(fitting: CycleQuerySet) -> bool:
    return fitting.order_by()[: MOST_RANKED + 1].count() > MOST_RANKED
