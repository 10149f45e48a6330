"""Reading people out of pasted text: one a line, "Name <mail>", "Name mail", or several with commas."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

MOST_AT_ONCE = 50
IN_BRACKETS = re.compile(r'"?(?P<name>[^"<>]*?)"?\s*<\s*(?P<email>[^<>\s]+)\s*>')
AT_THE_END = re.compile(r'"?(?P<name>[^"<>]*?)"?\s+(?P<email>[^<>\s]+@[^<>\s]+)')


@dataclass(frozen=True, slots=True)
class Addressee:
    """Somebody to invite; ``line`` is where they stand in the text."""

    email: str
    name: str = ""
    line: int = 1


def read_addresses(text: str) -> list[Addressee]:
    """Everybody in the text, addresses in lower case.

    Raises one ``ValidationError`` with a sentence for each line that can not be read or that repeats an address.
    """
    found: dict[str, Addressee] = {}
    errors: list[str] = []
    for line, content in enumerate(text.splitlines(), start=1):
        for part in filter(None, (part.strip() for part in re.split(r"[,;]", content))):
            person = _read_one(part, line)
            if person is None:
                errors.append(
                    _("Line %(line)s: “%(text)s” is not an e-mail address. Write name@agency.org.")
                    % {"line": line, "text": part[:80]}
                )
            elif person.email in found:
                errors.append(
                    _("Line %(line)s: %(email)s stands in line %(first)s already.")
                    % {"line": line, "email": person.email, "first": found[person.email].line}
                )
            else:
                found[person.email] = person
    if errors:
        raise ValidationError(errors)
    if len(found) > MOST_AT_ONCE:
        raise ValidationError(
            _("Invite at most %(most)s people at once; these are %(count)s.")
            % {"most": MOST_AT_ONCE, "count": len(found)}
        )
    return list(found.values())


def _read_one(text: str, line: int) -> Addressee | None:
    match = IN_BRACKETS.fullmatch(text) or AT_THE_END.fullmatch(text)
    email, name = (match["email"], match["name"].strip()) if match else (text, "")
    try:
        validate_email(email)
    except ValidationError:
        return None
    return Addressee(email.lower(), name[:150], line)
