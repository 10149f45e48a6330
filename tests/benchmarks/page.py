"""The numbers of one run, kept as JSON, and the performance page made from them: docs/performance.md and the README."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.benchmarks.measuring import Measured, amount

README = Path(__file__).resolve().parents[2] / "README.md"
BEGIN, END = "<!-- performance: begin -->", "<!-- performance: end -->"
IN_README = (
    "team dashboard",
    "faculty dashboard",
    "recompute",
    "import",
    "run charts of",
)
"""How the lines begin, or what they hold, that the README shows; the page has all."""


@dataclass
class Run:
    """One run on one machine."""

    database: str
    day: str
    machine: str
    lines: list[dict[str, Any]] = field(default_factory=list)

    @classmethod
    def begin(cls, database: str) -> Run:
        machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
        return cls(database, dt.datetime.now(dt.UTC).date().isoformat(), machine)

    def add(self, measured: Measured) -> None:
        self.lines.append({**asdict(measured), "ratio": measured.ratio})

    def save(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def read(file: Path) -> Run:
    """A run as ``save`` has written it."""
    return Run(**json.loads(file.read_text(encoding="utf-8")))


def write(run: Run, page: Path, *, readme: Path = README) -> None:
    """The page with every line, and the table between the marks of the README with some of them."""
    page.write_text(
        "# Performance\n\n"
        "Made by `python -m tests.benchmarks --page docs/performance.md` from one run; do not edit by hand.\n\n"
        f"{run.database.capitalize()}, {run.machine}, {run.day}. Each line is the median of ours beside a bound that "
        "was measured in the same run: only the ratio means something on another machine.\n\n"
        f"{_table(run.lines)}",
        encoding="utf-8",
    )
    text = readme.read_text(encoding="utf-8")
    before, _mark, rest = text.partition(BEGIN)
    _old, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{readme.name} has no place for the table: {BEGIN} … {END}")
    some = [line for line in run.lines if any(words in line["what"] for words in IN_README)]
    readme.write_text(f"{before}{BEGIN}\n{_table(some)}{END}{after}", encoding="utf-8")


def _table(lines: list[dict[str, Any]]) -> str:
    rows = [
        f"| {line['what']} | {amount(line['what'], line['ours'])} "
        f"| {line['bound']}: {amount(line['what'], line['lower'])} "
        f"| {line['ratio']:.2f} | {line['megabytes']:,.0f} MB |"
        for line in lines
    ]
    return "\n".join(["| | ours | beside | ratio | memory |", "|---|---|---|---|---|", *rows, ""])
