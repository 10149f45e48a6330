"""A team with several sites: what each types, the sum that nobody types, files, revisions, and what is hidden."""

from __future__ import annotations

import datetime as dt
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
from metrics.actions.bulk import import_bulk
from metrics.actions.drafts import Typed, save_cells
from metrics.actions.sites import add_site, change_site, close_site, open_site
from metrics.cells import SITE, CellKey, Entry, Value
from metrics.entry import Breakdown, Group
from metrics.enums import MissingReason
from metrics.imports.bulk import Bulk, read_bulk
from metrics.imports.plain import PlainRows
from metrics.imports.table import open_table
from metrics.imports.template import heading_for, template_csv, template_rows
from metrics.imports.upload import dry_run
from metrics.models import Observation, Site, SiteObservation, Submission
from metrics.queries.months import SheetMeasure, plain, sheet_for, stored_values
from metrics.sites import total_of, with_summed
from metrics.validation import check
from tests.factories.collab import CollaborativeAppointmentFactory
from tests.factories.metrics import SiteFactory
from tests.factories.teams import TeamFactory
from tests.metrics.months import AFTER_DUE, BEFORE_DUE, JANUARY, World, entry, make_world

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


# --- The center's own import ---------------------------------------------------------------------------------------
CENTER = "agency,month,measure,site,numerator,denominator,drawn_from,note\n"


def read(world: World, *rows: str) -> Bulk:
    return read_bulk(
        io.BytesIO((CENTER + "".join(f"NORTH,2025-01,{row}\n" for row in rows)).encode()),
        collaborative=world.team.collaborative,
        create_teams=False,
        now=AFTER_DUE,
    )


def bring_in(world: World, *rows: str) -> dict[str, tuple[float | None, float | None]]:
    """Import rows that must be right; returns what is stored then of January."""
    bulk = read(world, *rows)
    assert bulk.problems.kept == []
    import_bulk(by=None, bulk=bulk, now=AFTER_DUE)
    bulk.close()
    live = Submission.objects.live().get()
    return {str(key): (value.numerator, value.denominator) for key, value in stored_values(live).items()}


@pytest.mark.parametrize("total", [(), ("no_show,,,,,",), ("no_show,,12,41,,",)])
def test_an_import_of_sites_makes_the_sum_that_the_grid_makes(world: World, total: tuple[str, ...]) -> None:
    found = bring_in(world, "no_show,west,7,21,,", *total, "waiting_days,,90,30,,", "no_show,east,5,20,,")
    typed = type_in(world, world.ana, east="5/20", west="7/21")
    assert {str(key): "{:g}/{:g}".format(*numbers) for key, numbers in found.items()} == {
        "no_show": typed["no_show"],
        str(EAST): typed["east"],
        str(WEST): typed["west"],
        "waiting_days": "90/30",
    }


def test_the_same_import_changes_nothing_and_a_new_one_replaces_sites_with_their_sum(world: World) -> None:
    rows = ("no_show,east,5,20,,", "no_show,west,7,21,,")
    bring_in(world, *rows)
    bring_in(world, *rows)
    assert Submission.objects.count() == 1
    assert bring_in(world, "no_show,east,6,20,,", rows[1])["no_show"] == (13, 41)
    assert Submission.objects.live().get().revision == 2
    assert sorted(SiteObservation.objects.live().values_list("numerator", flat=True)) == [6, 7]


def test_a_sampled_sum_keeps_its_note_and_what_it_was_drawn_from(world: World) -> None:
    world.no_show.versions.update(sampling_ok=True)
    bring_in(world, "no_show,,,,400,Every tenth chart", "no_show,east,5,20,,", "no_show,west,7,20,,")
    total = Observation.objects.live().get(measure=world.no_show)
    assert (total.numerator, total.denominator, total.population, total.note) == (12, 40, 400, "Every tenth chart")


SITE_ROWS = [
    (("no_show,north,5,20,,",), (2, "site", "“north” is no site of Northside. It has: east, west.")),
    (
        ("waiting_days,,90,30,,", "no_show,,13,41,,", "no_show,east,5,20,,", "no_show,west,7,21,,"),
        (3, "numerator", "The sites add up to 12, but the total says 13. Leave the total to be summed."),
    ),
    (
        ("no_show,east,5,20,,", "no_show,west,22,21,,"),
        (3, "numerator", "22 is above the denominator 21. Check both, they may be swapped."),
    ),
    (
        ("no_show,east,5,20,,", "no_show,east,5,20,,"),
        (3, "", "This is the same agency, month and measure as in row 2. Keep one of them."),
    ),
    (
        ("no_show,east,600000000,600000000,,", "no_show,west,600000000,600000000,,"),
        (2, "numerator", "1200000000 is more than a billion. Check for a slipped digit."),
    ),
    (
        ("no_show,,,,many,", "no_show,east,5,20,,"),
        (2, "drawn_from", "“many” is not a number. Type digits, such as 42."),
    ),
    (
        ("no_show,,,,30,", "no_show,east,5,20,,"),
        (2, "drawn_from", "This measure is not sampled. Count everybody, and leave “drawn from” empty."),
    ),
]


@pytest.mark.parametrize(("rows", "told"), SITE_ROWS)
def test_what_is_wrong_with_a_site_is_told_with_row_and_column_and_nothing_is_stored(
    world: World, rows: tuple[str, ...], told: tuple[int, str, str]
) -> None:
    bulk = read(world, *rows)
    problem = bulk.problems.kept[0]
    assert (problem.row, problem.column, problem.sentence) == told
    assert problem.where == (f"Row {told[0]}, {told[1]}" if told[1] else f"Row {told[0]}")
    assert not Submission.objects.exists()


def test_a_measure_that_can_not_be_summed_and_a_team_without_sites_are_told(world: World) -> None:
    world.waiting.versions.update(stat="median")
    assert [(one.column, one.sentence) for one in read(world, "waiting_days,east,9,30,,").problems.kept] == [
        ("site", "“waiting_days” can not be added up from sites. Give one row for the whole team.")
    ]
    Site.objects.all().delete()
    assert [(one.column, one.sentence) for one in read(world, "no_show,east,5,20,,").problems.kept] == [
        ("site", "“east” is no site of Northside, which has none. Add it on the team's page first.")
    ]


def test_an_upload_says_which_site_is_unknown_and_what_there_is(world: World, client_for: ClientFor) -> None:
    def problems(line: str) -> tuple[str, ...]:
        content = f"month,measure,site,numerator,denominator\n{line}\n"
        return dry_run(io.BytesIO(content.encode()), sheet_for(world.team, JANUARY)).lines[0].problems

    assert problems("2025-01,no_show,main,5,20") == ("“main” is no site of Northside. It has: east, west.",)
    world.waiting.versions.update(stat="median")
    assert problems("2025-01,waiting_days,east,5,20") == (
        "“waiting_days” can not be added up from sites. Give one row for the whole team.",
    )
    file = io.BytesIO(b"month,measure,site,numerator,denominator\n2025-01,no_show,main,5,20\n")
    page = client_for(world.ana).post(reverse("month_upload", args=["access", "northside", JANUARY]), {"file": file})
    assert SITE not in page.content.decode()
    assert [line.name for line in page.context["lines"]] == [f"{world.no_show.latest.name}, main"]
    Site.objects.all().delete()
    assert problems("2025-01,no_show,main,5,20") == (
        "“main” is no site of Northside, which has none. Add it on the team's page first.",
    )


def test_another_teams_site_is_not_taken_however_often_it_was_right_before(world: World) -> None:
    """Rows that need no second look are known by agency and site together."""
    SiteFactory(
        team=TeamFactory(collaborative=world.team.collaborative, agency__code="SOUTH", name="Southside"), code="pier"
    )
    rows = ["NORTH,2025-01,no_show,east,5,20", "SOUTH,2025-01,no_show,pier,5,20", "NORTH,2025-01,no_show,west,5,20"]
    wrong = ["NORTH,2025-02,no_show,east,5,20", "NORTH,2025-02,no_show,pier,5,20", "SOUTH,2025-02,no_show,east,5,20"]
    bulk = read_bulk(
        io.BytesIO("\n".join(["agency,month,measure,site,numerator,denominator", *rows, *wrong]).encode()),
        collaborative=world.team.collaborative,
        create_teams=False,
        now=dt.datetime(2025, 3, 20, tzinfo=dt.UTC),
    )
    assert [(one.row, one.column, one.sentence) for one in bulk.problems.kept] == [
        (6, "site", "“pier” is no site of Northside. It has: east, west."),
        (7, "site", "“east” is no site of Southside. It has: pier."),
    ]


def test_what_is_kept_of_rows_by_site_grows_with_sites_and_not_with_rows(world: World) -> None:
    """And a row of a site and a measure that were each right before is taken without a second look."""
    plain_rows = PlainRows.of(open_table(io.BytesIO(b"agency,month,measure,site,numerator,denominator\n")))
    version = world.no_show.latest
    for agency in range(4):
        for month in range(6):
            base = 1000 * (6 * agency + month)
            for site in range(10 if month == 0 else 1):
                cells = [f"A{agency}", f"m{month}", "no_show", f"s{agency}-{site}", "1", "2"]
                plain_rows.learn(cells, base, 50 + 10 * agency + site, version, 10 * agency + site)
    assert len(plain_rows.sites) == 40
    assert [len(by_month) for by_month in plain_rows.cells_of_sites.values()] == [6]
    assert plain_rows.read(["A3", "m5", "no_show", "s3-9", "1", "2"], []) == (1000 * 23 + 50 + 39, 1.0, 2.0)
    assert plain_rows.read(["A2", "m5", "no_show", "s3-9", "1", "2"], []) is None


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
def test_the_sum_is_the_sum_in_any_order_and_of_values_as_of_texts(numbers: list[tuple[int, int] | None]) -> None:
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
    sites = [Value(key, *map(float, pair)) for key, pair in zip(list(entries)[1:], numbers, strict=True) if pair]
    left_empty = Value(CellKey("m"), None, None, MissingReason.NOT_COLLECTED.value, "kept")
    made, typed = with_summed([*sites, left_empty])[-1], with_summed([Value(CellKey("m"), 77, 88), *sites])[0]
    assert (made.note, typed.numerator, typed.denominator) == ("kept", 77, 88)
    if given_:
        assert (plain(made.numerator), plain(made.denominator), made.missing_reason) == (*expected, "")
    else:
        assert made == left_empty
