"""Fixtures of this room's tests."""

from __future__ import annotations

import pytest

from collab.common import sections
from collab.common.sections import Contributions


@pytest.fixture
def contributions(monkeypatch: pytest.MonkeyPatch) -> Contributions:
    """An empty register for the test to fill, so that what it sees comes from nowhere else."""
    register = Contributions()
    monkeypatch.setattr(sections, "_contributions", register)
    return register
