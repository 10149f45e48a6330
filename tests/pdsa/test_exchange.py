"""Worksheets as files: what goes out comes back the same, and what can not be taken says why, row by row."""

from __future__ import annotations

import datetime as dt
import io

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from collab.common.tables import FileKind, TableError, armed, disarmed
from pdsa.actions.exchange import RefusedError, dry_run, import_cycles
from pdsa.actions.history import keep_revision
from pdsa.actions.workflow import plan_cycle
from pdsa.actions.worksheet import FIELDS, add_row, remove_row, save, set_sharing
from pdsa.enums import CarriedOut, Decision, PdsaEvent, Population, Purpose, Setting, Sharing, Stage
from pdsa.limits import DOUBLE_PRESS
from pdsa.models import Cycle, FidelityScore, Ramp
from pdsa.queries.exchange import COLUMNS, file_of, for_exchange, joined, parted, plain_text, read_lines, texts_of
from tests.factories.collab import ChangeIdeaFactory, ChangePackageFactory, DriverFactory, MeasureFactory
from tests.factories.pdsa import CycleFactory, DataPointFactory, QuestionFactory, TaskFactory
from tests.factories.teams import TeamFactory, TeamMembershipFactory

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

KINDS = [FileKind.CSV, FileKind.XLSX]


@pytest.fixture
def team():
    return TeamFactory()


@pytest.fixture
def member(team):
    return TeamMembershipFactory(team=team).user


def rows_of(team):
    return [texts_of(cycle, with_numbers=True) for cycle in for_exchange(Cycle.objects.filter(team=team))]


def sent(kind, rows, *, as_template=False):
    return io.BytesIO(file_of(kind, rows, title="Cycles", help_lines=["Help"], as_template=as_template))


def csv_lines(*rows):
    """Rows of a CSV file typed by hand: the first names the columns."""
    return read_lines(io.BytesIO("\n".join(rows).encode()))


def words(row):
    """A row without what belongs to the place it stands in."""
    own = ("team", "cycle", "version", "owner", "follows")
    return {column: text for column, text in row.items() if column not in own and not column.endswith("_id")}


def a_full_team(team):
    """A ramp of three cycles in all stages with every field filled, and a lonely plan."""
    package = ChangePackageFactory(collaborative=team.collaborative, published=True)
    driver = DriverFactory(package=package, name="Access; and reach")
    idea = ChangeIdeaFactory(package=package, name="Reminder calls")
    measure = MeasureFactory(collaborative=team.collaborative)
    first = CycleFactory(
        team=team,
        stage=Stage.CLOSED,
        decision=Decision.ADAPT,
        idea=idea,
        owner=None,
        carried_out=CarriedOut.WITH_CHANGES,
        purpose=Purpose.TEST,
        setting=Setting.OUTPATIENT,
        population=Population.ADULTS,
        sharing=Sharing.CENTER,
        people=7,
        problems='=not a formula\n+ nor this, "quoted"; and \'so on',
        next_step="'quoted from the start",
    )
    first.drivers.set([driver])
    first.measures.set([measure])
    TaskFactory.create_batch(2, cycle=first, done=True)
    DataPointFactory(cycle=first, measure=measure, value=-1.25, out_of=None)
    DataPointFactory(cycle=first, value=6, out_of=7, day=first.ended_on)
    second = CycleFactory(
        team=team, ramp=first.ramp, previous=first, stage=Stage.DO, change_since="Called at noon", owner=None
    )
    QuestionFactory(cycle=second, question="And who stays away?", prediction="Those without a phone.")
    third = CycleFactory(
        team=team,
        ramp=first.ramp,
        previous=second,
        stage=Stage.STUDY,
        change_since="Twice",
        owner=None,
        is_complex=True,
    )
    TaskFactory(cycle=second, when=None)
    TaskFactory(cycle=third)
    CycleFactory(team=team, bare=True)
    return rows_of(team)


class TestRoundTrip:
    @pytest.mark.parametrize("kind", KINDS)
    def test_into_another_team_without_loss(self, kind, team):
        rows = a_full_team(team)
        other = TeamFactory(collaborative=team.collaborative)
        by = TeamMembershipFactory(team=other).user
        imported = import_cycles(by=by, team=other, lines=read_lines(sent(kind, rows)))
        assert len(imported.created) == len(rows)
        assert [words(row) for row in rows_of(other)] == [words(row) for row in rows]
        assert [row.get("follows") for row in rows_of(other)] == [None, "1", "2", None]
        assert Ramp.objects.filter(team=other).count() == 2

    @pytest.mark.parametrize("kind", KINDS)
    def test_back_into_its_own_team_changes_nothing(self, kind, team, member):
        rows = a_full_team(team)
        imported = import_cycles(by=member, team=team, lines=read_lines(sent(kind, rows)))
        assert (len(imported.unchanged), imported.created, imported.changed) == (len(rows), {}, {})
        assert rows_of(team) == rows

    @pytest.mark.parametrize("kind", KINDS)
    def test_template_has_every_column_and_no_test(self, kind):
        file = sent(kind, [], as_template=True)
        with pytest.raises(TableError, match="no cycle"):
            read_lines(file)

    def test_workbook_explains_itself_and_holds_no_formula(self, team):
        book = load_workbook(sent(FileKind.XLSX, a_full_team(team)))
        assert [page.title for page in book.worksheets] == ["Cycles", "How to fill in"]
        cells = [cell for row in book.worksheets[0].iter_rows() for cell in row if cell.value is not None]
        assert {cell.data_type for cell in cells} == {"s"}

    def test_the_order_of_the_rows_does_not_matter(self, team):
        rows = a_full_team(team)
        other = TeamFactory(collaborative=team.collaborative)
        by = TeamMembershipFactory(team=other).user
        import_cycles(by=by, team=other, lines=read_lines(sent(FileKind.CSV, rows[::-1])))
        titles = {row["title"]: row for row in rows_of(other)}
        assert {title: words(row) for title, row in titles.items()} == {row["title"]: words(row) for row in rows}

    def test_numbers_stay_with_those_who_may_see_small_counts(self, team):
        DataPointFactory(cycle=CycleFactory(team=team, stage=Stage.DO))
        cycle = for_exchange(Cycle.objects.all()).get()
        assert not [column for column in texts_of(cycle, with_numbers=False) if column.startswith("number")]


# Control signs are taken out, for no workbook can hold them.
typed = st.text(
    st.characters(exclude_categories=("Cs", "Cc", "Cn"), include_characters="\n"), min_size=1, max_size=40
).filter(lambda text: text.strip())


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=15)
@given(change=typed, title=typed, learned=typed, question=typed)
def test_any_text_comes_back(kind, change, title, learned, question):
    rows = [
        {"title": title, "change": change, "learned": learned, "question_1": question},
        {"title": "Second", "change": "'" + change},
    ]
    lines = read_lines(sent(kind, rows))
    assert [dict(line.texts) for line in lines if line.problems == ()] == rows


@given(st.text())
def test_disarming_takes_nothing_away(text):
    kept = plain_text(text).translate(dict.fromkeys([*range(9), 11, 12, *range(14, 32)]))
    assert disarmed(armed(text)) == kept


name = st.text("ab;: ", min_size=1).map(str.strip).filter(bool)


@given(st.lists(name, max_size=5))
def test_names_in_one_cell_are_told_apart(names):
    assert parted(joined(names)) == names


class TestNewTests:
    def test_from_the_least(self, team, member):
        imported = import_cycles(by=member, team=team, lines=csv_lines("title", "Call the day before"))
        assert [cycle.title for cycle in imported.created.values()] == ["Call the day before"]
        cycle = Cycle.objects.get()
        assert (cycle.stage, cycle.created_by, cycle.ramp.title) == (Stage.PLAN, member, "Call the day before")

    def test_the_workflow_holds_for_files_too(self, team, member):
        lines = csv_lines("title,started_on", "Call the day before,2025-03-04")
        checked = dry_run(by=member, team=team, lines=lines)
        [problem] = checked.problems[2]
        assert problem.startswith("“Start Do” still needs: a question to answer")
        assert not Cycle.objects.exists()

    @pytest.mark.parametrize(
        ("heading", "row", "sentence"),
        [
            ("title,people", "A,many", "people: “many” is not a number."),
            (
                "title,plan_start",
                "A,soon",
                "plan_start: “soon” is not a day. Write it like 2026-03-05 (5 Mar 2026).",
            ),
            ("title,stage", "A,done", "stage: “done” is not one of: plan, do, study, closed."),
            (
                "title,owner",
                "A,nobody@example.org",
                "owner: nobody in this team signs in with “nobody@example.org”. Leave it empty, or invite them first.",
            ),
            (
                "title,measures",
                "A,weight",
                "measures: “weight” is not the code of a measure here. Codes are divided by semicolons.",
            ),
            ("title,follows", "A,77", "follows: there is no cycle “77” in the file, or its row has a problem."),
            (
                "title,learned",
                "A,Much",
                "learned: the cycle has not come so far. Fill in started_on and studied_on, or take this out.",
            ),
            (
                "title,decision",
                "A,adopt",
                "“Adopt” is not possible at “Planning”. Somebody may have moved the cycle: load the page again.",
            ),
            (
                "title,plan_start,plan_end",
                "A,2026-03-05,2026-03-01",
                "The planned last day lies before the planned first day.",
            ),
            ("title,change", ",Something", "title: every cycle needs a title of a few words."),
            ("title,is_complex", "A,maybe", "is_complex: write yes or no, not “maybe”."),
        ],
    )
    def test_what_is_wrong_is_said_with_its_column(self, heading, row, sentence, team, member):
        checked = dry_run(by=member, team=team, lines=csv_lines(heading, row))
        assert checked.problems == {2: [sentence]}

    def test_tests_that_follow_each_other_in_a_circle(self, team, member):
        lines = csv_lines("cycle,title,follows", "1,A,2", "2,B,1")
        assert list(dry_run(by=member, team=team, lines=lines).problems) == [2, 3]

    def test_all_or_nothing(self, team, member):
        with pytest.raises(RefusedError) as raised:
            import_cycles(by=member, team=team, lines=csv_lines("title,people", "Good,1", "Bad,0"))
        assert list(raised.value.imported.problems) == [3]
        assert not Cycle.objects.exists()

    def test_a_dry_run_leaves_nothing(self, team, member):
        checked = dry_run(by=member, team=team, lines=csv_lines("title", "Good"))
        assert len(checked.created) == 1
        assert not Cycle.objects.exists()
        assert not Ramp.objects.exists()


def kept(by, cycle):
    """The cycle with a version of it, as every action leaves one."""
    keep_revision(by=by, cycle=cycle, event=PdsaEvent.CYCLE_PLANNED, changed=["title"])
    return cycle


class TestChanges:
    def lines_for(self, cycle, **texts):
        row = texts_of(for_exchange(Cycle.objects.filter(pk=cycle.pk)).get(), with_numbers=True)
        return read_lines(sent(FileKind.CSV, [row | texts]))

    def test_words_of_a_test_that_is_here(self, team, member):
        cycle = kept(member, CycleFactory(team=team, owner=member))
        import_cycles(by=member, team=team, lines=self.lines_for(cycle, change="Text instead", question_1="Or texts?"))
        cycle.refresh_from_db()
        assert (cycle.change, cycle.questions.get().question) == ("Text instead", "Or texts?")
        assert cycle.revisions.count() == 2

    def test_a_file_moves_nothing(self, team, member):
        cycle = CycleFactory(team=team, owner=member)
        checked = dry_run(by=member, team=team, lines=self.lines_for(cycle, stage="do"))
        assert checked.problems == {
            2: [f"stage: cycle {cycle.number} is already here. Move it on its worksheet; a file changes its words."]
        }

    def test_predictions_stay_fixed(self, team, member):
        cycle = CycleFactory(team=team, stage=Stage.DO, owner=member)
        checked = dry_run(by=member, team=team, lines=self.lines_for(cycle, question_1_prediction="All come."))
        assert [problem.split(": ", 1)[1] for problem in checked.problems[2]] == [
            "Questions and predictions are fixed once Do has begun. To change them, go back a step and say why."
        ]


class TestLinesAreKnownByTheirKeys:
    """What was added or taken away between download and upload shifts nothing."""

    @pytest.fixture
    def cycle(self, team, member):
        made = CycleFactory(team=team, stage=Stage.DO, owner=member)
        for days, value in ((2, 5), (4, 6)):
            DataPointFactory(cycle=made, day=made.started_on + dt.timedelta(days=days), value=value)
        return kept(member, made)

    def numbers(self, cycle):
        return list(cycle.points.values_list("value", flat=True))

    def take(self, member, cycle, kind, **texts):
        """The row as it was downloaded before, changed."""
        return import_cycles(by=member, team=cycle.team, lines=read_lines(sent(kind, [self.row | texts])))

    @pytest.fixture(autouse=True)
    def downloaded(self, cycle):
        [self.row] = rows_of(cycle.team)

    @pytest.mark.parametrize("kind", KINDS)
    def test_a_number_added_meanwhile_in_front_stays(self, cycle, member, kind):
        DataPointFactory(cycle=cycle, day=cycle.started_on, value=1)
        self.take(member, cycle, kind, number_2="7")
        assert self.numbers(cycle) == [1, 5, 7]

    def test_the_file_as_it_was_changes_nothing_that_was_added(self, cycle, member):
        DataPointFactory(cycle=cycle, day=cycle.started_on, value=1)
        assert len(self.take(member, cycle, FileKind.CSV).unchanged) == 1
        assert self.numbers(cycle) == [1, 5, 6]

    def test_a_number_removed_meanwhile_is_not_written_into_its_neighbour(self, cycle, member):
        remove_row(by=member, cycle=cycle, table="points", pk=cycle.points.all()[0].pk)
        with pytest.raises(RefusedError) as raised:
            self.take(member, cycle, FileKind.CSV)
        sentence = (
            "number_1_id: this line was removed since the file was made, or stands in this row twice. "
            "Empty this cell to add it as a new one."
        )
        assert raised.value.imported.problems == {2: [sentence]}
        self.take(member, cycle, FileKind.CSV, number_1_id="")
        assert self.numbers(cycle) == [5, 6]

    def test_one_line_can_not_be_written_from_two(self, cycle, member):
        with pytest.raises(RefusedError) as raised:
            self.take(member, cycle, FileKind.CSV, number_2_id=self.row["number_1_id"])
        assert raised.value.imported.problems[2][0].startswith("number_2_id: ")
        assert self.numbers(cycle) == [5, 6]

    def test_the_key_of_another_tests_line_is_worth_nothing(self, cycle, member):
        other = DataPointFactory(value=99)
        with pytest.raises(RefusedError):
            self.take(member, cycle, FileKind.CSV, number_1_id=str(other.pk))
        other.refresh_from_db()
        assert other.value == 99

    def test_a_line_without_key_is_added_once(self, cycle, member):
        line = {"number_3": "8", "number_3_day": "2025-03-09", "number_3_label": "People who came"}
        assert len(self.take(member, cycle, FileKind.CSV, **line).changed) == 1
        assert len(self.take(member, cycle, FileKind.CSV, **line).unchanged) == 1
        assert self.numbers(cycle) == [5, 6, 8]

    def test_the_first_line_fills_the_empty_one_of_a_new_worksheet(self, team, member):
        cycle = plan_cycle(by=member, team=team, title="New")
        text = f"{team.slug},{cycle.number},New,Do more people come?"
        import_cycles(by=member, team=team, lines=csv_lines("team,cycle,title,question_1", text))
        assert [row.question for row in cycle.questions.all()] == ["Do more people come?"]

    def test_the_day_of_a_prediction_is_not_typed(self, cycle, member):
        with pytest.raises(RefusedError) as raised:
            self.take(member, cycle, FileKind.CSV, question_1_predicted_on="2025-01-01")
        assert raised.value.imported.problems[2][0].startswith("question_1_predicted_on: cycle 1 is already here.")


class TestWhatOthersWroteMeanwhile:
    """A file that lay about for a while takes nothing back that others wrote on the worksheet since."""

    @pytest.fixture
    def cycle(self, team, member):
        cycle = plan_cycle(by=member, team=team, title="Call the day before")
        save(by=member, cycle=cycle, values={"change": "We call.", "objective": "Know more.", "people": 5})
        task = add_row(by=member, cycle=cycle, table="tasks", values={"what": "Print the list", "who": "Ana"})
        [self.row], self.task = rows_of(team), task
        colleague = TeamMembershipFactory(team=team).user
        save(by=colleague, cycle=cycle, values={"change": "We write.", f"tasks.{task.pk}.who": "Ben"})
        cycle.refresh_from_db()
        return cycle

    def take(self, member, cycle, **texts):
        return import_cycles(by=member, team=cycle.team, lines=read_lines(sent(FileKind.CSV, [self.row | texts])))

    def test_other_fields_of_the_file_are_taken_and_theirs_stay(self, cycle, member):
        assert len(self.take(member, cycle, objective="Know enough.", task_1="Print two lists").changed) == 1
        cycle.refresh_from_db()
        self.task.refresh_from_db()
        assert (cycle.change, cycle.objective) == ("We write.", "Know enough.")
        assert (self.task.what, self.task.who) == ("Print two lists", "Ben")

    def test_the_file_as_it_was_changes_nothing(self, cycle, member):
        version = cycle.revision
        assert len(self.take(member, cycle).unchanged) == 1
        cycle.refresh_from_db()
        assert (cycle.change, cycle.revision) == ("We write.", version)

    def test_the_same_field_is_asked_about_by_its_column(self, cycle, member):
        with pytest.raises(RefusedError) as raised:
            self.take(member, cycle, change="We text.", task_1_who="Eva", objective="Know enough.")
        assert raised.value.imported.problems[2] == [
            f"{column}: somebody wrote something else here since the file was made. Take it out, or download anew."
            for column in ("change", "task_1_who")
        ]
        cycle.refresh_from_db()
        assert (cycle.change, cycle.objective) == ("We write.", "Know more.")


class TestWhatTheFileDidNotHold:
    """The version that was being written when the file was made goes on; a damaged or missing one says nothing."""

    SENTENCE = (
        "%s: something else stands here, and it may be newer than the file. "
        "Download the file again and make your change there."
    )

    @pytest.fixture
    def cycle(self, team, member):
        cycle = plan_cycle(by=member, team=team, title="Call the day before")
        save(by=member, cycle=cycle, values={"change": "We call.", "objective": "Know more."})
        [self.row] = rows_of(team)
        return cycle

    def problems(self, team, by, **texts):
        texts = {column: text for column, text in (self.row | texts).items() if text is not None}
        return dry_run(by=by, team=team, lines=read_lines(sent(FileKind.CSV, [texts]))).problems.get(2)

    def test_what_was_typed_on_in_the_same_version_stays(self, cycle, team, member):
        colleague = TeamMembershipFactory(team=team).user
        before = Cycle.objects.get().revision
        save(by=member, cycle=cycle, values={"change": "We call everybody before 3 pm."})
        assert Cycle.objects.get().revision == before
        problems = self.problems(team, colleague, objective="Know enough.")
        assert sorted(problems) == [self.SENTENCE % "change", self.SENTENCE % "objective"]
        assert Cycle.objects.get().change == "We call everybody before 3 pm."

    def test_the_version_the_file_was_made_from_is_known(self, cycle, team, member):
        assert self.problems(team, member, objective="Know enough.", task_1="Print the list") is None

    @pytest.mark.parametrize("version", [None, "2", "1", "99", "2-", "nonsense", "9" * 5000, "²-1"])
    def test_a_version_that_says_nothing_overwrites_nothing(self, cycle, team, member, version):
        assert self.problems(team, member, version=version) is None
        assert self.problems(team, member, version=version, change="We text.") == [self.SENTENCE % "change"]
        assert self.problems(team, member, version=version, learned=None, left_out="People without a phone") is None

    def test_who_reads_it_is_not_widened_by_an_old_file(self, cycle, team, member):
        set_sharing(by=member, cycle=cycle, sharing=Sharing.TEAM)
        assert self.problems(team, member) is None
        assert Cycle.objects.get().sharing == Sharing.TEAM
        [problem] = self.problems(team, member, sharing=Sharing.CENTER)
        assert problem.startswith("sharing: somebody wrote something else here since")

    def test_a_number_of_thousands_of_digits_is_the_number_of_nothing(self, cycle, team, member):
        # A number that no cycle here has is one of the file's own: the row is a new cycle.
        assert self.problems(team, member, cycle="9" * 5000) is None
        assert self.problems(team, member, cycle="77", follows="9" * 5000) == [
            f"follows: there is no cycle “{'9' * 40}” in the file, or its row has a problem."
        ]


class TestPredictionsFromFiles:
    """A file may say that a prediction was written before Do; what nothing here can vouch for counts neither way."""

    HEADING = "title,question_1,question_1_prediction,question_1_predicted_on,owner,plan_start,other_measure,started_on"

    def outcome(self, team, member, said, started):
        row = f"A,Do they come?,Six of seven,{said},{member.email},{started},People,{started}"
        import_cycles(by=member, team=team, lines=csv_lines(self.HEADING, row))
        return FidelityScore.objects.get(cycle__team=team).outcomes["prediction"]

    def test_one_that_came_in_after_do_began(self, team, member):
        assert self.outcome(team, member, "2025-03-03", "2025-03-04") == "unproven"

    def test_one_that_came_in_on_the_day_do_began(self, team, member):
        today = team.collaborative.today().isoformat()
        assert self.outcome(team, member, "2025-03-03", today) == "met"

    def test_the_page_says_so(self, client_for, team, member):
        self.outcome(team, member, "2025-03-03", "2025-03-04")
        answer = client_for(member).get(Cycle.objects.get().get_absolute_url())
        assert "Not counted: its day comes from a file" in answer.content.decode()


class TestFiles:
    @pytest.mark.parametrize(
        ("content", "sentence"),
        [
            (b"", "The file is empty. Download the template, fill it in, and upload it again."),
            (b"%PDF-1.7", "This is a PDF, not a table. Upload the CSV or Excel template."),
            (
                b"name,what\nA,B\n",
                "Row 1: the column “title” is missing. The first row names the columns, as in the template.",
            ),
            (b"title,shoe\nA,B\n", "Row 1: these columns are not known: shoe. Take them out; nothing was saved."),
            (b"title,title\nA,B\n", "Row 1: these columns are there twice: title. Keep one."),
            (b"title\n", "The file has a heading and no cycle. Write one cycle in each row below it."),
            (
                b"title\ncaf\xe9\n",
                (
                    "Row 2 holds letters in an old encoding (not UTF-8). In Excel choose “Save as”, then “CSV UTF-8”, "
                    "and upload that file; or use the Excel template."
                ),
            ),
            (
                b"PK\x03\x04nothing",
                "The Excel file is damaged and can not be opened. Save it again, or use the CSV template.",
            ),
        ],
    )
    def test_odd_files_get_a_sentence(self, content, sentence):
        with pytest.raises(TableError) as raised:
            read_lines(io.BytesIO(content))
        assert str(raised.value) == sentence

    def test_a_formula_is_a_problem_of_its_row(self, team, member):
        lines = csv_lines("title", "=1+1", "Good")
        checked = dry_run(by=member, team=team, lines=lines)
        assert list(checked.problems) == [2]
        assert list(checked.created) == [3]


class TestPages:
    def address(self, team, rest=""):
        return f"{team.get_absolute_url()}pdsa/file/{rest}"

    def test_check_then_take(self, client_for, team, member):
        client = client_for(member)
        file = io.BytesIO(b"title\nCall the day before\n")
        file.name = "tests.csv"
        page = client.post(self.address(team), {"file": file})
        assert "would be added" in page.content.decode()
        assert not Cycle.objects.exists()
        answer = client.post(self.address(team, "take/"), {"payload": page.context["payload"]}, follow=True)
        assert "1 cycle was added" in answer.content.decode()
        assert Cycle.objects.get().title == "Call the day before"

    def test_a_second_press_takes_nothing_twice(self, client_for, team, member):
        client = client_for(member)
        file = io.BytesIO(b"cycle,title,follows\n1,Call,\n2,Call,1\n3,Write,\n")
        file.name = "tests.csv"
        payload = {"payload": client.post(self.address(team), {"file": file}).context["payload"]}
        for _press in range(2):
            answer = client.post(self.address(team, "take/"), payload, follow=True)
            assert "3 cycles were added" in answer.content.decode()
        assert [cycle.previous and cycle.previous.number for cycle in team.cycles.order_by("number")] == [None, 1, None]

    def test_a_cycle_of_the_same_name_from_another_day_is_no_twin(self, team, member):
        for _day in range(2):
            import_cycles(by=member, team=team, lines=csv_lines("title", "Call"))
            Cycle.objects.update(created_at=timezone.now() - 2 * DOUBLE_PRESS)
        assert Cycle.objects.count() == 2

    def test_another_change_of_the_same_name_is_no_twin(self, team, member):
        for change in ("We call.", "We write."):
            import_cycles(by=member, team=team, lines=csv_lines("title,change", f"Call,{change}"))
        assert Cycle.objects.count() == 2

    def test_a_check_by_somebody_else_is_worth_nothing(self, client_for, team, member):
        other = TeamMembershipFactory(team=team).user
        file = io.BytesIO(b"title\nA\n")
        file.name = "tests.csv"
        page = client_for(other).post(self.address(team), {"file": file})
        client_for(member).post(self.address(team, "take/"), {"payload": page.context["payload"]})
        assert not Cycle.objects.exists()

    @pytest.mark.parametrize("kind", KINDS)
    def test_downloads(self, client_for, team, member, kind):
        CycleFactory(team=team, title="Warm hand-off")
        client = client_for(member)
        template = client.get(self.address(team, f"template.{kind}"))
        worksheets = client.get(self.address(team, f"worksheets.{kind}"))
        assert template.headers["Content-Disposition"] == f'attachment; filename="{team.slug}-pdsa-template.{kind}"'
        assert [line.texts["title"] for line in read_lines(io.BytesIO(worksheets.content))] == ["Warm hand-off"]

    def test_other_kinds_are_not_found(self, client_for, team, member):
        assert client_for(member).get(self.address(team, "template.exe")).status_code == 404


def test_every_field_that_is_typed_has_a_column():
    assert set(FIELDS) - set(COLUMNS) == {"previous"}
