"""Taking worksheets from a file: every row through the same workflow as the pages, all of them or none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from collab.common.changes import locked
from collab.models import User
from pdsa.actions.history import ROW_MODELS, keep_revision, mark_of
from pdsa.actions.ramps import open_ramp
from pdsa.actions.workflow import close, plan_cycle, start, study
from pdsa.actions.worksheet import Saved, add_row, save, set_sharing, stored
from pdsa.enums import Decision, PdsaEvent, Sharing, Stage
from pdsa.limits import DOUBLE_PRESS, whole_number
from pdsa.models import Cycle, Question
from pdsa.policies import (
    NotReadyError,
    check_day_came,
    check_day_counted,
    check_order,
    check_team_works,
    check_year,
)
from pdsa.queries.exchange import (
    ACT,
    COLUMNS,
    DO,
    KEY,
    PLAN,
    STUDY,
    TABLES,
    Line,
    Names,
    RowColumns,
    UnreadableError,
    named,
    names_for,
    parted,
    read_day,
    row_texts,
    texts_of,
    value_of,
    version_of,
)
from teams.models import Team

# Written by moves, not by typing: a file may bring them for a new cycle and not change them in an old one.
MOVED = ("stage", "decision", "started_on", "studied_on", "closed_on", "follows", "ramp", "team", "cycle")
_BY_NAME = ("idea", "drivers", "measures", "owner")
NOON = dt.time(12)


@dataclass
class Imported:
    """What a file did, or would do: row number → the cycle it made or changed, and what is wrong with the others."""

    created: dict[int, Cycle] = field(default_factory=dict)
    changed: dict[int, Cycle] = field(default_factory=dict)
    unchanged: dict[int, Cycle] = field(default_factory=dict)
    problems: dict[int, list[str]] = field(default_factory=dict)


class RefusedError(Exception):
    """Some rows can not be taken, so none was; ``imported.problems`` says which and why."""

    def __init__(self, imported: Imported) -> None:
        super().__init__(_("Nothing was saved: some rows can not be taken as they are."))
        self.imported = imported


@transaction.atomic
def import_cycles(*, by: User, team: Team, lines: Iterable[Line]) -> Imported:
    """Make the cycles of a file and change those that are already here; all of them or none.

    A row is of a cycle that is here when it names this team and the number of one of its cycles. A second press of the
    button returns the cycles that the first one made. Raises ``RefusedError`` and, where the team may write nothing
    now, ``NotReadyError``.
    """
    check_team_works(team)
    locked(team)
    imported = _Importing(by, team, names_for(team)).run(list(lines))
    if imported.problems:
        raise RefusedError(imported)
    return imported


def dry_run(*, by: User, team: Team, lines: Iterable[Line]) -> Imported:
    """What ``import_cycles`` would do, found by doing it and taking it back. Raises ``NotReadyError``."""
    check_team_works(team)
    with transaction.atomic():
        imported = _Importing(by, team, names_for(team)).run(list(lines))
        transaction.set_rollback(True)
    return imported


class _Importing:
    """One file on its way in."""

    def __init__(self, by: User, team: Team, names: Names) -> None:
        self.by, self.team, self.names = by, team, names
        self.result = Imported()
        # What the first press of the button made lately, to be found again by the second.
        self.twins = list(
            Cycle.objects.filter(team=team, created_by=by, created_at__gt=timezone.now() - DOUBLE_PRESS)
            .filter(revisions__event=PdsaEvent.CYCLES_IMPORTED, revisions__by=by)
            .order_by("number")
            .distinct()
        )
        # The numbers that the file gives its cycles → what became of them, for "follows".
        self.by_label: dict[str, Cycle] = {}

    def run(self, lines: list[Line]) -> Imported:
        waiting = list(lines)
        labels = {line.texts.get("cycle", "").strip() for line in lines}
        while waiting:
            # In the file's order, except that a cycle comes after the one it follows.
            line = next((line for line in waiting if not self._waits_for_another(line, labels)), None)
            if line is None:
                for line in waiting:
                    self._refuse(line, [_("follows: these cycles follow each other in a circle.")])
                break
            self._take(line)
            labels.discard(line.texts.get("cycle", "").strip())
            waiting.remove(line)
        return self.result

    def _waits_for_another(self, line: Line, labels: set[str]) -> bool:
        follows = line.texts.get("follows", "").strip()
        return bool(follows) and follows in labels

    def _refuse(self, line: Line, problems: Iterable[str]) -> None:
        self.result.problems.setdefault(line.number, []).extend(problems)

    def _take(self, line: Line) -> None:
        if line.problems:
            self._refuse(line, line.problems)
            return
        try:
            with transaction.atomic():
                existing = self._existing(line)
                cycle = self._create(line) if existing is None else existing
                if existing is not None and not self._change(line, existing):
                    self.result.unchanged[line.number] = existing
                elif existing is not None:
                    self.result.changed[line.number] = existing
                else:
                    self.result.created[line.number] = cycle
        except _RowError as error:
            self._refuse(line, error.problems)
        except UnreadableError as error:
            self._refuse(line, [str(error)])
        except NotReadyError as error:
            self._refuse(line, [error.sentence])
        except ValidationError as error:
            self._refuse(line, _sentences(error))
        else:
            if label := line.texts.get("cycle", "").strip():
                self.by_label[label] = cycle

    def _existing(self, line: Line) -> Cycle | None:
        return self._here(line.texts, "cycle")

    def _here(self, texts: Mapping[str, str], column: str) -> Cycle | None:
        """The cycle of this team whose number stands in a column, where the row is of this team."""
        number = whole_number(texts.get(column, "").strip())
        is_ours = texts.get("team", "").strip() == self.team.slug
        return self.names.cycles.get(number) if is_ours and number is not None else None

    # --- A new cycle
    def _twin(self, texts: Mapping[str, str]) -> Cycle | None:
        """What the same row made a moment ago; each stands for one row, for a file may hold two alike."""
        if not self.twins:
            return None
        values = self._values(texts, [name for name in (*PLAN, *DO, *STUDY, *ACT) if name not in _BY_NAME])
        values["title"] = texts["title"].strip()
        alike = (one for one in self.twins if all(getattr(one, name) == value for name, value in values.items()))
        if (twin := next(alike, None)) is not None:
            self.twins.remove(twin)
        return twin

    def _create(self, line: Line) -> Cycle:
        texts = line.texts
        if not texts.get("title", "").strip():
            raise UnreadableError(_("title: every cycle needs a title of a few words."))
        if (twin := self._twin(texts)) is not None:
            return twin
        previous = self._previous(texts)
        values = self._values(texts, [name for name in PLAN if name not in _BY_NAME])
        values |= {name: self._by_name(name, texts[name]) for name in ("idea", "owner") if name in texts}
        cycle = plan_cycle(
            by=self.by,
            team=self.team,
            title=texts["title"].strip(),
            ramp=self._ramp(texts, previous),
            previous=previous,
            values={"owner": None} | values,
        )
        for name in ("drivers", "measures"):
            if name in texts:
                getattr(cycle, name).set(self._by_name(name, texts[name]))
        self._make_rows(line, cycle)
        self._bring_to_its_stage(line, cycle)
        if "sharing" in texts:
            set_sharing(by=self.by, cycle=cycle, sharing=Sharing(self._value("sharing", texts["sharing"])))
        fresh = Cycle.objects.get(pk=cycle.pk)
        keep_revision(by=self.by, cycle=fresh, event=PdsaEvent.CYCLES_IMPORTED, changed=sorted(texts), row=line.number)
        return fresh

    def _previous(self, texts: Mapping[str, str]) -> Cycle | None:
        label = texts.get("follows", "").strip()
        if not label:
            return None
        if label in self.by_label:
            return self.by_label[label]
        if (here := self._here(texts, "follows")) is not None:
            return here
        raise UnreadableError(
            _("follows: there is no cycle “%(label)s” in the file, or its row has a problem.") % {"label": label[:40]}
        )

    def _ramp(self, texts: Mapping[str, str], previous: Cycle | None) -> Any:
        title = texts.get("ramp", "").strip()
        if not title:
            return previous.ramp if previous else None
        if (
            previous is not None
            and " ".join(previous.ramp.title.split()).casefold() == " ".join(title.split()).casefold()
        ):
            return previous.ramp
        key = " ".join(title.split()).casefold()
        if key not in self.names.ramps:
            self.names.ramps[key] = open_ramp(by=self.by, team=self.team, title=title)
        return self.names.ramps[key]

    def _make_rows(self, line: Line, cycle: Cycle) -> None:
        for table in TABLES:
            rows = line.new_rows(table)
            if table.name == "questions" and rows:
                cycle.questions.all().delete()
            for position, texts in enumerate(rows):
                if table.name != "points":
                    self._make_row(table, cycle, position, texts)

    def _make_row(self, table: RowColumns, cycle: Cycle, position: int, texts: Mapping[str, str]) -> None:
        values = self._row_values(table, position + 1, texts)
        if table.model is Question:
            day = values.pop("predicted_on", None)
            if str(values.get("prediction", "")).strip():
                at = day or self.team.collaborative.today()
                if at > self.team.collaborative.today():
                    raise UnreadableError(
                        _("question_%(number)d_predicted_on: this day is in the future.") % {"number": position + 1}
                    )
                values["predicted_at"] = dt.datetime.combine(at, NOON, dt.UTC)
        check_day_counted(cycle, values.get("day"))
        row = table.model(cycle=cycle, position=position, **values)
        row.full_clean(exclude=["cycle"])
        row.save()

    def _bring_to_its_stage(self, line: Line, cycle: Cycle) -> None:
        texts = line.texts
        stage = self._stage_of(texts)
        closed = stage is Stage.CLOSED
        reached_do = stage in (Stage.DO, Stage.STUDY) or (closed and "started_on" in texts)
        reached_study = stage is Stage.STUDY or (closed and "studied_on" in texts)
        self._check_nothing_too_early(texts, reached_do=reached_do, reached_study=reached_study, closed=closed)
        if "started_on" not in texts and stage in (Stage.DO, Stage.STUDY):
            raise UnreadableError(_("started_on: a cycle that has begun needs its first day."))
        check_order(cycle, **self._values(texts, ("started_on", "ended_on", "studied_on", "closed_on")))
        if reached_do:
            start(by=self.by, cycle=cycle, on=self._value("started_on", texts["started_on"]))
            self._write(cycle, texts, [name for name in DO if name != "started_on"])
            points = next(table for table in TABLES if table.name == "points")
            for position, row in enumerate(line.new_rows(points)):
                self._make_row(points, cycle, position, row)
        if reached_study:
            on = self._value("studied_on", texts["studied_on"]) if "studied_on" in texts else None
            study(by=self.by, cycle=cycle, on=on)
            self._write(cycle, texts, [name for name in STUDY if name != "studied_on"])
        self._write(cycle, texts, ["decision_reason", "next_step"])
        if closed:
            on = self._value("closed_on", texts["closed_on"]) if "closed_on" in texts else None
            decision = Decision(self._value("decision", texts["decision"]))
            close(by=self.by, cycle=cycle, decision=decision, on=on, opens_next=False)

    def _stage_of(self, texts: Mapping[str, str]) -> Stage:
        """The stage a row says, or else what its dates and decision say."""
        if "stage" in texts:
            stage = Stage(self._value("stage", texts["stage"]))
        elif "decision" in texts:
            stage = Stage.CLOSED
        elif "studied_on" in texts:
            stage = Stage.STUDY
        else:
            stage = Stage.DO if "started_on" in texts else Stage.PLAN
        if (stage is Stage.CLOSED) != ("decision" in texts):
            raise UnreadableError(_("decision: a closed cycle has one of adopt, adapt, abandon; an open one has none."))
        return stage

    def _check_nothing_too_early(
        self, texts: Mapping[str, str], *, reached_do: bool, reached_study: bool, closed: bool
    ) -> None:
        """What a row holds for a step that the cycle has not reached would be lost: say so instead."""
        has_points = any(column.startswith("number_") for column in texts)
        early = [name for name in DO if name in texts and not reached_do] + ["number_1"] * (
            has_points and not reached_do
        )
        early += [name for name in STUDY if name in texts and not reached_study]
        early += ["closed_on"] * ("closed_on" in texts and not closed)
        if early:
            raise UnreadableError(
                _("%(columns)s: the cycle has not come so far. Fill in started_on and studied_on, or take this out.")
                % {"columns": ", ".join(early)}
            )

    def _write(self, cycle: Cycle, texts: Mapping[str, str], names: Iterable[str]) -> None:
        """Fields of a new cycle, as they stand in the file."""
        cycle.refresh_from_db()
        values = self._values(texts, names)
        check_day_came(self.team, values.get("ended_on"))
        for name, value in values.items():
            setattr(cycle, name, value)
        cycle.clean_fields(exclude=[other.name for other in cycle._meta.fields if other.name not in values])
        cycle.validate_constraints(exclude={"number"})
        cycle.save(update_fields=list(values))

    # --- A cycle that is here
    def _change(self, line: Line, cycle: Cycle) -> bool:
        """Whether the row changed anything. What it does not name or leaves empty stays."""
        here = texts_of(cycle, with_numbers=True)
        differing = {
            column: text
            for column, text in line.texts.items()
            if column in COLUMNS and here.get(column, "") != text and column not in ("team", "cycle", "version")
        }
        if moved := [column for column in differing if column in MOVED]:
            raise _moved_by_file(moved, cycle)
        wanted: dict[str, _Wanted] = {}
        for column, text in differing.items():
            if column in _BY_NAME:
                found = self._by_name(column, text)
                wanted[column] = _Wanted(column, [row.pk for row in found] if isinstance(found, list) else found)
            else:
                wanted[column] = _Wanted(column, self._value(column, text))
        # Lines that are added go on with a version that is being written: ask what it held before.
        seen = _marks_of_version(cycle, line.texts.get("version", "").strip())
        done = sum(self._change_rows(table, line, cycle, wanted) for table in TABLES)
        return bool(self._save(cycle, wanted, seen) or done)

    def _save(self, cycle: Cycle, wanted: Mapping[str, _Wanted], seen: Mapping[str, str]) -> bool:
        """Store what the file says otherwise than the version it was made from. Whether that changed anything.

        ``seen``: key → mark of what that version held; empty where it is not known. What it may not have held is
        written only where nothing stands.
        """
        base = {key: seen.get(key) or _mark_of_nothing(stored(cycle, key)) for key in wanted}
        values = {key: each.value for key, each in wanted.items()}
        shares, sharing_conflict = self._share(cycle, values.pop("sharing", None), base.pop("sharing", ""))
        saved = save(by=self.by, cycle=cycle, values=values, base=base) if values else Saved(cycle=cycle)
        problems = [f"{wanted[key].column}: {refusal}" for key, refusal in saved.refused.items()]
        sentence = _(
            "%(column)s: somebody wrote something else here since the file was made. Take it out, or download anew."
        )
        if not seen:
            sentence = _(
                "%(column)s: something else stands here, and it may be newer than the file. "
                "Download the file again and make your change there."
            )
        in_conflict = [*sharing_conflict, *(conflict.key for conflict in saved.conflicts)]
        problems += [sentence % {"column": wanted[key].column} for key in in_conflict]
        if problems:
            raise _RowError(problems)
        return bool(saved.changed) or shares

    def _share(self, cycle: Cycle, sharing: str | None, seen: str) -> tuple[bool, list[str]]:
        """Choose who reads the cycle, which is possible when nothing else may be written any more.

        Returns whether that changed it, and the key where somebody else chose meanwhile.
        """
        standing = Cycle.objects.values_list("sharing", flat=True).get(pk=cycle.pk)
        if sharing is None or sharing == standing or mark_of(sharing) == seen:
            return False, []
        if mark_of(standing) != seen:
            return False, ["sharing"]
        set_sharing(by=self.by, cycle=cycle, sharing=Sharing(sharing))
        return True, []

    def _change_rows(self, table: RowColumns, line: Line, cycle: Cycle, changes: dict[str, _Wanted]) -> int:
        """Put what differs in a small table into ``changes``, and add its new lines. Returns how many were added."""
        present = {str(row.pk): row_texts(table, row) for row in getattr(cycle, table.name).all()}
        wanted = line.numbered(table)
        keys = {number: texts.pop(KEY, "").strip() for number, texts in wanted.items()}
        # Without a key: a line that says what one here says is that one, so that no file adds anything twice.
        free = {pk: here for pk, here in present.items() if pk not in keys.values()}
        added = 0
        for number, texts in wanted.items():
            if key := keys[number]:
                self._check_key(table.column(number, KEY), key, present)
            else:
                key = next((pk for pk, here in free.items() if _says(here, texts)), "")
            free.pop(key, None)
            here = present.pop(key, {})
            differing = {name: text for name, text in texts.items() if here.get(name, "") != text}
            if key and "predicted_on" in differing:
                raise _moved_by_file([table.column(number, "predicted_on")], cycle)
            read = self._row_values(table, number, differing)
            if key:
                changes |= {
                    f"{table.name}.{key}.{name}": _Wanted(table.column(number, name), value)
                    for name, value in read.items()
                }
            elif read:
                read.pop("predicted_on", None)
                add_row(by=self.by, cycle=cycle, table=table.name, values=read)
                added += 1
        return added

    def _check_key(self, column: str, key: str, present: Mapping[str, Any]) -> None:
        if key not in present:
            raise UnreadableError(
                _(
                    "%(column)s: this line was removed since the file was made, or stands in this row twice. "
                    "Empty this cell to add it as a new one."
                )
                % {"column": column}
            )

    # --- Cells
    def _values(self, texts: Mapping[str, str], names: Iterable[str]) -> dict[str, Any]:
        return {name: self._value(name, texts[name]) for name in names if name in texts}

    def _value(self, name: str, text: str) -> Any:
        return self._of_these_years(value_of(_field(Cycle, name), text, name), name)

    def _of_these_years(self, value: Any, column: str) -> Any:
        """A value whose year, if it is a day, can be meant."""
        if isinstance(value, dt.date):
            try:
                check_year(self.team, value)
            except ValidationError as error:
                raise UnreadableError(f"{column}: {error.messages[0]}") from error
        return value

    def _by_name(self, name: str, text: str) -> Any:
        sentences = {
            "idea": _("“%(text)s” is not in the change package. Take a name from there, or leave it empty."),
            "owner": _("nobody in this team signs in with “%(text)s”. Leave it empty, or invite them first."),
            "drivers": _("“%(text)s” is not a driver of the change package. Names are divided by semicolons."),
            "measures": _("“%(text)s” is not the code of a measure here. Codes are divided by semicolons."),
        }
        found = {"idea": self.names.ideas, "owner": self.names.people}
        if name in found:
            return named(found[name], text, name, sentences[name])
        rows = self.names.drivers if name == "drivers" else self.names.measures
        return [named(rows, part, name, sentences[name]) for part in parted(text)]

    def _row_values(self, table: RowColumns, number: int, texts: Mapping[str, str]) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for name, text in texts.items():
            column = table.column(number, name)
            if name == "predicted_on":
                values[name] = self._of_these_years(read_day(text, column), column)
            elif name == "measure":
                sentence = _("“%(text)s” is not the code of a measure here.")
                values[name] = named(self.names.measures, text, column, sentence)
            else:
                values[name] = self._of_these_years(value_of(_field(table.model, name), text, column), column)
        return values


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What a file wants under a key of the worksheet, and the column in which it says so."""

    column: str
    value: Any


def _marks_of_version(cycle: Cycle, version: str) -> dict[str, str]:
    """Key → mark of what the worksheet held in a version; empty where the file names none that is still kept.

    The version that was being written when the file was made may hold something else by now.
    """
    number = whole_number(version.partition("-")[0])
    kept = cycle.revisions.filter(number=number).first() if number is not None else None
    if kept is None or version_of(kept.number, kept.at) != version:
        return {}
    marks = {name: mark_of(value) for name, value in kept.snapshot.items() if name not in ROW_MODELS}
    for table in ROW_MODELS:
        for row in kept.snapshot[table]:
            marks |= {f"{table}.{row['pk']}.{name}": mark_of(value) for name, value in row.items() if name != "pk"}
    return marks


def _mark_of_nothing(standing: Any) -> str:
    """The mark of what stands here if that is nothing; else one that nothing has."""
    return mark_of(standing) if standing in (None, "", []) or standing is False else ""


def _says(here: Mapping[str, str], texts: Mapping[str, str]) -> bool:
    """Whether a line here is blank, or says what these texts say; the day of a prediction need not be repeated."""
    return not here or (texts.items() <= here.items() and here.keys() - texts.keys() <= {"predicted_on"})


def _moved_by_file(columns: list[str], cycle: Cycle) -> UnreadableError:
    return UnreadableError(
        _("%(columns)s: cycle %(number)d is already here. Move it on its worksheet; a file changes its words.")
        % {"columns": ", ".join(columns), "number": cycle.number}
    )


class _RowError(Exception):
    """Several things are wrong with a row."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def _field(model: type[models.Model], name: str) -> models.Field[Any, Any]:
    found: models.Field[Any, Any] = model._meta.get_field(name)  # type: ignore[assignment]
    return found


def _sentences(error: ValidationError) -> list[str]:
    if hasattr(error, "message_dict"):
        return [
            (f"{name}: {message}" if name != "__all__" else message)
            for name, messages in error.message_dict.items()
            for message in messages
        ]
    return list(error.messages)
