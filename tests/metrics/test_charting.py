"""A chart's own page: baselines, phases and notes are decided, written, undone and remembered."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.text import slugify

from collab.common.models import AuditEvent
from collab.enums import ChartKind, CollaborativeRole, DataSharing, RuleSet
from metrics.actions.charting import (
    add_annotation,
    change_annotation,
    choose_chart,
    freeze_baseline,
    remove_annotation,
    repeat_decision,
    return_annotation,
    series_of,
    start_phase,
    undo_decision,
)
from metrics.enums import AnnotationKind, AnnotationStatus, DecisionKind
from metrics.models import Annotation, ChartDecision
from metrics.presenters.readings import read_one
from metrics.queries.annotations import annotations_of
from teams.enums import TeamRole
from tests.factories.collab import (
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    MeasureFactory,
)
from tests.factories.metrics import AnnotationFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.metrics.worlds import member_of, own_panel, report

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
NOW = dt.datetime(2026, 3, 15, 12, tzinfo=dt.UTC)
LEVELS = [(30, 100), (32, 100), (31, 100)] * 3 + [(50, 100), (52, 100), (51, 100)] * 2
REASON = "Reminder calls have been how we work since then."


@pytest.fixture(autouse=True)
def _now():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def collaborative():
    return CollaborativeFactory(start=dt.date(2025, 1, 1), months=24)


@pytest.fixture
def measure(collaborative):
    return MeasureFactory(
        collaborative=collaborative, code="seen", version__name="Seen within 7 days", version__direction="up"
    )


@pytest.fixture
def team(collaborative, measure):
    found = TeamFactory(collaborative=collaborative, name="Alder", slug="alder")
    report(found, measure, LEVELS[:14])
    return found


@pytest.fixture
def leader(team):
    return TeamMembershipFactory(team=team, role=TeamRole.LEADER).user


def month(text):
    return dt.date.fromisoformat(f"{text}-01")


def address(name, team, *more):
    return reverse(name, args=[team.collaborative.slug, team.slug, "seen", *more])


# Decisions


def test_a_phase_changes_every_reading_of_the_series_and_can_be_taken_back(team, measure, leader):
    before = read_one(own_panel(team))
    decision = start_phase(by=leader, team=team, measure=measure, month=month("2025-10"), reason=REASON)
    after = read_one(own_panel(team))
    assert [(phase.first, phase.centre) for phase in after.phases] == [(0, 31), (9, 51)]
    undo_decision(by=leader, decision=decision)
    again = read_one(own_panel(team))
    assert again.phases == before.phases
    repeat_decision(by=leader, decision=ChartDecision.objects.get(pk=decision.pk))
    assert [phase.first for phase in read_one(own_panel(team)).phases] == [0, 9]
    rows = ChartDecision.objects.order_by("pk").values_list("month", "undone_by")
    assert list(rows) == [(month("2025-10"), leader.pk), (month("2025-10"), None)]
    assert list(AuditEvent.objects.order_by("pk").values_list("event", flat=True)) == [
        "phase_started",
        "chart_decision_undone",
        "phase_started",
    ]


def test_a_baseline_takes_the_place_of_the_one_before_it_in_the_same_phase(team, measure, leader):
    first = freeze_baseline(by=leader, team=team, measure=measure, month=month("2025-08"), reason=REASON)
    second = freeze_baseline(by=leader, team=team, measure=measure, month=month("2025-09"), reason="One month more.")
    assert list(ChartDecision.objects.standing()) == [second]
    assert ChartDecision.objects.get(pk=first.pk).undone_by == leader
    reading = read_one(own_panel(team))
    assert (reading.phases[0].frozen, reading.phases[0].base, reading.phases[0].centre) == (8, 9, 31)


def test_a_button_that_is_pressed_twice_decides_once(team, measure, leader):
    for _press in range(2):
        start_phase(by=leader, team=team, measure=measure, month=month("2025-10"), reason=REASON)
        freeze_baseline(by=leader, team=team, measure=measure, month=month("2025-08"), reason=REASON)
        add_annotation(by=leader, team=team, measure=measure, kind="test", day=dt.date(2025, 3, 2), label="Calls")
    assert (ChartDecision.objects.count(), Annotation.objects.count()) == (2, 1)


@pytest.mark.parametrize(
    ("act", "when", "sentence"),
    [
        (start_phase, "2027-03", "March 2027 is not on the chart, which runs from January 2025 to February 2026."),
        (start_phase, "2024-03", "March 2024 is not on the chart, which runs from January 2025 to February 2026."),
        (start_phase, "2025-01", "The chart begins with January 2025, so a phase does anyway."),
        (start_phase, "2025-06", "A phase begins in June 2025 already."),
        (start_phase, "2025-09", "The definition changed in September 2025, so a phase begins there already."),
        (
            freeze_baseline,
            "2026-12",
            "December 2026 is not on the chart, which runs from January 2025 to February 2026.",
        ),
        (
            freeze_baseline,
            "2025-03",
            "A baseline needs 8 points or more; from January 2025 to March 2025 there are 3.",
        ),
        (
            freeze_baseline,
            "2025-06",
            "A baseline needs 8 points or more; from June 2025 to June 2025 there is 1.",
        ),
    ],
)
def test_what_can_not_be_decided_is_said_at_the_month(team, measure, leader, act, when, sentence):
    from tests.factories.collab import MeasureVersionFactory

    MeasureVersionFactory(measure=measure, number=2, effective_month=month("2025-09"))
    start_phase(by=leader, team=team, measure=measure, month=month("2025-06"), reason=REASON)
    with pytest.raises(ValidationError) as refused:
        act(by=leader, team=team, measure=measure, month=month(when), reason="Another reason.")
    assert refused.value.message_dict == {"month": [sentence]}
    assert ChartDecision.objects.count() == 1


def test_a_chart_without_months_has_nothing_to_decide(leader):
    young = CollaborativeFactory(start=dt.date(2026, 3, 1), months=12)
    team = TeamFactory(collaborative=young)
    measure = MeasureFactory(collaborative=young)
    assert series_of(team, measure).months == ()
    with pytest.raises(ValidationError) as refused:
        start_phase(by=leader, team=team, measure=measure, month=month("2026-03"), reason=REASON)
    assert refused.value.message_dict == {"month": ["There is nothing on the chart yet: wait for the first months."]}


# Notes


def written(**changes):
    return {
        "kind": AnnotationKind.TEST,
        "day": dt.date(2025, 3, 12),
        "label": "Reminder calls",
        "text": "",
    } | changes


def test_a_note_keeps_every_revision_and_can_come_back(team, measure, leader):
    note = add_annotation(by=leader, team=team, measure=measure, **written())
    changed = change_annotation(by=leader, annotation=note, measure=None, **written(label="Reminder calls began"))
    remove_annotation(by=leader, annotation=changed)
    assert not Annotation.objects.live().exists()
    returned = return_annotation(by=leader, annotation=note)
    assert list(Annotation.objects.order_by("pk").values_list("label", "status")) == [
        ("Reminder calls", AnnotationStatus.REPLACED),
        ("Reminder calls began", AnnotationStatus.REPLACED),
        ("Reminder calls began", AnnotationStatus.REPLACED),
        ("Reminder calls", AnnotationStatus.LIVE),
    ]
    assert {row.began_as for row in Annotation.objects.all()} == {note.pk}
    assert (returned.measure, returned.label) == (measure, "Reminder calls")


def test_two_people_who_change_one_note_are_told(team, measure, leader):
    note = add_annotation(by=leader, team=team, measure=measure, **written())
    other = member_of(team)
    change_annotation(by=other, annotation=note, measure=measure, **written(label="Calls the day before"))
    with pytest.raises(ValidationError) as refused:
        change_annotation(by=leader, annotation=note, measure=measure, **written(label="Mine"))
    assert refused.value.messages == [
        f"{other} changed this note on 15 Mar 2026. Nothing of yours was saved; go back to the chart to see it."
    ]
    assert Annotation.objects.live().get().label == "Calls the day before"


def test_nothing_is_written_where_nothing_changes(team, measure, leader):
    note = add_annotation(by=leader, team=team, measure=measure, **written())
    assert change_annotation(by=leader, annotation=note, measure=measure, **written()) == note
    assert Annotation.objects.count() == 1


def test_the_same_note_twice_and_days_off_the_chart_are_refused(team, measure, leader):
    add_annotation(by=leader, team=team, measure=measure, **written())
    with pytest.raises(ValidationError) as refused:
        add_annotation(by=member_of(team), team=team, measure=measure, **written(label="reminder CALLS"))
    assert refused.value.message_dict == {"label": ["This note is on the chart already."]}
    for day in (dt.date(2024, 12, 31), dt.date(2027, 1, 1)):
        with pytest.raises(ValidationError) as refused:
            add_annotation(by=leader, team=team, measure=measure, **written(day=day))
        assert refused.value.message_dict == {"day": ["Choose a day on the chart, from 1 Jan 2025 to 31 Dec 2026."]}


def test_a_note_for_all_charts_stands_on_each_and_other_teams_keep_theirs(team, measure, leader, collaborative):
    second = MeasureFactory(collaborative=collaborative)
    other = TeamFactory(collaborative=collaborative)
    add_annotation(by=leader, team=team, measure=None, **written(label="New director"))
    add_annotation(by=leader, team=team, measure=measure, **written(day=dt.date(2025, 2, 1)))
    AnnotationFactory(team=other, measure=measure, label="Not ours")
    found = annotations_of(leader, [team], [measure.pk, second.pk])
    assert {key: [note.label for note in notes] for key, notes in found.items()} == {
        (team.pk, measure.pk): ["Reminder calls", "New director"],
        (team.pk, second.pk): ["New director"],
    }
    assert annotations_of(leader, [team], [measure.pk], hidden={"test"}) == {}


# The page


def test_a_leader_freezes_begins_and_takes_back_in_the_browser(client_for, team, measure, leader):
    client = client_for(leader)
    page = client.get(address("chart", team)).content.decode()
    assert "Freeze a baseline" in page
    answer = client.post(address("chart_baseline", team), {"month": "2025-08", "reason": REASON}, follow=True)
    assert answer.redirect_chain == [(address("chart", team), 302)]
    assert "Frozen baseline: the lines are made from January 2025 to August 2025 (8 points)" in answer.content.decode()
    decision = ChartDecision.objects.get()
    client.post(address("chart_undo", team, decision.pk))
    assert not ChartDecision.objects.standing().exists()
    client.post(address("chart_undo", team, decision.pk), {"again": "1"})
    assert ChartDecision.objects.standing().get().kind == DecisionKind.BASELINE


def test_bad_input_comes_back_with_a_sentence_at_the_field(client_for, team, measure, leader):
    client = client_for(leader)
    start_phase(by=leader, team=team, measure=measure, month=month("2025-10"), reason=REASON)
    outside = client.post(address("chart_phase", team), {"month": "2031-01", "reason": REASON})
    assert outside.context["form"].errors["month"] == [
        "This month is not on the chart, which runs from January 2025 to February 2026. Choose one of its months."
    ]
    twice = client.post(address("chart_phase", team), {"month": "2025-10", "reason": "Again."})
    assert twice.context["form"].errors["month"] == ["A phase begins in October 2025 already."]
    short = client.post(address("chart_baseline", team), {"month": "2025-02", "reason": REASON})
    assert short.context["form"].errors["month"] == [
        "A baseline needs 8 points or more; from January 2025 to February 2025 there are 2."
    ]
    long = client.post(
        address("annotation_new", team), {"kind": "test", "day": "2025-03-12", "label": "x" * 3000, "text": "kept"}
    )
    assert long.context["form"].errors["label"] == ["Ensure this value has at most 60 characters (it has 3000)."]
    assert "kept" in long.content.decode()
    assert not Annotation.objects.exists()


def test_marks_and_the_axis_are_asked_for_in_the_address(client_for, team, measure, leader):
    add_annotation(by=leader, team=team, measure=measure, **written())
    add_annotation(by=leader, team=team, measure=measure, **written(kind="event", label="Ice storm"))
    client = client_for(leader)
    whole = client.get(address("chart", team)).context["figure"]
    assert [flag.label for flag in whole.flags] == ["Reminder calls", "Ice storm"]
    asked = client.get(address("chart", team), {"hide": ["event", "nonsense"], "axis": "data"}).context
    assert [flag.label for flag in asked["figure"].flags] == ["Reminder calls"]
    assert asked["figure"].axis_name.endswith("(the axis starts at 30)")
    assert asked["card"].query == "?hide=event&axis=data"
    csv = client.get(reverse("team_figure", args=[team.collaborative.slug, team.slug, "seen", "csv"]), {"hide": "test"})
    assert ("Ice storm" in csv.content.decode(), "Reminder calls" in csv.content.decode()) == (True, False)


def test_small_counts_stay_hidden_on_the_page_and_in_teaching(client_for, collaborative, measure, leader):
    small = TeamFactory(collaborative=collaborative)
    report(small, measure, [(7, 93)] * 14)
    coach = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user
    client = client_for(coach)
    for url in (
        address("chart", small),
        reverse("chart_teach", args=[collaborative.slug, "seen"]) + f"?team={small.pk}&step=4",
        *(
            reverse("team_figure", args=[collaborative.slug, small.slug, "seen", form])
            for form in ("json", "svg", "csv")
        ),
    ):
        text = client.get(url).content.decode()
        assert ("7 of 93" in text, "7.5\u202f%" in text, ",93," in text) == (False, False, False)


def test_teaching_goes_step_by_step_and_hides_names_where_they_are_coded(client_for, team, measure, leader):
    add_annotation(by=leader, team=team, measure=measure, **written(label="Dr. Chen left"))
    team.collaborative.data_sharing = DataSharing.CODED
    team.collaborative.save()
    client = client_for(leader)
    url = reverse("chart_teach", args=[team.collaborative.slug, "seen"])
    pages = [client.get(url, {"team": team.pk, "step": step}) for step in ("1", "2", "3", "4", "99", "x")]
    layers = [page.context["step"].layer.value for page in pages]
    assert layers == ["data", "centre", "signals", "story", "story", "data"]
    texts = [page.content.decode() for page in pages]
    assert [("Alder" in text, "Dr. Chen" in text) for text in texts] == [(False, False)] * 6
    named = client.get(url, {"team": team.pk, "step": "4", "names": "on"}).content.decode()
    assert ("Alder" in named, "Dr. Chen left" in named) == (True, True)
    figure = reverse("team_figure", args=[team.collaborative.slug, team.slug, "seen", "svg"])
    assert f'data-png="{figure}?names=off"' in texts[0]
    coded = [client.get(figure.replace(".svg", f".{form}"), {"names": "off"}) for form in ("json", "svg", "csv")]
    assert [("Alder" in one.content.decode(), "Dr. Chen" in one.content.decode()) for one in coded] == [
        (False, False)
    ] * 3
    assert coded[2]["Content-Disposition"] == f'attachment; filename="{slugify(team.code_name)}-seen.csv"'
    assert all(f",{team.code_name}," in row for row in coded[2].content.decode().splitlines()[1:])
    assert client.get(url, {"team": "0"}).status_code == 404
    assert client.get(url, {"team": "1 or 1"}).status_code == 404


def test_faculty_choose_the_chart_without_breaking_the_line(client_for, collaborative, team, measure):
    coach = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user
    client = client_for(coach)
    url = reverse("chart_settings", args=[collaborative.slug, "seen"])
    refused = client.post(url, {"drawn_as": "t", "rules": "nelson"})
    assert refused.context["form"].errors["drawn_as"] == ["Choose one of the list: other ones do not fit this measure."]
    client.post(url, {"drawn_as": ChartKind.I, "rules": RuleSet.NELSON})
    measure.refresh_from_db()
    assert (measure.drawn_as, measure.rules) == ("i", "nelson")
    assert measure.versions.count() == 1
    reading = read_one(own_panel(team))
    assert (reading.kind, reading.rules, len(reading.phases)) == ("i", RuleSet.NELSON, 1)
    assert AuditEvent.objects.filter(event="chart_chosen").count() == 1


def test_what_was_chosen_must_exist(measure):
    with pytest.raises(ValidationError):
        choose_chart(by=None, measure=measure, drawn_as="pie", rules="anhoej")


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_with_one_note_and_with_many(
    client_for, team, measure, leader, count, django_assert_num_queries
):
    for place in range(count):
        add_annotation(by=leader, team=team, measure=measure, **written(label=f"Note {place}"))
    start_phase(by=leader, team=team, measure=measure, month=month("2025-10"), reason=REASON)
    client = client_for(leader)
    client.get(address("chart", team))
    with django_assert_num_queries(CHART_PAGE):
        client.get(address("chart", team))


CHART_PAGE = 18
