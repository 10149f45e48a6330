"""Access pairs, audit trail, changes, sections, words."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from enum import StrEnum

import pytest
import rules.permissions
import time_machine
from django.core.exceptions import FieldDoesNotExist, PermissionDenied, ValidationError
from django.db.models import Q

from collab.common import audit, formatting, sections
from collab.common.access import Access, remembered
from collab.common.changes import change
from collab.common.enums import EventChoices
from collab.common.models import AppendOnlyError, AuditEvent
from collab.common.sections import ChecklistLine, DueItem, NavItem, Section
from collab.common.views import require
from collab.enums import CollabEvent
from collab.models import Center, User
from collab.rules import CollabPermission
from equity.enums import EquityEvent
from metrics.enums import MetricsEvent
from teams.enums import TeamsEvent
from tests.factories.collab import CenterFactory, CollaborativeFactory, UserFactory

db = pytest.mark.django_db


class TriedPermission(StrEnum):
    READ = "tests.read_center"


@pytest.fixture
def access() -> Iterator[Access]:
    yield Access(TriedPermission.READ)
    rules.permissions.remove_perm(TriedPermission.READ.value)


@pytest.mark.integration
@db
class TestAccess:
    def test_nobody_holds_what_nobody_granted(self, access: Access) -> None:
        center, user = CenterFactory(), UserFactory(is_superuser=True)
        assert access.check(user, center) is False
        assert list(Center.objects.filter(access.rows(user))) == []

    def test_predicate_and_rows_agree_over_several_grants(self, access: Access) -> None:
        first, second, third = CenterFactory(slug="a"), CenterFactory(slug="b"), CenterFactory(slug="c")
        access.grant(lambda _user, center: center.slug == "a", lambda _user: Q(slug="a"))
        access.grant(lambda _user, center: center.slug == "b", lambda _user: Q(slug="b"))
        user = UserFactory()
        assert [access.check(user, each) for each in (first, second, third)] == [True, True, False]
        assert set(Center.objects.filter(access.rows(user))) == {first, second}
        assert user.has_perm(TriedPermission.READ.value, second)

    def test_inactive_people_hold_nothing(self, access: Access) -> None:
        center, user = CenterFactory(), UserFactory(is_active=False)
        access.grant(lambda _user, _center: True, lambda _user: Q())
        assert access.check(user, center) is False
        assert list(Center.objects.filter(access.rows(user))) == []

    def test_a_permission_is_always_about_an_object(self, access: Access) -> None:
        access.grant(lambda _user, _center: True, lambda _user: Q())
        assert access.check(UserFactory(), None) is False

    def test_what_is_remembered_is_loaded_once_a_person(self) -> None:
        user, other = User(), User()
        loads: list[str] = []
        for who in (user, user, other):
            remembered(who, "roles", lambda: loads.append("loaded"))
        assert loads == ["loaded", "loaded"]

    def test_require_says_why_not(self) -> None:
        with pytest.raises(PermissionDenied, match="Only coordinators do this"):
            require(UserFactory(), CollabPermission.MANAGE_CENTER, CenterFactory(), "Only coordinators do this.")
        require(UserFactory(is_superuser=True), CollabPermission.MANAGE_CENTER, CenterFactory(), "Never shown.")


@pytest.mark.integration
@db
class TestAudit:
    def test_an_event_tells_who_what_and_where(self) -> None:
        user, center = UserFactory(), CenterFactory()
        collaborative = CollaborativeFactory(center=center)
        event = audit.record(
            by=user, event=CollabEvent.CENTER_CHANGED, target=center, scope=collaborative, name="New name"
        )
        kept = AuditEvent.objects.get()
        assert kept == event
        assert (kept.actor, kept.event, kept.target_type, kept.target_id) == (
            user,
            "center_changed",
            "collab.center",
            center.pk,
        )
        assert kept.detail == {"name": "New name"}
        assert list(AuditEvent.objects.about(center)) == [event]
        assert list(AuditEvent.objects.about(collaborative)) == []
        assert list(AuditEvent.objects.within(collaborative)) == [event]

    def test_events_are_never_changed_or_deleted(self) -> None:
        center = CenterFactory()
        event = audit.record(by=None, event=CollabEvent.CENTER_CREATED, target=center)
        for forbidden in (
            event.save,
            event.delete,
            AuditEvent.objects.all().delete,
            lambda: AuditEvent.objects.update(event="nothing"),
        ):
            with pytest.raises(AppendOnlyError):
                forbidden()
        assert AuditEvent.objects.get().event == "center_created"

    def test_every_rooms_events_have_words_and_no_two_rooms_share_one(self) -> None:
        rooms = (CollabEvent, TeamsEvent, MetricsEvent, EquityEvent)
        assert set(rooms) <= set(EventChoices.__subclasses__())
        values = [value for room in EventChoices.__subclasses__() for value in room.values]
        assert len(values) == len(set(values))
        assert EventChoices.label_of("measure_retired") == "Measure retired"
        assert EventChoices.label_of("team_enrolled") == "Team enrolled"
        assert EventChoices.label_of("long_gone_event") == "Long gone event"


@pytest.mark.integration
@db
class TestChange:
    def test_it_saves_and_tells_only_what_differs(self) -> None:
        collaborative = CollaborativeFactory(due_day=10, start=dt.date(2025, 1, 1))
        changes = change(collaborative, {"due_day": 15, "topic": collaborative.topic, "start": dt.date(2025, 2, 1)})
        assert changes == [
            {"field": "due_day", "old": 10, "new": 15},
            {"field": "start", "old": "2025-01-01", "new": "2025-02-01"},
        ]
        collaborative.refresh_from_db()
        assert (collaborative.due_day, collaborative.start) == (15, dt.date(2025, 2, 1))

    def test_what_the_row_refuses_is_not_saved(self) -> None:
        collaborative = CollaborativeFactory(due_day=10)
        with pytest.raises(ValidationError):
            change(collaborative, {"due_day": 31})
        collaborative.refresh_from_db()
        assert collaborative.due_day == 10

    def test_a_name_that_is_no_field_is_a_mistake(self) -> None:
        with pytest.raises(FieldDoesNotExist):
            change(CenterFactory(), {"nane": "typo"})


@pytest.fixture
def contributions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sections, "_contributions", sections.Contributions())


@pytest.mark.unit
@pytest.mark.usefixtures("contributions")
class TestSections:
    def test_sections_come_in_order_and_only_for_their_kind(self) -> None:
        @sections.contributes_sections(Center)
        def two(_subject: object, _span: object, _viewer: object) -> Iterator[Section]:
            yield Section("Late", "late.html", {}, order=60)
            yield Section("Early", "early.html", {}, order=10)

        @sections.contributes_sections(User)
        def other(_subject: object, _span: object, _viewer: object) -> Iterator[Section]:
            yield Section("Other", "other.html", {})

        found = sections.sections_for(Center(), None, None)  # type: ignore[arg-type]
        assert [section.title for section in found] == ["Early", "Late"]

    def test_what_is_due_first_comes_first_and_what_has_no_day_last(self) -> None:
        def item(title: str, due: dt.date | None) -> DueItem:
            return DueItem(title=title, url="/", action="Do it", due=due, where="Here")

        @sections.contributes_due
        def three(_user: object, _now: object) -> list[DueItem]:
            return [item("b", None), item("c", dt.date(2025, 3, 1)), item("a", None), item("d", dt.date(2025, 2, 1))]

        found = sections.due_items_for(None, dt.datetime(2025, 1, 1, tzinfo=dt.UTC))
        assert [each.title for each in found] == ["d", "c", "a", "b"]

    def test_menu_and_checklist_come_in_order(self) -> None:
        @sections.contributes_nav(Center)
        def places(_subject: object, _viewer: object) -> list[NavItem]:
            return [NavItem("Settings", "/s", 90, "settings"), NavItem("Overview", "/o", 10, "overview")]

        @sections.contributes_checklist
        def lines(_subject: object) -> list[ChecklistLine]:
            return [
                ChecklistLine("b", "Second", False, "/", "Do", 20),
                ChecklistLine("a", "First", True, "/", "Do", 10),
            ]

        assert [item.key for item in sections.nav_for(Center(), None)] == ["overview", "settings"]
        assert sections.nav_for(User(), None) == []
        assert [line.key for line in sections.checklist_for(None)] == ["a", "b"]


@pytest.mark.unit
class TestWords:
    @pytest.mark.parametrize(
        ("value", "places", "words"),
        [
            (None, 1, "–"),
            (math.nan, 1, "–"),
            (0, 1, "0"),
            (62.0, 1, "62"),
            (62.04, 1, "62"),
            (62.05, 2, "62.05"),
            (62.5, 2, "62.5"),
            (1234.5, 1, "1,234.5"),
            (12000, 1, "12,000"),
            (-3.25, 1, "-3.2"),
        ],
    )
    def test_numbers_have_no_idle_zeros(self, value: float | None, places: int, words: str) -> None:
        assert formatting.number(value, places=places) == words

    def test_rates_come_with_their_counts(self) -> None:
        assert formatting.rate_with_counts(62, "%", 31, 50) == "62\u202f% (31 of 50)"
        assert formatting.rate_with_counts(None, "%", None, None) == "–"
        assert formatting.period_name(dt.date(2026, 3, 1)) == "March 2026"
        assert formatting.period_name(dt.date(2026, 1, 1), step=3) == "January–March 2026"
        assert formatting.period_name(dt.date(2025, 11, 1), step=3) == "November 2025–January 2026"
        assert formatting.period_short(dt.date(2026, 1, 1), step=3) == "Jan–Mar 2026"
        assert formatting.period_bare(dt.date(2025, 11, 1), step=3) == "November–January"
        assert formatting.with_unit(14.5, "days") == "14.5\u202fdays"

    @time_machine.travel(dt.datetime(2026, 5, 1, tzinfo=dt.UTC), tick=False)
    def test_days_and_months(self) -> None:
        assert formatting.month_name(dt.date(2026, 3, 1)) == "March 2026"
        assert formatting.month_short(dt.date(2026, 3, 1)) == "March 2026"[:3] + " 2026"
        assert formatting.day(dt.date(2026, 3, 10)) == "Tue 10 Mar"
        assert formatting.day(dt.date(2025, 3, 10)) == "Mon 10 Mar 2025"

    def test_seconds(self) -> None:
        assert [formatting.seconds(value) for value in (None, 0.42, 59, 125)] == ["–", "0.4 s", "59 s", "2 min 5 s"]
