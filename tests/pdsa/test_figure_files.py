"""Every drawing of tests, fidelity and status can be taken away as a picture and as a table, without links."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from defusedxml.ElementTree import fromstring
from django.test import Client
from django.urls import reverse

from collab.enums import CollaborativeRole, DataSharing
from pdsa.actions.fidelity import rescore_teams
from pdsa.enums import Decision, Sharing, Stage
from tests.factories.collab import CollaborativeAppointmentFactory, CollaborativeFactory
from tests.factories.pdsa import AimFactory, CycleFactory, RampFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
ClientFor = Callable[[Any], Client]
NOW = dt.datetime(2025, 6, 20, 12, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def _now() -> Any:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def place() -> dict[str, Any]:
    collaborative = CollaborativeFactory(start=dt.date(2025, 1, 1), data_sharing=DataSharing.CODED)
    team = TeamFactory(collaborative=collaborative, name="Zephyr team", code_name="Team 04")
    ramp = RampFactory(team=team, aim=AimFactory(team=team), title="Reminder calls")
    cycle = CycleFactory(
        team=team, ramp=ramp, title="=1+1", stage=Stage.CLOSED, decision=Decision.ADOPT, sharing=Sharing.COLLABORATIVE,
        started_on=dt.date(2025, 3, 3), ended_on=dt.date(2025, 3, 10), closed_on=dt.date(2025, 3, 10),
    )  # fmt: skip
    rescore_teams([team.pk], NOW.date())
    other = TeamMembershipFactory(team__collaborative=collaborative).user
    coach = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user
    return {"c": collaborative.slug, "t": team.slug, "ramp": ramp, "cycle": cycle, "other": other, "coach": coach}


def addresses(place: dict[str, Any]) -> dict[str, tuple[str, list[Any]]]:
    """The page of each drawing, and the address of its file without the ending."""
    team = [place["c"], place["t"]]
    ramp, cycle = place["ramp"], place["cycle"]
    return {
        "ramp": ("ramp_file", [*team, ramp.number]),
        "aim": ("aim_file", [*team, ramp.aim.number]),
        "library_lineage": ("library_lineage_file", [place["c"], cycle.pk]),
        "team_fidelity": ("team_fidelity_file", team),
        "fidelity": ("fidelity_file", [place["c"]]),
        "status_board": ("status_figure", [place["c"], "length"]),
    }


@pytest.mark.parametrize("drawing", ["ramp", "aim", "library_lineage", "team_fidelity", "fidelity", "status_board"])
def test_each_drawing_offers_its_files_and_they_say_when_they_were_drawn(
    client_for: ClientFor, place: dict[str, Any], drawing: str
) -> None:
    client = client_for(place["coach"])
    name, args = addresses(place)[drawing]
    shown = client.get(reverse(drawing, args=args[:1] if drawing == "status_board" else args)).content.decode()
    picture, table = (reverse(name, args=[*args, form]) for form in ("svg", "csv"))
    assert [f'href="{picture}"' in shown, f'data-png="{picture}"' in shown, f'href="{table}"' in shown] == [True] * 3
    drawn = client.get(picture)
    texts = " ".join(node.text or "" for node in fromstring(drawn.content).iter())
    assert "Drawn on 20 Jun 2025." in texts
    assert ["<a " in drawn.content.decode(), "href" in drawn.content.decode()] == [False, False]
    heading, *rows = csv.reader(io.StringIO(client.get(table).content.decode("utf-8-sig")))
    assert rows
    assert {len(row) for row in rows} == {len(heading)}
    assert client.get(reverse(name, args=[*args, "pdf2"])).status_code == 404


def test_a_drawing_that_is_taken_away_names_nobody_whom_the_page_does_not_name(
    client_for: ClientFor, place: dict[str, Any]
) -> None:
    client = client_for(place["other"])
    args = [place["c"], place["cycle"].pk]
    files = [client.get(reverse("library_lineage_file", args=[*args, form])) for form in ("svg", "csv")]
    assert [("Team 04" in file.content.decode(), "Zephyr" in file.content.decode()) for file in files] == [
        (True, False)
    ] * 2
    (_heading, row) = csv.reader(io.StringIO(files[1].content.decode("utf-8-sig")))
    assert row[:2] == ["'=1+1", "Team 04"]
