"""Counts the practices of the field that a run proved, by ``@pytest.mark.practice("R-123")`` on its tests."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable

PRACTICE_ID = re.compile(r"^R-[1-9]\d{0,2}$")
PRACTICES_KEPT = 304  # rows of shared/domain/practices.md
REPORT_PROPERTY = "practice"


def pytest_collection_modifyitems(items: Iterable[pytest.Item]) -> None:
    """Write each test's practices on its report, which parallel workers keep; refuse mistyped ones."""
    for item in items:
        for mark in item.iter_markers("practice"):
            for practice in mark.args or ("",):
                if not isinstance(practice, str) or not is_practice(practice):
                    message = (
                        f"{item.nodeid}: practice({practice!r}) names no practice; write R-1 to R-{PRACTICES_KEPT}"
                    )
                    raise pytest.UsageError(message)
                item.user_properties.append((REPORT_PROPERTY, practice))


def is_practice(name: str) -> bool:
    """Whether ``name`` is the number of one of the practices, such as ``R-17``."""
    return bool(PRACTICE_ID.match(name)) and 1 <= int(name[2:]) <= PRACTICES_KEPT


def outcomes(reports: dict[str, list[object]]) -> dict[str, bool]:
    """Practice number → whether every test that claims it passed (a skipped test proves nothing)."""
    proven: dict[str, bool] = defaultdict(lambda: True)
    for outcome in ("passed", "failed", "error", "skipped", "xfailed", "xpassed"):
        for report in reports.get(outcome, []):
            for name, value in getattr(report, "user_properties", []):
                if name == REPORT_PROPERTY:
                    proven[value] &= outcome == "passed"
    return dict(proven)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many practices the tests of this run proved, and which are claimed but not proven."""
    claimed = outcomes(terminalreporter.stats)
    proven = sorted((name for name, good in claimed.items() if good), key=lambda name: int(name[2:]))
    unproven = sorted(claimed.keys() - set(proven), key=lambda name: int(name[2:]))
    terminalreporter.write_sep("-", "practices of the field")
    terminalreporter.write_line(f"{len(proven)} of {PRACTICES_KEPT} practices proven by this run")
    if unproven:
        terminalreporter.write_line("claimed by a test that did not pass: " + ", ".join(unproven))
