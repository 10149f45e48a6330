"""The commands: importing files of many months, computing without a queue, and every exported number."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

from collab.common.models import StaleMark
from collab.models import Collaborative
from equity.models import StratifiedObservation
from metrics.enums import RunStatus, Source, SubmissionStatus
from metrics.models import BenchmarkRun, EngagementRecord, Observation, Submission
from teams.enums import TeamStatus, WithdrawalReason, WithdrawalStage
from teams.models import Agency, Team
from tests.factories.collab import CollaborativeFactory, MeasureFactory
from tests.factories.equity import StratifierFactory, StratumFactory
from tests.factories.teams import AgencyFactory, TeamFactory
from tests.metrics.slow_benchmarks import Reported, benchmark, read_reports

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

FILES = Path(__file__).parent / "files"
HEADING = "agency,agency_name,month,measure,numerator,denominator"
COLUMNS = ["measure", "month", "expected", "reporting", "pooled", "mean", "median", "p10", "p25", "p75", "p90", "abc"]


def run(*arguments: object) -> str:
    """A command's output, errors after it."""
    out, err = io.StringIO(), io.StringIO()
    call_command(*map(str, arguments), stdout=out, stderr=err)
    return out.getvalue() + err.getvalue()


def export(slug: str, folder: Path, *options: str) -> list[dict[str, str]]:
    out = folder / f"{slug}.csv"
    run("export_benchmarks", slug, "--out", out, *options)
    with out.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        assert reader.fieldnames == COLUMNS
        return list(reader)


def as_numbers(row: dict[str, str]) -> dict[str, float | None]:
    return {name: float(text) if text else None for name, text in row.items() if name not in ("measure", "month")}


def slowly(
    definitions: Path, reports: dict[tuple[str, dt.date], list[Reported]], months: list[dt.date], teams: int
) -> dict[tuple[str, dt.date], dict[str, Any]]:
    """What the export should hold for every measure and month, by the second implementation."""
    measures = yaml.safe_load(definitions.read_text())["measures"]
    return {
        (measure["code"], month): {
            name: value if value is None else pytest.approx(value, rel=1e-12, abs=1e-15)
            for name, value in benchmark(
                reports.get((measure["code"], month), []),
                expected=teams,
                direction=measure["direction"],
                minimum=measure["min_denominator"],
            ).items()
        }
        for measure in measures
        for month in months
    }


@pytest.mark.parametrize(("name", "slug"), [("ae_4h", "ae-4h"), ("camhs_dna", "camhs-dna")])
def test_every_benchmark_of_the_real_data_is_that_of_the_slow_implementation(
    name: str, slug: str, shared: Path, tmp_path: Path
) -> None:
    definitions, figures = shared / "data" / f"{name}.yaml", shared / "data" / f"{name}.months.csv"
    run("load_collaborative", definitions)
    run("import_months", slug, figures, "--create-teams")

    rows = export(slug, tmp_path)

    collaborative = Collaborative.objects.get(slug=slug)
    reports = read_reports(figures)
    expected = slowly(definitions, reports, collaborative.reporting_months(), collaborative.teams.count())
    assert {(row["measure"], dt.date.fromisoformat(row["month"])): as_numbers(row) for row in rows} == expected
    assert [(row["measure"], row["month"]) for row in rows] == [
        (measure, month.isoformat()) for measure, month in expected
    ]
    assert len(reports) == len(expected)


def test_every_benchmark_of_a_small_file_is_that_of_the_slow_implementation(tmp_path: Path) -> None:
    run("load_collaborative", FILES / "small.yaml")
    told = run("import_months", "small", FILES / "small.months.csv", "--create-teams")

    rows = export("small", tmp_path)

    collaborative = Collaborative.objects.get(slug="small")
    expected = slowly(
        FILES / "small.yaml", read_reports(FILES / "small.months.csv"), collaborative.reporting_months(), 7
    )
    assert {(row["measure"], dt.date.fromisoformat(row["month"])): as_numbers(row) for row in rows} == expected
    assert told == (
        "Imported 87 rows of 7 teams: months new 29, corrected 0, unchanged 0.\nBenchmarks computed for 6 months.\n"
    )
    assert rows[-1] == {**dict.fromkeys(COLUMNS, ""), "measure": "referrals", "month": "2024-06-01"} | {
        "expected": "7",
        "reporting": "0",
    }


def test_teams_that_leave_or_come_late_change_what_is_expected_and_keep_what_they_reported(tmp_path: Path) -> None:
    run("load_collaborative", FILES / "small.yaml")
    run("import_months", "small", FILES / "small.months.csv", "--create-teams")
    collaborative = Collaborative.objects.get(slug="small")
    collaborative.teams.filter(agency__code="NORTH").update(
        status=TeamStatus.WITHDRAWN,
        withdrawn_on=dt.date(2024, 3, 15),
        withdrawal_stage=WithdrawalStage.BEFORE_MIDDLE,
        withdrawal_reason=WithdrawalReason.FUNDING,
    )
    TeamFactory(collaborative=collaborative, code_name="Came late", enrolled_on=dt.date(2024, 5, 1))

    told = run("recompute", "small")

    rows = export("small", tmp_path, "--measure", "no_show")
    assert told == "Benchmarks computed for 2 months.\n"
    assert [(row["month"], row["expected"], row["reporting"]) for row in rows] == [
        ("2024-01-01", "7", "7"),
        ("2024-02-01", "7", "7"),
        ("2024-03-01", "6", "7"),
        ("2024-04-01", "6", "5"),
        ("2024-05-01", "7", "1"),
        ("2024-06-01", "7", "0"),
    ]


@pytest.fixture
def collaborative() -> Collaborative:
    found: Collaborative = CollaborativeFactory(slug="north", center__slug="center")
    MeasureFactory(collaborative=found, code="no_show", version__direction="down")
    MeasureFactory(collaborative=found, code="visits", version__stat="count", version__multiplier=1)
    return found


def write(folder: Path, *rows: str, heading: str = HEADING) -> Path:
    file = folder / "months.csv"
    file.write_text("\n".join([heading, *rows, ""]), encoding="utf-8")
    return file


def test_import_makes_agencies_and_teams_from_the_start_on(collaborative: Collaborative, tmp_path: Path) -> None:
    AgencyFactory(center=collaborative.center, code="OLD", name="Old Agency")
    other_center = AgencyFactory(code="NEW", name="Somebody else")
    file = write(
        tmp_path,
        "NEW,New Agency,2025-01-01,no_show,3,20",
        "OLD,Ignored name,2025-01-01,no_show,5,20",
        "BARE,,2025-02-01,visits,7,",
    )

    told = run("import_months", "north", file, "--create-teams")

    assert told.startswith("Imported 3 rows of 3 teams: months new 3, corrected 0, unchanged 0.\n")
    teams = Team.objects.filter(collaborative=collaborative).order_by("agency__code")
    assert [(team.agency.code, team.agency.name, team.name, team.enrolled_on) for team in teams] == [
        ("BARE", "BARE", "BARE", dt.date(2025, 1, 1)),
        ("NEW", "New Agency", "New Agency", dt.date(2025, 1, 1)),
        ("OLD", "Old Agency", "Old Agency", dt.date(2025, 1, 1)),
    ]
    assert Agency.objects.filter(code="NEW").count() == 2
    assert not other_center.teams.exists()
    submission = Submission.objects.get(team__agency__code="NEW", team__collaborative=collaborative)
    assert (submission.source, submission.submitted_by, submission.revision) == (Source.IMPORT, None, 1)


def test_importing_the_same_file_again_changes_nothing(collaborative: Collaborative, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "A,,2025-01-01,no_show,3,20",
        "A,,2025-01-01,visits,,",
        "B,,2025-02-01,no_show,0,0",
    )
    run("import_months", "north", file, "--create-teams")
    before = stored()

    told = run("import_months", "north", file, "--create-teams")

    assert told == (
        "Imported 3 rows of 2 teams: months new 0, corrected 0, unchanged 2.\nBenchmarks computed for 0 months.\n"
    )
    assert stored() == before
    assert list(Observation.objects.filter(numerator=None).values_list("missing_reason", flat=True)) == [
        "not_collected"
    ]


def test_a_month_that_differs_gets_a_new_revision_and_a_new_benchmark(
    collaborative: Collaborative, tmp_path: Path
) -> None:
    rows = ["A,,2025-01-01,no_show,3,20", "A,,2025-02-01,no_show,4,20"]
    run("import_months", "north", write(tmp_path, *rows), "--create-teams")

    told = run("import_months", "north", write(tmp_path, rows[0], "A,,2025-02-01,no_show,10,20"))

    assert told == (
        "Imported 2 rows of 1 teams: months new 0, corrected 1, unchanged 1.\nBenchmarks computed for 1 months.\n"
    )
    assert list(Submission.objects.order_by("month", "revision").values_list("month", "revision", "status")) == [
        (dt.date(2025, 1, 1), 1, SubmissionStatus.LIVE),
        (dt.date(2025, 2, 1), 1, SubmissionStatus.SUPERSEDED),
        (dt.date(2025, 2, 1), 2, SubmissionStatus.LIVE),
    ]
    pooled = [row["pooled"] for row in export("north", tmp_path, "--measure", "no_show")]
    assert pooled == ["0.15", "0.5", *[""] * 10]


def test_groups_of_people_are_imported_with_their_month(collaborative: Collaborative, tmp_path: Path) -> None:
    no_show = collaborative.measures.get(code="no_show")
    stratifier = StratifierFactory(collaborative=collaborative, code="language", measures=[no_show])
    StratumFactory(stratifier=stratifier, code="es")
    heading = f"{HEADING},dimension,stratum"
    rows = ["A,,2025-01-01,no_show,3,20,language,es", "A,,2025-01-01,no_show,5,40,,"]

    told = run("import_months", "north", write(tmp_path, *rows, heading=heading), "--create-teams")

    assert told.startswith("Imported 2 rows of 1 teams: months new 1, corrected 0, unchanged 0.\n")
    assert list(Observation.objects.values_list("numerator", "denominator")) == [(5, 40)]
    stored_groups = StratifiedObservation.objects.live().values_list("stratum__code", "numerator", "denominator")
    assert list(stored_groups) == [("es", 3, 20)]
    again = run("import_months", "north", write(tmp_path, *reversed(rows), heading=heading))
    assert again.startswith("Imported 2 rows of 1 teams: months new 0, corrected 0, unchanged 1.\n")


def test_a_group_above_its_total_and_an_unknown_group_are_named(collaborative: Collaborative, tmp_path: Path) -> None:
    no_show = collaborative.measures.get(code="no_show")
    stratifier = StratifierFactory(collaborative=collaborative, code="language", measures=[no_show])
    StratumFactory(stratifier=stratifier, code="es")
    file = write(
        tmp_path,
        "A,,2025-01-01,no_show,3,50,language,es",
        "A,,2025-01-01,no_show,5,40,,",
        "A,,2025-01-01,no_show,1,10,language,fr",
        heading=f"{HEADING},dimension,stratum",
    )

    with pytest.raises(CommandError) as error:
        run("import_months", "north", file, "--create-teams")

    assert str(error.value).splitlines()[1:] == [
        "  Row 4, stratum: “no_show” is not asked for by language “fr”. Set the group up first.",
        "  Row 2, denominator: 50 is above the total of 40. Check both.",
    ]
    assert not Submission.objects.exists()


def test_a_dry_run_says_what_would_be_done_and_stores_nothing(collaborative: Collaborative, tmp_path: Path) -> None:
    before = stored()

    told = run("import_months", "north", write(tmp_path, "A,,2025-01-01,no_show,3,20"), "--create-teams", "--dry-run")

    assert told == "Would import 1 rows of 1 teams: months new 1, corrected 0, unchanged 0.\n"
    assert stored() == before


BAD_ROWS = [
    ("A,,2025-01-01,no_show,21,20", "numerator", "21 is above the denominator 20. Check both, they may be swapped."),
    ("A,,2025-01-01,no_show,-3,20", "numerator", "-3 is below 0. A count is 0 or more."),
    ("A,,2025-01-01,no_show,3,", "denominator", "The denominator is missing. Type it; 0 if there was nobody to count."),
    (
        "A,,2024-12-01,no_show,3,20",
        "month",
        "December 2024 is not a reporting month of this collaborative, which runs from January 2025 to December 2025.",
    ),
    ("A,,soon,no_show,3,20", "", "“soon” is not a month. Write it like 2026-03."),
    ("A,,2025-01-01,noshow,3,20", "measure", "“noshow” is no measure of this collaborative. It has: no_show, visits."),
    (
        "B,,2025-01-01,no_show,3,20",
        "agency",
        "No team of an agency “B” takes part. Enroll it, or import with --create-teams.",
    ),
    (",,2025-01-01,no_show,3,20", "agency", "The agency is missing. Write its code."),
    ("A,,2025-01-01,no_show,=1+2,20", "", "“=1+2” is a formula. Write the number itself, or paste it as a value."),
]


@pytest.mark.parametrize(("row", "column", "sentence"), BAD_ROWS)
def test_a_wrong_row_is_named_and_nothing_is_imported(
    row: str, column: str, sentence: str, collaborative: Collaborative, tmp_path: Path
) -> None:
    TeamFactory(collaborative=collaborative, agency__code="A")
    before = stored()
    file = write(tmp_path, "A,,2025-02-01,no_show,3,20", row)

    with pytest.raises(CommandError) as error:
        run("import_months", "north", file)

    told = str(error.value).splitlines()
    assert told[0].startswith(f"{file} was not imported; nothing was changed. ")
    assert told[1] == f"  Row 3{column and f', {column}'}: {sentence}"
    assert stored() == before


def test_a_row_that_is_there_twice_is_refused_wherever_it_stands(collaborative: Collaborative, tmp_path: Path) -> None:
    file = write(
        tmp_path,
        "A,,2025-01-01,no_show,3,20",
        "A,,2025-02-01,no_show,3,20",
        "A,,2025-01-01,visits,3,",
        "A,,Jan 2025,no_show,3,20",
    )

    with pytest.raises(CommandError) as error:
        run("import_months", "north", file, "--create-teams")

    assert str(error.value).splitlines()[1:] == [
        "  Row 5: This is the same agency, month and measure as in row 2. Keep one of them."
    ]
    assert not Team.objects.exists()


def test_the_first_fifty_problems_are_shown_and_all_are_written_beside_the_file(
    collaborative: Collaborative, tmp_path: Path
) -> None:
    file = write(tmp_path, *["A,,2025-01-01,wrong,3,20"] * 60)

    with pytest.raises(CommandError) as error:
        run("import_months", "north", file, "--create-teams", "--errors-out")

    beside = tmp_path / "months.csv.problems.csv"
    told = str(error.value).splitlines()
    assert told[0] == f"{file} was not imported; nothing was changed. 60 problems:"
    assert len([line for line in told if line.startswith("  Row ")]) == 50
    assert told[-2:] == ["  … and 10 more.", f"  They are written to {beside}."]
    lines = beside.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 61
    assert (lines[0], lines[1][:10]) == ("row,column,problem", "2,measure,")


def test_a_file_without_the_columns_is_refused_with_their_names(collaborative: Collaborative, tmp_path: Path) -> None:
    file = write(tmp_path, "2025-01-01,no_show,3,20", heading="month,measure,numerator,denominator")

    with pytest.raises(CommandError, match=re.escape("these columns are missing: agency")):
        run("import_months", "north", file)


def test_unknown_names_are_answered_with_the_known_ones(collaborative: Collaborative, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=re.escape("There is no collaborative “south”. There are: north.")):
        run("recompute", "south")
    with pytest.raises(CommandError, match=re.escape("“north” has no measure “x”. It has: no_show, visits.")):
        run("export_benchmarks", "north", "--measure", "x", "--out", tmp_path / "x.csv")
    with pytest.raises(CommandError, match=re.escape("“spring” is not a month. Write it like 2026-03.")):
        run("recompute", "north", "--month", "spring")
    with pytest.raises(CommandError, match=re.escape("2026-03 is not a reporting month of “north”.")):
        run("recompute", "north", "--month", "2026-03")
    with pytest.raises(CommandError, match=re.escape("can not be read: No such file or directory.")):
        run("import_months", "north", tmp_path / "nothing.csv")


def test_recompute_does_what_is_owed_or_one_month_or_all(collaborative: Collaborative, tmp_path: Path) -> None:
    run("import_months", "north", write(tmp_path, "A,,2025-01-01,no_show,3,20"), "--create-teams")
    assert not StaleMark.objects.exists()
    assert EngagementRecord.objects.filter(collaborative=collaborative).count() == 6
    first = live_runs(collaborative)

    assert run("recompute", "north") == "Benchmarks computed for 0 months.\n"
    assert live_runs(collaborative) == first
    assert run("recompute", "north", "--month", "2025-03") == "Benchmarks computed for 1 months.\n"
    assert [month for month, pk in live_runs(collaborative).items() if first[month] != pk] == [dt.date(2025, 3, 1)]
    assert run("recompute", "north", "--all") == "Benchmarks computed for 12 months.\n"
    assert not set(live_runs(collaborative).values()) & set(first.values())


def test_an_export_says_when_months_wait_to_be_computed(collaborative: Collaborative, tmp_path: Path) -> None:
    run("import_months", "north", write(tmp_path, "A,,2025-01-01,no_show,3,20"), "--create-teams")
    StaleMark.objects.create(task="metrics.recompute", key=f"{collaborative.pk}:2025-04")

    told = run("export_benchmarks", "north", "--out", tmp_path / "out.csv")

    assert told.splitlines()[1:] == ["1 months wait to be computed again: run “manage.py recompute north” first."]


def live_runs(collaborative: Collaborative) -> dict[dt.date, int]:
    runs = BenchmarkRun.objects.filter(collaborative=collaborative, status=RunStatus.LIVE).order_by("month")
    return dict(runs.values_list("month", "pk"))


def stored() -> list[int]:
    return [
        *Submission.objects.order_by("pk").values_list("pk", flat=True),
        *Observation.objects.order_by("pk").values_list("pk", flat=True),
        *Team.objects.order_by("pk").values_list("pk", flat=True),
        *Agency.objects.order_by("pk").values_list("pk", flat=True),
        *BenchmarkRun.objects.order_by("pk").values_list("pk", flat=True),
    ]
