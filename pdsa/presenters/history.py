"""The versions of a worksheet in words: who changed what when, and what stood there before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from collab.common.enums import EventChoices
from collab.common.formatting import clock, moment
from collab.models import ChangeIdea, Driver, Measure, User
from pdsa.actions.history import ROW_MODELS
from pdsa.actions.worksheet import FIELDS, ROW_FIELDS, is_writable
from pdsa.models import Cycle, CycleRevision, Ramp
from pdsa.policies import can_write
from pdsa.presenters.worksheet import called, label_of, plain_words
from pdsa.worksheet import POINTS, QUESTIONS, TASKS

# Kept beside what people type, and told like it.
ALSO_TOLD = ("sharing", "help_wanted")
_ONE = {table.name: table.one for table in (QUESTIONS, TASKS, POINTS)}
_NAMED: dict[str, type[models.Model]] = {
    "owner": User,
    "idea": ChangeIdea,
    "ramp": Ramp,
    "previous": Cycle,
    "drivers": Driver,
    "measures": Measure,
    "measure": Measure,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One field before and after, a line of text each; ``key`` for bringing the text before back, or empty."""

    key: str
    label: str
    before: list[str]
    after: list[str]


@dataclass(frozen=True, slots=True)
class RevisionLine:
    number: int
    what: str
    who: str
    when: str
    reason: str
    differences: list[Difference]


@dataclass(frozen=True, slots=True)
class OldField:
    """A field as it stood in a version. ``key`` is set where the text can be brought back, for it differs now."""

    label: str
    words: list[str]
    key: str


@dataclass(slots=True)
class Names:
    """What the numbers in snapshots are called; what is gone is called so."""

    of: dict[type[models.Model], dict[int, str]] = field(default_factory=dict)

    @classmethod
    def within(cls, snapshots: Iterable[Mapping[str, Any]]) -> Names:
        """Read the names of everything that ``snapshots`` mention: a query for each kind of thing."""
        wanted: dict[type[models.Model], set[int]] = {model: set() for model in _NAMED.values()}
        for snapshot in snapshots:
            for name, model in _NAMED.items():
                value = snapshot.get(name)
                wanted[model].update(value if isinstance(value, list) else [value] if value else [])
            wanted[Measure].update(row["measure"] for row in snapshot.get("points", []) if row.get("measure"))
        found = cls()
        for model, numbers in wanted.items():
            rows = model._base_manager.filter(pk__in=numbers)
            rows = rows.prefetch_related("versions") if model is Measure else rows
            found.of[model] = {row.pk: called(row) for row in rows}
        return found

    def words(self, model: type[models.Model], name: str, value: Any) -> list[str]:
        """A kept plain value as people say it, a line each."""
        if value is None or value in ("", [], False):
            return []
        if name in _NAMED:
            names = self.of[_NAMED[name]]
            return [
                names.get(pk, _("something that is gone")) for pk in (value if isinstance(value, list) else [value])
            ]
        model_field: models.Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
        if model_field.choices:
            return [str(dict(model_field.flatchoices).get(value, value))]
        if isinstance(model_field, models.DateField):
            return plain_words(dt.datetime.fromisoformat(value).date())
        return plain_words(value)


def revision_lines(cycle: Cycle, revisions: Sequence[CycleRevision], *, may_see_numbers: bool) -> list[RevisionLine]:
    """Versions, newest first, each with what it changed. ``revisions`` holds one more than is shown, to compare with,
    unless the first version is among them."""
    names = Names.within(revision.snapshot for revision in revisions)
    lines = []
    for place, revision in enumerate(revisions):
        before = revisions[place + 1] if place + 1 < len(revisions) else None
        if before is None and revision.number > 1:
            break
        # The first version changed nothing into what it holds.
        stood = before.snapshot if before else {}
        differences = differing(stood, revision.snapshot, names, may_see_numbers=may_see_numbers)
        lines.append(
            RevisionLine(
                number=revision.number,
                what=EventChoices.label_of(revision.event),
                who=str(revision.by) if revision.by else _("The site"),
                when=_spell(revision, cycle.team.collaborative.time_zone),
                reason=revision.reason,
                differences=differences,
            )
        )
    return lines


def _spell(revision: CycleRevision, zone: str) -> str:
    """ "Tue 10 Mar 2026, 09:41", or "…, 09:41 to 09:52" for typing that went on."""
    begun, last = moment(revision.begun_at, zone), clock(revision.at, zone)
    if clock(revision.begun_at, zone) == last:
        return begun
    return _("%(begun)s to %(last)s") % {"begun": begun, "last": last}


def differing(
    before: Mapping[str, Any], after: Mapping[str, Any], names: Names, *, may_see_numbers: bool
) -> list[Difference]:
    """What differs between two versions, in the order of the worksheet."""
    found = [
        Difference(
            name if name in FIELDS else "",
            label_of(name),
            names.words(Cycle, name, before.get(name)),
            names.words(Cycle, name, after.get(name)),
        )
        for name in (*FIELDS, *ALSO_TOLD)
        if before.get(name) != after.get(name)
    ]
    for table in ROW_MODELS:
        if table != "points" or may_see_numbers:
            found += _rows_differing(table, before.get(table, []), after.get(table, []), names)
    return [each for each in found if each.before != each.after]


def _rows_differing(
    table: str, before: Sequence[Mapping[str, Any]], after: Sequence[Mapping[str, Any]], names: Names
) -> list[Difference]:
    old, new = ({row["pk"]: row for row in rows} for rows in (before, after))
    found = []
    for number, pk in enumerate(dict.fromkeys([*old, *new]), start=1):
        one = _("%(what)s %(number)s") % {"what": _ONE[table], "number": number}
        if pk not in old:
            words = _row_words(table, new[pk], names)
            found.append(Difference("", _("%(line)s added") % {"line": one}, [], words))
        elif pk not in new:
            words = _row_words(table, old[pk], names)
            found.append(Difference(f"{table}.{pk}", _("%(line)s removed") % {"line": one}, words, []))
        else:
            found += [
                Difference(
                    f"{table}.{pk}.{name}",
                    f"{one}: {label_of(f'{table}.{pk}.{name}')}",
                    names.words(ROW_MODELS[table], name, old[pk].get(name)),
                    names.words(ROW_MODELS[table], name, new[pk].get(name)),
                )
                for name in ROW_FIELDS[table]
                if old[pk].get(name) != new[pk].get(name)
            ]
    return found


def _row_words(table: str, row: Mapping[str, Any], names: Names) -> list[str]:
    """A whole line of a table: what each of its fields says, by its label."""
    found = []
    for name in ROW_FIELDS[table]:
        words = names.words(ROW_MODELS[table], name, row.get(name))
        if words:
            said = {"label": label_of(f"{table}.{row['pk']}.{name}"), "words": " ".join(words)}
            found.append(_("%(label)s: %(words)s") % said)
    return found


def fields_of(
    cycle: Cycle, revision: CycleRevision, now: Mapping[str, Any], *, may_see_numbers: bool
) -> list[OldField]:
    """A whole version, field by field; those that stand otherwise ``now`` can be brought back where writing is open."""
    then = revision.snapshot
    names = Names.within([then, now])
    changed = {each.key: each for each in differing(now, then, names, may_see_numbers=may_see_numbers) if each.key}
    found = []
    for name in FIELDS:
        words = names.words(Cycle, name, then.get(name))
        if words or name in changed:
            key = name if name in changed and _can_be_written(cycle, name) else ""
            found.append(OldField(label_of(name), words, key))
    standing = {table: {row["pk"] for row in now.get(table, [])} for table in ROW_MODELS}
    for table in ROW_MODELS:
        if table == "points" and not may_see_numbers:
            continue
        for number, row in enumerate(then.get(table, []), start=1):
            one = _("%(what)s %(number)s") % {"what": _ONE[table], "number": number}
            if row["pk"] not in standing[table]:
                key = f"{table}.{row['pk']}"
                label = _("%(line)s, removed since") % {"line": one}
                found.append(OldField(label, _row_words(table, row, names), key if can_write(cycle) else ""))
                continue
            for name in ROW_FIELDS[table]:
                key = f"{table}.{row['pk']}.{name}"
                words = names.words(ROW_MODELS[table], name, row.get(name))
                if words or key in changed:
                    is_back = key in changed and _can_be_written(cycle, key)
                    found.append(OldField(f"{one}: {label_of(key)}", words, key if is_back else ""))
    return found


def _can_be_written(cycle: Cycle, key: str) -> bool:
    return can_write(cycle) and is_writable(cycle, key)
