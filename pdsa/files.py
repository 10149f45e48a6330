"""Which files may stand beside a worksheet: known by name and by content, small, and nothing that runs.

What a file is called proves nothing, so its first bytes must say the same; an Office file must hold the parts of its
kind and no macros. Files are only ever handed out as downloads, under a name of ours.
"""

from __future__ import annotations

import io
import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pdsa.limits import LARGEST_FILE

OFFICE = "application/vnd.openxmlformats-officedocument."
# The text that every scanner knows as its test virus: a file with it is refused like one that a scanner has found.
_SCANNERS_TEST = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RUNS = (b"MZ", b"\x7fELF", b"#!")


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file: what it is sent as, and whether bytes are of it."""

    content_type: str
    fits: Callable[[bytes], bool]


def _starts(*beginnings: bytes) -> Callable[[bytes], bool]:
    return lambda content: content.startswith(beginnings)


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


def _is_text(content: bytes) -> bool:
    """Text in UTF-8 or in the code page of spreadsheets: no control characters but tabs and line ends."""
    if content.startswith(_RUNS) or b"\x00" in content:
        return False
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    return not any(unicodedata.category(character) == "Cc" and character not in "\t\r\n\f" for character in text)


def _office(folder: str) -> Callable[[bytes], bool]:
    def fits(content: bytes) -> bool:
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                names = archive.namelist()
        except zipfile.BadZipFile:
            return False
        return "[Content_Types].xml" in names and any(name.startswith(f"{folder}/") for name in names)

    return fits


TYPES: dict[str, FileType] = {
    "pdf": FileType("application/pdf", _starts(b"%PDF-")),
    "png": FileType("image/png", _starts(b"\x89PNG\r\n\x1a\n")),
    "jpg": FileType("image/jpeg", _starts(b"\xff\xd8\xff")),
    "jpeg": FileType("image/jpeg", _starts(b"\xff\xd8\xff")),
    "gif": FileType("image/gif", _starts(b"GIF87a", b"GIF89a")),
    "webp": FileType("image/webp", _is_webp),
    "docx": FileType(f"{OFFICE}wordprocessingml.document", _office("word")),
    "xlsx": FileType(f"{OFFICE}spreadsheetml.sheet", _office("xl")),
    "pptx": FileType(f"{OFFICE}presentationml.presentation", _office("ppt")),
    "txt": FileType("text/plain", _is_text),
    "csv": FileType("text/csv", _is_text),
}
ACCEPTED = ",".join(f".{ending}" for ending in TYPES)
ALLOWED_WORDS = gettext_lazy("PDF, pictures, Word, Excel, PowerPoint, text and CSV files of up to 10 MB.")


def checked_type(name: str, content: bytes) -> FileType:
    """The type of a file that may be kept. Raises ``ValidationError`` with what is wrong and what to do."""
    ending = PurePosixPath(name.lower()).suffix.removeprefix(".")
    found = TYPES.get(ending)
    if found is None:
        raise ValidationError(
            _("“%(name)s” is not of a type that can be kept here. Allowed are %(types)s") % {
                "name": name, "types": ALLOWED_WORDS,
            }
        )  # fmt: skip
    if not content:
        raise ValidationError(_("“%(name)s” is empty.") % {"name": name})
    if len(content) > LARGEST_FILE:
        raise ValidationError(too_large(name, len(content)))
    if _SCANNERS_TEST in content[:4096]:
        raise ValidationError(_("“%(name)s” looks like a virus and was not kept.") % {"name": name})
    if content.startswith(_OLD_OFFICE) and ending in ("docx", "xlsx", "pptx"):
        raise ValidationError(
            _("“%(name)s” is protected with a password. Save it without one and add it again.") % {"name": name}
        )
    if not found.fits(content):
        raise ValidationError(
            _("“%(name)s” is called %(ending)s, but its content is something else. Save it anew as %(ending)s.")
            % {"name": name, "ending": ending.upper()}
        )
    if found.content_type.startswith(OFFICE) and _has_macros(content):
        raise ValidationError(
            _("“%(name)s” holds macros, which can run on other people's computers. Save it without them.")
            % {"name": name}
        )
    return found


def too_large(name: str, size: int) -> str:
    """The sentence for a file that does not fit."""
    return _("“%(name)s” has %(size)s MB; at most %(most)s MB fit. Keep the pages that matter.") % {
        "name": name,
        "size": round(size / 1024 / 1024, 1),
        "most": LARGEST_FILE // 1024 // 1024,
    }


def _has_macros(content: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return any(name.lower().endswith("vbaproject.bin") for name in archive.namelist())


def safe_name(name: str) -> str:
    """A file's own name without folders, control characters and what file systems refuse; at most 120 characters."""
    plain = unicodedata.normalize("NFC", name.replace("\\", "/")).rpartition("/")[2]
    plain = re.sub(r"[\x00-\x1f\x7f<>:\"|?*\u200b-\u200f\u202a-\u202e\u2066-\u2069]", "", plain).strip(" .")
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[:110]}{dot}{ending[:9]}" if stem else plain[:120] or "file"
