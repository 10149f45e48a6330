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
from tests.factories.collab import (
    ChangeIdeaFactory,
    ChangePackageFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
)
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
    team = TeamFactory(collaborative=collaborative, name="Zephyr team", code_name="Team Z")
    idea = ChangeIdeaFactory(package=ChangePackageFactory(collaborative=collaborative, published=True))
    ramp = RampFactory(team=team, aim=AimFactory(team=team), title="Reminder calls")
    cycle = CycleFactory(
        team=team, ramp=ramp, idea=idea, title="=1+1", stage=Stage.CLOSED, decision=Decision.ADOPT,
        sharing=Sharing.COLLABORATIVE,
        started_on=dt.date(2025, 3, 3), ended_on=dt.date(2025, 3, 10), closed_on=dt.date(2025, 3, 10),
    )  # fmt: skip
    CycleFactory(team__collaborative=collaborative, taken_from=cycle)
    rescore_teams([team.pk], NOW.date())
    other = TeamMembershipFactory(team__collaborative=collaborative).user
    coach = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user
    return {
        "c": collaborative.slug, "t": team.slug, "ramp": ramp, "cycle": cycle, "idea": idea, "other": other,
        "coach": coach,
    }  # fmt: skip


@pytest.fixture
def bare() -> dict[str, Any]:
    """The same place before anything is tested: nothing to draw. Of a single test there is always its lineage."""
    collaborative = CollaborativeFactory(start=dt.date(2025, 1, 1))
    team = TeamFactory(collaborative=collaborative)
    idea = ChangeIdeaFactory(package=ChangePackageFactory(collaborative=collaborative, published=True))
    coach = CollaborativeAppointmentFactory(collaborative=collaborative, role=CollaborativeRole.COACH).user
    ramp = RampFactory(team=team, aim=AimFactory(team=team))
    return {"c": collaborative.slug, "t": team.slug, "ramp": ramp, "idea": idea, "coach": coach}


def addresses(place: dict[str, Any]) -> dict[str, tuple[str, str, list[Any]]]:
    """For each drawing the address of its page, and the name and the arguments of its file's but for the ending."""
    here, team, ramp = [place["c"]], [place["c"], place["t"]], place["ramp"]
    found = {
        "ramp": ("ramp", "ramp_file", [*team, ramp.number]),
        "aim": ("aim", "aim_file", [*team, ramp.aim.number]),
        "idea": ("library_idea", "library_idea_file", [*here, place["idea"].pk]),
        "team's fidelity": ("team_fidelity", "team_fidelity_file", team),
        "fidelity": ("fidelity", "fidelity_file", here),
    }
    if "cycle" in place:
        found["lineage"] = ("library_lineage", "library_lineage_file", [*here, place["cycle"].pk])
    files = {drawing: (reverse(page, args=args), name, args) for drawing, (page, name, args) in found.items()}
    board = reverse("status_board", args=here)
    return files | {bars: (board, "status_figure", [*here, bars]) for bars in ("pace", "length")}


DRAWINGS = ["ramp", "aim", "idea", "team's fidelity", "fidelity", "pace", "length"]


@pytest.mark.parametrize("drawing", [*DRAWINGS, "lineage"])
def test_each_drawing_offers_its_files_and_they_say_when_they_were_drawn(
    client_for: ClientFor, place: dict[str, Any], drawing: str
) -> None:
    client = client_for(place["coach"])
    page, name, args = addresses(place)[drawing]
    shown = client.get(page).content.decode()
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


@pytest.mark.parametrize("drawing", DRAWINGS)
def test_where_the_page_draws_nothing_there_is_no_file(
    client_for: ClientFor, bare: dict[str, Any], drawing: str
) -> None:
    client = client_for(bare["coach"])
    page, name, args = addresses(bare)[drawing]
    shown = client.get(page)
    assert (shown.status_code, "chart-downloads" in shown.content.decode()) == (200, False)
    answers = [client.get(reverse(name, args=[*args, form])).status_code for form in ("svg", "csv")]
    assert answers == [404, 404]


def test_a_drawing_that_is_taken_away_names_nobody_whom_the_page_does_not_name(
    client_for: ClientFor, place: dict[str, Any]
) -> None:
    client = client_for(place["other"])
    args = [place["c"], place["cycle"].pk]
    files = [client.get(reverse("library_lineage_file", args=[*args, form])) for form in ("svg", "csv")]
    assert [("Team Z" in file.content.decode(), "Zephyr" in file.content.decode()) for file in files] == [
        (True, False)
    ] * 2
    _heading, row, _taken = csv.reader(io.StringIO(files[1].content.decode("utf-8-sig")))
    assert row[:2] == ["'=1+1", "Team Z"]
