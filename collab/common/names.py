"""Short names and codes that stand in addresses and files."""

from __future__ import annotations

from collections.abc import Container


def first_free(name: str, taken: Container[str], *, separator: str = "-") -> str:
    """``name`` if nobody has it, else the first free one with a number: "north", "north-2", "north-3"."""
    free, number = name, 2
    while free in taken:
        free, number = f"{name}{separator}{number}", number + 1
    return free
