"""What a typed month is told: every way to be impossible, every way to be unlikely, each with its sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collab.common import months
from collab.enums import Statistic
from collab.models import Measure, MeasureVersion
from metrics.cells import CellKey, Entry, Value
from metrics.enums import Severity
from metrics.queries.months import Past, SheetMeasure, sheet_for
from metrics.validation import Code, NumberError, check, check_cell, check_sheet, number_of, unlikely
from tests.factories.collab import MeasureVersionFactory
from tests.factories.metrics import ObservationFactory, SubmissionFactory
from tests.metrics.months import JANUARY, World, entry, make_world

MONTH = JANUARY


@pytest.fixture
def world() -> World:
    return make_world()


# --- Numbers -------------------------------------------------------------------------------------------------------
@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("42", 42),
        (" 42 ", 42),
        ("0", 0),
        ("007", 7),
        ("1,234", 1234),
        ("1,234,567", 1234567),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("1\u202f234.5", 1234.5),
        ("14.5", 14.5),
        ("1000000000", 1e9),
        ("", None),
        ("   ", None),
    ],
)
def test_numbers_as_people_type_them(text: str, number: float | None) -> None:
    assert number_of(text) == number


@pytest.mark.unit
@pytest.mark.parametrize(
    ("text", "code", "sentence"),
    [
        ("12%", Code.NOT_A_NUMBER, "“12%” is a percentage. Type the counts; it is computed."),
        (
            "12,5",
            Code.NOT_A_NUMBER,
            "“12,5” can be read in two ways. Write a decimal point: 12.5, and thousands as 1,250.",
        ),
        ("1e400", Code.NOT_A_NUMBER, "“1e400” is not a number. Type digits, such as 42."),
        ("1e5", Code.NOT_A_NUMBER, "“1e5” is not a number. Type digits, such as 42."),
        ("NaN", Code.NOT_A_NUMBER, "“NaN” is not a number. Type digits, such as 42."),
        ("inf", Code.NOT_A_NUMBER, "“inf” is not a number. Type digits, such as 42."),
        ("0x1F", Code.NOT_A_NUMBER, "“0x1F” is not a number. Type digits, such as 42."),
        ("12 of 40", Code.NOT_A_NUMBER, "“12 of 40” is not a number. Type digits, such as 42."),
        ("=A1+1", Code.NOT_A_NUMBER, "“=A1+1” is not a number. Type digits, such as 42."),
        ("٣", Code.NOT_A_NUMBER, "“٣” has digits that can not be read here. Type 0 to 9."),
        ("４２", Code.NOT_A_NUMBER, "“４２” has digits that can not be read here. Type 0 to 9."),
        ("-5", Code.NEGATIVE, "-5 is below 0. A count is 0 or more."),
        ("−5", Code.NEGATIVE, "−5 is below 0. A count is 0 or more."),
        ("1000000001", Code.TOO_LARGE, "1000000001 is more than a billion. Check for a slipped digit."),
    ],
)
def test_what_is_not_a_number_is_told_why(text: str, code: Code, sentence: str) -> None:
    with pytest.raises(NumberError) as error:
        number_of(text)
    assert (error.value.code, error.value.sentence) == (code, sentence)


@pytest.mark.unit
@given(st.text(max_size=40))
def test_any_text_is_a_number_or_a_sentence(text: str) -> None:
    try:
        number = number_of(text)
    except NumberError:
        return
    assert number is None or 0 <= number <= 1e9


@pytest.mark.unit
@given(st.integers(0, 10**9))
def test_a_count_survives_every_spelling(count: int) -> None:
    assert {number_of(str(count)), number_of(f"{count:,}"), number_of(f"{count:,}".replace(",", " "))} == {count}


# --- One cell ------------------------------------------------------------------------------------------------------
def version(stat: Statistic = Statistic.PROPORTION, **fields: object) -> MeasureVersion:
    return MeasureVersion(stat=stat, name="Measure", unit="%", multiplier=100, **fields)


def found(stat: Statistic, numbers: str, *, reason: str = "", **fields: object) -> list[tuple[str, str, str]]:
    _value, findings = check_cell(version(stat, **fields), entry("m", numbers, reason=reason))
    assert all(finding.severity is Severity.BLOCKS for finding in findings)
    return [(finding.field, finding.code, finding.message) for finding in findings]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("stat", "numbers", "finding"),
    [
        (
            Statistic.PROPORTION,
            "41/40",
            ("numerator", "above_denominator", "41 is above the denominator 40. Check both, they may be swapped."),
        ),
        (
            Statistic.PROPORTION,
            "1/0",
            ("numerator", "above_denominator", "1 is above the denominator 0. Check both, they may be swapped."),
        ),
        (
            Statistic.PROPORTION,
            "12.5/40",
            ("numerator", "fraction", "12.5 is not a whole number, and people are counted whole."),
        ),
        (
            Statistic.PROPORTION,
            "12/40.5",
            ("denominator", "fraction", "40.5 is not a whole number, and people are counted whole."),
        ),
        (
            Statistic.PROPORTION,
            "12",
            (
                "denominator",
                "denominator_missing",
                "The denominator is missing. Type it; 0 if there was nobody to count.",
            ),
        ),
        (
            Statistic.PROPORTION,
            "/40",
            ("numerator", "numerator_missing", "The numerator is missing. Type it; 0 if there were none."),
        ),
        (
            Statistic.RATE,
            "3/0",
            ("denominator", "nobody_to_count", "The denominator is 0 but the numerator is 3. Check both."),
        ),
        (Statistic.COUNT, "2.5", ("numerator", "fraction", "2.5 is not a whole number, and people are counted whole.")),
        (
            Statistic.COUNT,
            "2/5",
            ("denominator", "no_denominator_wanted", "This measure has no denominator. Leave the cell empty."),
        ),
        (Statistic.PROPORTION, "-1/40", ("numerator", "negative", "-1 is below 0. A count is 0 or more.")),
    ],
)
def test_impossible_cells(stat: Statistic, numbers: str, finding: tuple[str, str, str]) -> None:
    assert found(stat, numbers) == [finding]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("stat", "numbers"),
    [
        (Statistic.PROPORTION, "0/0"),
        (Statistic.PROPORTION, "40/40"),
        (Statistic.RATE, "50/40"),
        (Statistic.RATE, "5/812.5"),
        (Statistic.MEAN, "812.5/40"),
        (Statistic.MEDIAN, "14.5/12"),
        (Statistic.MEDIAN, "14.5"),
        (Statistic.COUNT, "7"),
        (Statistic.DAYS_BETWEEN, "33"),
    ],
)
def test_possible_cells(stat: Statistic, numbers: str) -> None:
    value, findings = check_cell(version(stat), entry("m", numbers))
    numerator, _, denominator = numbers.partition("/")
    assert value is not None
    assert (value.numerator, value.denominator) == (float(numerator), float(denominator) if denominator else None)
    assert findings == []


@pytest.mark.unit
def test_the_measures_own_range() -> None:
    assert found(Statistic.PROPORTION, "30/40", min_value=80, max_value=100) == [
        (
            "numerator",
            "out_of_range",
            "This makes 75\u202f%, but the measure can only be from 80 to 100. Check the numbers.",
        )
    ]
    assert found(Statistic.PROPORTION, "32/40", min_value=80, max_value=100) == []
    assert found(Statistic.PROPORTION, "0/0", min_value=80, max_value=100) == []


@pytest.mark.unit
def test_reasons() -> None:
    assert found(Statistic.PROPORTION, "12/40", reason="system") == [
        ("missing_reason", "value_and_reason", "There is a value and a reason why it is missing. Take one of them out.")
    ]
    assert [code for _field, code, _message in found(Statistic.PROPORTION, "", reason="dog ate it")] == [
        "reason_unknown"
    ]
    value, findings = check_cell(version(), entry("m", "", reason="system"))
    assert (value and value.missing_reason, value and value.numerator, findings) == ("system", None, [])


# --- The month -----------------------------------------------------------------------------------------------------
@pytest.mark.integration
@pytest.mark.django_db
def test_an_empty_measure_needs_numbers_or_a_reason(world: World) -> None:
    checked = check(world.team, MONTH, [entry("no_show", "12/40")])
    assert [(str(one.key), one.field, one.code) for one in checked.findings] == [
        ("waiting_days", "numerator", "reason_needed")
    ]
    assert check(world.team, MONTH, [*world.entries()[:1], entry("waiting_days", reason="staff")]).is_ready
    half = check_sheet(sheet_for(world.team, MONTH), [entry("no_show", "12/40")], is_complete=False)
    assert half.findings == []
    world.waiting.required = False
    world.waiting.save()
    assert check(world.team, MONTH, [entry("no_show", "12/40")]).is_ready


@pytest.mark.integration
@pytest.mark.django_db
@pytest.mark.parametrize(
    ("groups", "key", "field", "sentence"),
    [
        ({"en": "13/20"}, "no_show.language.en", "numerator", "13 is above the total of 12. Check both."),
        ({"en": "5/41"}, "no_show.language.en", "denominator", "41 is above the total of 40. Check both."),
        (
            {"en": "7/20", "es": "6/20"},
            "no_show.language.es",
            "numerator",
            "The groups of “Language” add up to 13, more than the total of 12. Check them.",
        ),
    ],
)
def test_groups_against_the_total(world: World, groups: dict[str, str], key: str, field: str, sentence: str) -> None:
    checked = check(world.team, MONTH, world.entries(**groups))
    assert [(str(one.key), one.field, one.message) for one in checked.findings] == [(key, field, sentence)]


@pytest.mark.integration
@pytest.mark.django_db
def test_groups_that_fit_or_overlap(world: World) -> None:
    assert check(world.team, MONTH, world.entries(en="7/20", es="5/20")).is_ready
    world.language.overlapping = True
    world.language.save()
    assert check(world.team, MONTH, world.entries(en="7/30", es="6/30")).is_ready
    lonely = check(
        world.team,
        MONTH,
        [*world.entries()[1:], entry("no_show", reason="system"), entry("no_show.language.en", "1/2")],
    )
    assert [one.code for one in lonely.findings] == ["group_without_total"]


# --- The team's own past -------------------------------------------------------------------------------------------
def measure_with(past: list[tuple[float, float]], held: MeasureVersion) -> SheetMeasure:
    months = tuple(Past(MONTH, numerator, denominator, held.pk) for numerator, denominator in past)
    return SheetMeasure(Measure(code="m"), held, (), months)


USUAL = "this team's usual range of 7.4\u202f% to 50.5\u202f%. Check it, or say what happened."
STEADY = [(above, 40.0) for above in (12.0, 10.0, 13.0, 11.0, 12.0, 9.0, 14.0, 12.0, 11.0, 12.0, 10.0, 13.0)]


@pytest.mark.unit
@pytest.mark.parametrize(
    ("numbers", "findings"),
    [
        ((12.0, 40.0), []),
        (
            (32.0, 40.0),
            [f"80\u202f% is above {USUAL}"],
        ),
        (
            (0.0, 40.0),
            [f"0\u202f% is below {USUAL}"],
        ),
        (
            (120.0, 400.0),
            [
                (
                    "400 is far from the usual denominator of about 40. "
                    "Check that the same people are counted, or say what changed."
                )
            ],
        ),
    ],
)
def test_unlikely_values_ask_with_their_numbers(numbers: tuple[float, float], findings: list[str]) -> None:
    item = measure_with(STEADY, version())
    found = unlikely(item, Value(CellKey("m"), *numbers))
    assert [(one.message, one.severity, one.is_open) for one in found] == [
        (message, Severity.CONFIRM, True) for message in findings
    ]


@pytest.mark.unit
def test_a_slipped_digit_asks_too() -> None:
    item = measure_with([(30.0, 1.0), (30.0, 1.0)], version(Statistic.RATE))
    assert [one.message for one in unlikely(item, Value(CellKey("m"), 300.0, 1.0))] == [
        "30,000\u202f% is ten times the last value of 3,000\u202f% or more. Check for a slipped digit, or say why."
    ]


@pytest.mark.unit
def test_a_level_that_has_moved_asks_no_more() -> None:
    """Scores of 1 to 2 for a year, then 4: the limits over all months end below 4."""
    held = version(Statistic.SCORE)
    item = measure_with([(1.0, 6.0), (2.0, 6.0)] * 6 + [(4.0, 6.0)] * 3, held)
    assert unlikely(item, Value(item.key, 4.0, 6.0)) == []
    assert [one.code for one in unlikely(item, Value(item.key, 5.0, 6.0))] == ["outside_own_limits"]


@pytest.mark.unit
@pytest.mark.parametrize(("note", "is_open"), [("", True), ("ok", True), ("new clinic opened", False)])
def test_a_note_of_three_letters_confirms(note: str, is_open: bool) -> None:
    item = measure_with(STEADY, version())
    assert [one.is_open for one in unlikely(item, Value(CellKey("m"), 32.0, 40.0, "", note))] == [is_open]


@pytest.mark.integration
@pytest.mark.django_db
def test_only_months_under_the_same_definition_count(world: World) -> None:
    """A new definition begins a new past: its first months are compared with nothing."""
    for number in range(8):
        submission = SubmissionFactory(team=world.team, month=months.add(JANUARY, number))
        ObservationFactory(submission=submission, measure=world.no_show, numerator=12, denominator=40)
    november = months.add(JANUARY, 10)
    entries = [entry("no_show", "130/400"), entry("waiting_days", "90/30")]
    assert [one.code for one in check(world.team, november, entries).findings] == ["denominator_jump"]
    MeasureVersionFactory(measure=world.no_show, number=2, effective_month=months.add(JANUARY, 9))
    assert check(world.team, november, entries).findings == []


@pytest.mark.unit
def test_keys_and_blank_entries() -> None:
    assert CellKey.parse("no_show.language.es") == CellKey("no_show", "language", "es")
    assert Entry(CellKey("m"), " ", "").is_blank
