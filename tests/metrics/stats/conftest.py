"""Worked cases of other implementations are read in place; without them these tests say so and skip."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

SPC = Path(__file__).resolve().parents[4] / "shared" / "data" / "spc"


@pytest.fixture(scope="session")
def worked_cases() -> Callable[[str], list[dict[str, Any]]]:
    """The cases of one file of ../shared/data/spc."""

    def read(name: str) -> list[dict[str, Any]]:
        path = SPC / name
        if not path.is_file():
            pytest.skip(f"../shared/data/spc/{name} is not beside the project: its worked cases were not run")
        return json.loads(path.read_text(encoding="utf-8"))["cases"]

    return read
