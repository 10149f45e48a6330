"""The benchmarks still run and compare equal things. Nothing here looks at the clock."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.benchmarks.growth import Growth
from tests.benchmarks.measuring import Measured
from tests.benchmarks.page import BEGIN, END, Run, read, write
from tests.benchmarks.runs import Sizes, run_all

TINY = Sizes(
    page_teams=2,
    page_measures=2,
    page_months=3,
    recompute_teams=(30,),
    recompute_measures=2,
    charts=5,
    points=12,
    repeats=1,
    growth=Growth(small_teams=2, teams=3, months=3, measures=2, groups=2, imported_teams=(1, 2), repeats=1),
)


GROWING = 22


@pytest.mark.integration
@pytest.mark.django_db
def test_every_benchmark_runs_at_a_tiny_size() -> None:
    measured = list(run_all(TINY))

    what = [one.what.partition(" (")[0] for one in measured]
    assert what[:GROWING] == [
        "import 18 rows",
        "import 36 rows",
        "memory for 36 rows",
        *(
            f"{page}, 3 teams"
            for page in (
                "team dashboard",
                "faculty dashboard, my work",
                "faculty dashboard, all teams",
                "all teams, for a team",
                "submissions",
                "coordinator, my work",
                "results",
                "teams",
                "reports",
                "questions",
                "search",
                "library of tests",
                "small charts of a measure",
                "funnel of a measure",
                "status board of tests",
                "data quality",
            )
        ),
        "recompute all, 54 observations, killed half way",
        "recompute after one team's month",
        "benchmarks of one month of 3",
    ]
    assert what[GROWING:] == [
        "team page, 2 measures, 3 months",
        "recompute a month, 30 teams, 2 measures",
        *(f"5 {kind} charts of 12 points, {how}" for how in ("at once", "one by one") for kind in ("run", "i", "p")),
    ]
    assert all(one.ratio > 0 for one in measured)


def test_the_page_and_the_table_of_the_readme_are_made_from_the_numbers(tmp_path: Path) -> None:
    run = Run.begin("postgresql")
    run.add(Measured("team dashboard, 2,000 teams (99 kB)", 0.06, "the same of 20 teams", 0.05, 120))
    run.add(Measured("memory for 4 rows", 0.2, "memory for 1 rows", 0.1, 200))
    run.save(tmp_path / "run.json")
    page, readme = tmp_path / "page.md", tmp_path / "README.md"
    readme.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", encoding="utf-8")

    write(read(tmp_path / "run.json"), page, readme=readme)

    team = "| team dashboard, 2,000 teams (99 kB) | 60.0 ms | the same of 20 teams: 50.0 ms | 1.20 | 120 MB |"
    memory = "| memory for 4 rows | 200 MB | memory for 1 rows: 100 MB | 2.00 | 200 MB |"
    head = "| | ours | beside | ratio | memory |\n|---|---|---|---|---|"
    assert page.read_text(encoding="utf-8").endswith(f"{head}\n{team}\n{memory}\n")
    assert readme.read_text(encoding="utf-8") == f"before\n{BEGIN}\n{head}\n{team}\n{END}\nafter\n"
    readme.write_text("no place", encoding="utf-8")
    with pytest.raises(ValueError, match="has no place for the table"):
        write(run, page, readme=readme)
