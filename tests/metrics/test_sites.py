"""A team with several sites: what each types, the sum that nobody types, files, revisions, and what is hidden."""

from __future__ import annotations

import io
import json
from collections.abc import Callable

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from collab.models import User
from metrics.actions.drafts import Typed, save_cells
from metrics.actions.sites import add_site, change_site, close_site, open_site
from metrics.cells import SITE, CellKey, Entry
from metrics.entry import Breakdown, Group
from metrics.imports.table import open_table
from metrics.imports.template import heading_for, template_csv, template_rows
from metrics.imports.upload import dry_run
from metrics.models import Observation, Site, SiteObservation
from metrics.queries.months import SheetMeasure, sheet_for, stored_values
from metrics.sites import total_of
from metrics.validation import check
from tests.factories.collab import CollaborativeAppointmentFactory
from tests.factories.metrics import SiteFactory
from tests.metrics.months import BEFORE_DUE, JANUARY, World, entry, make_world

ClientFor = Callable[[User], Client]
pytestmark = [pytest.mark.integration, pytest.mark.django_db]
NO_SHOW = CellKey("no_show")
EAST, WEST = CellKey("no_show", SITE, "east"), CellKey("no_show", SITE, "west")


@pytest.fixture
def world() -> World:
    made = make_world()
    for place, code in enumerate(("east", "west")):
        SiteFactory(team=made.team, code=code, name=code.capitalize(), position=place)
    return made


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(BEFORE_DUE, tick=False):
        yield


def type_in(world: World, by: User, **numbers: str) -> dict[str, str]:
    """Type for sites, such as ``east="5/20"``, over what stands there; returns the cells' numbers after it."""
    sheet = sheet_for(world.team, JANUARY)
    typed = []
    for code, text in numbers.items():
        given_ = entry(f"no_show.{SITE}.{code}" if code != "total" else "no_show", text)
        typed.append(Typed(given_, sheet.cells[given_.key].entry))
    saved = save_cells(by=by, team=world.team, month=JANUARY, typed=typed)
    assert saved.conflicts == {}
    return {
        str(key).rsplit(".", 1)[-1]: f"{cell.entry.numerator}/{cell.entry.denominator}"
        for key, cell in saved.sheet.cells.items()
        if key in (NO_SHOW, EAST, WEST)
    }


def test_the_total_follows_the_sites_with_who_and_when(world: World) -> None:
    assert type_in(world, world.ana, east="5/20") == {"no_show": "5/20", "east": "5/20", "west": "/"}
    assert type_in(world, world.ben, west="7/21") == {"no_show": "12/41", "east": "5/20", "west": "7/21"}
    cells = sheet_for(world.team, JANUARY).cells
    assert [cells[key].by for key in (EAST, WEST)] == ["Ana Ruiz", "Ben Okoro"]
    # What is typed over the sum is not taken, and nobody is asked who is right.
    assert type_in(world, world.ana, total="99/100")["no_show"] == "12/41"
    assert type_in(world, world.ana, east="/", west="/")["no_show"] == "12/41"


def test_without_numbers_of_sites_the_total_is_typed(world: World) -> None:
    assert type_in(world, world.ana, total="12/40")["no_show"] == "12/40"
    assert [one.code for one in check(world.team, JANUARY, world.entries()).findings] == []


def test_a_site_without_numbers_is_asked_about_and_a_wrong_one_blocks(world: World) -> None:
    type_in(world, world.ana, east="5/20")
    sheet = sheet_for(world.team, JANUARY)
    entries = [*(one for one in sheet.entries if one.key.measure == "no_show"), entry("waiting_days", "90/30")]
    assert [
        (str(one.key), one.severity.value, one.message) for one in check(world.team, JANUARY, entries).findings
    ] == [
        (
            "no_show",
            "confirm",
            "The total is of 1 of 2 sites: West has no numbers. Add them, or say why.",
        )
    ]
    assert type_in(world, world.ana, west="many/20")["no_show"] == "/"
    wrong = sheet_for(world.team, JANUARY).entries
    codes = {one.code for one in check(world.team, JANUARY, wrong).blocking if one.key.measure == "no_show"}
    assert codes == {"not_a_number", "reason_needed"}


def test_submitted_sites_are_stored_beside_their_sum_and_replaced_with_it(world: World) -> None:
    for first, second in (("5/20", "7/20"), ("6/20", "7/20")):
        type_in(world, world.ana, east=first, west=second)
        sheet = sheet_for(world.team, JANUARY)
        entries = [one for one in sheet.entries if one.key.measure == "no_show"] + [entry("waiting_days", "90/30")]
        checked = check(world.team, JANUARY, entries)
        assert checked.findings == []
        submission = world.submit(values=checked.values, base_revision=sheet.revision)
    assert {str(key): value.numerator for key, value in stored_values(submission).items()} == {
        "no_show": 13,
        "waiting_days": 90,
        f"no_show.{SITE}.east": 6,
        f"no_show.{SITE}.west": 7,
    }
    assert [one.numerator for one in Observation.objects.live().filter(measure=world.no_show)] == [13]
    assert sorted(one.numerator for one in SiteObservation.objects.live()) == [6, 7]
    assert SiteObservation.objects.count() == 4


def test_files_know_a_site_column(world: World) -> None:
    sheet = sheet_for(world.team, JANUARY)
    heading = heading_for(sheet)
    assert "site" in heading
    rows = [dict(zip(heading, row, strict=True)) for row in template_rows(sheet)]
    assert [(row["measure"], row["site"], row["stratum"]) for row in rows] == [
        ("no_show", "", ""),
        ("no_show", "east", ""),
        ("no_show", "west", ""),
        ("no_show", "", "en"),
        ("no_show", "", "es"),
        ("waiting_days", "", ""),
        ("waiting_days", "east", ""),
        ("waiting_days", "west", ""),
    ]
    table = open_table(io.BytesIO(template_csv(sheet)))
    assert [row.entry.key for row in table.rows()] == sheet.cell_keys()
    text = (
        "month,measure,site,numerator,denominator\n"
        "2025-01,no_show,east,5,20\n2025-01,no_show,west,7,20\n2025-01,waiting_days,,90,30\n"
    )
    run = dry_run(io.BytesIO(text.encode()), sheet)
    assert (run.has_problems, run.checked.is_ready) == (False, True)
    assert {str(one.key): one.numerator for one in run.checked.values}["no_show"] == 12
    wrong = dry_run(io.BytesIO((text + "2025-01,no_show,,13,40\n").encode()), sheet)
    assert [line.problems for line in wrong.lines if line.problems] == [
        ("The sites add up to 12, but the total says 13. Leave the total to be summed.",)
    ]
    unknown = dry_run(io.BytesIO(text.replace("west", "north").encode()), sheet)
    assert [line.row.number for line in unknown.lines if line.problems] == [3]


def test_a_file_by_site_goes_through_confirmation(world: World, client_for: ClientFor) -> None:
    client = client_for(world.ana)
    text = (
        "month,measure,site,numerator,denominator\n"
        "2025-01,no_show,east,5,20\n2025-01,no_show,west,7,20\n2025-01,waiting_days,,90,30\n"
    )
    page = client.post(
        reverse("month_upload", args=["access", "northside", JANUARY]), {"file": io.BytesIO(text.encode())}
    ).content.decode()
    payload = page[page.index('name="payload" value="') + 22 :].split('"')[0]
    client.post(
        reverse("month_upload_confirm", args=["access", "northside", JANUARY]),
        {"payload": payload, "action": "submit"},
    )
    assert [one.numerator for one in Observation.objects.live().filter(measure=world.no_show)] == [12]


def test_sites_of_a_team_are_hidden_together_from_who_sees_no_small_counts(world: World, client_for: ClientFor) -> None:
    type_in(world, world.ana, east="30/60", west="3/40")
    sheet = sheet_for(world.team, JANUARY)
    entries = [one for one in sheet.entries if one.key.measure == "no_show"] + [entry("waiting_days", "90/30")]
    world.submit(values=check(world.team, JANUARY, entries).values)
    address = reverse("month", args=["access", "northside", JANUARY])
    coach = CollaborativeAppointmentFactory(collaborative=world.team.collaborative).user
    html = client_for(coach).get(address).content.decode()
    assert ("33\u202f% (33 of 100)" in html, "30 of 60" in html, "3 of 40" in html) == (True, False, False)


def test_a_closed_site_is_asked_no_more(world: World) -> None:
    west = Site.objects.get(code="west")
    close_site(by=world.ana, site=west)
    assert WEST not in sheet_for(world.team, JANUARY).cells
    open_site(by=world.ana, site=west)
    change_site(by=world.ana, site=west, name="West clinic")
    sites = sheet_for(world.team, JANUARY).by_code["no_show"].sites
    assert sites is not None
    assert [group.name for group in sites.groups] == ["East", "West clinic"]


def test_a_median_or_score_has_no_sites(world: World) -> None:
    world.no_show.versions.update(stat="score")
    assert sheet_for(world.team, JANUARY).by_code["no_show"].sites is None


@pytest.mark.parametrize("code", ["east", "East", "a.b", ""])
def test_a_code_that_is_taken_or_odd_is_refused(world: World, code: str) -> None:
    with pytest.raises(ValidationError):
        add_site(by=world.ana, team=world.team, code=code, name="One more")


def test_the_page_adds_renames_and_closes(world: World, client_for: ClientFor) -> None:
    client = client_for(world.ana)
    address = reverse("sites", args=["access", "northside"])
    client.post(address, {"name": "Main Street"})
    client.post(address, {"name": "Main Street"})
    assert sorted(Site.objects.values_list("code", flat=True)) == ["east", "main-street", "main-street-2", "west"]
    assert "already has a site" in client.post(address, {"name": "X", "code": "east"}).content.decode()
    site = Site.objects.get(code="main-street")
    client.post(reverse("site", args=["access", "northside", site.pk]), {"name": "Main"})
    client.post(reverse("site_switch", args=["access", "northside", site.pk]))
    site.refresh_from_db()
    assert (site.name, site.closed_on is None) == ("Main", False)


def test_the_save_answers_with_the_sum(world: World, client_for: ClientFor) -> None:
    key = f"no_show.{SITE}.east"
    answer = client_for(world.ana).post(
        reverse("month_save", args=["access", "northside", JANUARY]),
        {
            f"seen:{key}": json.dumps([""] * 5),
            f"numerator:{key}": "5",
            f"denominator:{key}": "20",
            # The browser has summed already.
            "seen:no_show": json.dumps([""] * 5),
            "numerator:no_show": "5",
            "denominator:no_show": "20",
        },
    )
    cell = answer.json()["cells"]["no_show"]
    assert (cell["entry"][:2], cell["conflict"]) == (["5", "20"], "")


# --- The sum, purely -----------------------------------------------------------------------------------------------
NUMBERS = st.lists(st.none() | st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=1, max_size=6)


@given(NUMBERS)
def test_the_sum_is_the_sum_in_any_order(numbers: list[tuple[int, int] | None]) -> None:
    codes = [f"s{place}" for place in range(len(numbers))]
    groups = tuple(Group(CellKey("m", SITE, code), code) for code in codes)
    item = SheetMeasure(None, None, (Breakdown(SITE, "site", False, groups, makes_total=True),), ())  # type: ignore[arg-type]
    object.__setattr__(item, "measure", type("M", (), {"code": "m"}))
    entries = {CellKey("m"): Entry(CellKey("m"), "77", "88", note="kept")}
    for code, pair in zip(codes, numbers, strict=True):
        key = CellKey("m", SITE, code)
        entries[key] = Entry(key, *(("", "") if pair is None else (str(pair[0]), f"{pair[1]:,}")))
    total = total_of(item, entries)
    given_ = [pair for pair in numbers if pair is not None]
    expected = (str(sum(a for a, _b in given_)), str(sum(b for _a, b in given_))) if given_ else ("77", "88")
    assert (total.numerator, total.denominator, total.note) == (*expected, "kept")
