"""In which state what may be done. Who may do it is in ``rules``.

Each ``check_…`` raises ``ValidationError`` with a sentence that says what to do instead.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Manager
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from collab.common.formatting import month_name
from collab.common.sections import ChecklistLine, checklist_for
from collab.enums import CollaborativeStatus, PackageStatus
from collab.library import LibraryMeasure
from collab.models import ChangePackage, Collaborative, Measure

MOST_CORE_MEASURES = 5


def is_in_setup(collaborative: Collaborative) -> bool:
    """Whether nothing hangs on the set-up yet: teams report only once a collaborative has started."""
    return collaborative.status == CollaborativeStatus.SETUP


def missing_before_start(collaborative: Collaborative) -> list[ChecklistLine]:
    """The lines of the checklist without which a collaborative can not start."""
    return [line for line in checklist_for(collaborative) if line.needed and not line.done]


def check_can_start(collaborative: Collaborative) -> None:
    if collaborative.status == CollaborativeStatus.RUNNING:
        raise ValidationError(_("This collaborative is already running."), code="running")
    missing = missing_before_start(collaborative)
    if missing:
        raise ValidationError(
            _("It can not start yet. Still missing: %(titles)s.")
            % {"titles": ", ".join(str(line.title) for line in missing)},
            code="incomplete",
        )


def check_can_end(collaborative: Collaborative) -> None:
    if collaborative.status != CollaborativeStatus.RUNNING:
        raise ValidationError(_("Only a running collaborative can be ended."), code="not_running")


def check_details(collaborative: Collaborative, details: dict[str, Any]) -> None:
    """Once teams report, the calendar of months stays as it is; it can only be made longer."""
    if is_in_setup(collaborative):
        return
    wrong: dict[str, str] = {}
    if details.get("start", collaborative.start) != collaborative.start:
        wrong["start"] = _("The first month can not change once the collaborative has started.")
    if details.get("cadence", collaborative.cadence) != collaborative.cadence:
        wrong["cadence"] = _("How often teams report can not change once the collaborative has started.")
    if details.get("months", collaborative.months) < collaborative.months:
        wrong["months"] = ngettext(
            "A collaborative that has started can be made longer, not shorter than its %(months)s month. "
            "End it instead.",
            "A collaborative that has started can be made longer, not shorter than its %(months)s months. "
            "End it instead.",
            collaborative.months,
        ) % {"months": collaborative.months}
    if wrong:
        raise ValidationError(wrong)


def check_reporting_month(collaborative: Collaborative, effective_month: dt.date) -> None:
    """A definition begins with one of the collaborative's reporting months."""
    if not collaborative.is_reporting_month(effective_month):
        raise ValidationError(
            {
                "effective_month": _("Choose a reporting month from %(first)s to %(last)s.")
                % {"first": month_name(collaborative.start), "last": month_name(collaborative.last_month)}
            }
        )


def check_new_version(measure: Measure, effective_month: dt.date) -> None:
    """A new definition holds from a later month than the one before it, inside the collaborative's months."""
    latest = measure.latest
    check_reporting_month(measure.collaborative, effective_month)
    if effective_month <= latest.effective_month:
        raise ValidationError(
            {
                "effective_month": _(
                    "Choose a month after %(month)s, where the present definition begins: what teams have reported "
                    "keeps the meaning that it had."
                )
                % {"month": month_name(latest.effective_month)}
            }
        )


def check_can_correct(measure: Measure) -> None:
    """The words of a definition change in place only while no figure can hang on them."""
    if not is_in_setup(measure.collaborative):
        raise ValidationError(
            _("Teams may already report by this definition. Make a new version from a month instead."),
            code="started",
        )


def has_room_for_core(collaborative: Collaborative) -> bool:
    """Whether another core measure is still something that most teams can collect."""
    return collaborative.measures.in_use().filter(required=True).count() < MOST_CORE_MEASURES


def check_not_copied(collaborative: Collaborative, copied: LibraryMeasure) -> None:
    """A measure of the library stands once in a collaborative, whatever became of its definition there."""
    if collaborative.measures.filter(library_code=copied.code).exists():
        raise ValidationError(
            _("“%(name)s” was copied from the library before; it was not added again.") % {"name": copied.name},
            code="there_already",
        )


def check_new_name(siblings: Manager[Any], name: str) -> None:
    """Two of one name would be read as one; most often the same form was sent twice."""
    if siblings.filter(name__iexact=name).exists():
        raise ValidationError({"name": _("“%(name)s” is there already.") % {"name": name}}, code="there_already")


def check_is_draft(package: ChangePackage) -> None:
    if package.status != PackageStatus.DRAFT:
        raise ValidationError(
            _("Teams have seen this version, so it stays as it is. Start a new draft to change it."), code="published"
        )


def check_can_publish(package: ChangePackage) -> None:
    """A change package has an aim, a driver and a change idea, and every idea serves a driver."""
    check_is_draft(package)
    problems: list[str] = []
    if not package.aim.strip():
        problems.append(_("Write the aim."))
    if not package.drivers.exists():
        problems.append(_("Add at least one driver: what must change for the aim to be reached."))
    if not package.ideas.exists():
        problems.append(_("Add at least one change idea: something a team can test."))
    problems.extend(
        _("Say which driver “%(idea)s” serves.") % {"idea": idea.name} for idea in package.ideas.filter(drivers=None)
    )
    if problems:
        raise ValidationError(problems)
