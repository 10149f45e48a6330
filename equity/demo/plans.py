"""The demonstration's measures as copies from the library, and how two of its teams collect them."""

from __future__ import annotations

from collab.actions.measures import correct_definition
from collab.library import library_measure
from collab.models import Collaborative, User
from metrics.actions.plans import answer_plan
from teams.models import Team

# The measure of the story → the measure of the library that it began as.
COPIES = {
    "no_show": "assessment_no_show",
    "wait_days": "waiting_days",
    "follow_up_7": "follow_up_hospital_7",
    "safety_plan": "safety_plan_same_day",
    "self_rating": "progress_self_rating",
    "admissions": "admissions",
}
# What the coordinator left as the library has it.
KEPT = ("rationale", "guidance", "license_note", "source", "version_year")

FULL = {
    "no_show": {
        "collector": "Data lead; the front desk supervisor when she is away",
        "source": "Scheduling system, report “Intake appointments by status”",
        "method": "Run the report for the month. Count the status “no-show”, and “canceled” less than a day ahead. "
        "Leave out the appointments that we moved ourselves.",
        "day": "First Tuesday of the month, about 20 minutes",
    },
    "wait_days": {
        "collector": "Data lead",
        "source": "Intake log, sheet “First contact”",
        "method": "Filter first sessions of the month. Add up the column “days”; the count stands at the bottom.",
        "day": "First Tuesday of the month",
    },
    "follow_up_7": {
        "collector": "Transitions nurse",
        "source": "Discharge notices by fax and from the exchange, checked against the visit report",
        "method": "List each discharge with its day. Look up the first visit or call by us after that day. "
        "Ask the hospital when a notice has no day.",
        "day": "Second Monday, when most notices are in",
    },
    "self_rating": {
        "collector": "Team leader",
        "source": "The team's monthly meeting",
        "method": "Everybody writes a step on a card before we talk. Then we talk until we agree on one.",
        "day": "Last Thursday of the month",
    },
}
BEGUN = {"no_show": {"collector": "Office manager", "source": "Appointment book"}}


def copy_definitions(collaborative: Collaborative, by: User) -> None:
    """Say of the measures where they come from, while the collaborative is being set up."""
    for measure in collaborative.measures.filter(code__in=COPIES).with_versions():
        original = library_measure(COPIES[measure.code])
        if original is None:
            raise LookupError(COPIES[measure.code])
        kept = {name: original.definition[name] for name in KEPT if name in original.definition}
        correct_definition(by=by, measure=measure, **kept)
        collaborative.measures.filter(pk=measure.pk).update(library_code=original.code)


def write_plans(teams: dict[int, tuple[Team, User]]) -> None:
    """The first team has written nearly all of its plan, the small rural one has begun; the others have not."""
    for place, answers in ((0, FULL), (5, BEGUN)):
        if place not in teams:
            continue
        team, by = teams[place]
        for measure in team.collaborative.measures.filter(code__in=answers):
            answer_plan(by=by, team=team, measure=measure, **answers[measure.code])
