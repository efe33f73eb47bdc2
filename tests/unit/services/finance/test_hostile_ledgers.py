"""Ledgers as unfriendly accountants send them: each row is right, or says what is wrong with it."""

import io
import re
import zipfile
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from services.finance import Article, ArticleKind, Project, UnreadableFile, read_date, read_file
from services.finance.checking import Checker
from services.finance.reading import packages, raw
from services.finance.repeats import without_repeats

CHECKER = Checker.of(
    "RUB",
    [Project("P-1", "Насосная"), Project("P-2", "Weir")],
    [Article("sales", "Продажи", ArticleKind.INCOME), Article("rent", "Аренда", ArticleKind.EXPENSE)],
    lambda _month: None,
    lambda _counterparty: None,
)
HEADER = "Date;Project;Article;Amount"


def checked(content: bytes):
    """What each row becomes: a posting, or the codes of what is wrong."""
    _shape, rows = read_file(content)
    found = without_repeats([(row.number, CHECKER.check(row.cells)) for row in rows], lambda _months: {})
    return [each.posting or [(finding.column, finding.code, finding.value) for finding in each.findings] for each in found]


def amount_of(text: str, header: str = HEADER, currency: str = "") -> object:
    [found] = checked(f'{header}\n2026-03-05;Weir;Аренда;"{text}"{currency}\n'.encode())
    return found if isinstance(found, list) else (found.amount, found.currency)


def day_of(text: str) -> object:
    [found] = checked(f"{HEADER}\n{text};Weir;Аренда;5\n".encode())
    return found if isinstance(found, list) else found.booked_on


def workbook(*rows, change=lambda _book: None) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    change(book)
    book.save(out)
    return out.getvalue()


def with_part(content: bytes, name: str, change) -> bytes:
    """The same archive with one part rewritten."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        for each in before.namelist():
            after.writestr(each, change(before.read(each)) if each == name else before.read(each))
    return out.getvalue()


NAMES = ["Date", "Project", "Article", "Amount"]
ROW = [date(2026, 3, 5), "Weir", "Аренда", 10]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("1\u2009234\u2009567,89", "1234567.89", "RUB"),
        ("1'234'567.89", "1234567.89", "RUB"),
        ("1\u2019234.50", "1234.50", "RUB"),
        ("1.234.567", "1234567", "RUB"),
        ("12,34,567.00", "1234567.00", "RUB"),
        ("(1 200,50)", "-1200.50", "RUB"),
        ("( 1 200,50 )", "-1200.50", "RUB"),
        ("1 200,50-", "-1200.50", "RUB"),
        ("\u22121 200,50", "-1200.50", "RUB"),
        ("\u200e-12,5\u200f", "-12.5", "RUB"),
        (",50", "0.50", "RUB"),
        ("1 200,50 руб.", "1200.50", "RUB"),
        ("1200 р.", "1200", "RUB"),
        ("€ 12.50", "12.50", "EUR"),
        ("-$12.50", "-12.50", "USD"),
        ("($1,234.50)", "-1234.50", "USD"),
        ("USD 12", "12", "USD"),
        ("12 500 ₸", "12500", "KZT"),
        ("1.234 KWD", "1.234", "KWD"),
    ],
)
def test_an_amount_is_read_as_it_is_written(text, amount, currency) -> None:
    assert amount_of(text) == (Decimal(amount), currency)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,234", "AMOUNT_AMBIGUOUS"),
        ("1.234", "AMOUNT_AMBIGUOUS"),
        ("1,234 EUR", "AMOUNT_AMBIGUOUS"),
        ("0,125", "AMOUNT_TOO_PRECISE"),
        ("1,234,56", "AMOUNT_UNREADABLE"),
        ("12 34", "AMOUNT_UNREADABLE"),
        ("1.2,3.4", "AMOUNT_UNREADABLE"),
        ("12 тыс. руб.", "AMOUNT_UNREADABLE"),
        ("5 XYZ", "AMOUNT_UNREADABLE"),
        ("¥ 500", "AMOUNT_UNREADABLE"),
        ("#ССЫЛКА!", "CELL_ERROR"),
        ("#REF!", "CELL_ERROR"),
        ("########", "CELL_ERROR"),
        ("=SUM(A1:A9)", "CELL_FORMULA"),
        ("-", "AMOUNT_MISSING"),
        ("0,00", "AMOUNT_ZERO"),
        ("9" * 20, "AMOUNT_TOO_LARGE"),
    ],
)
def test_an_amount_that_is_none_or_could_be_two_says_so(text, code) -> None:
    [(column, found, value)] = amount_of(text)

    assert (column, found) == ("amount", code)
    assert value in {text, ""}


def test_two_currencies_in_one_column_are_two_currencies() -> None:
    postings = checked(
        f"{HEADER}\n2026-03-05;Weir;Аренда;5 EUR\n2026-03-05;Weir;Аренда;$5\n2026-03-05;Weir;Аренда;5\n".encode()
    )

    assert [each.currency for each in postings] == ["EUR", "USD", "RUB"]


def test_an_amount_that_contradicts_the_currency_s_column_is_asked_about() -> None:
    assert amount_of("5 EUR", HEADER + ";Currency", ";USD") == [("currency", "CURRENCY_DISAGREES", "EUR, USD")]
    assert amount_of("5 EUR", HEADER + ";Currency", ";евро") == (Decimal(5), "EUR")


def test_a_heading_speaks_for_the_amounts_below_it() -> None:
    lines = ["Дата;Проект;Статья;Сумма, EUR", "05.03.2026;Weir;Аренда;5,00", "05.03.2026;Weir;Аренда;7 руб."]

    assert [(str(each.amount), each.currency) for each in checked("\n".join(lines).encode())] == [("5.00", "EUR"), ("7", "RUB")]


@pytest.mark.parametrize(
    "text",
    [
        *("5.3.2026", "05.03.26", "2026/03/05", "5 марта 2026 г.", "5 Mar 2026", "March 5, 2026", "05-Mar-2026"),
        *("05.03.2026 0:00:00", "2026-03-05T10:00Z", "20260305", "\u200e05.03.2026\u00a0"),
    ],
)
def test_a_day_is_read_as_it_is_written(text) -> None:
    assert day_of(text) == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("31.02.2026", "DATE_IMPOSSIBLE"),
        ("2026-13-01", "DATE_IMPOSSIBLE"),
        ("45.45.2026", "DATE_IMPOSSIBLE"),
        ("03/04/2026", "DATE_AMBIGUOUS"),
        ("March", "DATE_UNREADABLE"),
        ("46086", "DATE_UNREADABLE"),
        ("", "DATE_MISSING"),
        ("#N/A", "CELL_ERROR"),
    ],
)
def test_a_day_that_is_none_or_could_be_two_says_so(text, code) -> None:
    assert day_of(text) == [("date", code, text)]


@pytest.mark.parametrize(("sign", "days"), [("25/03/2026", (3, 4)), ("03/25/2026", (4, 3))])
def test_another_row_of_the_file_tells_day_from_month(sign, days) -> None:
    lines = [HEADER, f"{sign};Weir;Аренда;1", "03/04/2026;Weir;Аренда;2"]

    _first, posting = checked("\n".join(lines).encode())

    assert (posting.booked_on.day, posting.booked_on.month) == days


def test_rows_that_contradict_each_other_are_asked_about() -> None:
    lines = [HEADER, "25/03/2026;Weir;Аренда;1", "03/25/2026;Weir;Аренда;2", "03/04/2026;Weir;Аренда;3"]

    codes = [each if isinstance(each, list) else "right" for each in checked("\n".join(lines).encode())]

    assert codes == ["right", [("date", "DATE_IMPOSSIBLE", "03/25/2026")], [("date", "DATE_AMBIGUOUS", "03/04/2026")]]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1251", "cp866"])
def test_a_ledger_is_read_in_any_encoding_it_comes_in(encoding) -> None:
    text = "Дата;Проект;Статья;Сумма;Контрагент\r\n05.03.2026;Насосная;Продажи;1 200,50;ООО «Ромашка»\r\n"

    [posting] = checked(text.replace("«", '"').replace("»", '"').encode(encoding))

    assert (posting.project_id, str(posting.amount), posting.counterparty) == ("P-1", "1200.50", 'ООО "Ромашка"')


def test_lines_pasted_from_another_encoding_are_read_in_theirs() -> None:
    lines = ["Дата;Проект;Статья;Сумма".encode(), "05.03.2026;Насосная;Продажи;1".encode("cp1251")]
    lines.append("06.03.2026;Насосная;Аренда;2".encode())

    assert [each.project_id for each in checked(b"\n".join(lines))] == ["P-1", "P-1"]


def test_the_header_may_stand_in_row_seven_and_again_on_each_page() -> None:
    rows = [["Карточка счёта"], [], ["за март"], [], [], [], NAMES, ROW, NAMES, ["Итого", None, None, 10], [*ROW[:3], 11]]

    _shape, found = read_file(workbook(*rows))

    assert [(row.number, row.cells["amount"]) for row in found] == [(8, "10"), (11, "11")]


def test_a_customer_called_total_is_no_total() -> None:
    lines = ["Counterparty;Date;Project;Article;Amount", "Total Energies;2026-03-05;Weir;Аренда;5", "Total;;;;5"]

    [posting] = checked("\n".join(lines).encode())

    assert posting.counterparty == "Total Energies"


def test_the_same_row_twice_is_asked_about_and_told_apart_by_a_word() -> None:
    lines = [HEADER + ";Text", "2026-03-05;Weir;Аренда;5;a", "05.03.2026;weir;аренда;5,00;a", "2026-03-05;Weir;Аренда;5;b"]

    first, second, third = checked("\n".join(lines).encode())

    assert second == [("text", "ROW_REPEATED", "2")]
    assert (first.text, third.text) == ("a", "b")


def test_two_columns_of_amounts_are_refused_with_their_places() -> None:
    with pytest.raises(UnreadableFile, match=r"columns D \(Amount\) and E \(Total\)"):
        read_file(workbook([*NAMES, "Total"], [*ROW, 12]))


@pytest.mark.parametrize("epoch", [WINDOWS_EPOCH, MAC_EPOCH])
def test_a_day_that_lost_its_format_is_counted_as_the_workbook_counts(epoch) -> None:
    def change(book) -> None:
        book.epoch = epoch

    [posting] = checked(workbook(NAMES, [(date(2026, 3, 5) - epoch.date()).days, *ROW[1:]], change=change))

    assert posting.booked_on == date(2026, 3, 5)


@pytest.mark.parametrize(
    ("number_format", "currency"),
    [
        ("#,##0.00 [$€-407]", "EUR"),
        ("[$USD] #,##0.00", "USD"),
        ('#,##0.00"р."', "RUB"),
        ("#,##0.00\\ [$₽-419];[Red]-#,##0.00\\ [$₽-419]", "RUB"),
        ("#,##0.00", "RUB"),
        ("[$-409]#,##0", "RUB"),
    ],
)
def test_a_currency_that_is_shown_and_not_written_counts(number_format, currency) -> None:
    def change(book) -> None:
        book.active["D2"].number_format = number_format

    [posting] = checked(workbook(NAMES, ROW, change=change))

    assert (posting.amount, posting.currency) == (Decimal(10), currency)


def test_a_day_merged_over_rows_is_each_row_s_and_an_amount_is_not() -> None:
    def change(book) -> None:
        for place in ("A2:A4", "B2:B3", "D2:D3"):
            book.active.merge_cells(place)

    rows = checked(workbook(NAMES, ROW, [None, None, "Аренда", None], [None, "Weir", "Аренда", 7], change=change))

    assert [each if isinstance(each, list) else (each.booked_on.day, str(each.amount)) for each in rows] == [
        (5, "10"),
        [("amount", "AMOUNT_MISSING", "")],
        (5, "7"),
    ]


def test_a_formula_is_its_saved_result_or_is_asked_about() -> None:
    content = workbook(NAMES, [*ROW[:3], "=5+5"], [*ROW[:3], "=6+6"])

    saved = with_part(
        content, SHEET, lambda part: re.sub(rb"<f>5\+5</f><v ?/>|<f>5\+5</f><v></v>", b"<f>5+5</f><v>10</v>", part)
    )

    first, second = checked(saved)
    assert first.amount == 10
    assert second == [("amount", "CELL_FORMULA", "=6+6")]


def test_an_error_in_a_cell_is_asked_about() -> None:
    [found] = checked(workbook([*NAMES, "Counterparty"], [*ROW, "#REF!"]))

    assert found == [("counterparty", "CELL_ERROR", "#REF!")]


def test_a_hidden_sheet_is_never_booked() -> None:
    def hide_first(book) -> None:
        book.create_sheet("Seen").append(["Hello"])
        book.worksheets[0].sheet_state = "hidden"
        book.active = 1

    with pytest.raises(UnreadableFile, match="“Sheet”, is hidden"):
        read_file(workbook(NAMES, ROW, change=hide_first))


def test_of_two_ledgers_in_a_workbook_none_is_chosen() -> None:
    def second(book) -> None:
        sheet = book.create_sheet("April")
        sheet.append(NAMES)

    with pytest.raises(UnreadableFile, match=r"several sheets hold rows under headings \(“Sheet”, “April”\)"):
        read_file(workbook(NAMES, ROW, change=second))


def test_how_large_a_sheet_says_it_is_counts_for_nothing() -> None:
    content = with_part(
        workbook(NAMES, ROW, [*ROW[:3], 11]),
        SHEET,
        lambda part: part.replace(b'<dimension ref="A1:D3" />', b'<dimension ref="A1" />'),
    )

    assert len(checked(content)) == 2


def test_a_row_beyond_every_sheet_is_refused_at_once() -> None:
    content = with_part(workbook(NAMES, ROW), SHEET, lambda part: part.replace(b'r="2"', b'r="99999999999"'))

    with pytest.raises(UnreadableFile, match="beyond 1,048,576"):
        read_file(content)


def test_empty_rows_do_not_count_and_full_ones_do(monkeypatch) -> None:
    monkeypatch.setattr(raw, "MAX_ROWS", 3)
    book = workbook(NAMES, *([None] * 4 for _ in range(50)), *([*ROW[:3], number] for number in range(1, 4)))

    assert len(checked(book)) == 3
    with pytest.raises(UnreadableFile, match="split it by month"):
        read_file("\n".join([HEADER, *(f"2026-03-05;Weir;Аренда;{n}" for n in range(1, 5))]).encode())


def test_macros_and_links_to_other_files_are_left_alone() -> None:
    out = io.BytesIO(workbook(NAMES, ROW))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"\xd0\xcf\x11\xe0" + b"\0" * 100)
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")

    assert len(checked(out.getvalue())) == 1


def test_a_workbook_with_more_texts_than_a_ledger_has_is_refused(monkeypatch) -> None:
    monkeypatch.setattr(packages, "MAX_TEXTS", 50)
    out = io.BytesIO(workbook(NAMES, ROW))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", "<sst>" + "<si><t>a</t></si>" * 3 + "</sst>")

    with pytest.raises(UnreadableFile, match="unpacks to far more"):
        read_file(out.getvalue())


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "old Excel file"),
        (b"<html><table><tr><td>Date</td></tr></table></html>", "a page or a document"),
        (b'\xef\xbb\xbf<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook/>', "a page or a document"),
        (b"%PDF-1.7 Date;Amount", "a page or a document"),
    ],
)
def test_what_only_looks_like_a_ledger_is_refused_with_a_way_on(content, reason) -> None:
    with pytest.raises(UnreadableFile, match=reason):
        read_file(content)


_GROUPS = [" ", "\u00a0", "\u2009", "\u202f", "'", "\u2019", ""]
_AMOUNTS = st.decimals(min_value=Decimal("0.01"), max_value=Decimal("9999999999.99"), places=2)


@given(_AMOUNTS, st.sampled_from(_GROUPS), st.sampled_from(",."), st.sampled_from(["{}", "-{}", "({})", "{}-", "\u2212 {}"]))
def test_every_way_of_writing_an_amount_gives_the_amount(amount, group, point, sign) -> None:
    text = sign.format(f"{amount:,}".replace(",", "G").replace(".", point).replace("G", group))

    assert amount_of(text) == (amount if sign == "{}" else -amount, "RUB")


@given(st.text(alphabet="0123456789.,' ()-+", max_size=12))
def test_no_writing_gives_an_amount_of_other_digits(text) -> None:
    found = amount_of(text)

    if isinstance(found, tuple):
        digits = "".join(each for each in text if each.isdigit())
        assert format(abs(found[0]), "f").replace(".", "").lstrip("0") == digits.lstrip("0")


@given(st.dates(date(1970, 1, 1), date(2199, 12, 31)), st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%Y/%m/%d", "%d-%m-%Y"]))
def test_every_way_of_writing_a_day_gives_the_day(day, form) -> None:
    assert read_date(day.strftime(form)) == day


@given(st.integers(0, 20_000), st.booleans())
def test_slashes_give_the_day_or_are_asked_about(days, is_american) -> None:
    day = date(2026, 1, 1) + timedelta(days=days)

    found = day_of(day.strftime("%m/%d/%Y" if is_american else "%d/%m/%Y"))

    assert found == day or found == [("date", "DATE_AMBIGUOUS", day.strftime("%m/%d/%Y" if is_american else "%d/%m/%Y"))]


@given(st.lists(_AMOUNTS, min_size=1, max_size=8, unique=True), st.sampled_from(["utf-8", "utf-16", "cp1251", "cp866"]))
def test_a_file_s_rows_add_up_to_what_was_written_into_it(amounts, encoding) -> None:
    lines = ["05.03.2026;Насосная;Продажи;" + f"{amount:,}".replace(",", " ").replace(".", ",") for amount in amounts]
    text = "\n".join(["Оборотная ведомость;;;", "Дата;Проект;Статья;Сумма", *lines, f"Итого;;;{sum(amounts)}"])

    assert [each.amount for each in checked(text.encode(encoding))] == amounts
