"""What several collaboratives achieved, for those who sponsor them: the signal first, each figure with its counts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.enums import Tone
from collab.common.sections import Section, sections_for
from collab.models import Collaborative
from metrics.charts.cards import pooled_figure_address
from metrics.charts.spark import sparkline
from metrics.enums import EngagementFigure
from metrics.presenters.comparing import Together, scale_top, together
from metrics.presenters.engagement import EngagementLine, engagement_of
from metrics.presenters.readings import Meaning, read_one
from metrics.queries.reach import Reach
from metrics.queries.series import Benchmarks, pooled_panel
from metrics.queries.sponsoring import Achieved

ORDER = (Meaning.IMPROVEMENT, Meaning.CONCERN, Meaning.CHANGE, Meaning.NONE)
SHOWN = (EngagementFigure.COMPLETED, EngagementFigure.WITHDRAWN, EngagementFigure.SUBMITTED)


@dataclass(frozen=True)
class Sponsored:
    """A collaborative as its sponsors read it; higher rooms contribute sections about it."""

    collaborative: Collaborative


@dataclass(frozen=True)
class ResultLine:
    """One measure of all teams together: what its chart says, the last month in words, and a small picture.

    ``address``: where the files of its whole chart lie; empty where there is none to be shown.
    """

    words: Together
    meaning: Meaning
    sentence: str
    spark: SafeString | str
    address: str = ""


@dataclass(frozen=True)
class Achievement:
    """One collaborative. ``summary`` answers whether it works, in one sentence."""

    collaborative: Collaborative
    tone: Tone
    summary: str
    lines: tuple[ResultLine, ...]
    reach: Reach | None
    engagement: tuple[EngagementLine, ...]
    sections: tuple[Section, ...]


def achievements_of(found: Sequence[Achieved], reach: Sequence[Reach], user: Any) -> list[Achievement]:
    """The collaboratives in their order."""
    by_slug = {one.slug: one for one in reach}
    return [_achievement(one, by_slug.get(one.collaborative.slug), user) for one in found]


def result_lines(results: Iterable[Benchmarks]) -> list[ResultLine]:
    """What all teams together achieved, the signals first; a count has no figure of all teams together."""
    return sorted(
        (_line(one) for one in results if one.measure.latest.statistic.has_denominator),
        key=lambda line: ORDER.index(line.meaning),
    )


def _achievement(found: Achieved, reach: Reach | None, user: Any) -> Achievement:
    lines = result_lines(found.results)
    tone, summary = _summary(lines)
    return Achievement(
        collaborative=found.collaborative,
        tone=tone,
        summary=summary,
        lines=tuple(lines),
        reach=reach,
        engagement=tuple(
            line
            for line in engagement_of(found.engagement).lines
            if str(line.label) in {str(figure.label) for figure in SHOWN}
        ),
        sections=tuple(sections_for(Sponsored(found.collaborative), found.collaborative.span, user)),
    )


def _line(found: Benchmarks) -> ResultLine:
    panel = pooled_panel(found)
    words = together(found)
    if not panel.months or not words.pooled:
        return ResultLine(words, Meaning.NONE, "", "")
    reading = read_one(panel)
    name = _("%(measure)s, all teams pooled. %(sentence)s") % {"measure": words.title, "sentence": reading.sentence}
    spark = sparkline(reading, name=name, top=scale_top(panel))
    return ResultLine(words, reading.meaning, reading.sentence, spark, pooled_figure_address(found.measure))


def _summary(lines: Sequence[ResultLine]) -> tuple[Tone, str]:
    better = sum(line.meaning is Meaning.IMPROVEMENT for line in lines)
    worse = sum(line.meaning is Meaning.CONCERN for line in lines)
    if not any(line.words.pooled for line in lines):
        return Tone.NEUTRAL, _("No results of all teams together can be shown yet.")
    if not better and not worse:
        return Tone.NEUTRAL, _("No signal yet: the figures go up and down as they would by chance.")
    parts = []
    if better:
        parts.append(
            ngettext("%(count)s measure has improved", "%(count)s measures have improved", better) % {"count": better}
        )
    if worse:
        parts.append(
            ngettext("%(count)s measure gives concern", "%(count)s measures give concern", worse) % {"count": worse}
        )
    return (Tone.ATTENTION if worse else Tone.GOOD), _(" and ").join(parts) + "."
