"""The groups by which measures are looked at: ready lists, own lists, what figures hang on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from collab.common.models import AuditEvent
from collab.common.sections import checklist_for
from collab.models import User
from equity.actions.stratifiers import (
    add_stratifier,
    change_stratifier,
    retire_stratifier,
    return_stratifier,
)
from equity.forms import StratifierForm
from equity.library import ALWAYS, READY_LISTS, Group, ready_list
from equity.models import Stratifier
from equity.models.strata import CODE
from tests.factories.collab import (
    CenterAppointmentFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    MeasureFactory,
    UserFactory,
)
from tests.factories.equity import StratifiedObservationFactory, StratifierFactory, StratumFactory
from tests.factories.metrics import SubmissionFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory

ClientFor = Callable[[User], Client]
GROUPS = [Group("english", "English"), Group("spanish", "Spanish")]


@pytest.mark.unit
def test_ready_lists_have_right_codes_and_keep_unknown_and_declined_apart() -> None:
    assert [ready.code for ready in READY_LISTS] == [
        "age_band",
        "sex",
        "race_ethnicity",
        "language",
        "payer",
        "geography",
    ]
    assert [group.code for group in ALWAYS] == ["unknown", "declined"]
    for ready in READY_LISTS:
        codes = [ready.code, *(group.code for group in ready.groups)]
        for code in codes:
            CODE(code)
        assert len(set(codes)) == len(codes)
        assert not {"unknown", "declined"} & set(codes)
    assert [ready.code for ready in READY_LISTS if ready.overlapping] == ["race_ethnicity"]
    assert ready_list("nothing") is None


@pytest.mark.integration
@pytest.mark.django_db
class TestActions:
    def test_unknown_and_declined_are_always_added_last(self) -> None:
        measure = MeasureFactory()
        stratifier = add_stratifier(
            by=UserFactory(),
            collaborative=measure.collaborative,
            code="language",
            name="Language",
            groups=GROUPS,
            measures=[measure],
        )
        assert list(stratifier.strata.values_list("code", "name")) == [
            ("english", "English"),
            ("spanish", "Spanish"),
            ("unknown", "Unknown"),
            ("declined", "Declined to answer"),
        ]
        assert list(stratifier.measures.all()) == [measure]
        assert AuditEvent.objects.get().event == "stratifier_added"

    def test_measures_of_others_and_doubled_groups_are_refused(self) -> None:
        collaborative = CollaborativeFactory()
        for wrong in (
            {"measures": [MeasureFactory()], "groups": GROUPS},
            {"measures": [], "groups": [*GROUPS, GROUPS[0]]},
            {"measures": [], "groups": []},
            {"measures": [], "groups": [ALWAYS[0]]},
        ):
            with pytest.raises(ValidationError):
                add_stratifier(by=None, collaborative=collaborative, code="x", name="X", **wrong)  # type: ignore[arg-type]
        assert not Stratifier.objects.exists()

    def test_groups_change_while_nobody_has_reported_by_them(self) -> None:
        user, measure = UserFactory(), MeasureFactory()
        stratifier = add_stratifier(
            by=user, collaborative=measure.collaborative, code="l", name="L", groups=GROUPS, measures=[measure]
        )
        kept = stratifier.strata.get(code="spanish")
        changed = [Group("spanish", "Español"), Group("other", "Other")]
        change_stratifier(
            by=user, stratifier=stratifier, name="L", groups=changed, measures=[measure], overlapping=False
        )
        assert list(stratifier.strata.values_list("code", "name")) == [
            ("spanish", "Español"),
            ("other", "Other"),
            ("unknown", "Unknown"),
            ("declined", "Declined to answer"),
        ]
        assert stratifier.strata.get(code="spanish") == kept

    def test_groups_stay_once_figures_hang_on_them(self) -> None:
        user, stratifier = UserFactory(), StratifierFactory()
        measure = MeasureFactory(collaborative=stratifier.collaborative)
        stratum = StratumFactory(stratifier=stratifier, code="english", name="English")
        for group in ALWAYS:
            StratumFactory(stratifier=stratifier, code=group.code, name=str(group.name))
        submission = SubmissionFactory(team=TeamFactory(collaborative=stratifier.collaborative))
        StratifiedObservationFactory(submission=submission, measure=measure, stratum=stratum)
        same = {"groups": [GROUPS[0]], "measures": [measure]}
        change_stratifier(by=user, stratifier=stratifier, name="New name", overlapping=False, **same)  # type: ignore[arg-type]
        for wrong in ({**same, "groups": GROUPS, "overlapping": False}, {**same, "overlapping": True}):
            with pytest.raises(ValidationError, match="the groups stay as they are"):
                change_stratifier(by=user, stratifier=stratifier, name="Other", **wrong)  # type: ignore[arg-type]
        stratifier.refresh_from_db()
        assert (stratifier.name, stratifier.overlapping) == ("New name", False)
        assert stratifier.strata.count() == 3

    def test_retiring_and_returning_are_recorded_once_each(self) -> None:
        user, stratifier = UserFactory(), StratifierFactory()
        for action in (retire_stratifier, retire_stratifier, return_stratifier, return_stratifier):
            action(by=user, stratifier=stratifier)
        stratifier.refresh_from_db()
        assert stratifier.retired_on is None
        assert list(AuditEvent.objects.order_by("pk").values_list("event", flat=True)) == [
            "stratifier_retired",
            "stratifier_returned",
        ]

    def test_the_checklist_counts_only_groups_in_use(self) -> None:
        stratifier = StratifierFactory(retired_on=dt.date(2025, 1, 1))

        def done() -> bool:
            return {line.key: line.done for line in checklist_for(stratifier.collaborative)}["strata"]

        assert done() is False
        return_stratifier(by=UserFactory(), stratifier=stratifier)
        assert done() is True


@pytest.mark.integration
@pytest.mark.django_db
class TestForm:
    def test_a_ready_list_keeps_its_codes_and_new_names_get_codes(self) -> None:
        measure = MeasureFactory()
        ready = ready_list("age_band")
        form = StratifierForm(
            {
                "name": "Age",
                "groups": "0–5\r\n  6–12 \n\nUnknown\n13–20\nOlder adults\ndeclined to answer",
                "measures": [measure.pk],
            },
            collaborative=measure.collaborative,
            ready=ready,
        )
        assert form.errors == {}
        assert [(group.code, group.name) for group in form.cleaned_data["groups"]] == [
            ("age_0_5", "0–5"),
            ("age_6_12", "6–12"),
            ("group_13_20", "13–20"),
            ("older_adults", "Older adults"),
        ]
        assert form.free_code(ready) == "age_band"
        StratifierFactory(collaborative=measure.collaborative, code="age_band")
        assert form.free_code(ready) == "age_band_2"
        assert form.free_code(None) == "age"

    def test_names_without_letters_of_ours_still_get_different_codes(self) -> None:
        measure = MeasureFactory()
        form = StratifierForm(
            {"name": "語", "groups": "英語\n日本語", "measures": [measure.pk]}, collaborative=measure.collaborative
        )
        assert form.errors == {}
        assert [group.code for group in form.cleaned_data["groups"]] == ["group", "group_2"]

    @pytest.mark.parametrize(
        ("groups", "sentence"),
        [
            ("Unknown\n", "Name at least one group."),
            ("A\nB\nA", "“A” is there twice."),
            ("\n".join(str(n) for n in range(31)), "Name at most 30 groups."),
            ("x" * 121, f"“{'x' * 40}…” is too long: use at most 120 characters."),
        ],
    )
    def test_what_no_list_can_be_is_said(self, groups: str, sentence: str) -> None:
        measure = MeasureFactory()
        form = StratifierForm(
            {"name": "X", "groups": groups, "measures": [measure.pk]}, collaborative=measure.collaborative
        )
        assert form.errors == {"groups": [sentence]}

    def test_only_own_measures_in_use_can_be_chosen(self) -> None:
        collaborative = CollaborativeFactory()
        retired = MeasureFactory(collaborative=collaborative, retired_on=dt.date(2025, 1, 1))
        for measure in (retired, MeasureFactory()):
            form = StratifierForm({"name": "X", "groups": "A", "measures": [measure.pk]}, collaborative=collaborative)
            assert set(form.errors) == {"measures"}


@pytest.mark.integration
@pytest.mark.django_db
class TestPages:
    def test_only_coordinators_change_the_groups(self, client_for: ClientFor) -> None:
        stratifier = StratifierFactory(code="age")
        collaborative = stratifier.collaborative
        people = {
            "coordinator": (CenterAppointmentFactory(center=collaborative.center).user, 200),
            "faculty": (CollaborativeAppointmentFactory(collaborative=collaborative).user, 403),
            "member": (TeamMembershipFactory(team=TeamFactory(collaborative=collaborative)).user, 403),
            "stranger": (CenterAppointmentFactory().user, 404),
        }
        edit = reverse("stratifier_edit", args=[collaborative.slug, "age"])
        retire = reverse("stratifier_retire", args=[collaborative.slug, "age"])
        for user, status in people.values():
            assert client_for(user).get(edit).status_code == status
            if status != 200:
                assert client_for(user).post(retire).status_code == status
        stratifier.refresh_from_db()
        assert stratifier.retired_on is None
        elsewhere = StratifierFactory(code="foreign")
        foreign = reverse("stratifier_retire", args=[collaborative.slug, elsewhere.code])
        assert client_for(people["coordinator"][0]).post(foreign).status_code == 404

    def test_a_ready_list_is_added_in_the_browser(self, client_for: ClientFor) -> None:
        measure = MeasureFactory()
        collaborative = measure.collaborative
        client = client_for(CenterAppointmentFactory(center=collaborative.center).user)
        url = reverse("stratifier_new", args=[collaborative.slug]) + "?from=race_ethnicity"
        shown = client.get(url).context["form"]
        typed = {
            "name": shown["name"].value(),
            "groups": shown["groups"].value(),
            "overlapping": "on",
            "measures": [measure.pk],
        }
        assert client.post(url, typed).status_code == 302
        stratifier = Stratifier.objects.get()
        assert (stratifier.code, stratifier.overlapping, stratifier.strata.count()) == ("race_ethnicity", True, 9)
        assert stratifier.strata.first().code == "american_indian_alaska_native"  # type: ignore[union-attr]

    @pytest.mark.parametrize("count", [1, 3])
    def test_the_list_asks_the_database_equally_often(
        self, count: int, client_for: ClientFor, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        collaborative = CollaborativeFactory()
        for _each in range(count):
            StratumFactory(
                stratifier=StratifierFactory(
                    collaborative=collaborative, measures=[MeasureFactory(collaborative=collaborative)]
                )
            )
        client = client_for(CenterAppointmentFactory(center=collaborative.center).user)
        url = reverse("stratifiers", args=[collaborative.slug])
        client.get(url)
        with django_assert_num_queries(13):
            assert client.get(url).status_code == 200
