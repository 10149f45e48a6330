"""The month's pages: who enters, who reads what, what a post does, and what never leaks."""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Callable

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from collab.common.sections import due_items_for, nav_for
from collab.enums import CollaborativeStatus
from collab.library import starters
from collab.models import Collaborative, User
from metrics.cells import CellKey
from metrics.forms.month import field_name, seen_text
from metrics.models import DraftCell, Reopening, Submission
from metrics.queries.months import sheet_for, stored_values
from tests.factories.collab import (
    CenterAppointmentFactory,
    CollaborativeAppointmentFactory,
    CollaborativeFactory,
    UserFactory,
)
from tests.factories.metrics import SubmissionFactory
from tests.factories.teams import AgencyAppointmentFactory, TeamFactory, TeamMembershipFactory
from tests.metrics.months import AFTER_DUE, BEFORE_DUE, FEBRUARY, JANUARY, LOCKED, World, entry, make_world
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]
ClientFor = Callable[[User], Client]
NO_SHOW, WAITING = CellKey("no_show"), CellKey("waiting_days")


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture(autouse=True)
def _clock() -> object:
    with time_machine.travel(BEFORE_DUE, tick=False):
        yield


def address(name: str = "month", month: dt.date = JANUARY) -> str:
    return reverse(name, args=["access", "northside", *([month] if name not in ("months", "month_now") else [])])


def grid(world: World, numbers: dict[str, str], **others: str) -> dict[str, str]:
    """A posted grid: every cell as the page shows it, with ``numbers`` typed over it."""
    sheet = sheet_for(world.team, JANUARY)
    data = {"base_revision": str(sheet.revision)}
    for key, cell in sheet.cells.items():
        data[field_name("seen", key)] = seen_text(cell.entry)
        typed = entry(str(key), numbers[str(key)]) if str(key) in numbers else cell.entry
        data[field_name("numerator", key)] = typed.numerator
        data[field_name("denominator", key)] = typed.denominator
    return data | others


FULL = {"no_show": "12/40", "waiting_days": "90/30", "no_show.language.es": "5/20"}


# --- Entering ------------------------------------------------------------------------------------------------------
def test_the_grid_labels_every_input(world: World, client_for: ClientFor) -> None:
    html = client_for(world.ana).get(address()).content.decode()
    for label in (
        "No-show – numerator, January 2025",
        "No-show – denominator, January 2025",
        "No-show, Spanish – numerator, January 2025",
        "Waiting time – total, January 2025",
    ):
        assert html.count(f">{label}<") == 1
    names = re.findall(r'for="((?:numerator|denominator)-[^"]+)"[^>]*><span', html)
    assert sorted(names) == sorted(
        re.findall(r'<input[^>]*type="text"[^>]*id="((?:numerator|denominator)-[^"]+)"', html)
    )
    assert "style=" not in html


@pytest.mark.practice("R-95")
def test_submitting_from_the_grid(world: World, client_for: ClientFor) -> None:
    client = client_for(world.ana)
    response = client.post(address(), grid(world, FULL, action="submit"))
    assert (response.status_code, response.url) == (302, address("month_sent"))
    values = stored_values(Submission.objects.live().get())
    assert {str(key): (value.numerator, value.denominator) for key, value in values.items()} == {
        "no_show": (12, 40),
        "waiting_days": (90, 30),
        "no_show.language.es": (5, 20),
    }
    thanks = client.get(response.url).content.decode()
    assert "Thank you. January 2025 is submitted." in thanks
    assert "It came on time, Wed 5 Feb 2025, 09:41." in thanks
    assert "Next is February 2025, due Mon 10 Mar." in thanks


def test_the_same_post_twice_makes_one_revision(world: World, client_for: ClientFor) -> None:
    client, data = client_for(world.ana), grid(world, FULL, action="submit")
    assert [client.post(address(), data).url for _click in range(2)] == [address("month_sent")] * 2
    assert [one.revision for one in Submission.objects.all()] == [1]
    assert DraftCell.objects.count() == 0


def test_a_refused_month_says_why_and_keeps_every_text(world: World, client_for: ClientFor) -> None:
    response = client_for(world.ana).post(
        address(), grid(world, {"no_show": "41/40", "waiting_days": "12%/"}, action="submit")
    )
    html = response.content.decode()
    assert (response.status_code, Submission.objects.count()) == (200, 0)
    assert (
        '<a href="#numerator-no_show">No-show: 41 is above the denominator 40. Check both, they may be swapped.</a>'
        in html
    )
    assert (
        '<a href="#numerator-waiting_days">Waiting time: “12%” is a percentage. Type the counts; it is computed.</a>'
        in html
    )
    assert 'value="12%"' in html
    assert DraftCell.objects.count() == 2


def test_an_unlikely_value_is_submitted_once_it_has_a_note(world: World, client_for: ClientFor) -> None:
    for number in range(12):
        month = dt.date(2024, 1 + number, 1)
        submission = SubmissionFactory(team=world.team, month=month)
        submission.observations.create(
            team=world.team, month=month, measure=world.no_show, version=world.no_show.latest,
            numerator=12, denominator=40, is_proportion=True,
        )  # fmt: skip
    client = client_for(world.ana)
    unlikely = {"no_show": "38/40", "waiting_days": "90/30"}
    html = client.post(address(), grid(world, unlikely, action="submit")).content.decode()
    assert "Check it, or say what happened." in html
    assert not Submission.objects.live().filter(month=JANUARY).exists()
    data = grid(world, unlikely, action="submit") | {"note:no_show": "Flu in the whole town"}
    assert client.post(address(), data).url == address("month_sent")


def test_without_javascript_a_draft_is_saved_and_a_conflict_is_settled(world: World, client_for: ClientFor) -> None:
    """Ana and Ben open the empty month; Ana saves; Ben sees hers, keeps his in one cell and takes hers in another."""
    ana, ben = client_for(world.ana), client_for(world.ben)
    data = grid(world, {"no_show": "12/40", "waiting_days": "90/30"}, action="save")
    other = grid(world, {"no_show": "13/40", "waiting_days": "95/30"}, action="save")
    assert ana.post(address(), data).url == address()
    html = ben.post(address(), other).content.decode()
    assert "Ana Ruiz put in 30\u202f% (12 of 40) at 09:41, while you typed." in html
    assert 'value="13"' in html
    sheet = sheet_for(world.team, JANUARY)
    assert sheet.cells[NO_SHOW].entry == entry("no_show", "12/40")
    # The page that Ben got back holds what he has now seen, and his own texts.
    again = grid(world, {"no_show": "13/40", "waiting_days": "95/30"}, action="save") | {"theirs:waiting_days": "on"}
    assert ben.post(address(), again).url == address()
    sheet = sheet_for(world.team, JANUARY)
    assert (sheet.cells[NO_SHOW].entry, sheet.cells[WAITING].entry) == (
        entry("no_show", "13/40"),
        entry("waiting_days", "90/30"),
    )


def test_a_tampered_form_asks_and_does_not_overwrite(world: World, client_for: ClientFor) -> None:
    client = client_for(world.ana)
    client.post(address(), grid(world, {"no_show": "12/40"}, action="save"))
    for seen in ("", "nonsense", "[1]", '{"a": 1}', "null"):
        data = grid(world, {"no_show": "14/40"}, action="save") | {"seen:no_show": seen}
        assert client.post(address(), data).status_code == 200
    assert sheet_for(world.team, JANUARY).cells[NO_SHOW].entry == entry("no_show", "12/40")


def test_autosave_answers_with_findings_results_and_the_others_cells(world: World, client_for: ClientFor) -> None:
    ana, ben = client_for(world.ana), client_for(world.ben)
    before = grid(world, {})
    ana.post(address("month_save"), grid(world, {"no_show": "12/40"}))
    answer = ben.post(
        address("month_save"),
        before | {"numerator:waiting_days": "90", "denominator:waiting_days": "0"},
    ).json()
    assert (answer["saved"], answer["revision"]) == ("09:41", 0)
    assert answer["summary"] == "2 of 2 measures have numbers."
    assert answer["cells"]["no_show"]["entry"] == ["12", "40", "", "", ""]
    assert answer["cells"]["no_show"]["changed"] == "Ana Ruiz changed this at 09:41."
    assert answer["cells"]["no_show"]["result"] == "30\u202f% (12 of 40)"
    assert answer["cells"]["waiting_days"]["findings"] == [
        {
            "field": "denominator",
            "severity": "blocks",
            "message": "The denominator is 0 but the numerator is 90. Check both.",
            "confirmed": False,
        }
    ]
    clash = ben.post(address("month_save"), before | {"numerator:no_show": "13"}).json()
    assert clash["cells"]["no_show"]["conflict"] == ("Ana Ruiz put in 30\u202f% (12 of 40) at 09:41, while you typed.")


def test_a_correction_after_the_due_day_asks_why(world: World, client_for: ClientFor) -> None:
    world.submit("12/40")
    with time_machine.travel(AFTER_DUE, tick=False):
        client = client_for(world.ana)
        asked = client.post(address(), grid(world, {"no_show": "13/40"}, action="submit")).content.decode()
        assert "January 2025 was due already. Say in a few words why the figures change." in asked
        told = client.post(address(), grid(world, {}, action="submit", note="Two letters came back late."))
        assert told.url == address("month_sent")
        history = client.get(address("month_history")).content.decode()
    assert "Two letters came back late." in history
    assert re.findall(r"<td>(30\u202f% \(12 of 40\)|32.5\u202f% \(13 of 40\))</td>", history) == [
        "30\u202f% (12 of 40)",
        "32.5\u202f% (13 of 40)",
        "30\u202f% (12 of 40)",
    ]


def test_throwing_a_correction_away(world: World, client_for: ClientFor) -> None:
    world.submit("12/40")
    client = client_for(world.ana)
    client.post(address(), grid(world, {"no_show": "13/40"}, action="save"))
    assert sheet_for(world.team, JANUARY).has_changes
    client.post(address(), grid(world, {}, action="discard"))
    assert not sheet_for(world.team, JANUARY).has_changes


# --- Closed months -------------------------------------------------------------------------------------------------
def test_a_locked_month_says_why_and_takes_nothing(world: World, client_for: ClientFor) -> None:
    data = grid(world, FULL, action="submit")
    sentence = "January 2025 is locked since Sat 12 Apr, 60 days after it was due."
    with time_machine.travel(LOCKED, tick=False):
        client = client_for(world.ana)
        assert sentence in client.get(address()).content.decode()
        assert client.post(address(), data, follow=True).content.decode().count(sentence) == 2
        answer = client.post(address("month_save"), data)
        assert (answer.status_code, answer.json()["closed"].startswith(sentence)) == (409, True)
        assert client.get(address("month_template_csv")).status_code == 403
    assert (Submission.objects.count(), DraftCell.objects.count()) == (0, 0)


def test_a_coordinator_reopens_with_a_reason(world: World, client_for: ClientFor) -> None:
    coordinator = CenterAppointmentFactory(center=world.team.collaborative.center).user
    with time_machine.travel(LOCKED, tick=False):
        client = client_for(coordinator)
        assert address("month_reopen") in client.get(address()).content.decode()
        wrong = client.post(address("month_reopen"), {"reason": "", "until": "2025-12-31"}).content.decode()
        assert "Choose a day from today to 90 days from now." in wrong
        right = client.post(address("month_reopen"), {"reason": "Wrong totals.", "until": "2025-04-20"})
        assert right.url == address()
        reopening = Reopening.objects.get()
        assert reopening.open_until == dt.datetime(2025, 4, 21, 4, tzinfo=dt.UTC)
        assert client_for(world.ana).post(address(), grid(world, FULL, action="submit")).url == address("month_sent")
        assert client_for(world.ana).get(address("month_reopen")).status_code == 403
        assert "Wrong totals." in client.get(address("month_history")).content.decode()


# --- Reading -------------------------------------------------------------------------------------------------------
def test_others_read_and_small_counts_stay_with_their_own(world: World, client_for: ClientFor) -> None:
    """3 of 40 is hidden from the coach, with its rate; groups go together, for one could be worked out."""
    client_for(world.ana).post(
        address(),
        grid(
            world,
            {
                "no_show": "13/40",
                "waiting_days": "90/30",
                "no_show.language.en": "11/24",
                "no_show.language.es": "2/16",
            },
            action="submit",
        )
        | {"note:no_show": "Only 3 people came back"},
    )
    coach = CollaborativeAppointmentFactory(collaborative=world.team.collaborative).user
    leader = AgencyAppointmentFactory(agency=world.team.agency).user
    for name in ("month", "month_history"):
        page = client_for(coach).get(address(name)).content.decode()
        assert "32.5\u202f% (13 of 40)" in page
        assert re.findall(r"\b(?:2 of 16|12\.5|11 of 24|45\.8|3 people)\b", page) == []
    own = client_for(leader).get(address()).content.decode()
    assert "12.5\u202f% (2 of 16)" in own
    assert "Only 3 people came back" in own
    assert "Only 3 people came back" in client_for(leader).get(address("month_history")).content.decode()
    assert 'id="month-form"' not in own


@pytest.mark.parametrize("year_month", ["9999-12", "0001-01"])
def test_a_month_beyond_the_calendar_is_not_found(world: World, client_for: ClientFor, year_month: str) -> None:
    client, here = client_for(world.ana), address("month")
    for rest in ("", "history/", "upload/"):
        there = here.replace("2025-01", year_month) + rest
        assert there != here
        assert client.get(there).status_code == 404


@pytest.mark.parametrize("name", ["month", "month_save", "month_upload", "month_upload_confirm"])
def test_those_who_only_read_can_not_write(world: World, client_for: ClientFor, name: str) -> None:
    coach = CollaborativeAppointmentFactory(collaborative=world.team.collaborative).user
    response = client_for(coach).post(address(name), grid(world, FULL, action="submit"))
    assert response.status_code == 403
    assert "Only the people of Northside enter its figures. Ask the team&#x27;s leader." in response.content.decode()
    assert (Submission.objects.count(), DraftCell.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    "name",
    [
        "months",
        "month_now",
        "month",
        "month_history",
        "month_sent",
        "month_upload",
        "month_template_csv",
        "month_template_xlsx",
        "month_reopen",
    ],
)
def test_a_month_is_nobody_elses(world: World, client_for: ClientFor, name: str) -> None:
    world.submit("12/40")
    stranger = TeamMembershipFactory(team=TeamFactory(collaborative=world.team.collaborative)).user
    for user in (stranger, UserFactory()):
        assert client_for(user).get(address(name)).status_code == 404


# --- Lists and reminders -------------------------------------------------------------------------------------------
def test_the_list_shows_where_each_month_stands(world: World, client_for: ClientFor) -> None:
    world.submit("12/40")
    with time_machine.travel(dt.datetime(2025, 4, 2, 12, tzinfo=dt.UTC), tick=False):
        client = client_for(world.ana)
        page = client.get(address("months")).content.decode()
        assert re.findall(r'tone-badge tone-(\w+)">([^<]+)<', page) == [
            ("info", "Open"),
            ("problem", "Late"),
            ("good", "Submitted"),
        ]
        assert "Next is April 2025, due Sat 10 May." in page
        assert client.get(address("month_now")).url == address("month", FEBRUARY)
        assert [
            (item.title, item.due, item.tone.value)
            for item in due_items_for(world.ana, dt.datetime.now(dt.UTC))
            if "/months/" in item.url
        ] == [
            ("Submit February 2025", dt.date(2025, 3, 10), "problem"),
            ("Submit March 2025", dt.date(2025, 4, 10), "info"),
        ]
    assert [item.url for item in nav_for(world.team, world.ana) if item.key == "month"] == [address("month_now")]


def test_before_the_first_month_the_list_says_what_belongs_there(world: World, client_for: ClientFor) -> None:
    with time_machine.travel(dt.datetime(2025, 1, 15, tzinfo=dt.UTC), tick=False):
        client = client_for(world.ana)
        assert client.get(address("month_now")).url == address("months")
        assert "This collaborative starts with January 2025." in client.get(address("months")).content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_for_one_month_and_three(
    world: World, client_for: ClientFor, django_assert_num_queries: Callable[[int], object], count: int
) -> None:
    for number in range(count):
        SubmissionFactory(team=world.team, month=dt.date(2025, 1 + number, 1))
    with time_machine.travel(dt.datetime(2025, 4, 2, 12, tzinfo=dt.UTC), tick=False):
        client = client_for(world.ana)
        client.get(address("months"))
        with django_assert_num_queries(LIST_QUERIES):  # type: ignore[attr-defined]  # a context manager
            client.get(address("months"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_grid_costs_the_same_for_one_stratum_and_three(
    world: World, client_for: ClientFor, django_assert_num_queries: Callable[[int], object], count: int
) -> None:
    world.language.strata.all().delete()
    for number in range(count):
        world.language.strata.create(code=f"group_{number}", name=f"Group {number}")
    client = client_for(world.ana)
    client.get(address())
    with django_assert_num_queries(GRID_QUERIES):  # type: ignore[attr-defined]  # a context manager
        client.get(address())


LIST_QUERIES = 15
GRID_QUERIES = 19


# --- Files ---------------------------------------------------------------------------------------------------------
def uploaded(content: str | bytes, name: str = "month.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content.encode() if isinstance(content, str) else content)


def payload_of(html: str) -> str:
    found = re.search(r'name="payload" value="([^"]+)"', html)
    assert found
    return found[1]


HEAD = "month,measure,numerator,denominator,note\n"


@pytest.mark.practice("R-95")
def test_template_filled_in_checked_and_submitted(world: World, client_for: ClientFor) -> None:
    client = client_for(world.ana)
    book = load_workbook(io.BytesIO(client.get(address("month_template_xlsx")).content))
    page = book.worksheets[0]
    for row, (numerator, denominator) in {2: (12, 40), 4: (5, 20), 5: (90, 30)}.items():
        page.cell(row, 7).value, page.cell(row, 8).value = numerator, denominator
    buffer = io.BytesIO()
    book.save(buffer)
    check = client.post(address("month_upload"), {"file": uploaded(buffer.getvalue(), "month.xlsx")}).content.decode()
    assert "3 cells would change" in check
    assert (Submission.objects.count(), DraftCell.objects.count()) == (0, 0)
    done = client.post(address("month_upload_confirm"), {"payload": payload_of(check), "action": "submit"})
    assert done.url == address("month_sent")
    submission = Submission.objects.live().get()
    assert submission.source == "xlsx"
    assert stored_values(submission)[CellKey("no_show", "language", "es")].numerator == 5


def test_what_a_file_leaves_open_is_called_by_its_name(world: World, client_for: ClientFor) -> None:
    page = client_for(world.ana).post(address("month_upload"), {"file": uploaded(HEAD + "2025-01,no_show,12,40,\n")})
    assert re.findall(r"<li>(.*?): Nothing is entered", page.content.decode()) == ["Waiting time"]


def test_a_file_can_go_into_the_draft_only(world: World, client_for: ClientFor) -> None:
    client = client_for(world.ana)
    check = client.post(address("month_upload"), {"file": uploaded(HEAD + "2025-01,no_show,12,40,\n")}).content.decode()
    assert "it can not be submitted from here" in check
    done = client.post(address("month_upload_confirm"), {"payload": payload_of(check), "action": "draft"})
    assert done.url == address()
    assert sheet_for(world.team, JANUARY).cells[NO_SHOW].entry == entry("no_show", "12/40")


def test_a_file_with_problems_comes_back_with_them(world: World, client_for: ClientFor) -> None:
    client = client_for(world.ana)
    content = HEAD + "2025-01,no_show,41,40,\n2025-01,waiting_days,90,30,=cmd\n"
    check = client.post(address("month_upload"), {"file": uploaded(content)}).content.decode()
    assert "2 rows have problems" in check
    back = client.post(address("month_upload_problems"), {"payload": payload_of(check)})
    assert back["Content-Disposition"] == 'attachment; filename="northside-2025-01-problems.csv"'
    assert back.content.decode("utf-8-sig").splitlines() == [
        "month,measure,numerator,denominator,note,problem",
        '2025-01,no_show,41,40,,"41 is above the denominator 40. Check both, they may be swapped."',
        '2025-01,waiting_days,90,30,\'=cmd,"“=cmd” is a formula. Write the number itself, or paste it as a value."',
    ]
    assert (Submission.objects.count(), DraftCell.objects.count()) == (0, 0)


def test_a_check_holds_for_its_team_its_month_and_unchanged_figures(world: World, client_for: ClientFor) -> None:
    client = client_for(world.ana)
    content = HEAD + "2025-01,no_show,12,40,\n2025-01,waiting_days,90,30,\n"
    payload = payload_of(client.post(address("month_upload"), {"file": uploaded(content)}).content.decode())
    for wrong in ("", payload[:-2] + "xx"):
        assert client.post(address("month_upload_confirm"), {"payload": wrong}).url == address("month_upload")
    client_for(world.ben).post(address(), grid(world, {"no_show": "13/40"}, action="save"))
    refused = client.post(address("month_upload_confirm"), {"payload": payload, "action": "submit"}, follow=True)
    assert "Somebody changed these figures since your check." in refused.content.decode()
    sheet = sheet_for(world.team, JANUARY)
    assert (sheet.cells[NO_SHOW].entry, sheet.cells[WAITING].entry) == (
        entry("no_show", "13/40"),
        entry("waiting_days"),
    )


def test_a_file_that_can_not_be_read_is_refused_beside_its_field(world: World, client_for: ClientFor) -> None:
    client = client_for(world.ana)
    for content, sentence in (
        (b"%PDF-1.4", "This is a PDF, not a table."),
        (b"", "The file is empty."),
        (b"x" * (5 * 1024 * 1024 + 1), "The file has 6 MB; at most 5 MB are read."),
    ):
        html = client.post(address("month_upload"), {"file": uploaded(content)}).content.decode()
        assert sentence in html
    assert "Choose a file first." in client.post(address("month_upload"), {}).content.decode()


def test_json_of_what_was_seen_survives_any_text() -> None:
    odd = entry("no_show", 'a"b<c/d')
    assert json.loads(seen_text(odd)) == ['a"b<c', "d", "", "", ""]


def test_what_is_counted_stands_beside_the_number_for_those_who_type_and_those_who_read(
    world: World, client_for: ClientFor
) -> None:
    world.no_show.versions.update(
        numerator="Missed",
        denominator="Booked",
        exclusions="Moved by us",
        guidance="Ask the front desk.",
        sampling_ok=True,
        data_source="Report 12",
    )
    world.submit()
    told = {
        "Numerator": "Missed",
        "Denominator": "Booked",
        "Not counted": "Moved by us",
        "How to count it": "Ask the front desk.",
        "Whom to count": "All cases, or a random sample of them; then say from how many it was drawn.",
        "Where the numbers come from": "Report 12",
    }
    coach = CollaborativeAppointmentFactory(collaborative=world.team.collaborative).user
    for reader in (world.ana, coach):
        page = Page(client_for(reader).get(address()))
        names, words = page.texts(".what-counts dt"), page.texts(".what-counts dd")
        assert dict(zip(names[:6], words[:6], strict=True)) == told
        # Once a measure, and not again with its groups; the empty parts of the other one are left out.
        assert len(page.all(".what-counts")) == 2
        assert names[6:] == ["Total", "Number of cases"]


@pytest.mark.practice("R-175")
def test_the_starter_of_the_library_is_asked_from_the_first_month_on_with_its_steps_beside_it(
    client_for: ClientFor,
) -> None:
    """Before a team can count anything; what is copied after the start is asked from its own month on."""
    collaborative = CollaborativeFactory(slug="access", status=CollaborativeStatus.SETUP)
    coordinator = CenterAppointmentFactory(center=collaborative.center).user
    client_for(coordinator).post(reverse("measure_from_library", args=["access", starters()[0].code]))
    Collaborative.objects.update(status=CollaborativeStatus.RUNNING)
    with time_machine.travel(dt.datetime(2025, 3, 10, tzinfo=dt.UTC), tick=False):
        client_for(coordinator).post(reverse("measure_from_library", args=["access", "admissions"]))
    team = TeamFactory(collaborative=Collaborative.objects.get(), slug="northside", name="Northside")
    client = client_for(TeamMembershipFactory(team=team).user)

    page = Page(client.get(address()))
    assert page.values("[data-cell]", "data-cell") == ["progress_self_rating"]
    assert page.texts(".grid-label")[0].startswith("Score, 0.5 to 5")
    assert (
        "2.0 We measure and study how the work is done now; nothing is changed yet." in page.texts(".what-counts dd")[2]
    )

    # One step that all agree on is no count of people: faculty read it, too.
    data = {"numerator:progress_self_rating": "2", "denominator:progress_self_rating": "", "base_revision": "0"}
    seen = page.values("[name='seen:progress_self_rating']", "value")[0]
    sent = client.post(address(), data | {"seen:progress_self_rating": str(seen)})
    assert sent.headers["Location"] == address("month_sent")
    assert stored_values(Submission.objects.get())[CellKey("progress_self_rating")].numerator == 2
    coach = client_for(CollaborativeAppointmentFactory(collaborative=team.collaborative).user)
    assert Page(coach.get(address())).texts("tbody td")[0].startswith("2 points")
    assert set(sheet_for(team, dt.date(2025, 3, 1)).by_code) == {"progress_self_rating", "admissions"}
