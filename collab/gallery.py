"""The gallery as a subject of sections: rooms show their components there with ``contributes_sections(Gallery)``."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Gallery:
    """The page with every component."""
