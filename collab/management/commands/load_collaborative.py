"""``manage.py load_collaborative FILE.yaml``: a collaborative with its measures from a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from django.core.management.base import BaseCommand, CommandError, CommandParser

from collab.actions.load import load_collaborative
from collab.loading import LoadError, parse

# The longest file of measures anybody writes has a few hundred lines; anything this big is something else.
LARGEST = 1024 * 1024


class Command(BaseCommand):
    """Make a collaborative with its measures from a YAML file. Loading the same file again changes nothing."""

    help = __doc__ or ""

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the YAML file")

    def handle(self, *_args: Any, **options: Any) -> None:
        file: Path = options["file"]
        try:
            collaborative, made = load_collaborative(by=None, read=parse(_content(file)))
        except LoadError as error:
            lines = "\n".join(f"  {problem}" for problem in error.problems)
            raise CommandError(f"{file} was not loaded:\n{lines}") from error
        count = collaborative.measures.count()
        if made:
            self.stdout.write(f"Loaded {collaborative.slug}: {collaborative.name}, measures: {count}.")
        else:
            self.stdout.write(f"{collaborative.slug} is there already and the same; nothing was changed.")


def _content(file: Path) -> object:
    """The file's content. Raises ``LoadError`` when it can not be read, is too big or no YAML."""
    try:
        raw = file.read_bytes() if file.stat().st_size <= LARGEST else None
    except OSError as error:
        raise LoadError([f"The file can not be read: {error.strerror}."]) from error
    if raw is None:
        raise LoadError(["The file is larger than 1 MB. A collaborative's file is much smaller: is it this one?"])
    try:
        return yaml.safe_load(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise LoadError(["The file is not UTF-8 text. Save it as UTF-8 and try again."]) from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        line = f"line {mark.line + 1}: " if mark else ""
        raise LoadError([f"{line}{error.problem or error}."]) from error
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        raise LoadError([f"The file is not YAML: {error}."]) from error
