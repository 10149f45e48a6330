"""Setting up: what the actions write, refuse and record."""

from __future__ import annotations

import datetime as dt

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from collab.actions.centers import change_center, create_center
from collab.actions.change_packages import (
    change_aim,
    discard_draft,
    draft_change_package,
    move,
    publish_change_package,
    remove_driver,
    save_driver,
    save_idea,
)
from collab.actions.collaboratives import (
    change_collaborative,
    create_collaborative,
    end_collaborative,
    start_collaborative,
)
from collab.actions.measures import (
    change_definition,
    copy_measures,
    correct_definition,
    define_measure,
    move_measure,
    retire_measure,
    return_measure,
    set_required,
)
from collab.common.models import AuditEvent
from collab.common.sections import checklist_for
from collab.enums import CollaborativeStatus, CollaborativeType, PackageStatus
from collab.models import ChangePackage, Collaborative, Measure, MeasureVersion
from collab.presenters.measures import advice_on
from tests.factories.collab import (
    CenterFactory,
    ChangeIdeaFactory,
    ChangePackageFactory,
    CollaborativeFactory,
    DriverFactory,
    MeasureFactory,
    MeasureVersionFactory,
    UserFactory,
)
from tests.factories.teams import TeamFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

JUNE = dt.date(2025, 6, 1)


def events() -> list[str]:
    return list(AuditEvent.objects.order_by("pk").values_list("event", flat=True))


def in_setup(**fields: object) -> Collaborative:
    return CollaborativeFactory(status=CollaborativeStatus.SETUP, **fields)


# --- Centers and collaboratives ---


def test_a_center_is_made_and_renamed_with_a_record_of_both() -> None:
    user = UserFactory()
    center = create_center(by=user, name="Lakeside", slug="lakeside")
    change_center(by=user, center=center, name="Lakeside Center")
    change_center(by=user, center=center, name="Lakeside Center")
    center.refresh_from_db()
    assert (center.name, center.slug) == ("Lakeside Center", "lakeside")
    assert events() == ["center_created", "center_changed"]
    assert AuditEvent.objects.first().detail["changes"] == [  # type: ignore[union-attr]
        {"field": "name", "old": "Lakeside", "new": "Lakeside Center"}
    ]


def test_a_second_click_on_create_is_refused_with_a_sentence() -> None:
    center, user = CenterFactory(), UserFactory()
    details = {"name": "Waits", "slug": "waits", "topic": "Waits", "aim": "Halve them.", "start": JUNE}
    create_collaborative(by=user, center=center, **details)
    with pytest.raises(ValidationError, match="already exists"):
        create_collaborative(by=user, center=center, **details)
    assert Collaborative.objects.count() == 1
    assert events() == ["collaborative_created"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("due_day", 29),
        ("due_day", 0),
        ("months", 0),
        ("time_zone", "Mars/Olympus"),
        ("type", "club"),
        ("start", dt.date(2025, 1, 2)),
    ],
)
def test_what_a_collaborative_can_not_be_is_refused_whole(field: str, value: object) -> None:
    collaborative = in_setup()
    with pytest.raises(ValidationError):
        change_collaborative(by=UserFactory(), collaborative=collaborative, topic="Another topic", **{field: value})
    collaborative.refresh_from_db()
    assert collaborative.topic == "Missed appointments"
    assert events() == []


def test_the_calendar_can_change_during_set_up_but_later_only_grow() -> None:
    user, collaborative = UserFactory(), in_setup()
    change_collaborative(by=user, collaborative=collaborative, start=JUNE, months=6)
    collaborative.refresh_from_db()
    assert (collaborative.start, collaborative.months) == (JUNE, 6)

    Collaborative.objects.update(status=CollaborativeStatus.RUNNING)
    for changed in ({"start": dt.date(2025, 7, 1)}, {"cadence": "quarter"}, {"months": 5}):
        with pytest.raises(ValidationError) as caught:
            change_collaborative(by=user, collaborative=collaborative, **changed)
        assert list(caught.value.message_dict) == list(changed)
    change_collaborative(by=user, collaborative=collaborative, months=7, due_day=12, start=JUNE)
    collaborative.refresh_from_db()
    assert (collaborative.start, collaborative.months, collaborative.due_day) == (JUNE, 7, 12)


def test_it_starts_only_when_what_is_needed_is_there() -> None:
    user, collaborative = UserFactory(), in_setup()
    with pytest.raises(ValidationError, match=r"Still missing: Measures, Teams\."):
        start_collaborative(by=user, collaborative=collaborative)
    assert events() == []
    MeasureFactory(collaborative=collaborative)
    TeamFactory(collaborative=collaborative)
    start_collaborative(by=user, collaborative=collaborative)
    collaborative.refresh_from_db()
    assert collaborative.status == CollaborativeStatus.RUNNING
    with pytest.raises(ValidationError, match="already running"):
        start_collaborative(by=user, collaborative=collaborative)
    end_collaborative(by=user, collaborative=collaborative)
    with pytest.raises(ValidationError, match="Only a running"):
        end_collaborative(by=user, collaborative=collaborative)
    start_collaborative(by=user, collaborative=collaborative)
    assert events() == ["collaborative_started", "collaborative_ended", "collaborative_started"]


@pytest.mark.practice("R-81")
def test_a_community_of_practice_needs_no_measure() -> None:
    collaborative = in_setup(type=CollaborativeType.COMMUNITY_OF_PRACTICE)
    assert {line.key: line.needed for line in checklist_for(collaborative)}["measures"] is False


def test_the_checklist_follows_what_is_done() -> None:
    collaborative = in_setup()
    before = {line.key: line.done for line in checklist_for(collaborative)}
    assert before == {
        "details": True,
        "faculty": False,
        "measures": False,
        "starter": False,
        "strata": False,
        "change_package": False,
        "teams": False,
        "start": False,
    }
    MeasureFactory(collaborative=collaborative, retired_on=JUNE)
    ChangePackageFactory(collaborative=collaborative)
    assert {line.key: line.done for line in checklist_for(collaborative)} == before
    MeasureFactory(collaborative=collaborative)
    ChangePackage.objects.all().delete()
    ChangePackageFactory(collaborative=collaborative, published=True)
    after = {line.key: line.done for line in checklist_for(collaborative)}
    assert after == before | {"measures": True, "change_package": True}


# --- Measures ---


@pytest.mark.practice("R-172")
def test_a_set_without_outcome_or_process_gets_advice() -> None:
    collaborative = in_setup()
    MeasureFactory(collaborative=collaborative, version__kind="balancing")
    sentences = advice_on(list(collaborative.measures.all()))
    assert [sentence.split(":")[0] for sentence in sentences] == [
        "There is no outcome measure yet",
        "There is no process measure yet",
    ]
    MeasureFactory(collaborative=collaborative, version__kind="outcome")
    MeasureFactory(collaborative=collaborative, version__kind="process")
    assert advice_on(list(collaborative.measures.all())) == []


@pytest.mark.practice("R-170")
def test_more_than_five_core_measures_get_advice_and_optional_ones_do_not_count() -> None:
    collaborative = in_setup()
    for _each in range(5):
        MeasureFactory(collaborative=collaborative, version__kind="outcome")
    MeasureFactory(collaborative=collaborative, version__kind="process", required=False)
    assert advice_on(list(collaborative.measures.all())) == []
    MeasureFactory(collaborative=collaborative)
    assert advice_on(list(collaborative.measures.all())) == [
        "6 core measures are more than most teams can collect. Make some optional: up to five is good."
    ]


def test_a_measure_gets_its_statistics_usual_answers_and_stands_last() -> None:
    user, collaborative = UserFactory(), in_setup()
    for code, stat, denominator in (
        ("share", "proportion", "All"),
        ("restraints", "rate", "Visits"),
        ("admissions", "count", ""),
        ("assaults", "days_between", ""),
    ):
        define_measure(
            by=user,
            collaborative=collaborative,
            code=code,
            name=code,
            stat=stat,
            numerator="Some",
            denominator=denominator,
        )
    versions = [measure.latest for measure in collaborative.measures.all()]
    assert [(v.measure.code, v.unit, v.multiplier, v.chart, v.direction, v.effective_month) for v in versions] == [
        ("share", "%", 100, "auto", "up", collaborative.start),
        ("restraints", "per 1,000", 1000, "auto", "down", collaborative.start),
        ("admissions", "people", 1, "auto", "up", collaborative.start),
        ("assaults", "days", 1, "auto", "up", collaborative.start),
    ]
    assert events() == ["measure_defined"] * 4


def test_what_a_statistic_does_not_ask_for_is_not_kept() -> None:
    measure = define_measure(
        by=None,
        collaborative=in_setup(),
        code="admissions",
        name="Admissions",
        stat="count",
        numerator="Admissions",
        denominator="typed by mistake",
        min_denominator=30,
        multiplier=1000,
        sampling_ok=True,
    )
    version = measure.latest
    assert (version.denominator, version.min_denominator, version.multiplier, version.sampling_ok) == ("", 0, 1, False)


@pytest.mark.parametrize(
    ("definition", "field"),
    [
        ({"stat": "proportion"}, "denominator"),
        ({"stat": "mean", "denominator": "  "}, "denominator"),
        ({"stat": "count", "chart": "p"}, "chart"),
        ({"stat": "proportion", "denominator": "All", "goal": 120}, "goal"),
        ({"stat": "score", "min_value": 5, "max_value": 5}, "max_value"),
    ],
)
def test_a_definition_that_contradicts_its_statistic_is_refused_at_the_field(
    definition: dict[str, object], field: str
) -> None:
    collaborative = in_setup()
    with pytest.raises(ValidationError) as caught:
        define_measure(by=None, collaborative=collaborative, code="x", name="X", numerator="N", **definition)  # type: ignore[arg-type]
    assert list(caught.value.message_dict) == [field]
    assert not Measure.objects.exists()


def test_a_new_definition_holds_from_its_month_and_the_old_one_before() -> None:
    measure = MeasureFactory()
    first = measure.latest
    second = change_definition(
        by=UserFactory(), measure=measure, effective_month=JUNE, change_note="Telephone counts", numerator="New words"
    )
    fresh = Measure.objects.with_versions().get()
    assert (second.number, second.denominator, second.numerator) == (2, first.denominator, "New words")
    assert fresh.version_for(dt.date(2025, 5, 1)) == first
    assert fresh.version_for(JUNE) == second
    assert fresh.version_for(dt.date(2025, 12, 1)) == second
    assert fresh.version_for(dt.date(2024, 1, 1)) == first
    first.refresh_from_db()
    assert first.numerator == "Appointments that the person did not attend"


@pytest.mark.parametrize("month", [dt.date(2025, 1, 1), dt.date(2024, 12, 1), dt.date(2026, 1, 1)])
def test_a_new_definition_begins_after_the_present_one_and_inside_the_months(month: dt.date) -> None:
    measure = MeasureFactory()
    with pytest.raises(ValidationError) as caught:
        change_definition(by=UserFactory(), measure=measure, effective_month=month, change_note="x", numerator="y")
    assert list(caught.value.message_dict) == ["effective_month"]
    assert MeasureVersion.objects.count() == 1


def test_a_new_definition_says_what_changed() -> None:
    measure = MeasureFactory()
    with pytest.raises(ValidationError) as caught:
        change_definition(by=UserFactory(), measure=measure, effective_month=JUNE, change_note="  ", numerator="y")
    assert list(caught.value.message_dict) == ["change_note"]


def test_words_are_corrected_in_place_only_during_set_up() -> None:
    user = UserFactory()
    measure = MeasureFactory(collaborative=in_setup())
    correct_definition(by=user, measure=measure, numerator="Better words")
    assert [(v.number, v.numerator) for v in measure.versions.all()] == [(1, "Better words")]
    Collaborative.objects.update(status=CollaborativeStatus.RUNNING)
    with pytest.raises(ValidationError, match="Make a new version"):
        correct_definition(by=user, measure=measure, numerator="Other words")
    assert [(v.number, v.numerator) for v in measure.versions.all()] == [(1, "Better words")]
    assert events() == ["measure_changed"]


def test_core_and_optional_is_no_change_of_meaning() -> None:
    measure = MeasureFactory(required=True)
    set_required(by=UserFactory(), measure=measure, required=False)
    set_required(by=UserFactory(), measure=measure, required=False)
    measure.refresh_from_db()
    assert (measure.required, measure.versions.count()) == (False, 1)
    assert events() == ["measure_changed"]


def test_measures_move_among_those_in_use_and_stop_at_the_ends() -> None:
    user, collaborative = UserFactory(), CollaborativeFactory()
    a, b, c = (MeasureFactory(collaborative=collaborative, code=code, position=n) for n, code in enumerate("abc"))
    MeasureFactory(collaborative=collaborative, code="gone", position=1, retired_on=JUNE)

    def order() -> str:
        return "".join(collaborative.measures.in_use().values_list("code", flat=True))

    move_measure(by=user, measure=c, places=-1)
    assert order() == "acb"
    move_measure(by=user, measure=a, places=-1)
    assert order() == "acb"
    move_measure(by=user, measure=a, places=5)
    assert order() == "cba"
    move_measure(by=user, measure=b, places=1)
    assert order() == "cab"
    assert events() == ["measures_reordered"] * 3


def test_retiring_keeps_the_measure_and_it_can_come_back() -> None:
    user, measure = UserFactory(), MeasureFactory()
    retire_measure(by=user, measure=measure)
    retire_measure(by=user, measure=measure)
    assert list(Measure.objects.in_use()) == []
    return_measure(by=user, measure=measure)
    return_measure(by=user, measure=measure)
    assert list(Measure.objects.in_use()) == [measure]
    assert events() == ["measure_retired", "measure_returned"]


def test_copying_takes_the_present_definition_and_refuses_codes_that_are_taken() -> None:
    user, here = UserFactory(), in_setup()
    there = MeasureFactory(code="waits", required=False)
    MeasureVersionFactory(measure=there, number=2, effective_month=JUNE, name="Waits, newer", goal=12)
    MeasureFactory(collaborative=here, code="own")
    copied = copy_measures(by=user, collaborative=here, measures=[there])
    assert [(m.code, m.required, m.latest.name, m.latest.goal, m.latest.number) for m in copied] == [
        ("waits", False, "Waits, newer", 12, 1)
    ]
    assert copied[0].latest.effective_month == here.start
    other = MeasureFactory(code="fresh")
    with pytest.raises(ValidationError, match="code waits"):
        copy_measures(by=user, collaborative=here, measures=[other, there])
    assert sorted(here.measures.values_list("code", flat=True)) == ["own", "waits"]


def test_the_database_itself_refuses_impossible_versions() -> None:
    version = MeasureFactory().latest
    for wrong in (
        {"multiplier": 0},
        {"min_value": 5, "max_value": 5},
        {"stat": "guess"},
        {"effective_month": dt.date(2025, 1, 2)},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            MeasureVersion.objects.filter(pk=version.pk).update(**wrong)


# --- Change packages ---


def test_a_package_is_drafted_published_copied_and_replaced() -> None:
    user, collaborative = UserFactory(), CollaborativeFactory()
    first = draft_change_package(by=user, collaborative=collaborative)
    assert draft_change_package(by=user, collaborative=collaborative) == first
    assert (first.number, first.aim) == (1, collaborative.aim)
    primary = save_driver(by=user, package=first, name="Access")
    secondary = save_driver(by=user, package=first, name="Free slots known", parent=primary)
    save_idea(by=user, package=first, drivers=[primary, secondary], name="Call the day before", unknowns="Texts?")
    publish_change_package(by=user, package=first)

    second = draft_change_package(by=user, collaborative=collaborative)
    assert [(d.name, d.parent.name if d.parent else "") for d in second.drivers.all()] == [
        ("Access", ""),
        ("Free slots known", "Access"),
    ]
    copy = second.ideas.get()
    assert (copy.name, copy.unknowns) == ("Call the day before", "Texts?")
    assert {driver.package_id for driver in copy.drivers.all()} == {second.pk}
    assert copy.drivers.count() == 2

    change_aim(by=user, package=second, aim="A bolder aim.")
    with pytest.raises(ValidationError) as caught:
        publish_change_package(by=user, package=second)
    assert list(caught.value.message_dict) == ["change_note"]
    publish_change_package(by=user, package=second, change_note="A bolder aim")
    assert list(collaborative.change_packages.order_by("number").values_list("number", "status", "aim")) == [
        (1, PackageStatus.REPLACED, collaborative.aim),
        (2, PackageStatus.PUBLISHED, "A bolder aim."),
    ]
    assert first.ideas.get().drivers.count() == 2


def test_what_a_draft_lacks_is_listed_and_nothing_is_published() -> None:
    draft = ChangePackageFactory(aim="")
    ChangeIdeaFactory(package=draft, name="Alone")
    with pytest.raises(ValidationError) as caught:
        publish_change_package(by=UserFactory(), package=draft)
    assert caught.value.messages == [
        "Write the aim.",
        "Add at least one driver: what must change for the aim to be reached.",
        "Say which driver “Alone” serves.",
    ]
    draft.refresh_from_db()
    assert draft.status == PackageStatus.DRAFT


def test_what_teams_have_seen_is_never_changed() -> None:
    user, package = UserFactory(), ChangePackageFactory(published=True)
    driver = DriverFactory(package=package)
    for change in (
        lambda: change_aim(by=user, package=package, aim="Other"),
        lambda: save_driver(by=user, package=package, name="New"),
        lambda: save_driver(by=user, package=package, driver=driver, name="Renamed"),
        lambda: remove_driver(by=user, driver=driver),
        lambda: move(by=user, item=driver, places=1),
        lambda: save_idea(by=user, package=package, drivers=[driver], name="New"),
        lambda: discard_draft(by=user, package=package),
    ):
        with pytest.raises(ValidationError, match="it stays as it is"):
            change()
    assert list(package.drivers.values_list("name", flat=True)) == [driver.name]
    assert events() == []


def test_drivers_have_two_levels_inside_one_version() -> None:
    user, draft = UserFactory(), ChangePackageFactory()
    primary = DriverFactory(package=draft)
    secondary = DriverFactory(package=draft, parent=primary)
    elsewhere = DriverFactory()
    for driver, parent in ((None, secondary), (None, elsewhere), (primary, primary)):
        with pytest.raises(ValidationError, match="primary drivers of this version"):
            save_driver(by=user, package=draft, driver=driver, name="X", parent=parent)
    other = DriverFactory(package=draft)
    with pytest.raises(ValidationError, match="Other drivers belong to this one"):
        save_driver(by=user, package=draft, driver=primary, name="X", parent=other)
    with pytest.raises(ValidationError, match="drivers of this version"):
        save_idea(by=user, package=draft, drivers=[elsewhere], name="X")


def test_drivers_and_ideas_move_among_their_own() -> None:
    user, draft = UserFactory(), ChangePackageFactory()
    a, b = (DriverFactory(package=draft, name=name, position=n) for n, name in enumerate("ab"))
    child = DriverFactory(package=draft, name="child", parent=a, position=0)
    move(by=user, item=b, places=-1)
    move(by=user, item=child, places=-1)
    assert list(draft.drivers.filter(parent=None).values_list("name", flat=True)) == ["b", "a"]
    first, second = (ChangeIdeaFactory(package=draft, name=name, position=n) for n, name in enumerate(("one", "two")))
    move(by=user, item=first, places=1)
    assert list(draft.ideas.values_list("name", flat=True)) == ["two", "one"]
    assert second.package == draft


def test_removing_a_driver_takes_those_below_and_keeps_the_ideas() -> None:
    draft = ChangePackageFactory()
    primary = DriverFactory(package=draft)
    secondary = DriverFactory(package=draft, parent=primary)
    idea = ChangeIdeaFactory(package=draft, drivers=[primary, secondary])
    remove_driver(by=UserFactory(), driver=primary)
    assert (draft.drivers.count(), idea.drivers.count(), draft.ideas.count()) == (0, 0, 1)
    discard_draft(by=UserFactory(), package=draft)
    assert not ChangePackage.objects.exists()
    assert events() == ["package_changed", "package_discarded"]


def test_the_database_holds_one_published_version_and_one_draft() -> None:
    package = ChangePackageFactory(published=True)
    ChangePackageFactory(collaborative=package.collaborative, number=2)
    for fields in ({"number": 3}, {"number": 3, "published": True}, {"number": 1}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ChangePackageFactory(collaborative=package.collaborative, **fields)
