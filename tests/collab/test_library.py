"""The measure library: what it holds, how it is searched, and how a measure is copied from it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from collab.actions.measures import copy_from_library, definition_of, retire_measure
from collab.common.models import AuditEvent
from collab.common.sections import checklist_for
from collab.enums import Cadence, CollabEvent, CollaborativeStatus, Direction, LibraryTopic, MeasureKind, Statistic
from collab.library import LibraryMeasure, choose, library, library_measure, read_library, starters
from collab.loading import LoadError
from collab.models import Collaborative, Measure, MeasureVersion, User
from collab.profiles import contradictions
from tests.factories.collab import (
    CenterAppointmentFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    MeasureFactory,
    UserFactory,
)
from tests.pages import Page

ClientFor = Callable[[User], Client]
NOW = dt.datetime(2025, 6, 15, 12, tzinfo=dt.UTC)
CATALOG = {f"M-{number:02}" for number in range(1, 39)}
STARTER = "progress_self_rating"
FINAL_AFTER = {
    0: "M-37",
    2: "M-07",
    5: "M-10 M-14 M-15 M-16 M-27 M-29 M-30 M-31 M-35 M-36 M-38",
    14: "M-04 M-34",
    15: "M-11 M-12 M-13 M-18 M-20 M-21 M-25 M-26",
    24: "M-22 M-23",
    30: "M-01 M-02 M-03 M-17 M-19 M-28 M-32 M-33",
    48: "M-05",
    180: "M-24",
    210: "M-09",
    231: "M-06",
    425: "M-08",
}


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def setup(db: None) -> Collaborative:
    made: Collaborative = CollaborativeFactory(
        slug="waits", name="Shorter waits", start=dt.date(2025, 1, 1), months=12, status=CollaborativeStatus.SETUP
    )
    return made


@pytest.fixture
def coordinator(setup: Collaborative) -> User:
    person: User = CenterAppointmentFactory(center=setup.center).user
    return person


def entry(code: str) -> LibraryMeasure:
    found = library_measure(code)
    assert found is not None
    return found


@pytest.mark.unit
class TestTheData:
    """Every measure of the catalog is there, complete, and can be defined."""

    def test_every_number_of_the_catalog_is_there(self) -> None:
        assert {each.number for each in library()} == CATALOG

    def test_codes_and_names_are_different(self) -> None:
        assert len({each.code for each in library()}) == len({each.name for each in library()}) == len(library())

    def test_every_topic_has_measures(self) -> None:
        assert {each.topic for each in library()} == set(LibraryTopic)

    @pytest.mark.parametrize("measure", library(), ids=lambda measure: measure.code)
    def test_each_is_a_whole_definition(self, measure: LibraryMeasure) -> None:
        said = measure.definition
        assert contradictions(said) == {}
        MeasureVersion(**said).clean_fields(exclude=["measure", "effective_month", "created_by"])
        empty = [name for name in ("name", "rationale", "steward", "numerator", "license_note") if not said.get(name)]
        assert empty == []
        assert bool(said["denominator"]) is Statistic(said["stat"]).takes_denominator
        assert said.get("source", "https://").startswith(("https://", "http://"))

    @pytest.mark.parametrize("measure", library(), ids=lambda measure: measure.code)
    def test_what_hedis_and_the_federal_programs_own_is_called_an_adaptation(self, measure: LibraryMeasure) -> None:
        belongs_to_hedis = "HEDIS" in measure.steward
        belongs_to_program = re.search(r"\bCMS\d|\bCBE\b", measure.steward) is not None
        assert measure.license_note.startswith("QI adaptation, not a HEDIS rate.") is belongs_to_hedis
        assert measure.license_note.startswith("QI adaptation") is (belongs_to_hedis or belongs_to_program)

    def test_days_until_a_value_is_final(self) -> None:
        """As the catalog has them; the rates of one measure are final on the same day."""
        found: dict[str, set[int]] = {}
        for each in library():
            found.setdefault(each.number, set()).add(each.definition.get("maturation_days", 0))
        assert found == {number: {days} for days, numbers in FINAL_AFTER.items() for number in numbers.split()}

    def test_one_measure_in_full(self) -> None:
        said = entry("assessment_no_show").definition
        assert {name: said[name] for name in ("kind", "stat", "direction", "unit", "multiplier")} == {
            "kind": MeasureKind.PROCESS,
            "stat": Statistic.PROPORTION,
            "direction": Direction.DOWN,
            "unit": "%",
            "multiplier": 100,
        }

    def test_quarterly_measures_are_quarterly(self) -> None:
        quarterly = {each.number for each in library() if each.definition.get("period") == Cadence.QUARTER}
        assert quarterly == {"M-11", "M-12", "M-13", "M-18", "M-19", "M-20", "M-21", "M-22", "M-24"}

    @pytest.mark.practice("R-175")
    def test_the_starter_needs_nobody_to_be_counted(self) -> None:
        starter = starters()[0]
        said = starter.definition
        assert starter.code == STARTER
        assert (said["stat"], said["min_value"], said["max_value"], said["min_denominator"]) == ("score", 0.5, 5, 0)
        steps = re.findall(r"^(\d\.\d) ", said["guidance"], re.MULTILINE)
        assert [float(step) for step in steps] == [step / 2 for step in range(1, 11)]

    @pytest.mark.practice("R-116")
    def test_the_four_measures_of_niatx_are_there(self) -> None:
        numbers = {each.number for each in library() if each.steward == "NIATx"}
        assert numbers == {"M-14", "M-15", "M-16", "M-17"}

    def test_a_companion_that_is_not_there_is_named(self) -> None:
        row = {
            "number": "M-01",
            "code": "seen",
            "topic": "access",
            "license": "own",
            "name": "Seen",
            "rationale": "Why not",
            "stat": "count",
            "numerator": "People",
            "companions": ["nobody"],
        }
        with pytest.raises(LoadError, match="seen: nobody is not in the library"):
            read_library({"licenses": {"own": "Ours."}, "measures": [row]})

    def test_a_field_that_nobody_knows_is_named(self) -> None:
        row = {"number": "M-01", "code": "seen", "topic": "access", "license": "own", "nmae": "Seen"}
        with pytest.raises(LoadError, match=r"measures\[0\]\.nmae: is not known here"):
            read_library({"licenses": {"own": "Ours."}, "measures": [row]})


@pytest.mark.unit
class TestLookingFor:
    """Words, topic, kind and steward, each alone and together."""

    @pytest.mark.parametrize(
        ("asked", "found"),
        [
            ({"words": "no-show"}, ["assessment_no_show"]),
            ({"words": "PCCP-am  AUDIT"}, ["plan_quality", "plan_items_met"]),
            ({"words": "m-32"}, ["referral_to_first_session"]),
            ({"words": "niatx median"}, ["waiting_days_median"]),
            ({"topic": "schools"}, ["students_screened", "tier_2_reach", "tier_3_reach"]),
            ({"kind": "balancing", "topic": "emergency"}, ["restraint_rate", "restraint_hours"]),
            ({"steward": "The IPS Employment Center"}, ["ips_working", "ips_fidelity"]),
            ({"steward": "The IPS Employment Center", "kind": "outcome"}, ["ips_working"]),
            ({"words": "unicorn"}, []),
            ({"topic": "no such topic"}, []),
        ],
    )
    def test_finds(self, asked: dict[str, str], found: list[str]) -> None:
        assert [each.code for each in choose(library(), **asked)] == found

    def test_nothing_asked_is_everything(self) -> None:
        assert choose(library()) == list(library())


@pytest.mark.integration
@pytest.mark.django_db
class TestCopying:
    """A measure with its first version, once."""

    def test_each_can_be_copied(self, setup: Collaborative, coordinator: User) -> None:
        for measure in library():
            copy = copy_from_library(by=coordinator, collaborative=setup, copied=measure)
            version, said = copy.latest, measure.definition
            assert {name: getattr(version, name) for name in said} == said
            assert (copy.code, copy.library_code) == (measure.code, measure.code)
            assert (version.number, version.effective_month) == (1, setup.start)

    def test_twice_is_told_and_not_done(self, setup: Collaborative, coordinator: User) -> None:
        copy = copy_from_library(by=coordinator, collaborative=setup, copied=entry("admissions"))
        retire_measure(by=coordinator, measure=copy)
        with pytest.raises(ValidationError, match="was copied from the library before"):
            copy_from_library(by=coordinator, collaborative=setup, copied=entry("admissions"))
        assert list(setup.measures.values_list("code", flat=True)) == ["admissions"]

    def test_a_code_that_is_taken_gets_a_number(self, setup: Collaborative, coordinator: User) -> None:
        MeasureFactory(collaborative=setup, code="admissions")
        copy = copy_from_library(by=coordinator, collaborative=setup, copied=entry("admissions"))
        assert (copy.code, copy.library_code) == ("admissions_2", "admissions")

    def test_after_the_start_it_holds_from_the_present_month(self, setup: Collaborative, coordinator: User) -> None:
        Collaborative.objects.update(status=CollaborativeStatus.RUNNING)
        setup.refresh_from_db()
        copy = copy_from_library(by=coordinator, collaborative=setup, copied=entry("admissions"))
        assert copy.latest.effective_month == dt.date(2025, 6, 1)

    def test_the_sixth_is_optional(self, setup: Collaborative, coordinator: User) -> None:
        codes = [each.code for each in library()][:6]
        required = [
            copy_from_library(by=coordinator, collaborative=setup, copied=entry(code)).required for code in codes
        ]
        assert required == [True] * 5 + [False]

    def test_the_history_tells(self, setup: Collaborative, coordinator: User) -> None:
        copy_from_library(by=coordinator, collaborative=setup, copied=entry("admissions"))
        event = AuditEvent.objects.get(event=CollabEvent.MEASURE_DEFINED)
        assert (event.actor, event.detail["code"]) == (coordinator, "admissions")

    def test_a_copy_changes_without_the_library(self, setup: Collaborative, coordinator: User) -> None:
        copy = copy_from_library(by=coordinator, collaborative=setup, copied=entry("admissions"))
        MeasureVersion.objects.update(name="Admitted")
        assert definition_of(Measure.objects.get(pk=copy.pk).latest)["name"] == "Admitted"
        assert entry("admissions").name == "People admitted"


@pytest.mark.integration
@pytest.mark.django_db
class TestPages:
    """Looking, reading, copying with one click."""

    def test_filters_stand_in_the_address(self, client_for: ClientFor) -> None:
        page = Page(client_for(UserFactory()).get("/measure-library/", {"q": "fidelity", "topic": "recovery"}))
        assert page.texts(".due-title a") == ["IPS fidelity"]
        assert page.texts("select option[selected]") == ["Work and person-centered planning"]

    def test_the_second_page_keeps_the_filters(self, client_for: ClientFor) -> None:
        client = client_for(UserFactory())
        first, second = (Page(client.get("/measure-library/", {"page": number})) for number in (1, 2))
        names = first.texts(".due-title a") + second.texts(".due-title a")
        assert sorted(names) == sorted(each.name for each in library())

    def test_nothing_found(self, client_for: ClientFor) -> None:
        page = Page(client_for(UserFactory()).get("/measure-library/", {"q": "unicorn"}))
        assert page.texts(".empty-title") == ["No measure fits"]

    def test_a_measure_that_is_not_there(self, client_for: ClientFor) -> None:
        assert client_for(UserFactory()).get("/measure-library/unicorn/").status_code == 404

    def test_each_has_a_page(self, client_for: ClientFor) -> None:
        client = client_for(UserFactory())
        for measure in library():
            page = Page(client.get(f"/measure-library/{measure.code}/"))
            assert page.texts("h1") == [measure.name]
            assert measure.license_note in page.texts(".panel p")

    def test_who_manages_nothing_is_offered_no_copy(self, client_for: ClientFor, setup: Collaborative) -> None:
        coach = CollaborativeAppointmentFactory(collaborative=setup).user
        page = Page(client_for(coach).get("/measure-library/admissions/", {"into": setup.slug}))
        assert page.texts(".offer") == []

    def test_into_somebody_elses_collaborative_is_no_offer(self, client_for: ClientFor, setup: Collaborative) -> None:
        stranger = CenterAppointmentFactory().user
        response = client_for(stranger).get("/measure-library/admissions/", {"into": setup.slug})
        assert "Shorter waits" not in response.content.decode()

    def test_one_click_from_the_page_of_a_measure(
        self, client_for: ClientFor, setup: Collaborative, coordinator: User
    ) -> None:
        client = client_for(coordinator)
        response = client.post("/c/waits/settings/measures/from-library/admissions/", follow=True)
        assert response.redirect_chain == [("/c/waits/settings/measures/admissions/", 302)]
        (said,) = (str(message) for message in response.context["messages"])
        assert said == (
            "“People admitted” was copied into Shorter waits: its definition, chart, days until final, source and "
            "license. It holds from January 2025. Every team reports it, for it is a core measure. Change all of this "
            "in its definition, under Settings, Measures."
        )
        again = client.post("/c/waits/settings/measures/from-library/admissions/", follow=True)
        (said,) = (str(message) for message in again.context["messages"])
        assert said == "“People admitted” was copied from the library before; it was not added again."
        page = Page(client.get("/measure-library/admissions/"))
        assert page.texts(".offer") == ["Shorter waits In its measures See it: Shorter waits"]

    def test_from_the_list_one_stays_in_the_list(
        self, client_for: ClientFor, setup: Collaborative, coordinator: User
    ) -> None:
        response = client_for(coordinator).post(
            "/c/waits/settings/measures/from-library/admissions/", {"list": "q=niatx&page=1"}
        )
        assert response.headers["Location"] == "/c/waits/settings/measures/from-library/?q=niatx&page=1#admissions"

    def test_set_up_advises_the_starter_until_it_is_there(
        self, client_for: ClientFor, setup: Collaborative, coordinator: User
    ) -> None:
        client = client_for(coordinator)
        assert Page(client.get("/c/waits/settings/measures/")).texts(".callout-title") == [
            "Advised: a measure for the first month"
        ]
        assert {line.key: line.done for line in checklist_for(setup)}["starter"] is False
        client.post(f"/c/waits/settings/measures/from-library/{STARTER}/")
        assert {line.key: (line.done, line.needed) for line in checklist_for(setup)}["starter"] == (True, False)
        titles = Page(client.get("/c/waits/settings/measures/")).texts(".callout-title")
        assert "Advised: a measure for the first month" not in titles

    @pytest.mark.parametrize("copies", [1, 3])
    def test_queries(
        self,
        client_for: ClientFor,
        setup: Collaborative,
        coordinator: User,
        copies: int,
        django_assert_num_queries: DjangoAssertNumQueries,
    ) -> None:
        for measure in library()[:copies]:
            copy_from_library(by=coordinator, collaborative=setup, copied=measure)
            CollaborativeFactory(center=setup.center)
        client = client_for(coordinator)
        counts: dict[str, Any] = {"/c/waits/settings/measures/from-library/": 9, "/measure-library/admissions/": 10}
        for path, count in counts.items():
            client.get(path)
            with django_assert_num_queries(count):
                client.get(path)
