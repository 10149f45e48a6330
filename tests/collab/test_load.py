"""Loading a collaborative from a file: the real files, idempotence, and every problem with its place."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.core.management.base import CommandError

from collab.actions.load import load_collaborative
from collab.common.models import AuditEvent
from collab.enums import CollaborativeStatus
from collab.loading import LoadError, parse
from collab.models import Center, Collaborative, Measure, MeasureVersion


def content(**changes: Any) -> dict[str, Any]:
    """A small, right file; ``changes`` replace top-level keys."""
    return {
        "schema": 1,
        "collaborative": {
            "slug": "waits",
            "name": "Shorter waits",
            "type": "learning_collaborative",
            "center": {"slug": "lakeside", "name": "Lakeside Center"},
            "topic": "Access",
            "aim": "Halve waiting times by December 2026.",
            "start": "2026-01",
            "months": 12,
        },
        "measures": [
            {
                "code": "seen",
                "name": "Seen",
                "stat": "proportion",
                "numerator": "Seen",
                "denominator": "All",
                "unit": "%",
            },
            {
                "code": "days",
                "name": "Days",
                "stat": "median",
                "numerator": "Days",
                "direction": "down",
                "required": False,
            },
        ],
        **changes,
    }


def with_collaborative(**fields: Any) -> dict[str, Any]:
    changed = content()
    changed["collaborative"] |= fields
    return changed


def with_measure(**fields: Any) -> dict[str, Any]:
    changed = content()
    changed["measures"][0] |= fields
    return changed


def without(source: dict[str, Any], *path: Any) -> dict[str, Any]:
    inner: Any = source
    for key in path[:-1]:
        inner = inner[key]
    del inner[path[-1]]
    return source


@pytest.mark.unit
class TestParse:
    def test_a_right_file_gets_its_defaults(self) -> None:
        read = parse(content())
        assert (read.center_slug, read.center_name) == ("lakeside", "Lakeside Center")
        assert read.details == {
            "slug": "waits",
            "name": "Shorter waits",
            "type": "learning_collaborative",
            "topic": "Access",
            "aim": "Halve waiting times by December 2026.",
            "start": dt.date(2026, 1, 1),
            "months": 12,
            "cadence": "month",
            "time_zone": "America/New_York",
            "due_day": 10,
            "lock_after_days": 60,
            "data_sharing": "coded",
            "faculty_see_small_counts": False,
        }
        assert [(m.code, m.required, m.definition["unit"], m.definition["multiplier"]) for m in read.measures] == [
            ("seen", True, "%", 100),
            ("days", False, "days", 1),
        ]

    @pytest.mark.parametrize(
        ("wrong", "problem"),
        [
            (None, "write “key: value” lines here."),
            ([], "write “key: value” lines here."),
            (content(schema=2), "schema: this version reads schema 1, not 2."),
            (content(colour="red"), "colour: is not known here."),
            (without(content(), "collaborative"), "collaborative: is missing."),
            (content(collaborative=["x"]), "collaborative: write “key: value” lines here."),
            (content(measures={"code": "x"}), "measures: write a list, one entry for each measure."),
            (content(measures=["x"]), "measures[0]: write “key: value” lines here."),
            (without(content(), "collaborative", "aim"), "collaborative.aim: is missing."),
            (without(content(), "collaborative", "center"), "collaborative.center: is missing."),
            (with_collaborative(name="  "), "collaborative.name: write some text."),
            (with_collaborative(name="x" * 201), "collaborative.name: is 201 characters long, at most 200 fit."),
            (
                with_collaborative(slug="Has Space"),
                "collaborative.slug: use small letters, digits and hyphens, such as first-contact.",
            ),
            (with_collaborative(start="soon"), "collaborative.start: “soon” is not a month. Write it like 2026-03."),
            (with_collaborative(start=dt.date(2026, 1, 15)), "collaborative.start: write the month like 2026-03."),
            (with_collaborative(months=0), "collaborative.months: must be from 1 to 240."),
            (with_collaborative(months="12"), "collaborative.months: write a whole number."),
            (with_collaborative(months=True), "collaborative.months: write a whole number."),
            (with_collaborative(due_day=29), "collaborative.due_day: must be from 1 to 28."),
            (with_collaborative(cadence="week"), "collaborative.cadence: must be one of month, quarter."),
            (
                with_collaborative(data_sharing=["named"]),
                "collaborative.data_sharing: must be one of named, coded, pooled.",
            ),
            (
                with_collaborative(time_zone="Mars"),
                "collaborative.time_zone: “Mars” is not a time zone. Choose one such as America/New_York.",
            ),
            (
                with_collaborative(faculty_see_small_counts="yes"),
                "collaborative.faculty_see_small_counts: write true or false.",
            ),
            (with_collaborative(teams=3), "collaborative.teams: is not known here."),
            (
                with_collaborative(center={"slug": "x", "name": "X", "city": "Y"}),
                "collaborative.center.city: is not known here.",
            ),
            (
                with_measure(code="Seen"),
                "measures[0].code: use small letters, digits and underscores, starting with a letter: no_show.",
            ),
            (with_measure(code="days"), "measures: the code “days” is there 2 times."),
            (
                with_measure(stat="ratio"),
                "measures[0].stat: must be one of proportion, rate, count, mean, median, days_between, score.",
            ),
            (with_measure(denominator=None), "measures[0].denominator: A proportion needs a denominator."),
            (with_measure(goal="5"), "measures[0].goal: write a number."),
            (with_measure(goal=float("nan")), "measures[0].goal: write a number."),
            (with_measure(goal=130), "measures[0].goal: The goal of a proportion lies from 0 to 100."),
            (with_measure(multiplier=1000), "measures[0].multiplier: means nothing for a proportion; leave it out."),
            (with_measure(max_value=3), "measures[0].max_value: means nothing for a proportion; leave it out."),
            (
                with_measure(chart="t"),
                (
                    "measures[0].chart: This chart does not fit the statistic. "
                    "Choose one of: Automatic · p chart · p′ chart · "
                    "Run chart · Individuals chart · Moving range chart."
                ),
            ),
            (with_measure(numerater="typo"), "measures[0].numerater: is not known here."),
        ],
    )
    def test_one_mistake_gives_one_sentence_with_its_place(self, wrong: object, problem: str) -> None:
        with pytest.raises(LoadError) as caught:
            parse(wrong)
        assert caught.value.problems == [problem]

    def test_all_problems_come_at_once(self) -> None:
        wrong = with_collaborative(months=0, due_day=0)
        wrong["measures"][1] |= {"stat": "ratio"}
        with pytest.raises(LoadError) as caught:
            parse(wrong)
        assert [problem.split(":")[0] for problem in caught.value.problems] == [
            "collaborative.months",
            "collaborative.due_day",
            "measures[1].stat",
        ]

    def test_a_percent_may_be_spelled_out(self) -> None:
        assert parse(with_measure(multiplier=100)).measures[0].definition["multiplier"] == 100


@pytest.mark.integration
@pytest.mark.django_db
class TestLoad:
    def test_it_makes_center_collaborative_and_measures_and_starts(self) -> None:
        collaborative, made = load_collaborative(by=None, read=parse(content()))
        assert made is True
        assert (collaborative.status, collaborative.center.name) == (CollaborativeStatus.RUNNING, "Lakeside Center")
        assert list(collaborative.measures.values_list("code", "position", "required")) == [
            ("seen", 0, True),
            ("days", 1, False),
        ]
        assert list(AuditEvent.objects.order_by("pk").values_list("event", flat=True)) == [
            "center_created",
            "collaborative_created",
            "measure_defined",
            "measure_defined",
            "collaborative_started",
        ]

    def test_loading_the_same_again_changes_nothing(self) -> None:
        first, _made = load_collaborative(by=None, read=parse(content()))
        before = AuditEvent.objects.count()
        again, made = load_collaborative(by=None, read=parse(content()))
        assert (again, made) == (first, False)
        assert (AuditEvent.objects.count(), Measure.objects.count(), MeasureVersion.objects.count()) == (before, 2, 2)

    def test_a_taken_slug_that_differs_is_refused_with_what_differs(self) -> None:
        load_collaborative(by=None, read=parse(content()))
        changed = with_collaborative(due_day=15)
        changed["measures"][0]["goal"] = 80
        with pytest.raises(LoadError) as caught:
            load_collaborative(by=None, read=parse(changed))
        assert caught.value.problems == [
            (
                "collaborative.slug: “waits” exists already and differs in collaborative.due_day, measures.seen.goal. "
                "Change it in the browser, or load the file under another slug."
            )
        ]
        assert Collaborative.objects.get().due_day == 10

    def test_a_second_collaborative_joins_the_same_center(self) -> None:
        load_collaborative(by=None, read=parse(content()))
        load_collaborative(by=None, read=parse(with_collaborative(slug="other")))
        assert Center.objects.count() == 1
        assert Collaborative.objects.count() == 2

    @pytest.mark.parametrize(
        ("name", "slug", "measures"),
        [
            (
                "ae_4h.yaml",
                "ae-4h",
                [
                    ("breach_4h", "outcome", "down", "%", 100, 5, 30),
                    ("admitted", "balancing", "none", "%", 100, None, 30),
                ],
            ),
            ("camhs_dna.yaml", "camhs-dna", [("first_contact_dna", "process", "down", "%", 100, 8, 11)]),
        ],
    )
    def test_the_real_files_load(self, shared: Path, name: str, slug: str, measures: list[tuple[Any, ...]]) -> None:
        call_command("load_collaborative", str(shared / "data" / name))
        collaborative = Collaborative.objects.get()
        assert collaborative.slug == slug
        versions = [measure.latest for measure in collaborative.measures.all()]
        assert [
            (v.measure.code, v.kind, v.direction, v.unit, v.multiplier, v.goal, v.min_denominator) for v in versions
        ] == measures


@pytest.mark.integration
@pytest.mark.django_db
class TestCommand:
    def test_it_says_what_it_did(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        file = tmp_path / "waits.yaml"
        file.write_text(yaml.safe_dump(content()))
        call_command("load_collaborative", str(file))
        call_command("load_collaborative", str(file))
        assert capsys.readouterr().out.splitlines() == [
            "Loaded waits: Shorter waits, measures: 2.",
            "waits is there already and the same; nothing was changed.",
        ]

    @pytest.mark.parametrize(
        ("raw", "problem"),
        [
            (b"\xff\xfe\x00broken", "The file is not UTF-8 text. Save it as UTF-8 and try again."),
            (b"schema: [1", "line 1: expected ',' or ']', but got '<stream end>'."),
            (b"", "write “key: value” lines here."),
            (b"a: !!python/object/apply:os.system ['true']", "line 1: could not determine a constructor"),
            (b"x" * (1024 * 1024 + 1), "The file is larger than 1 MB."),
        ],
    )
    def test_a_broken_file_is_refused_whole(self, tmp_path: Path, raw: bytes, problem: str) -> None:
        file = tmp_path / "broken.yaml"
        file.write_bytes(raw)
        with pytest.raises(CommandError) as caught:
            call_command("load_collaborative", str(file))
        first, second = str(caught.value).splitlines()[:2]
        assert first == f"{file} was not loaded:"
        assert second.strip().startswith(problem)
        assert not Collaborative.objects.exists()

    def test_a_file_that_is_not_there_is_said_so(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"can not be read: No such file or directory\."):
            call_command("load_collaborative", str(tmp_path / "nothing.yaml"))
