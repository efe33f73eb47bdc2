"""Files of facts: CSV, workbooks and 1C's exports become rows, and nothing hostile gets further."""

import io
import zipfile
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from services.finance import UnreadableFile, read_date, read_file, read_number

BANK = """1CClientBankExchange
ВерсияФормата=1.03
Кодировка=Windows
СекцияРасчСчет
РасчСчет=40702810900000000001
КонецРасчСчет
СекцияДокумент=Платежное поручение
Номер=118
Дата=05.03.2026
Сумма=80000.00
ПлательщикСчет=40702810900000000001
ДатаСписано=06.03.2026
ПолучательСчет=40702810900000000002
Получатель1=ЗАО Аренда
НазначениеПлатежа=Аренда [weir] [rent]
КонецДокумента
СекцияДокумент=Платежное поручение
Номер=7
Дата=09.03.2026
Сумма=1200.50
ПлательщикСчет=40702840900000000009
Плательщик1=Hydro Inc
ПолучательСчет=40702840900000000003
ДатаПоступило=10.03.2026
КонецДокумента
КонецФайла
"""


def workbook(*rows) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1251"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_a_russian_csv_is_read_in_any_of_its_encodings(encoding, delimiter) -> None:
    lines = ["Отчёт за март", "", "Дата|Проект|Статья|Сумма", "05.03.2026|Насосная|Продажи|1 200,50", "Итого|||1 200,50"]

    _shape, [row] = read_file("\n".join(lines).replace("|", delimiter).encode(encoding))

    assert (row.number, row.cells) == (
        4,
        {"date": "05.03.2026", "project": "Насосная", "article": "Продажи", "amount": "1 200,50"},
    )


def test_a_workbook_with_typed_cells_and_a_title_is_read() -> None:
    content = workbook(
        ["Ledger"], ["Date", "Project", "Article", "Amount"], [date(2026, 3, 5), "Pump", "Sales", 0.1 + 0.2], [None] * 4
    )

    shape, [row] = read_file(content)

    assert (shape, row.number, row.cells["amount"], row.cells["date"]) == ("xlsx", 3, "0.3", "2026-03-05")


def test_an_account_card_of_1c_gives_debit_and_credit() -> None:
    rows = ["31.03.2026 0:00:00;АР-10;Аренда;Плотина;80 000,00;", "Обороты за период;;;;80 000,00;"]
    content = "\n".join(["Период;Документ;Статья затрат;Проект;Дебет;Кредит", *rows])

    _shape, [row] = read_file(content.encode("cp1251"))

    assert (row.cells["debit"], row.cells["article"], "credit" in row.cells) == ("80 000,00", "Аренда", False)


@pytest.mark.parametrize(("encoding", "name"), [("cp1251", "Windows"), ("cp866", "DOS"), ("utf-8", "Windows")])
def test_a_bank_exchange_tells_money_out_from_money_in(encoding, name) -> None:
    content = BANK.replace("Кодировка=Windows", f"Кодировка={name}").encode(encoding)

    shape, [out, into] = read_file(content)

    assert shape == "1c_bank"
    assert out.number == 7
    assert (out.cells["debit"], out.cells["currency"], out.cells["date"]) == ("80000.00", "RUB", "06.03.2026")
    assert (into.cells["credit"], into.cells["currency"], into.cells["counterparty"]) == ("1200.50", "USD", "Hydro Inc")


def test_a_bank_exchange_that_was_cut_off_is_refused() -> None:
    with pytest.raises(UnreadableFile, match="cut off"):
        read_file(BANK[: BANK.rindex("КонецДокумента")].encode("cp1251"))


def test_a_workbook_with_entities_is_refused() -> None:
    out = io.BytesIO(workbook(["Date", "Amount"]))
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("xl/evil.xml", '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><x>&a;</x>')

    with pytest.raises(UnreadableFile, match="entities"):
        read_file(out.getvalue())


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_without_unpacking() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * 40_000_000)

    with pytest.raises(UnreadableFile, match="unpacks to far more"):
        read_file(out.getvalue())


@pytest.mark.parametrize(
    "content",
    [b"", b"\x89PNG\r\n\x1a\n\0\0\0", b"hello", b"PK\x03\x04broken", b"Date,Amount\n", b'Date,Amount\n"2026-03-01,5\n'],
)
def test_what_holds_no_rows_is_refused_with_a_way_on(content) -> None:
    with pytest.raises(UnreadableFile):
        read_file(content)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content) -> None:
    for start in (b"", b"1CClientBankExchange\n", b"PK\x03\x04", b"Date;Amount\n"):
        try:
            _shape, rows = read_file(start + content)
        except UnreadableFile:
            continue
        assert rows


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 234 567,89", "1234567.89"),
        ("1,234,567.89", "1234567.89"),
        ("1.234.567,89", "1234567.89"),
        ("(12.50)", "-12.50"),
        ("−3", "-3"),
        ("1\u00a0000,5", "1000.5"),
        ("12x", None),
        ("1e5", None),
        ("", None),
        ("NaN", None),
        ("=1+1", None),
    ],
)
def test_numbers_are_read_as_people_write_them(text, expected) -> None:
    assert read_number(text) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize("text", ["2026-03-31", "31.03.2026", "31.03.2026 12:30:00", "31.03.26", "2026-03-31T00:00"])
def test_days_are_read_as_people_write_them(text) -> None:
    assert read_date(text) == date(2026, 3, 31)


@pytest.mark.parametrize("text", ["32.03.2026", "2026-02-30", "March", "", "99999-01-01"])
def test_what_is_no_day_is_none(text) -> None:
    assert read_date(text) is None
