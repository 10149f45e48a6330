"""A team as its senior leader reads it: the signal first, in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.enums import Tone
from metrics.charts import ChartCard, team_cards
from metrics.charts.figure import Mark
from metrics.queries.series import Benchmarks, Panel
from teams.enums import TeamStatus
from teams.models import Team


@dataclass(frozen=True)
class LeaderPage:
    """One team: what its charts say together, and the charts, those with signals first."""

    team: Team
    tone: Tone
    summary: str
    signals: tuple[str, ...]
    cards: tuple[ChartCard, ...]


def pages_of(
    teams: Sequence[Team], panels: dict[int, list[Panel]], compared: dict[int, dict[int, Benchmarks]]
) -> list[LeaderPage]:
    """A page for every team that has not left."""
    return [
        page_of(team, team_cards(team, panels[team.pk], compared[team.pk]))
        for team in teams
        if team.status != TeamStatus.WITHDRAWN
    ]


def page_of(team: Team, cards: Sequence[ChartCard]) -> LeaderPage:
    """The team's page from its charts."""
    order = {Mark.CONCERN: 0, Mark.IMPROVEMENT: 1, Mark.CHANGE: 2, Mark.PLAIN: 3}
    ordered = sorted(cards, key=lambda card: order[card.figure.meaning])
    tone, summary = _summary(cards)
    return LeaderPage(
        team=team,
        tone=tone,
        summary=summary,
        signals=tuple(
            _("%(measure)s: %(sentence)s") % {"measure": card.figure.title, "sentence": card.figure.sentence}
            for card in ordered
            if card.figure.meaning is not Mark.PLAIN
        ),
        cards=tuple(ordered),
    )


def _summary(cards: Sequence[ChartCard]) -> tuple[Tone, str]:
    """Is it working? The answer in one sentence."""
    worse = sum(card.figure.meaning is Mark.CONCERN for card in cards)
    better = sum(card.figure.meaning is Mark.IMPROVEMENT for card in cards)
    parts = []
    if better:
        parts.append(
            ngettext("%(count)s measure has improved", "%(count)s measures have improved", better) % {"count": better}
        )
    if worse:
        parts.append(
            ngettext("%(count)s measure gives concern", "%(count)s measures give concern", worse) % {"count": worse}
        )
    if not parts:
        some = any(not card.figure.is_empty for card in cards)
        return Tone.NEUTRAL, (
            _("No signal yet: the figures go up and down as they would by chance.")
            if some
            else _("The team has not reported figures yet.")
        )
    words = _(" and ").join(parts)
    return (Tone.ATTENTION if worse else Tone.GOOD), f"{words}."
