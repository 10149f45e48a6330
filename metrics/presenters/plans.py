"""The measurement plan in words, for its page and for paper."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from collab.common.formatting import moment, month_name, number, with_unit
from collab.enums import Cadence, Direction
from collab.models import Collaborative, Measure, MeasureVersion
from metrics.models import PlanAnswer
from metrics.presenters.values import number_labels
from metrics.queries.plans import Planned

ANSWERS = ("collector", "source", "method", "day", "sample")


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A question of the plan and its answer; ``is_open`` where the team has still to answer, ``is_link`` where it may
    hold an address."""

    label: str
    value: str
    is_open: bool = False
    is_link: bool = False


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """One measure of the plan: what holds for every team, then how this team does it."""

    measure: Measure
    name: str
    kind: str
    why: str
    definition: tuple[PlanRow, ...]
    timing: tuple[PlanRow, ...]
    ours: tuple[PlanRow, ...]
    is_complete: bool
    changed: str


def plan_sheet(planned: Planned, collaborative: Collaborative) -> PlanSheet:
    """What the plan says about one measure. Rows without an answer in the definition are left out."""
    version, answer = planned.version, planned.answer
    timing = [
        PlanRow(_("Goal"), _goal(version)),
        PlanRow(_("How often"), _rhythm(version, collaborative)),
        PlanRow(_("First month"), month_name(planned.first_month) if planned.first_month else ""),
        PlanRow(_("Final after"), _final(version)),
        PlanRow(_("Groups"), _groups(planned)),
        PlanRow(_("Steward"), _steward(version)),
        PlanRow(_("Full definition"), version.source, is_link=True),
        PlanRow(_("License"), version.license_note),
    ]
    return PlanSheet(
        measure=planned.measure,
        name=version.name,
        kind=str(version.get_kind_display()),
        why=version.rationale,
        definition=tuple(_definition(version)),
        timing=tuple(row for row in timing if row.value),
        ours=tuple(_answers(version, answer)),
        is_complete=answer.is_complete,
        changed=_changed(answer, collaborative),
    )


def _definition(version: MeasureVersion) -> list[PlanRow]:
    first, second = number_labels(version)
    rows = (
        PlanRow(first, version.numerator),
        PlanRow(second or _("Denominator"), version.denominator),
        PlanRow(_("Not counted"), version.exclusions),
        PlanRow(_("How to count it"), version.guidance),
    )
    return [row for row in rows if row.value]


def what_counts(version: MeasureVersion) -> tuple[PlanRow, ...]:
    """A definition as whoever types its numbers needs it, in the words under which they are typed."""
    rows = _definition(version)
    if version.sampling_ok and version.statistic.takes_denominator:
        sample = _("All cases, or a random sample of them; then say from how many it was drawn.")
        rows.append(PlanRow(_("Whom to count"), sample))
    if version.data_source:
        rows.append(PlanRow(_("Where the numbers come from"), version.data_source))
    return tuple(rows)


def _answers(version: MeasureVersion, answer: PlanAnswer) -> list[PlanRow]:
    rows = []
    for name in ANSWERS:
        if name == "sample" and not version.sampling_ok and not answer.sample:
            rows.append(PlanRow(_("Sample"), _("All cases are counted.")))
            continue
        value = getattr(answer, name)
        if not value:
            value = _instead(name, version)
        needed = name in {"collector", "source", "method"} and not getattr(answer, name)
        rows.append(PlanRow(_question(name), value, is_open=needed))
    return rows


def _question(name: str) -> str:
    return {
        "collector": _("Who collects"),
        "source": _("Source"),
        "method": _("How"),
        "day": _("When"),
        "sample": _("Sample"),
    }[name]


def _instead(name: str, version: MeasureVersion) -> str:
    """What holds as long as the team has not said anything of its own."""
    if name == "source" and version.data_source:
        return _("Advised: %(source)s") % {"source": version.data_source}
    if name == "sample":
        return _("All cases; a random sample is allowed.")
    return ""


def _goal(version: MeasureVersion) -> str:
    better = str(Direction(version.direction).label).lower()
    if version.goal is None:
        return _("None set; %(better)s") % {"better": better}
    return _("%(goal)s; %(better)s") % {"goal": with_unit(version.goal, version.unit, places=3), "better": better}


def _rhythm(version: MeasureVersion, collaborative: Collaborative) -> str:
    quarterly = Cadence.QUARTER in (version.period, collaborative.cadence)
    words = (
        _("Every quarter, by day %(day)s of the month after it")
        if quarterly
        else _("Every month, by day %(day)s of the next")
    )
    return words % {"day": collaborative.due_day}


def _final(version: MeasureVersion) -> str:
    if not version.maturation_days:
        return _("At once")
    return _("%(days)s days after the period; until then its point is drawn hollow") % {
        "days": number(version.maturation_days)
    }


def _steward(version: MeasureVersion) -> str:
    """Whose it is, and of which year: definitions of national measures change."""
    if not version.version_year:
        return version.steward
    words = {"steward": version.steward, "year": version.version_year}
    return (_("%(steward)s, %(year)s") if version.steward else _("Definition of %(year)s")) % words


def _groups(planned: Planned) -> str:
    """The groups that are asked for with the month; where there are none, those that the definition advises."""
    asked = ", ".join(each.name for each in planned.breakdowns)
    if asked:
        return asked
    return (
        _("Advised: %(groups)s") % {"groups": planned.version.default_strata} if planned.version.default_strata else ""
    )


def _changed(answer: PlanAnswer, collaborative: Collaborative) -> str:
    if not answer.pk:
        return ""
    return _("Last changed by %(person)s, %(moment)s") % {
        "person": answer.changed_by,
        "moment": moment(answer.changed_at, collaborative.time_zone),
    }
