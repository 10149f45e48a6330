"""Fidelity in words and small pictures: the panel beside a worksheet, and shares beside the published ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from collab.common.enums import Tone
from collab.common.formatting import number, period_short, rate_with_counts, with_unit
from pdsa.enums import Part
from pdsa.models import CoachScore, Cycle
from pdsa.policies import can_judge
from pdsa.presenters.fidelity_words import CHECKS, CRITERIA, HINTS, OUTCOMES
from pdsa.queries.fidelity import ROUND_MONTHS, Round, Trend, fidelity_of, with_facts
from pdsa.rules import PdsaPermission
from pdsa.stats.agreement import Agreement
from pdsa.stats.fidelity import CycleFidelity, Outcome
from pdsa.stats.published import MANUAL, MCNICHOLAS_2019, Check, consensus
from pdsa.stats.shares import LEAST_FOR_A_VERDICT, Share, differs

ROUNDS_SHOWN = 8
# The pictures' own units: 0 to 100 % is WIDE units across, or TALL units high.
WIDE, TALL, STEP, EDGE = 200, 30, 26, 6


@dataclass(frozen=True, slots=True)
class Line:
    """One criterion of a cycle."""

    label: Promise
    meaning: Promise
    words: Promise
    tone: Tone
    is_met: bool


@dataclass(frozen=True, slots=True)
class HintLine:
    """What to do about one missed point; ``part`` is where, empty where it is for the next cycle."""

    label: Promise
    text: Promise
    part: Part | None


@dataclass(frozen=True, slots=True)
class ReadLine:
    """A question that only a reader can answer, and what coaches answered."""

    label: Promise
    words: str


@dataclass(frozen=True)
class Panel:
    """What ``pdsa/parts/fidelity_panel.html`` shows. ``judge_url`` only for a coach who may read the cycle now."""

    met: int
    applicable: int
    sentence: str
    hints: tuple[HintLine, ...]
    lines: tuple[Line, ...]
    reads: tuple[ReadLine, ...]
    team_url: str
    judge_url: str
    judge_label: str


def panel_of(cycle: Cycle, viewer: Any) -> Panel:
    """The fidelity of one cycle as it is today, judged with the team's other cycles. At most six queries."""
    team = cycle.team
    siblings = with_facts(Cycle.objects.filter(team=team))
    scored = fidelity_of(siblings, team.collaborative.today())[cycle.pk]
    fidelity = scored.fidelity
    address = [team.collaborative.slug, team.slug]
    may_judge = viewer.has_perm(PdsaPermission.COACH_CYCLE.value, cycle) and can_judge(cycle, viewer)
    return Panel(
        met=fidelity.met,
        applicable=fidelity.applicable,
        sentence=_sentence(fidelity),
        hints=tuple(
            HintLine(CRITERIA[one.criterion].label, HINTS[one.hint].text, HINTS[one.hint].part)
            for one in fidelity.missed
            if one.hint
        ),
        lines=_lines(fidelity),
        reads=tuple(_reads(cycle, viewer)),
        team_url=reverse("team_fidelity", args=address),
        judge_url=reverse("fidelity_score", args=[*address, cycle.number]) if may_judge else "",
        judge_label=_("Change your reading") if _own(cycle, viewer) else _("Read and judge this cycle"),
    )


def _lines(fidelity: CycleFidelity) -> tuple[Line, ...]:
    return tuple(
        Line(
            CRITERIA[one.criterion].label,
            CRITERIA[one.criterion].text,
            *OUTCOMES[one.outcome],
            is_met=one.outcome is Outcome.MET,
        )
        for one in fidelity.judgements
    )


def _sentence(fidelity: CycleFidelity) -> str:
    later = sum(one.outcome is Outcome.NOT_YET for one in fidelity.judgements)
    if not fidelity.applicable:
        return _("Points are counted from the moment there is something to count.")
    if not later:
        unproven = any(one.outcome is Outcome.UNPROVEN for one in fidelity.judgements)
        return _("Every other point can be judged now.") if unproven else _("Every point can be judged now.")
    return ngettext("%(count)s more point is asked later.", "%(count)s more points are asked later.", later) % {
        "count": number(later)
    }


def _own(cycle: Cycle, viewer: Any) -> CoachScore | None:
    return next((one for one in cycle.coach_scores.all() if one.coach_id == viewer.pk), None)


def _reads(cycle: Cycle, viewer: Any) -> list[ReadLine]:
    """What coaches found, for whoever must not stay unbiased: a coach who has not answered sees nothing."""
    scores = list(cycle.coach_scores.all())
    blind = viewer.has_perm(PdsaPermission.COACH_CYCLE.value, cycle) and not _own(cycle, viewer)
    if blind or not scores:
        return []
    answers = {
        Check.PAST_TENSE: tuple(one.past_tense for one in scores),
        Check.LEARNING: tuple(one.learning for one in scores),
    }
    return [ReadLine(CHECKS[check].label, _said(answers[check])) for check in MANUAL]


def _said(answers: tuple[bool, ...]) -> str:
    if len(set(answers)) > 1:
        return _("Coaches differ (%(yes)s of %(count)s say yes)") % {"yes": sum(answers), "count": len(answers)}
    return _("Yes") if consensus(answers) else _("No")


@dataclass(frozen=True, slots=True)
class Forest:
    """A share with its interval, and the published one, on a line from 0 to 100 %; None where nothing was counted."""

    here: float | None
    low: float | None
    high: float | None
    published: float


@dataclass(frozen=True, slots=True)
class Spark:
    """A share round by round: the points' places, the path through those next to each other, the published height."""

    width: int
    dots: tuple[tuple[float, float], ...]
    path: str
    published: float


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check: our share beside the published one, in words and as a picture, and how it went round by round."""

    check: Check
    label: Promise
    meaning: Promise
    here: str
    interval: str
    published: str
    verdict: str
    tone: Tone
    forest: Forest
    rounds: tuple[str, ...]
    change: str
    spark: Spark


@dataclass(frozen=True)
class TrendTable:
    """All checks; ``rounds`` are the names of the last quarters, oldest first."""

    rounds: tuple[str, ...]
    lines: tuple[CheckLine, ...]
    points: str
    cycles: int
    best: str
    weakest: str


def trend_table(trend: Trend) -> TrendTable:
    """The trend in words."""
    shown = trend.rounds[-ROUNDS_SHOWN:]
    lines = tuple(_check_line(check, trend, len(shown)) for check in Check)
    told = [check for check in Check if trend.total[check].of >= LEAST_FOR_A_VERDICT]
    ranked = sorted(told, key=lambda check: trend.total[check].value or 0)
    return TrendTable(
        rounds=tuple(_round_name(one) for one in shown),
        lines=lines,
        points=share_words(trend.points),
        cycles=trend.cycles,
        best=str(CHECKS[ranked[-1]].label) if ranked else "",
        weakest=str(CHECKS[ranked[0]].label) if ranked else "",
    )


def trend_rows(trend: TrendTable) -> Iterator[list[str]]:
    """The trend for a spreadsheet, its heading first: each check here and as published, then round by round."""
    yield [_("Check"), _("Here"), _("95 % interval"), _("Published"), _("Compared"), _("Trend"), *trend.rounds]
    for line in trend.lines:
        yield [str(line.label), line.here, line.interval, line.published, line.verdict, line.change, *line.rounds]


def _round_name(one: Round) -> str:
    return period_short(one.first, step=ROUND_MONTHS)


def _check_line(check: Check, trend: Trend, shown: int) -> CheckLine:
    published = MCNICHOLAS_2019[check].all
    total = trend.total[check]
    verdict, tone = _verdict(published, total)
    rounds = trend.by_round[check][-shown:]
    return CheckLine(
        check=check,
        label=CHECKS[check].label,
        meaning=CHECKS[check].text,
        here=share_words(total),
        interval=interval_words(total),
        published=share_words(published, places=1),
        verdict=verdict,
        tone=tone,
        forest=_forest(total, published),
        rounds=tuple(counts_words(one) for one in rounds),
        change=change_words(trend.by_round[check]),
        spark=_spark(rounds, published),
    )


def share_words(share: Share, *, places: int = 0) -> str:
    """ "62 % (31 of 50)"; an en dash where nothing was counted."""
    if share.value is None:
        return "–"
    return rate_with_counts(100 * share.value, "%", share.met, share.of, places=places)


def counts_words(share: Share) -> str:
    """ "31 of 50"; an en dash where nothing was counted."""
    if not share.of:
        return "–"
    return _("%(met)s of %(of)s") % {"met": number(share.met), "of": number(share.of)}


def interval_words(share: Share) -> str:
    """ "48 to 74 %": where the true share lies, but for one time in twenty; empty where nothing was counted."""
    interval = share.interval
    if interval is None:
        return ""
    return _("%(low)s to %(high)s") % {
        "low": number(100 * interval.low, places=0),
        "high": with_unit(100 * interval.high, "%", places=0),
    }


def _verdict(published: Share, here: Share) -> tuple[str, Tone]:
    if not here.of:
        return _("Nothing to compare yet"), Tone.NEUTRAL
    if here.of < LEAST_FOR_A_VERDICT:
        return _("Too few to compare"), Tone.NEUTRAL
    return {
        1: (_("Higher than published"), Tone.GOOD),
        -1: (_("Lower than published"), Tone.ATTENTION),
        0: (_("No clear difference"), Tone.NEUTRAL),
    }[differs(published, here)]


def change_words(rounds: Sequence[Share]) -> str:
    """From the first round with something counted to the last, with how sure that is."""
    told = [one for one in rounds if one.of]
    if len(told) < 2:
        return _("One round so far") if told else ""
    first, last = told[0], told[-1]
    points = round(100 * ((last.value or 0) - (first.value or 0)))
    if not points:
        return _("No change since the first round")
    words = (
        ngettext("Up %(points)s point", "Up %(points)s points", abs(points))
        if points > 0
        else ngettext("Down %(points)s point", "Down %(points)s points", abs(points))
    ) % {"points": number(abs(points))}
    if min(first.of, last.of) < LEAST_FOR_A_VERDICT:
        sure = _("too few to tell")
    else:
        sure = _("more than chance") if differs(first, last) else _("may be chance")
    return _("%(change)s since the first round: %(sure)s") % {"change": words, "sure": sure}


def _forest(share: Share, published: Share) -> Forest:
    interval = share.interval
    return Forest(
        here=_across(share.value),
        low=_across(interval.low if interval else None),
        high=_across(interval.high if interval else None),
        published=_across(published.value) or 0.0,
    )


def _across(value: float | None) -> float | None:
    return None if value is None else round(EDGE + WIDE * value, 1)


def _spark(rounds: Sequence[Share], published: Share) -> Spark:
    places = [None if one.value is None else (EDGE + STEP * place, _up(one.value)) for place, one in enumerate(rounds)]
    path, joined = [], False
    for point in places:
        if point is not None:
            path.append(f"{'L' if joined else 'M'}{point[0]} {point[1]}")
        joined = point is not None
    return Spark(
        width=2 * EDGE + STEP * max(0, len(rounds) - 1),
        dots=tuple(point for point in places if point is not None),
        path=" ".join(path),
        published=_up(published.value or 0),
    )


def _up(value: float) -> float:
    return round(EDGE + TALL * (1 - value), 1)


@dataclass(frozen=True, slots=True)
class AgreementLine:
    """How far two coaches agree on one question."""

    label: Promise
    agreed: str
    kappa: str
    ac1: str
    words: str


def agreement_lines(found: dict[Check, Agreement]) -> list[AgreementLine]:
    """One line a question; none where no cycle was read twice."""
    return [
        AgreementLine(
            label=CHECKS[check].label,
            agreed=share_words(Share(one.agreed, one.of)),
            kappa=number(one.kappa, places=2) if one.kappa is not None else _("not defined"),
            ac1=number(one.ac1, places=2),
            words=_agreement_words(one),
        )
        for check, one in found.items()
        if one.of
    ]


# Landis & Koch 1977, Biometrics 33:159: a convention, not a law.
STRENGTHS = (
    (0.8, gettext_lazy("almost perfect")),
    (0.6, gettext_lazy("substantial")),
    (0.4, gettext_lazy("moderate")),
    (0.2, gettext_lazy("fair")),
    (0.0, gettext_lazy("slight")),
)
ENOUGH_TO_SPEAK_OF = 10


def _agreement_words(one: Agreement) -> str:
    if one.of < ENOUGH_TO_SPEAK_OF:
        return _("Too few cycles were read twice to speak of agreement.")
    value = one.ac1 or 0.0
    strength = next((words for least, words in STRENGTHS if value > least), gettext_lazy("none beyond chance"))
    if one.kappa is None:
        return _(
            "Agreement beyond chance: %(strength)s. Both gave every cycle the same answer, so kappa says nothing."
        ) % {"strength": strength}
    return _("Agreement beyond chance: %(strength)s.") % {"strength": strength}


@dataclass(frozen=True, slots=True)
class CycleLine:
    """A cycle in the list of a team's page: its points, what is not met, and the first thing to do.

    ``hint`` is empty where a newer cycle of the list already says the same.
    """

    cycle: Cycle
    points: str
    missed: str
    hint: str


def cycle_lines(cycles: Iterable[Cycle], judged: dict[int, CycleFidelity]) -> list[CycleLine]:
    """Cycles, the newest first, with their points; ``judged`` by primary key."""
    lines, told = [], set()
    for cycle in cycles:
        fidelity = judged[cycle.pk]
        hint = next((one.hint for one in fidelity.missed if one.hint), None)
        lines.append(
            CycleLine(
                cycle=cycle,
                points=counts_words(Share(fidelity.met, fidelity.applicable)),
                missed=", ".join(str(CRITERIA[one.criterion].label) for one in fidelity.missed),
                hint=str(HINTS[hint].text) if hint and hint not in told else "",
            )
        )
        told.add(hint)
    return lines


@dataclass(frozen=True, slots=True)
class TeamLine:
    """A team in the faculty's list: its points, and three checks that tell most."""

    team: Any
    points: str
    checks: tuple[str, ...]


TOLD_OF_A_TEAM = (Check.DOCUMENTED, Check.PREDICTION, Check.SERIES)


def team_lines(teams: Iterable[Any], counted: dict[int, dict[Check, Share]]) -> list[TeamLine]:
    """Teams as ``teams_by_fidelity`` gives them, with ``counted_of_teams``."""
    return [
        TeamLine(
            team,
            share_words(Share(team.met, team.applicable)),
            tuple(share_words(counted[team.pk][check]) for check in TOLD_OF_A_TEAM),
        )
        for team in teams
    ]
