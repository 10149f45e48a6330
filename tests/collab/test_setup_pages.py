"""The set-up pages: who gets in, what happens on the way, how many questions the database is asked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from collab.common.sections import due_items_for
from collab.enums import CollaborativeRole, CollaborativeStatus, PackageStatus
from collab.models import Center, ChangePackage, Collaborative, Measure, User
from tests.factories.collab import (
    CenterAppointmentFactory,
    CenterFactory,
    ChangeIdeaFactory,
    ChangePackageFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    DriverFactory,
    MeasureFactory,
    MeasureVersionFactory,
    UserFactory,
)
from tests.factories.teams import TeamFactory, TeamMembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

ClientFor = Callable[[User], Client]
NOW = dt.datetime(2025, 6, 1, tzinfo=dt.UTC)


@pytest.fixture
def collaborative() -> Collaborative:
    """A running one with a measure, a published change package and a draft that holds a driver and an idea."""
    made = CollaborativeFactory(slug="waits")
    MeasureFactory(collaborative=made, code="seen")
    ChangePackageFactory(collaborative=made, published=True)
    draft = ChangePackageFactory(collaborative=made, number=2)
    driver = DriverFactory(package=draft, pk=9001)
    ChangeIdeaFactory(package=draft, pk=9001, drivers=[driver])
    return made


@pytest.fixture
def people(collaborative: Collaborative) -> dict[str, User]:
    """One person of each sort. The stranger coordinates another center and teaches another collaborative."""
    center = collaborative.center
    stranger = CenterAppointmentFactory().user
    CollaborativeAppointmentFactory(user=stranger)
    former = CenterAppointmentFactory(center=center, ended_on=dt.date(2024, 6, 1)).user
    team = TeamFactory(collaborative=collaborative)
    return {
        "admin": UserFactory(is_superuser=True),
        "coordinator": CenterAppointmentFactory(center=center).user,
        "faculty": CollaborativeAppointmentFactory(collaborative=collaborative).user,
        "sponsor": CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.SPONSOR).user,
        "member": TeamMembershipFactory(team=team).user,
        "stranger": stranger,
        "former": former,
        "nobody": UserFactory(),
    }


MANAGE = {"admin": 200, "coordinator": 200, "faculty": 403, "sponsor": 403, "member": 403}
WRITE = {"admin": 200, "coordinator": 200, "faculty": 200, "sponsor": 403, "member": 403}
READ = {"admin": 200, "coordinator": 200, "faculty": 200, "sponsor": 200, "member": 200}
GONE = {"stranger": 404, "former": 404, "nobody": 404}

PAGES = {
    "collaborative_settings": ({}, MANAGE),
    "collaborative_details": ({}, MANAGE),
    "collaborative_history": ({}, MANAGE),
    "measures": ({}, MANAGE),
    "measure_new": ({}, MANAGE),
    "measures_copy": ({}, MANAGE),
    "measure": ({"code": "seen"}, MANAGE),
    "measure_edit": ({"code": "seen"}, MANAGE),
    "stratifiers": ({}, MANAGE),
    "stratifier_new": ({}, MANAGE),
    "change_package": ({}, READ),
    "change_package_draft": ({}, WRITE),
    "change_package_aim": ({}, WRITE),
    "driver_new": ({}, WRITE),
    "driver": ({"pk": 9001}, WRITE),
    "idea_new": ({}, WRITE),
    "idea": ({"pk": 9001}, WRITE),
}


@pytest.mark.parametrize("name", PAGES)
def test_who_opens_which_page(
    name: str, collaborative: Collaborative, people: dict[str, User], client_for: ClientFor
) -> None:
    kwargs, allowed = PAGES[name]
    url = reverse(name, kwargs={"collaborative": collaborative.slug, **kwargs})
    found = {who: client_for(user).get(url).status_code for who, user in people.items()}
    assert found == {**allowed, **GONE}
    assert Client().get(url).status_code == 302


POSTS = {
    "collaborative_details": ({}, MANAGE),
    "collaborative_start": ({}, MANAGE),
    "collaborative_end": ({}, MANAGE),
    "measure_new": ({}, MANAGE),
    "measure_edit": ({"code": "seen"}, MANAGE),
    "measures_copy": ({}, MANAGE),
    "measure_move": ({"code": "seen"}, MANAGE),
    "measure_retire": ({"code": "seen"}, MANAGE),
    "measure_return": ({"code": "seen"}, MANAGE),
    "stratifier_new": ({}, MANAGE),
    "change_package_draft_new": ({}, WRITE),
    "change_package_aim": ({}, WRITE),
    "driver": ({"pk": 9001}, WRITE),
    "driver_move": ({"pk": 9001}, WRITE),
    "driver_remove": ({"pk": 9001}, WRITE),
    "idea": ({"pk": 9001}, WRITE),
    "idea_move": ({"pk": 9001}, WRITE),
    "idea_remove": ({"pk": 9001}, WRITE),
    "change_package_publish": ({}, WRITE),
    "change_package_discard": ({}, WRITE),
}


@pytest.mark.parametrize("name", POSTS)
def test_who_may_not_change_anything_changes_nothing(
    name: str, collaborative: Collaborative, people: dict[str, User], client_for: ClientFor
) -> None:
    kwargs, allowed = POSTS[name]
    url = reverse(name, kwargs={"collaborative": collaborative.slug, **kwargs})
    forbidden = {who: status for who, status in {**allowed, **GONE}.items() if status != 200}

    def state() -> object:
        return (
            list(Collaborative.objects.values_list("pk", "status")),
            list(Measure.objects.values_list("pk", "retired_on", "position")),
            list(ChangePackage.objects.values_list("pk", "status", "aim")),
            collaborative.change_packages.drafts().get().drivers.count(),
        )

    before = state()
    assert {who: client_for(people[who]).post(url).status_code for who in forbidden} == forbidden
    assert state() == before
    assert client_for(people["coordinator"]).post(url).status_code in {200, 302}


def test_a_draft_is_hidden_from_those_who_only_read(
    collaborative: Collaborative, people: dict[str, User], client_for: ClientFor
) -> None:
    DriverFactory(package=collaborative.change_packages.drafts().get(), name="Secret idea of faculty")
    preview = reverse("change_package_version", args=[collaborative.slug, 2])
    found = {who: client_for(user).get(preview).status_code for who, user in people.items()}
    assert found == {**WRITE, **GONE, "sponsor": 404, "member": 404}
    page = client_for(people["member"]).get(reverse("change_package", args=[collaborative.slug])).content.decode()
    assert "Secret idea of faculty" not in page
    assert "draft" not in page
    assert "Secret idea of faculty" in client_for(people["faculty"]).get(preview).content.decode()


def test_things_of_another_collaborative_are_not_reached_through_ones_own(
    collaborative: Collaborative, people: dict[str, User], client_for: ClientFor
) -> None:
    elsewhere = ChangePackageFactory()
    driver = DriverFactory(package=elsewhere)
    idea = ChangeIdeaFactory(package=elsewhere)
    MeasureFactory(code="foreign")
    client = client_for(people["coordinator"])
    slug = collaborative.slug
    for url in (
        reverse("driver", args=[slug, driver.pk]),
        reverse("idea", args=[slug, idea.pk]),
        reverse("measure", args=[slug, "foreign"]),
        reverse("change_package_version", args=[slug, 3]),
    ):
        assert client.get(url).status_code == 404
    assert client.post(reverse("driver_remove", args=[slug, driver.pk])).status_code == 404
    assert elsewhere.drivers.count() == 1


def test_who_sees_and_makes_centers(
    people: dict[str, User], collaborative: Collaborative, client_for: ClientFor
) -> None:
    center = collaborative.center
    CenterFactory(name="Hidden center")
    lists = {who: client_for(user).get(reverse("centers")) for who, user in people.items()}
    assert {who: list(page.context["centers"]) == [center] for who, page in lists.items() if who == "coordinator"} == {
        "coordinator": True
    }
    assert "Hidden center" not in lists["coordinator"].content.decode()
    assert [who for who, page in lists.items() if "Hidden center" in page.content.decode()] == ["admin"]
    new = {who: client_for(user).get(reverse("center_new")).status_code for who, user in people.items()}
    assert new == {who: 200 if who == "admin" else 403 for who in people}
    inside = {
        who: client_for(user).get(reverse("center", args=[center.slug])).status_code for who, user in people.items()
    }
    assert inside == {who: 200 if who in {"admin", "coordinator"} else 404 for who in people}


def test_a_coordinator_sets_up_a_collaborative_from_nothing(client_for: ClientFor) -> None:
    center = CenterFactory(slug="lakeside")
    user = CenterAppointmentFactory(center=center).user
    client = client_for(user)
    details = {
        "name": "Seen within a week",
        "type": "learning_collaborative",
        "topic": "Follow-up",
        "aim": "Seventy in a hundred by December.",
        "start": "2027-01",
        "months": "12",
        "cadence": "month",
        "time_zone": "America/Chicago",
        "due_day": "10",
        "lock_after_days": "60",
        "data_sharing": "coded",
    }
    assert [(item.title, item.url) for item in due_items_for(user, NOW)] == [
        ("There is no collaborative yet", reverse("collaborative_new", args=["lakeside"]))
    ]
    made = client.post(reverse("collaborative_new", args=["lakeside"]), details)
    settings = reverse("collaborative_settings", args=["seen-within-a-week"])
    assert (made.status_code, made.headers["Location"]) == (302, settings)
    collaborative = Collaborative.objects.get()
    assert (collaborative.created_by, collaborative.status) == (user, CollaborativeStatus.SETUP)
    assert [item.title for item in due_items_for(user, NOW)] == ["Set-up is not finished"]

    early = client.post(reverse("collaborative_start", args=[collaborative.slug]), follow=True)
    assert "It can not start yet. Still missing: Measures, Teams." in early.content.decode()

    measure = {
        "name": "Seen",
        "kind": "outcome",
        "stat": "proportion",
        "numerator": "Seen",
        "denominator": "All",
        "direction": "up",
        "period": "month",
    }
    assert client.post(reverse("measure_new", args=[collaborative.slug]), measure).status_code == 302
    assert (Measure.objects.get().latest.chart, Measure.objects.get().latest.created_by) == ("auto", user)
    client.post(reverse("change_package_draft_new", args=[collaborative.slug]))
    client.post(reverse("driver_new", args=[collaborative.slug]), {"name": "Access"})
    draft = ChangePackage.objects.get()
    idea = {"name": "Call the day before", "drivers": [draft.drivers.get().pk], "evidence": "some"}
    client.post(reverse("idea_new", args=[collaborative.slug]), idea)
    client.post(reverse("change_package_publish", args=[collaborative.slug]), {"change_note": ""})
    draft.refresh_from_db()
    assert (draft.status, draft.published_by) == (PackageStatus.PUBLISHED, user)

    TeamFactory(collaborative=collaborative)
    client.post(reverse("collaborative_start", args=[collaborative.slug]))
    collaborative.refresh_from_db()
    assert collaborative.status == CollaborativeStatus.RUNNING
    assert "Set-up is not finished" not in [item.title for item in due_items_for(User.objects.get(pk=user.pk), NOW)]
    history = client.get(reverse("collaborative_history", args=[collaborative.slug])).context["lines"]
    assert [line.what for line in history] == [
        "Collaborative started",
        "Change package published",
        "Change package changed, change idea added",
        "Change package changed, driver added",
        "Change package drafted",
        "Measure defined",
        "Collaborative created",
    ]


def test_an_edit_before_the_start_corrects_and_after_it_makes_a_version(client_for: ClientFor) -> None:
    collaborative = CollaborativeFactory(status=CollaborativeStatus.SETUP)
    client = client_for(CenterAppointmentFactory(center=collaborative.center).user)
    measure = MeasureFactory(collaborative=collaborative, code="seen")
    url = reverse("measure_edit", args=[collaborative.slug, "seen"])
    typed = {
        "name": "Seen",
        "kind": "process",
        "stat": "proportion",
        "numerator": "Seen in person",
        "denominator": "All",
        "direction": "up",
        "period": "month",
        "required": "on",
    }
    client.post(url, typed)
    assert list(measure.versions.values_list("number", "numerator")) == [(1, "Seen in person")]
    Collaborative.objects.update(status=CollaborativeStatus.RUNNING)
    changed = {**typed, "numerator": "Seen, by telephone too"}
    assert set(client.post(url, changed).context["form"].errors) == {"effective_month", "change_note"}
    client.post(url, {**changed, "effective_month": "2025-06", "change_note": "Telephone counts"})
    assert list(measure.versions.values_list("number", "numerator")) == [
        (1, "Seen in person"),
        (2, "Seen, by telephone too"),
    ]
    page = client.get(reverse("measure", args=[collaborative.slug, "seen"]))
    assert [(row.label, row.values) for row in page.context["version_rows"]] == [
        ("Numerator", ["Seen in person", "Seen, by telephone too"])
    ]


def test_the_history_says_what_changed_in_words(client_for: ClientFor) -> None:
    collaborative = CollaborativeFactory(status=CollaborativeStatus.SETUP, topic="Waits")
    client = client_for(CenterAppointmentFactory(center=collaborative.center).user)
    typed = {
        "name": collaborative.name,
        "type": "echo",
        "topic": "Waits",
        "aim": collaborative.aim,
        "start": "2025-03",
        "months": "12",
        "cadence": "month",
        "time_zone": "America/New_York",
        "due_day": "10",
        "lock_after_days": "60",
        "data_sharing": "coded",
        "faculty_see_small_counts": "on",
    }
    client.post(reverse("collaborative_details", args=[collaborative.slug]), typed)
    (line,) = client.get(reverse("collaborative_history", args=[collaborative.slug])).context["lines"]
    assert (line.what, line.name) == ("Collaborative changed", collaborative.name)
    assert [(each.label, each.old, each.new) for each in line.differences] == [
        ("Type", "Learning collaborative", "ECHO (case-based telementoring)"),
        ("First month", "January 2025", "March 2025"),
        ("Faculty see counts of 1–10", "no", "yes"),
    ]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("name", "queries"),
    [("measures", 10), ("measures_copy", 11), ("change_package", 15), ("collaborative_history", 10)],
)
def test_lists_ask_the_database_equally_often_for_one_and_three(
    name: str,
    queries: int,
    count: int,
    client_for: ClientFor,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    collaborative = CollaborativeFactory()
    user = CenterAppointmentFactory(center=collaborative.center).user
    client = client_for(user)
    other = CollaborativeFactory(center=collaborative.center)
    package = ChangePackageFactory(collaborative=collaborative, published=True)
    for number in range(count):
        measure = MeasureFactory(collaborative=collaborative)
        MeasureVersionFactory(measure=measure, number=2, effective_month=dt.date(2025, 6, 1))
        MeasureFactory(collaborative=other)
        driver = DriverFactory(package=package)
        ChangeIdeaFactory(package=package, drivers=[driver, DriverFactory(package=package, parent=driver)])
        client.post(reverse("measure_retire", args=[collaborative.slug, measure.code]))
        client.post(reverse("measure_return", args=[collaborative.slug, measure.code]))
        ChangePackageFactory(
            collaborative=collaborative, number=number + 2, status=PackageStatus.REPLACED, published_at=NOW
        )
    url = reverse(name, args=[collaborative.slug])
    client.get(url)
    with django_assert_num_queries(queries):
        assert client.get(url).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_centers_and_their_collaboratives_at_one_number_of_questions(
    count: int, client_for: ClientFor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    user = UserFactory()
    for _each in range(count):
        center = CenterAppointmentFactory(user=user).center
    for _each in range(count):
        CollaborativeFactory(center=center)
    client = client_for(user)
    first = Center.objects.get(pk=center.pk)
    with django_assert_num_queries(7):
        client.get(reverse("centers"))
    with django_assert_num_queries(8):
        client.get(reverse("center", args=[first.slug]))
