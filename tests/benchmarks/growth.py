"""What does not grow with the network, each beside what it must not outgrow: pages, recomputing, importing.

Pages of 2,000 teams stand beside the same pages of 20 teams, asked for in turn, so that a busy machine slows both.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connection, models, transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from collab.common import months
from collab.common.jobs import mark_stale, new_run
from collab.common.models import JobRun, StaleMark
from collab.common.rows import write_rows
from collab.models import Collaborative
from equity.models import StratifiedObservation, Stratum
from metrics.actions.benchmarks import compute_benchmarks, recompute_all, recompute_month, recompute_months
from metrics.actions.bulk import import_bulk
from metrics.actions.standings import forget_standings, refresh_standings
from metrics.imports.bulk import read_bulk
from metrics.marks import RECOMPUTE_ALL
from metrics.models import BenchmarkRun, Observation, TeamStanding
from metrics.queries.rosters import months_to_compute
from tests.benchmarks.measuring import Measured, megabytes
from tests.benchmarks.scale import START, Network, count_on, empty, network, network_left, tidy


@dataclass(frozen=True)
class Growth:
    """How far it grows."""

    small_teams: int = 20
    teams: int = 2000
    months: int = 36
    measures: int = 12
    groups: int = 6
    imported_teams: tuple[int, int] = (8, 32)
    repeats: int = 5


CHUNK = 1 << 20
Address = Callable[[Network], str]


class KilledError(BaseException):
    """A worker that is stopped: nothing catches it."""


def growth(sizes: Growth) -> Iterator[Measured]:
    """All of it, in one database: first the import, whose memory is told by what the process did not need before."""
    count_on()
    yield from imports(sizes)
    small = _built(sizes, sizes.small_teams)
    large = _built(sizes, sizes.teams)
    yield from pages(small, large, sizes)
    yield from recomputing(large)


def _built(sizes: Growth, teams: int) -> Network:
    if left := network_left(teams):
        return left
    built = network(teams=teams, months_count=sizes.months, measures=sizes.measures, groups=sizes.groups)
    recompute_months(collaborative=built.collaborative, months=months_to_compute(built.collaborative))
    refresh_standings(collaborative=built.collaborative)
    tidy()
    return built


# --- Pages ---------------------------------------------------------------------------------------------------------
def pages(small: Network, large: Network, sizes: Growth) -> Iterator[Measured]:
    """The same page of both networks, in turn."""
    for what, address, viewer in (
        ("team dashboard", _team, "member"),
        ("faculty dashboard, my work", _home, "faculty"),
        ("faculty dashboard, all teams", _at("compare"), "faculty"),
        ("all teams, for a team", _at("compare"), "member"),
        ("submissions", _at("submissions"), "coordinator"),
        ("coordinator, my work", _home, "coordinator"),
        ("results", _at("results"), "faculty"),
        ("teams", _at("teams"), "coordinator"),
        ("reports", _at("reports"), "coordinator"),
        ("questions", _at("queries"), "coordinator"),
        ("search", _search, "coordinator"),
        ("library of tests", _at("library"), "faculty"),
        ("small charts of a measure", _of_measure("multiples"), "faculty"),
        # These are about all teams: each has a point, or is counted.
        ("funnel of a measure", _of_measure("funnel"), "faculty"),
        ("status board of tests", _at("status_board"), "faculty"),
        ("data quality", _at("quality"), "coordinator"),
    ):
        few, many = ([], [])  # type: list[float], list[float]
        with override_settings(DEMO_WAIVE_MFA=True):
            both = [
                (_client(getattr(one, viewer)), address(one), times) for one, times in ((small, few), (large, many))
            ]
            for turn in range(sizes.repeats + 1):
                for client, url, times in both:
                    took = _timed(lambda client=client, url=url: _get(client, url))  # type: ignore[misc]
                    if turn:
                        times.append(took)
            weight = len(_get(both[1][0], both[1][1])) / 1000
        yield Measured(
            f"{what}, {sizes.teams:,} teams ({weight:,.0f} kB)",
            statistics.median(many),
            f"the same of {sizes.small_teams} teams",
            statistics.median(few),
            megabytes(),
        )


def _team(one: Network) -> str:
    return reverse("team", args=[one.collaborative.slug, one.team.slug])


def _home(_one: Network) -> str:
    return reverse("my_work")


def _search(_one: Network) -> str:
    return f"{reverse('search')}?q=team"


def _at(page: str) -> Address:
    """The collaborative's page of this name."""
    return lambda one: reverse(page, args=[one.collaborative.slug])


def _of_measure(page: str) -> Address:
    """The page of this name about the first measure."""
    return lambda one: reverse(page, args=[one.collaborative.slug, one.collaborative.measures.all()[0].code])


def _client(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _get(client: Client, address: str) -> bytes:
    answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return bytes(answer.content)


# --- Recomputing ---------------------------------------------------------------------------------------------------
def recomputing(large: Network) -> Iterator[Measured]:
    """All months and teams in pieces; the same killed half way and taken up; one month after one team's correction."""
    collaborative = large.collaborative
    whole = _timed(lambda: _recompute_all(collaborative))
    killed = _timed(lambda: _recompute_all(collaborative, killed_at=0.5))
    yield Measured(
        f"recompute all, {large.observations:,} observations, killed half way",
        killed,
        "the same in one go",
        whole,
        megabytes(),
    )
    month = months_to_compute(collaborative)[-1]
    before = dict(BenchmarkRun.objects.filter(collaborative=collaborative, status="live").values_list("month", "pk"))
    read_at = TeamStanding.objects.filter(team__collaborative=collaborative).exclude(team=large.team)
    standings = dict(read_at.values_list("team", "read_at"))
    forget_standings([large.team.pk])
    one = _timed(lambda: recompute_month(collaborative=collaborative, month=month))
    after = dict(BenchmarkRun.objects.filter(collaborative=collaborative, status="live").values_list("month", "pk"))
    touched = [when for when in after if after[when] != before.get(when)]
    if touched != [month] or standings != dict(read_at.values_list("team", "read_at")):
        raise RuntimeError(f"One changed month touched {touched}.")
    yield Measured("recompute after one team's month", one, "all months and teams", whole, megabytes())
    alone = _timed(lambda: compute_benchmarks(collaborative=collaborative, month=month))
    yield Measured(f"benchmarks of one month of {len(before)}", alone, "all months and teams", whole, megabytes())


def _recompute_all(collaborative: Collaborative, *, killed_at: float | None = None) -> None:
    run = new_run(task=RECOMPUTE_ALL, key="", subject="all", scope=collaborative)
    run.key = f"{collaborative.pk}:{run.pk}"
    run.save()
    mark_stale(RECOMPUTE_ALL, run.key)
    if killed_at is not None:
        _die(run, killed_at)
        with suppress(KilledError):
            recompute_all(run=run, collaborative=collaborative)
        run = JobRun.objects.get(pk=run.pk)
    recompute_all(run=run, collaborative=collaborative)
    StaleMark.objects.filter(task=RECOMPUTE_ALL, key=run.key).delete()


def _die(run: JobRun, killed_at: float) -> None:
    """Have the run's worker stop when it is so far."""
    save = run.save

    def save_or_stop(**kwargs: Any) -> None:
        save(**kwargs)
        if run.finished_at is None and run.total and run.done >= killed_at * run.total:
            raise KilledError

    vars(run)["save"] = save_or_stop


# --- Importing -----------------------------------------------------------------------------------------------------
def imports(sizes: Growth) -> Iterator[Measured]:
    """Files of figures, checked and stored, beside COPY of the rows that came of it; and the memory of a longer one."""
    needed = []
    for teams in sizes.imported_teams:
        collaborative = empty("Imported", months_count=sizes.months, measures=sizes.measures, groups=sizes.groups)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "months.csv"
            rows = _write(file, collaborative, teams)
            ours = _import(file, collaborative)
        needed.append((rows, megabytes()))
        tidy()
        lower = _copied(collaborative)
        yield Measured(
            f"import {rows:,} rows ({rows / ours:,.0f} a second)",
            ours,
            "COPY of the same rows" if connection.vendor == "postgresql" else "one statement for the same rows",
            lower,
            megabytes(),
        )
    (fewer, before), (more, after) = needed
    # Both in megabytes, so that the ratio tells how memory grew while the file grew.
    yield Measured(f"memory for {more:,} rows", after / 1000, f"memory for {fewer:,} rows", before / 1000, after)


def _write(file: Path, collaborative: Collaborative, teams: int) -> int:
    """A file of all teams' months, in no useful order: by measure, then month, then team."""
    strata = list(
        Stratum.objects.filter(stratifier__collaborative=collaborative).values_list("stratifier__code", "code")
    )
    count = 0
    with file.open("w", encoding="utf-8") as out:
        out.write("agency,agency_name,month,measure,dimension,stratum,numerator,denominator\n")
        for number, code in enumerate(collaborative.measures.values_list("code", flat=True)):
            for place in range(collaborative.months):
                month = months.iso(months.add(START, place))
                for team in range(teams):
                    below = 60 + (team * 31 + place * 17 + number) % 60
                    agency = f"N{team:05},Agency {team},{month},{code}"
                    out.write(f"{agency},,,{below // 3},{below}\n")
                    for dimension, stratum in strata:
                        out.write(f"{agency},{dimension},{stratum},{below // 12},{below // 4}\n")
                    count += 1 + len(strata)
    return count


def _import(file: Path, collaborative: Collaborative) -> float:
    """How long reading, checking and storing takes; the jobs that follow the commit do not count."""
    _forget_plans()
    start = time.perf_counter()
    with file.open("rb") as opened:
        bulk = read_bulk(opened, collaborative=collaborative, create_teams=True, now=timezone.now())
    try:
        if bulk.problems.count:
            raise RuntimeError(bulk.problems.kept[0].sentence)
        with transaction.atomic():
            import_bulk(by=None, bulk=bulk)
            _hold_constraints()
            took = time.perf_counter() - start
    finally:
        bulk.close()
    return took


def _forget_plans() -> None:
    """As in the session of its own that an import has: none of its plans were made while the tables were empty."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DISCARD PLANS")


def _hold_constraints() -> None:
    """Check now what PostgreSQL checks at the commit."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class _BackError(Exception):
    """Takes a measured write back."""


def _copied(collaborative: Collaborative) -> float:
    """How long the database alone takes for the same rows, in the same tables with all their constraints."""
    postgres = connection.vendor == "postgresql"
    took = 0.0
    with tempfile.TemporaryDirectory() as folder:
        tables = [(model, Path(folder) / model._meta.db_table) for model in (Observation, StratifiedObservation)]
        for model, file in tables if postgres else ():
            _copy_out(model, collaborative, file)
        kept = [] if postgres else [(model, _rows_of(model, collaborative)) for model, _file in tables]
        try:
            with transaction.atomic():
                for model, _file in tables:
                    model.objects.filter(team__collaborative=collaborative).delete()
                start = time.perf_counter()
                for model, file in tables if postgres else ():
                    _copy_in(model, file)
                for model, rows in kept:
                    write_rows(model, _columns(model), rows)
                _hold_constraints()
                took = time.perf_counter() - start
                raise _BackError
        except _BackError:
            return took


def _columns(model: type[models.Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields if not field.primary_key]


def _rows_of(model: type[Any], collaborative: Collaborative) -> list[tuple[Any, ...]]:
    return list(model.objects.filter(team__collaborative=collaborative).values_list(*_columns(model)))


def _copy_out(model: type[models.Model], collaborative: Collaborative, file: Path) -> None:
    columns = ", ".join(f"o.{column}" for column in _columns(model))
    rows = (
        f"SELECT {columns} FROM {model._meta.db_table} o JOIN teams_team t ON t.id = o.team_id "  # noqa: S608
        f"WHERE t.collaborative_id = {collaborative.pk}"
    )
    with connection.cursor() as cursor, file.open("wb") as out, cursor.copy(f"COPY ({rows}) TO STDOUT") as copy:
        for chunk in copy:
            out.write(chunk)


def _copy_in(model: type[models.Model], file: Path) -> None:
    into = f"{model._meta.db_table} ({', '.join(_columns(model))})"
    with connection.cursor() as cursor, file.open("rb") as given, cursor.copy(f"COPY {into} FROM STDIN") as copy:
        while chunk := given.read(CHUNK):
            copy.write(chunk)


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
