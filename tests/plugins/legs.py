"""Lets the last of several test runs show what the earlier ones found (scripts/test.py starts them).

TEST_LEG names this run, TEST_RECORD is the file that the runs share, TEST_NOT_RUN says what was left out.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

COUNTED = ("passed", "failed", "error", "skipped", "xfailed", "xpassed")


def sentence(stats: dict[str, list[object]]) -> str:
    """What a run found, such as "12 passed, 1 skipped"."""
    counts = {outcome: len(stats.get(outcome, [])) for outcome in COUNTED}
    return ", ".join(f"{count} {outcome}" for outcome, count in counts.items() if count) or "no test was run"


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Write this leg's counts into the record and show all legs so far, and what was not run."""
    if hasattr(terminalreporter.config, "workerinput"):
        return  # a process that runs a part of the tests; the one that started it counts them all
    leg, record = os.environ.get("TEST_LEG"), os.environ.get("TEST_RECORD")
    if leg and record:
        with Path(record).open("a", encoding="utf-8") as lines:
            lines.write(f"{leg}: {sentence(terminalreporter.stats)}\n")
        terminalreporter.write_sep("-", "all test runs so far")
        for line in Path(record).read_text(encoding="utf-8").splitlines():
            terminalreporter.write_line(line)
    if not_run := os.environ.get("TEST_NOT_RUN"):
        terminalreporter.write_line(not_run, red=True, bold=True)
