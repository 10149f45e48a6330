"""Worked cases of other implementations are read in place; without them these tests say so and skip."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SPC = Path(__file__).resolve().parents[4] / "shared" / "data" / "spc"


@pytest.fixture(scope="session")
def spc_folder() -> Path:
    """../shared/data/spc, read in place."""
    if not SPC.is_dir():
        pytest.skip("../shared/data/spc is not beside the project: its worked cases were not run")
    return SPC


@pytest.fixture(scope="session")
def worked_cases(spc_folder: Path) -> Callable[[str], list[dict[str, Any]]]:
    """The cases of one of its files."""

    def read(name: str) -> list[dict[str, Any]]:
        return json.loads((spc_folder / name).read_text(encoding="utf-8"))["cases"]

    return read
