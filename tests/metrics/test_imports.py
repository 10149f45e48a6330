"""Files: every kind of bad input has its sentence, templates come back as they went, and nothing is half written."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterable

import pytest
from django.utils.functional import Promise
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from collab.common.tables import TableError
from metrics.cells import CellKey, Entry
from metrics.enums import Source
from metrics.imports.table import REQUIRED, UPLOAD_BYTES, Row, open_table
from metrics.imports.template import heading_for, marked_file, template_csv, template_rows, template_xlsx
from metrics.imports.upload import dry_run
from metrics.queries.months import sheet_for
from tests.metrics.months import JANUARY, World, entry, make_world

HEAD = "month,measure,numerator,denominator\n"
# Numbers and notes as typed.
PAIRS = [("-3", "=cmd|x"), ("-0.5", "-3 of them moved"), ("5", "'=said"), ("5", "ni\u00f1os | 5 %")]


def rows_of(content: bytes | str, **options: object) -> list[Row]:
    data = content.encode() if isinstance(content, str) else content
    return list(open_table(io.BytesIO(data), **options).rows())  # type: ignore[arg-type]  # options of one function


def refusal(content: bytes | str, **options: object) -> str:
    with pytest.raises(TableError) as error:
        rows_of(content, **options)
    sentence = error.value.args[0]
    assert not isinstance(sentence, Promise)
    return str(sentence)


def workbook(rows: Iterable[Iterable[object]]) -> bytes:
    book = Workbook()
    for row in rows:
        book.worksheets[0].append(list(row))
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# --- Reading -------------------------------------------------------------------------------------------------------
@pytest.mark.unit
@pytest.mark.parametrize(
    "content",
    [
        "month,measure,numerator,denominator\n2025-01,no_show,12,40\n",
        "Denominator;Numerator;MEASURE;Month\r\n40;12;no_show;January 2025\r\n",
        "month\tmeasure\tnumerator\tdenominator\n2025-01-01\tno_show\t12\t40",
        "\ufeffmonth,measure,numerator,denominator\n\nJan-25,no_show,12,40\n,,,\n",
        'month,measure,numerator,denominator,missing reason,Note\n1/1/2025,no_show,12,40,"",\n',
        "month,measure,numerator,denominator\n2025-01,no_show,12,40\n".encode("utf-16"),
        workbook([REQUIRED, ("2025-01", "no_show", 12, 40)]),
        workbook([REQUIRED, (dt.date(2025, 1, 1), "no_show", 12.0, "40"), (None, None)]),
    ],
)
def test_the_same_row_in_many_files(content: bytes | str) -> None:
    (row,) = rows_of(content)
    assert (row.month, row.entry, row.problems) == (JANUARY, Entry(CellKey("no_show"), "12", "40"), ())


@pytest.mark.unit
def test_rows_keep_the_numbers_of_the_spreadsheet() -> None:
    content = HEAD + "2025-01,a,1,2\n\n2025-02,b,1,2\n" + '2025-03,"two\nlines",1,2\n' + "2025-04,c,1,2\n"
    assert [(row.number, row.entry.key.measure) for row in rows_of(content)] == [
        (2, "a"),
        (4, "b"),
        (5, "two\nlines"),
        (6, "c"),
    ]


BROKEN_BOOK = "The Excel file is damaged and can not be opened. Save it again, or use the CSV template."


@pytest.mark.unit
@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty. Download the template, fill it in, and upload it again."),
        (b"%PDF-1.7 ...", "This is a PDF, not a table. Upload the CSV or Excel template."),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "This is not a table. Upload the CSV or Excel template."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
            (
                "This is an Excel file of the old kind, or one with a password. Save it as “Excel Workbook (.xlsx)” "
                "without a password and upload it again."
            ),
        ),
        (b"PK\x03\x04 no zip at all", BROKEN_BOOK),
        (workbook([REQUIRED])[:-200], BROKEN_BOOK),
        (
            (HEAD + "2025-01,no_show,12,40\n2025-01,ni\u00f1os,1,2\n").encode("cp1252"),
            (
                "Row 3 holds letters in an old encoding (not UTF-8). In Excel choose “Save as”, then “CSV UTF-8”, "
                "and upload that file; or use the Excel template."
            ),
        ),
        (
            "measure,numerator\nno_show,12\n",
            "Row 1: these columns are missing: month, denominator. The first row names the columns.",
        ),
        ("month,measure,numerator,denominator,Month \n", "Row 1: these columns are there twice: month. Keep one."),
        (
            "month,measure,numerator,denominator,client name\n",
            "Row 1: these columns are not known: client name. Take them out; nothing was saved.",
        ),
        (
            HEAD + '2025-01,no_show,12,40\n2025-01,"no_show,12,40\n',
            (
                "The table breaks off after row 2, most often because a quotation mark is not closed there. "
                "Correct that row and upload the file again."
            ),
        ),
    ],
    ids=[
        "empty",
        "pdf",
        "png",
        "xls",
        "not a zip",
        "cut xlsx",
        "cp1252",
        "columns missing",
        "twice",
        "unknown",
        "quote",
    ],
)
def test_files_that_can_not_be_read_are_told_why(content: bytes | str, sentence: str) -> None:
    assert refusal(content) == sentence


@pytest.mark.unit
def test_size_is_checked_before_reading() -> None:
    content = HEAD.encode() + b"2025-01,no_show,12,40\n" * 10
    assert refusal(content, most_bytes=100) == (
        "The file has 1 MB; at most 0 MB are read. Send only the rows of the template."
    )
    assert UPLOAD_BYTES == 5 * 1024 * 1024


@pytest.mark.unit
def test_a_zip_bomb_is_not_opened() -> None:
    buffer = io.BytesIO(workbook([REQUIRED]))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b"0" * (30 * 1024 * 1024))
    assert len(buffer.getvalue()) < 50_000
    assert refusal(buffer.getvalue()) == (
        "The Excel file unpacks to 31 MB, far more than a month needs, so it was not opened. "
        "Copy your numbers into a fresh template."
    )


@pytest.mark.unit
def test_entities_in_a_workbook_are_refused() -> None:
    """A billion laughs in the sheet itself."""
    source = zipfile.ZipFile(io.BytesIO(workbook([REQUIRED])))
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in source.namelist():
            data = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                data = b'<!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 "&lol;&lol;">]>' + data
            archive.writestr(name, data)
    assert refusal(buffer.getvalue()) == BROKEN_BOOK


@pytest.mark.unit
@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("2025-01,no_show,=1+1,40", "“=1+1” is a formula. Write the number itself, or paste it as a value."),
        ("January,no_show,12,40", "“January” is not a month. Write it like 2026-03."),
        (",no_show,12,40", "The month is missing. Write it like 2026-03."),
        ("2025-01,,12,40", "The measure is missing. Copy its code from the template."),
        (
            "2025-01,no_show,1,234,40",
            "This row has 5 cells, the heading has 4. Put texts with a comma in quotation marks.",
        ),
    ],
)
def test_rows_that_can_not_be_read_are_told_why(line: str, problem: str) -> None:
    good, bad = rows_of(HEAD + "2025-01,no_show,12,40\n" + line + "\n")
    assert (good.problems, bad.number, bad.problems) == ((), 3, (problem,))


@pytest.mark.unit
def test_formulas_and_percentages_in_a_workbook() -> None:
    book = Workbook()
    page = book.worksheets[0]
    page.append(list(REQUIRED))
    page.append(["2025-01", "no_show", "=6+6", 0.3])
    page["D2"].number_format = "0%"
    buffer = io.BytesIO()
    book.save(buffer)
    (row,) = rows_of(buffer.getvalue())
    assert row.entry.denominator == "30%"
    assert row.problems == (
        "Cell C2 holds a formula (=6+6). Write the number itself: copy the cell and paste it as a value.",
    )


@pytest.mark.unit
@given(st.binary(max_size=400))
@example(b"\xff\xfe\x00")
@example(b"\xef\xbb\xbf")
@example(b'month,measure,numerator,denominator\n"\r')
@settings(deadline=None)
def test_random_bytes_never_break_the_reader(content: bytes) -> None:
    for data in (content, HEAD.encode() + content, b"PK\x03\x04" + content):
        try:
            rows = rows_of(data)
        except TableError as error:
            assert str(error)  # noqa: PT017 - both outcomes are right
        else:
            assert all(row.number > 1 for row in rows)


@pytest.mark.unit
@settings(deadline=None, max_examples=30)
@given(place=st.integers(0, 5000), byte=st.integers(0, 255))
def test_a_damaged_workbook_never_breaks_the_reader(place: int, byte: int) -> None:
    data = bytearray(workbook([REQUIRED, ("2025-01", "no_show", 12, 40)]))
    data[place % len(data)] = byte
    try:
        rows = rows_of(bytes(data))
    except TableError:
        return
    assert len(rows) <= 1


@pytest.mark.unit
@pytest.mark.parametrize(
    ("place", "value", "sentence"),
    [
        (4, 99, BROKEN_BOOK),  # a version of the format that nobody has written yet
        (8, 99, BROKEN_BOOK),  # an unknown compression
        (6, 0x20, BROKEN_BOOK),  # patched data
        (6, 0x40, BROKEN_BOOK),  # strong encryption
        (6, 0x01, "The file has a password. Save it without one and upload it again."),
    ],
)
def test_a_workbook_packed_in_an_odd_way_is_refused_with_a_sentence(place: int, value: int, sentence: str) -> None:
    data = bytearray(workbook([REQUIRED, ("2025-01", "no_show", 12, 40)]))
    # Each part has its header twice, the second one in the list at the end two bytes longer.
    for signature, shift in ((b"PK\x03\x04", 0), (b"PK\x01\x02", 2)):
        for found in re.finditer(signature, bytes(data)):
            start = found.start() + place + shift
            data[start : start + 2] = value.to_bytes(2, "little")
    with pytest.raises(TableError, match=re.escape(sentence)):
        rows_of(bytes(data))


@pytest.mark.integration
def test_a_large_file_streams(shared: object) -> None:
    """The real data of 274 organisations is read row by row."""
    path = shared / "data" / "ae_4h.months.csv"  # type: ignore[operator]  # a Path
    with path.open("rb") as file:
        table = open_table(file, required=("agency", *REQUIRED))
        first = next(table.rows())
        assert (first.number, first.agency, first.entry.key.measure) == (2, "8J094", "breach_4h")
        assert sum(1 for _row in table.rows()) == 16_595


# --- Templates -----------------------------------------------------------------------------------------------------
@pytest.fixture
def world() -> World:
    return make_world()


@pytest.mark.integration
@pytest.mark.django_db
@pytest.mark.parametrize("kind", [Source.CSV, Source.XLSX])
def test_a_template_comes_back_as_it_went(world: World, kind: Source) -> None:
    world.submit("12/40")
    sheet = sheet_for(world.team, JANUARY)
    content = template_csv(sheet) if kind is Source.CSV else template_xlsx(sheet)
    table = open_table(io.BytesIO(content))
    assert (table.kind, table.heading) == (kind, heading_for(sheet))
    rows = list(table.rows())
    assert [row.entry for row in rows] == sheet.entries
    assert {row.month for row in rows} == {JANUARY}
    assert not dry_run(io.BytesIO(content), sheet).has_problems


@pytest.mark.integration
@pytest.mark.django_db
def test_the_workbook_locks_keys_and_checks_numbers(world: World) -> None:
    page = load_workbook(io.BytesIO(template_xlsx(sheet_for(world.team, JANUARY)))).worksheets[0]
    assert page.protection.sheet
    assert [page.cell(2, place).protection.locked for place in range(1, 11)] == [True] * 6 + [False] * 4
    assert sorted((rule.type, str(rule.sqref)) for rule in page.data_validations.dataValidation) == [
        ("decimal", "G2:G5 H2:H5"),
        ("list", "I2:I5"),
    ]


@pytest.mark.integration
@pytest.mark.django_db
def test_no_text_becomes_a_formula(world: World) -> None:
    definition = world.no_show.latest
    definition.name = "=HYPERLINK(1)"
    definition.save()
    sheet = sheet_for(world.team, JANUARY)
    assert template_rows(sheet)[0][2] == "=HYPERLINK(1)"
    assert b",'=HYPERLINK(1)," in template_csv(sheet)
    cell = load_workbook(io.BytesIO(template_xlsx(sheet))).worksheets[0]["C2"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(1)", "s")


# --- The dry run ---------------------------------------------------------------------------------------------------
FULL = "month,measure,dimension,stratum,numerator,denominator,missing_reason,note\n"


@pytest.mark.integration
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("2025-01,waiting,,,1,2,,", "There is no measure “waiting” in this month. Known are: no_show, waiting_days."),
        (
            "2025-01,no_show,language,fr,1,2,,",
            "“no_show” has no group “language, fr”. Known are: language, en; language, es.",
        ),
        (
            "2025-01,no_show,language,,1,2,,",
            "A group needs both, dimension and stratum. Fill in both, or leave both empty.",
        ),
        ("2025-02,waiting_days,,,1,2,,", "This row is of February 2025; this page takes only January 2025 (2025-01)."),
        (
            "2031-02,waiting_days,,,1,2,,",
            "February 2031 is outside this collaborative, which runs from January 2025 to December 2025.",
        ),
        ("2025-01,no_show,,,1,2,,", "Row 2 has the same measure and group. Keep one of them."),
        ("2025-01,waiting_days,,,-3,2,,", "-3 is below 0. A count is 0 or more."),
        ("2025-01,no_show,language,en,13,20,,", "13 is above the total of 12. Check both."),
    ],
)
def test_rows_that_do_not_fit_are_told_why(world: World, line: str, problem: str) -> None:
    content = FULL + "2025-01,no_show,,,12,40,,\n" + line + "\n"
    run = dry_run(io.BytesIO(content.encode()), sheet_for(world.team, JANUARY))
    assert [(found.row.number, found.problems) for found in run.lines] == [(2, ()), (3, (problem,))]
    assert run.has_problems
    heading, rows = run.marked()
    assert heading == [*FULL.strip().split(","), "problem"]
    assert [row[-1] for row in rows] == ["", problem]


@pytest.mark.integration
@pytest.mark.django_db
def test_rows_of_another_agency_are_refused(world: World) -> None:
    content = (
        "agency,month,measure,numerator,denominator\nnorth,2025-01,no_show,12,40\nSOUTH,2025-01,waiting_days,1,2\n"
    )
    run = dry_run(io.BytesIO(content.encode()), sheet_for(world.team, JANUARY))
    assert [found.problems for found in run.lines] == [
        (),
        ("This row is of agency “SOUTH”; this page takes only Northside.",),
    ]


@pytest.mark.integration
@pytest.mark.django_db
def test_what_is_not_in_the_file_stays(world: World) -> None:
    world.submit("12/40")
    content = HEAD + "2025-01,no_show,15,40\n"
    run = dry_run(io.BytesIO(content.encode()), sheet_for(world.team, JANUARY))
    assert run.checked.is_ready
    assert [(str(value.key), value.numerator) for value in run.checked.values] == [
        ("no_show", 15),
        ("waiting_days", 90),
    ]


@pytest.mark.integration
@pytest.mark.django_db
def test_a_file_without_rows_and_one_with_too_many(world: World) -> None:
    sheet = sheet_for(world.team, JANUARY)
    for content, sentence in (
        (HEAD, "The file has a heading but no rows. Fill in the template and upload it again."),
        (HEAD + "2025-01,a,1,2\n" * 2001, "The file has more than 2000 rows. Send only the rows of the template."),
    ):
        with pytest.raises(TableError) as error:
            dry_run(io.BytesIO(content.encode()), sheet)
        assert str(error.value) == sentence


@pytest.mark.unit
@pytest.mark.parametrize("kind", [Source.CSV, Source.XLSX])
def test_a_marked_file_can_be_uploaded_again(kind: Source) -> None:
    heading = [*REQUIRED, "problem"]
    content = marked_file(kind, heading, [["2025-01", "no_show", "41", "40", "41 is above the denominator 40."]])
    (row,) = rows_of(content)
    assert (row.entry, row.problems) == (entry("no_show", "41/40"), ())


@pytest.mark.unit
def test_our_csv_disarms_formulas_and_reads_back_what_it_wrote() -> None:
    heading = (*HEAD.strip().split(","), "note")
    rows = [["2025-01", "no_show", number, "40", note] for number, note in PAIRS]
    data = marked_file(Source.CSV, heading, rows)
    assert data.decode("utf-8") == (
        "\ufeffmonth,measure,numerator,denominator,note\r\n"
        "2025-01,no_show,-3,40,'=cmd|x\r\n2025-01,no_show,-0.5,40,'-3 of them moved\r\n"
        "2025-01,no_show,5,40,''=said\r\n2025-01,no_show,5,40,ni\u00f1os | 5 %\r\n"
    )
    found = rows_of(data)
    assert [(row.entry.numerator, row.entry.note) for row in found] == PAIRS
    assert [list(row.cells) for row in found] == rows
