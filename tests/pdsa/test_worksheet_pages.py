"""The worksheet's pages: what each stage shows, saving with the button, moving, rows, files, help, history."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from collab.common.models import AuditEvent
from collab.enums import CollaborativeStatus
from collab.models import Collaborative, User
from pdsa.actions.history import mark_of
from pdsa.actions.worksheet import remove_row
from pdsa.enums import Sharing, Stage
from pdsa.models import Cycle
from teams.models import Team
from tests.factories.collab import CollaborativeAppointmentFactory
from tests.factories.pdsa import AttachmentFactory, CycleFactory, DataPointFactory, TaskFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory
from tests.pages import Page

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


class Desk:
    """A member of a team at their browser, and one cycle of the team's."""

    def __init__(self, client: Client, cycle: Cycle, user: User) -> None:
        self.client, self.cycle, self.user = client, cycle, user
        self.place = [cycle.team.collaborative.slug, cycle.team.slug]

    def url(self, name: str = "cycle", *more: Any) -> str:
        return reverse(name, args=[*self.place, self.cycle.number, *more])

    def page(self, name: str = "cycle", query: str = "") -> Page:
        return Page(self.client.get(self.url(name) + query))

    def base(self, query: str = "") -> dict[str, str]:
        sent: dict[str, str] = json.loads(self.page(query=query).one("input[name=base]").get("value") or "")
        return sent

    def send(self, values: dict[str, Any], base: dict[str, str] | None = None, **more: str) -> Any:
        """Press the button with these texts in the fields."""
        marks = base or {key: mark for key, mark in self.base().items() if key in values}
        return self.client.post(self.url(), values | {"base": json.dumps(marks)} | more)

    def again(self) -> Cycle:
        return Cycle.objects.get(pk=self.cycle.pk)


@pytest.fixture
def desk(client_for: Callable[[User], Client]) -> Callable[..., Desk]:
    def make(**fields: Any) -> Desk:
        member = TeamMembershipFactory()
        cycle = CycleFactory(team=member.team, owner=member.user, **fields)
        return Desk(client_for(member.user), cycle, member.user)

    return make


@pytest.mark.parametrize("stage", list(Stage))
def test_every_stage_has_its_pages(desk: Callable[..., Desk], stage: Stage) -> None:
    at = desk(stage=stage)
    pages = {name: at.client.get(at.url(name)).status_code for name in ("cycle", "cycle_history")}
    guided = at.client.get(at.url() + "?form=guided").status_code
    team = at.client.get(reverse("team_pdsa", args=at.place)).status_code
    assert (pages, guided, team) == ({"cycle": 200, "cycle_history": 200}, 200, 200)


def test_what_is_typed_is_saved_with_the_button(desk: Callable[..., Desk]) -> None:
    at = desk()
    question = at.cycle.questions.get()
    answer = at.send(
        {"change": "We call.\r\nThen we write.", f"questions.{question.pk}.prediction": "5 of 7", "people": "5"}
    )
    question.refresh_from_db()
    stands = at.again()
    assert (answer.status_code, stands.change, stands.people, question.prediction) == (
        302,
        "We call.\nThen we write.",
        5,
        "5 of 7",
    )


@pytest.mark.parametrize(
    ("key", "typed", "sentence"),
    [
        (
            "change",
            "x" * 20_001,
            "This text has 20001 characters; 20000 fit here. Keep the essence and attach the rest.",
        ),
        ("title", "x" * 201, "This text has 201 characters; 200 fit here."),
        ("title", " ", "Give the test a short name."),
        ("plan_start", "next week", "“next week” is not a day. Write it like 2026-03-10."),
        ("plan_start", "2025-02-30", "“2025-02-30” is not a day. Write it like 2026-03-10."),
        ("people", "a few", "“a few” is not a number. Write digits, such as 5."),
        ("people", "0", "Choose a number from 1 to 100,000."),
        ("people", "", "Write a number, at least 1."),
        ("plan_end", "2025-03-02", "The planned last day lies before the planned first day."),
        ("idea", "999999", "This can not be chosen any more. Choose another."),
    ],
)
def test_a_refused_value_keeps_its_text_and_the_rest_is_saved(
    desk: Callable[..., Desk], key: str, typed: str, sentence: str
) -> None:
    at = desk()
    page = Page(at.send({key: typed, "objective": "Know more"}))
    (shown,) = page.all(f"[name='{key}']")
    text = "".join(shown.itertext()).strip() if shown.tag == "textarea" else shown.get("value")
    assert sentence in page.texts(".error-summary li")[0]
    assert page.values(".error-summary a", "href") == [f"#f-{key}"]
    assert at.again().objective == "Know more"
    if shown.tag != "select":
        assert (text or "").strip() == typed.strip()


@pytest.mark.parametrize("over", ["team", "collaborative"])
def test_sharing_goes_no_wider_where_the_team_works_no_more(desk: Callable[..., Desk], over: str) -> None:
    at = desk(stage=Stage.CLOSED)
    team = Team.objects.filter(pk=at.cycle.team_id)
    if over == "team":
        left = TeamFactory(withdrawn=True)
        fields = ("status", "withdrawn_on", "withdrawal_stage", "withdrawal_reason")
        team.update(**{name: getattr(left, name) for name in fields})
    else:
        Collaborative.objects.filter(teams__in=team).update(status=CollaborativeStatus.ENDED)
    address = reverse("cycle_sharing", args=[*at.place, at.cycle.number])
    offered = at.page().values("#sharing select option", "value")
    wider = Page(at.client.post(address, {"sharing": Sharing.CENTER}, follow=True))
    stays = at.again().sharing
    at.client.post(address, {"sharing": Sharing.TEAM})
    assert (offered, stays, at.again().sharing) == (["team", "collaborative"], Sharing.COLLABORATIVE, Sharing.TEAM)
    assert any("worksheets can be read but not changed." in text for text in wider.texts("[role=status], [role=alert]"))


def test_two_dates_that_only_fit_together_are_saved_together(desk: Callable[..., Desk]) -> None:
    at = desk(plan_end="2025-03-05")
    at.send({"plan_start": "2025-04-01", "plan_end": "2025-04-03"})
    stands = at.again()
    assert (str(stands.plan_start), str(stands.plan_end)) == ("2025-04-01", "2025-04-03")


def test_without_javascript_a_conflict_shows_both_texts_and_asks(desk: Callable[..., Desk]) -> None:
    at = desk()
    seen = at.base()
    at.send({"change": "Theirs"})
    page = Page(
        at.send({"change": "Mine", "objective": "Other field"}, {key: seen[key] for key in ("change", "objective")})
    )
    (box,) = page.texts(".theirs blockquote")
    (field,) = page.texts("textarea[name=change]")
    assert (box, field, at.again().change, at.again().objective) == ("Theirs", "Mine", "Theirs", "Other field")
    # Saving again without choosing asks again; choosing settles it
    base = json.loads(page.one("input[name=base]").get("value") or "")
    again = Page(at.send({"change": "Mine"}, {"change": base["change"]}))
    assert (again.texts(".theirs blockquote"), at.again().change) == (["Theirs"], "Theirs")
    at.send({"change": "Mine"}, {"change": base["change"]}, keep="change")
    assert at.again().change == "Mine"


def test_what_nobody_touched_is_no_conflict(desk: Callable[..., Desk]) -> None:
    at = desk(change="Old")
    seen = at.base()
    at.send({"change": "New"})
    answer = at.send({"change": "Old", "objective": "Mine"}, {key: seen[key] for key in ("change", "objective")})
    assert (answer.status_code, at.again().change, at.again().objective) == (302, "New", "Mine")


def test_what_was_typed_while_a_colleague_closed_the_cycle_can_be_copied(desk: Callable[..., Desk]) -> None:
    at = desk(stage=Stage.STUDY)
    seen = at.base()
    Cycle.objects.filter(pk=at.cycle.pk).update(stage=Stage.CLOSED, decision="adopt", closed_on="2025-03-20")
    answer = at.send({"learned": "My long text"}, {"learned": seen["learned"]})
    page = Page(answer)
    assert (answer.status_code, page.texts("textarea[readonly]")) == (409, ["My long text"])


def test_autosave_answers_with_marks_conflicts_refusals_and_what_is_missing(desk: Callable[..., Desk]) -> None:
    at = desk(other_measure="")
    sent = {"objective": "Know", "people": "many", "base": json.dumps({"objective": mark_of(""), "people": mark_of(1)})}
    answer = at.client.post(at.url("cycle_save"), sent).json()
    assert (answer["marks"], answer["refused"], answer["conflicts"]) == (
        {"objective": mark_of("Know"), "people": mark_of(1)},
        {"people": "“many” is not a number. Write digits, such as 5."},
        {},
    )
    assert "a measure that decides" in answer["panels"]["moves"]


@pytest.mark.practice("R-194")
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"asked": {"question": "", "prediction": ""}}, ["a question to answer", "a prediction for each question"]),
        ({"asked": {"prediction": ""}}, ["a prediction for each question"]),
        ({"plan_start": None}, ["the planned first day"]),
        ({"other_measure": ""}, ["a measure that decides"]),
    ],
)
def test_do_does_not_start_without_its_plan(
    desk: Callable[..., Desk], fields: dict[str, Any], words: list[str]
) -> None:
    at = desk(**fields)
    page = at.page()
    (button,) = page.all("button[name=move][value=start]")
    assert (button.get("aria-disabled"), page.texts("#missing-start li")) == ("true", words)
    answer = at.send({}, {"objective": mark_of("")}, move="start", objective="Kept")
    assert (answer.status_code, Page(answer).texts(".error-summary li"), at.again().stage, at.again().objective) == (
        409,
        words,
        Stage.PLAN,
        "Kept",
    )


@pytest.mark.practice("R-197")
def test_study_needs_observations_and_closing_needs_comparison_and_learning(desk: Callable[..., Desk]) -> None:
    at = desk(stage=Stage.DO)
    assert at.page().texts("#missing-study li") == ["what you saw"]
    at.send({"observations": "Seen"}, move="study")
    assert at.again().stage == Stage.STUDY
    assert at.page().texts("#missing-adopt li") == ["each prediction compared with what happened", "what you learned"]
    refused = at.client.post(at.url("cycle_move"), {"move": "adopt"})
    assert (refused.status_code, at.again().stage) == (409, Stage.STUDY)
    question = at.cycle.questions.get()
    at.send({f"questions.{question.pk}.match": "no", "learned": "It was luck."}, move="adopt")
    assert (at.again().stage, at.again().decision) == (Stage.CLOSED, "adopt")


@pytest.mark.practice("R-198")
def test_adapt_opens_the_next_cycle_once_and_asks_what_changed(desk: Callable[..., Desk]) -> None:
    at = desk(stage=Stage.STUDY, learned="More", asked={"match": "yes"})
    first = at.client.post(at.url(), {"move": "adapt"})
    second = at.client.post(at.url(), {"move": "adapt"}, follow=True)
    follower = Cycle.objects.get(previous=at.cycle)
    assert (first.url, second.redirect_chain) == (follower.get_absolute_url(), [(follower.get_absolute_url(), 302)])
    assert Page(second).texts("#messages .callout-body")[-1] == f"“{at.cycle.title}” is closed already."
    next_page = Page(at.client.get(follower.get_absolute_url()))
    assert "what is different from the last cycle" in next_page.texts("#missing-start li")
    assert (follower.change, follower.questions.get().prediction) == (at.cycle.change, "")


def test_abandon_asks_why(desk: Callable[..., Desk]) -> None:
    at = desk()
    refused = at.client.post(at.url("cycle_move"), {"move": "abandon", "reason-abandon": " "})
    assert (refused.status_code, at.again().stage) == (409, Stage.PLAN)
    at.client.post(at.url("cycle_move"), {"move": "abandon", "reason-abandon": "Nobody has time."})
    assert (at.again().stage, at.again().decision_reason) == (Stage.CLOSED, "Nobody has time.")


@pytest.mark.parametrize(
    ("stage", "move", "after"), [(Stage.DO, "step_back", "plan"), (Stage.CLOSED, "reopen", "study")]
)
def test_going_back_and_reopening_need_a_reason(desk: Callable[..., Desk], stage: Stage, move: str, after: str) -> None:
    at = desk(stage=stage)
    refused = at.client.post(at.url("cycle_move"), {"move": move})
    page = Page(refused)
    assert page.texts(".error-summary h2") == ["Say in a sentence why, so that others understand the history."]
    at.client.post(at.url("cycle_move"), {"move": move, f"reason-{move}": "A mistake"})
    assert at.again().stage == after
    assert at.cycle.revisions.first().reason == "A mistake"


def test_lines_are_added_and_removed_and_everything_else_is_saved_with_them(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.send({"objective": "Typed before adding"}, add="tasks")
    task = at.cycle.tasks.get()
    assert at.again().objective == "Typed before adding"
    at.send({f"tasks.{task.pk}.what": "Print the list", f"tasks.{task.pk}.when": "2025-03-03"})
    task.refresh_from_db()
    assert (task.what, str(task.when)) == ("Print the list", "2025-03-03")
    at.send({}, {"objective": mark_of("Typed before adding")}, remove=f"tasks.{task.pk}", objective="Still")
    assert (at.cycle.tasks.count(), at.again().objective) == (0, "Still")


def test_a_number_is_added_with_its_day(desk: Callable[..., Desk]) -> None:
    at = desk(stage=Stage.DO)
    nothing = Page(at.client.post(at.url(), {"add": "points", "new-day": "2025-03-05", "new-value": ""}))
    assert "Write a number, or remove the line." in nothing.texts(".finding-blocks")
    at.client.post(at.url(), {"add": "points", "new-day": "2025-03-05", "new-value": "6", "new-out_of": "7"})
    assert list(at.cycle.points.values_list("value", "out_of")) == [(6, 7)]


def test_small_numbers_are_only_for_those_who_may_see_them(client_for: Callable[[User], Client]) -> None:
    cycle = CycleFactory(stage=Stage.DO)
    DataPointFactory(cycle=cycle, label="Secret count", value=3)
    member = TeamMembershipFactory(team=cycle.team)
    coach = CollaborativeAppointmentFactory(collaborative=cycle.team.collaborative)
    at = Desk(client_for(member.user), cycle, member.user)
    at.send({"problems": "None"})
    pages = {}
    for who in (member.user, coach.user):
        desk = Desk(client_for(who), cycle, who)
        texts = [desk.page(name).html for name in ("cycle", "cycle_history")]
        texts.append(desk.client.get(desk.url("cycle_revision", 1)).content.decode())
        pages[who] = ["Secret count" in text for text in texts]
    assert (pages[member.user][0], pages[member.user][2], any(pages[coach.user])) == (True, True, False)


def test_readers_get_the_same_page_without_inputs(client_for: Callable[[User], Client]) -> None:
    cycle = CycleFactory(stage=Stage.DO, change="We call the day before.")
    coach = CollaborativeAppointmentFactory(collaborative=cycle.team.collaborative).user
    page = Desk(client_for(coach), cycle, coach).page()
    assert page.all("[data-key]") == []
    assert "We call the day before." in page.texts(".sheet-words .prose")


@pytest.mark.practice("R-97")
@pytest.mark.practice("R-189")
def test_a_cycle_begins_small_and_a_large_one_is_questioned(desk: Callable[..., Desk]) -> None:
    at = desk()
    assert (at.cycle.people, at.cycle.sites, at.cycle.days, at.page().texts("#panel-advice .callout")) == (1, 1, 1, [])
    at.send({"people": "200", "days": "60"})
    assert at.page().texts("#panel-advice .callout") == [
        "200 people, 60 days is a lot for a first test. What could you learn from one person, at one site, on one day?"
    ]


@pytest.mark.practice("R-186")
def test_cycles_take_weeks_and_a_plan_of_months_is_questioned(desk: Callable[..., Desk]) -> None:
    at = desk(plan_end="2025-04-16")
    assert at.page().texts("#panel-advice .callout") == [
        "45 days are planned. Cycles of one to four weeks teach more: can it be split into smaller tests?"
    ]
    assert CycleFactory(team=at.cycle.team, stage=Stage.CLOSED).length_in_days == 11


@pytest.mark.practice("R-199")
def test_a_big_problem_is_split_and_shown_to_a_coach(desk: Callable[..., Desk]) -> None:
    at = desk(is_complex=True)
    (advice,) = at.page().texts("#panel-advice .callout")
    assert "one ramp for each cause, side by side under one aim, and ask your coach" in advice


@pytest.mark.practice("R-190")
@pytest.mark.practice("R-96")
def test_a_test_begins_with_the_clinical_question_and_an_example_of_the_topic(
    client_for: Callable[[User], Client],
) -> None:
    member = TeamMembershipFactory(team__collaborative__topic="Suicide care")
    client = client_for(member.user)
    where = [member.team.collaborative.slug, member.team.slug]
    form = Page(client.get(reverse("cycle_new", args=where)))
    assert form.texts("form.form-page label")[0] == "What do you want to find out?"
    sent = {"question": "Do we ask about safety?", "title": "Ask once"}
    made = client.post(reverse("cycle_new", args=where), sent)
    twice = client.post(reverse("cycle_new", args=where), sent)
    assert (made.url, Cycle.objects.count()) == (twice.url, 1)
    page = Page(client.get(made.url))
    assert page.texts("h2#step-title") == ["Your question"]
    assert "With 3 people this week, all 3 leave with a plan" in page.texts(".example")[0]


@pytest.mark.practice("R-191")
def test_a_team_asks_for_help_and_settles_it(desk: Callable[..., Desk]) -> None:
    at = desk()
    empty = Page(at.client.post(at.url("cycle_help"), {"help_wanted": ""}))
    assert "Say in a sentence what you need help with." in empty.texts(".error-summary a")[0]
    at.client.post(at.url("cycle_help"), {"help_wanted": "How do we count?"})
    asked = at.again()
    assert (asked.help_wanted, asked.help_asked_at is not None) == ("How do we count?", True)
    at.client.post(at.url("cycle_help"), {"settle": "1"})
    assert at.again().help_wanted == ""


@pytest.mark.practice("R-192")
def test_who_must_agree_is_asked_in_the_plan(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.send({"who_agrees": "The front desk lead"})
    assert at.again().who_agrees == "The front desk lead"


@pytest.mark.practice("R-200")
def test_barriers_have_codes_and_are_settled(desk: Callable[..., Desk]) -> None:
    at = desk(stage=Stage.DO)
    for _press in range(2):
        at.client.post(at.url("cycle_barrier"), {"code": "turnover", "note": "Our data lead left."})
    assert [(each.code, each.note) for each in at.cycle.barriers.all()] == [("turnover", "Our data lead left.")]
    assert "Staff turnover" in at.page().texts("#help .due-title")
    at.client.post(at.url("cycle_barrier"), {"settle": str(at.cycle.barriers.get().pk)})
    assert at.page().texts("#help .due-title") == []


PDF = b"%PDF-1.7\n%%EOF"


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("tool.exe", b"MZ", "“tool.exe” is not of a type that can be kept here."),
        ("page.html", b"<script>alert(1)</script>", "“page.html” is not of a type that can be kept here."),
        ("photo.png", PDF, "“photo.png” is called PNG, but its content is something else. Save it anew as PNG."),
        ("list.txt", b"MZ\x90\x00", "“list.txt” is called TXT, but its content is something else."),
        ("empty.csv", b"", ""),
        ("sheet.xlsx", b"PK\x03\x04 not a zip", "“sheet.xlsx” is called XLSX, but its content is something else."),
        ("virus.txt", b"X EICAR-STANDARD-ANTIVIRUS-TEST-FILE", "“virus.txt” looks like a virus and was not kept."),
        ("big.pdf", PDF + b" " * (10 * 1024 * 1024), "“big.pdf” has 10.0 MB; at most 10 MB fit."),
    ],
)
def test_odd_files_are_told_and_not_kept(desk: Callable[..., Desk], name: str, content: bytes, sentence: str) -> None:
    at = desk()
    answer = at.client.post(at.url("cycle_file_add"), {"file": SimpleUploadedFile(name, content)})
    assert (at.cycle.files.count(), answer.status_code) == (0, 200)
    assert Page(answer).texts("#files .error-summary a")[0].startswith(sentence)


def test_a_file_is_only_a_download_under_a_safe_name(
    desk: Callable[..., Desk], django_capture_on_commit_callbacks: Any
) -> None:
    at = desk()
    for _press in range(2):
        at.client.post(at.url("cycle_file_add"), {"file": SimpleUploadedFile("../../ta<b>lly\u202e.pdf", PDF)})
    kept = at.cycle.files.get()
    answer = at.client.get(at.url("cycle_file", kept.key))
    assert (kept.name, answer["X-Content-Type-Options"], answer["Content-Type"], b"".join(answer)) == (
        "tablly.pdf",
        "nosniff",
        "application/pdf",
        PDF,
    )
    assert answer["Content-Disposition"].startswith("attachment;")
    path = kept.file.path
    with django_capture_on_commit_callbacks(execute=True):
        at.client.post(at.url("cycle_file_remove", kept.key))
    assert (at.cycle.files.count(), kept.file.storage.exists(path)) == (0, False)
    assert list(AuditEvent.objects.about(at.cycle).filter(event__contains="file").values_list("event", flat=True)) == [
        "pdsa.file_removed",
        "pdsa.file_added",
    ]


def test_history_says_who_changed_what_and_brings_a_text_back(desk: Callable[..., Desk]) -> None:
    at = desk()
    at.send({"change": "First words"})
    other = TeamMembershipFactory(team=at.cycle.team, user__name="Ben Cole")
    colleague = Client()
    colleague.force_login(other.user)
    colleague.post(at.url(), {"change": "Second words", "base": json.dumps({"change": mark_of("First words")})})
    page = at.page("cycle_history")
    rows = page.texts("section.panel:first-of-type tbody td")
    assert rows == ["First words", "Second words"]
    assert page.texts("section.panel .text-soft")[0].startswith("Ben Cole, ")
    old = Page(at.client.get(at.url("cycle_revision", 1)))
    assert "change" in old.values("input[name=key]", "value")
    at.client.post(at.url("cycle_revision", 1), {"key": "change"})
    assert at.again().change == "First words"


def test_a_removed_line_comes_back(desk: Callable[..., Desk]) -> None:
    at = desk()
    task = TaskFactory(cycle=at.cycle)
    at.send({"objective": "A version with the task"})
    # A colleague removes it: a version of its own
    colleague = TeamMembershipFactory(team=at.cycle.team).user
    remove_row(by=colleague, cycle=at.cycle, table="tasks", pk=task.pk)
    page = Page(at.client.get(at.url("cycle_revision", 1)))
    assert f"tasks.{task.pk}" in page.values("input[name=key]", "value")
    at.client.post(at.url("cycle_revision", 1), {"key": f"tasks.{task.pk}"})
    assert list(at.cycle.tasks.values_list("what", "who", "when", "where")) == [
        (task.what, task.who, task.when, task.where)
    ]


@pytest.mark.parametrize("count", [1, 3])
def test_pages_take_the_same_queries_for_one_and_three_cycles(
    desk: Callable[..., Desk], django_assert_num_queries: Any, count: int
) -> None:
    at = desk()
    for _number in range(count - 1):
        TaskFactory(cycle=CycleFactory(team=at.cycle.team, ramp=at.cycle.ramp))
        TaskFactory(cycle=at.cycle)
    at.client.get(at.url())
    with django_assert_num_queries(12):
        at.client.get(reverse("team_pdsa", args=at.place))
    with django_assert_num_queries(34):
        at.client.get(at.url())


def test_beside_the_upload_stands_who_can_open_the_file(
    desk: Callable[..., Desk], client_for: Callable[[User], Client]
) -> None:
    at = desk()
    page = at.page()
    told = (page.one("#file").get("aria-describedby") or "").split()
    words = [text for name in told for text in page.texts(f"#{name}")]
    assert words[1:] == ["No client names, also not in a photo: everyone who sees this team can open the file."]
    # And so it is: faculty, who see the team, can open what its people attached.
    kept = AttachmentFactory(cycle=at.cycle)
    coach = CollaborativeAppointmentFactory(collaborative=at.cycle.team.collaborative).user
    assert client_for(coach).get(at.url("cycle_file", kept.key)).status_code == 200
