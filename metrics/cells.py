"""The currency of data entry: what the grid, CSV, XLSX and imports all turn into before it is checked and stored."""

from __future__ import annotations

from dataclasses import dataclass

from metrics.enums import Severity

SITE = "team-site"
"""The dimension of a team's own sites. Codes of other dimensions have no hyphen, so none can be taken for it."""


@dataclass(frozen=True, slots=True, order=True)
class CellKey:
    """Which number pair: a measure's code, and for a stratified one the keys of dimension and stratum."""

    measure: str
    dimension: str = ""
    stratum: str = ""

    @property
    def is_total(self) -> bool:
        return not self.dimension

    @property
    def is_site(self) -> bool:
        """Whether one site of the team counted it, so that the total is its sum with the other sites'."""
        return self.dimension == SITE

    def __str__(self) -> str:
        """ "no_show" or "no_show.language.es": the name of the cell's fields in forms and addresses."""
        return ".".join(part for part in (self.measure, self.dimension, self.stratum) if part)

    @classmethod
    def parse(cls, text: str) -> CellKey:
        """The reverse of ``str``. Raises ``ValueError`` when there are not one or three parts."""
        parts = text.split(".")
        if len(parts) not in (1, 3) or not all(parts):
            raise ValueError(text)
        return cls(*parts)


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody entered for a cell, as text, exactly as typed.

    ``population``: how many a sample was drawn from; empty where everybody was counted.
    """

    key: CellKey
    numerator: str = ""
    denominator: str = ""
    missing_reason: str = ""
    note: str = ""
    population: str = ""

    @property
    def is_blank(self) -> bool:
        return not (
            self.numerator.strip() or self.denominator.strip() or self.population.strip() or self.missing_reason
        )


@dataclass(frozen=True, slots=True)
class Value:
    """A checked cell, ready to be stored. ``numerator`` None means missing, with its reason.

    ``population``: how many the denominator was drawn from, None where it is everybody.
    """

    key: CellKey
    numerator: float | None
    denominator: float | None
    missing_reason: str = ""
    note: str = ""
    population: float | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong or unlikely in a cell. ``field`` is "numerator", "denominator", "population" or "missing_reason".

    A blocking finding has to be corrected; one to confirm asks for a note and is ``confirmed`` once the cell has one;
    a note only says something.
    """

    key: CellKey
    field: str
    severity: Severity
    code: str
    message: str
    confirmed: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it still stands in the way of submitting."""
        return not self.confirmed and self.severity is not Severity.NOTE
