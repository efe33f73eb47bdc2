"""1CClientBankExchange: the text in which banks and 1C exchange payments, in the Windows or the DOS code page."""

from collections.abc import Iterator, Mapping

from services.finance.reading.raw import RawRow
from services.finance.reading.trouble import MAX_CELL, MAX_ROWS, UnreadableFile, too_many_rows

HEAD = b"1CClientBankExchange"
# Digits six to eight of an account name its currency.
_CURRENCIES = {
    "810": "RUB", "643": "RUB", "840": "USD", "978": "EUR", "156": "CNY", "398": "KZT", "933": "BYN", "826": "GBP",
    "756": "CHF", "392": "JPY", "949": "TRY", "784": "AED", "860": "UZS", "051": "AMD", "417": "KGS", "981": "GEL",
}  # fmt: skip


def is_bank_exchange(content: bytes) -> bool:
    return content.lstrip(b"\xef\xbb\xbf \r\n").startswith(HEAD)


def read_bank_exchange(content: bytes) -> list[RawRow]:
    """A row for each payment: money out is a debit, money in a credit. Raises `UnreadableFile`."""
    own: set[str] = set()
    rows: list[RawRow] = []
    for number, kind, fields in _sections(_decoded(content)):
        if kind in {"", "СекцияРасчСчет"}:
            own |= {account for key, account in fields.items() if key == "РасчСчет" and account}
        else:
            rows.append(RawRow(number, _cells(fields, own)))
            if len(rows) > MAX_ROWS:
                raise too_many_rows()
    return rows


def _decoded(content: bytes) -> str:
    """The head, which is ASCII up to `Кодировка`, says which code page; some programs write UTF-8 and say nothing."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    windows = content.decode("cp1251", errors="replace")
    return windows if "Кодировка=Windows" in windows[:2000] else _dos(content, windows)


def _dos(content: bytes, windows: str) -> str:
    dos = content.decode("cp866", errors="replace")
    return dos if "Кодировка=DOS" in dos[:2000] else windows


def _sections(text: str) -> Iterator[tuple[int, str, Mapping[str, str]]]:
    """The line where a section begins, its kind and its fields; the head comes first, with an empty kind."""
    number, kind, fields = 1, "", dict[str, str]()
    for line_number, line in enumerate(text.splitlines(), start=1):
        key, _equals, value = line.partition("=")
        key = key.strip()
        if key in {"СекцияДокумент", "СекцияРасчСчет"}:
            if kind == "":
                yield number, kind, fields
            elif kind == "СекцияДокумент":
                raise UnreadableFile("DOCUMENT_WITHIN", line=line_number, before=number)
            number, kind, fields = line_number, key, {}
        elif key in {"КонецДокумента", "КонецРасчСчет"}:
            yield number, kind or key, fields
            kind, fields = "between", {}
        elif value.strip():
            fields.setdefault(key, value.strip()[:MAX_CELL])
    if kind == "СекцияДокумент":
        raise UnreadableFile("CUT_OFF", line=number)


def _cells(fields: Mapping[str, str], own: set[str]) -> Mapping[str, str]:
    payer, payee = fields.get("ПлательщикСчет", ""), fields.get("ПолучательСчет", "")
    # Between two accounts of ours: it leaves the one that names a day of leaving.
    is_out = payer in own and (payee not in own or "ДатаСписано" in fields)
    side, other = ("debit", "Получатель") if is_out else ("credit", "Плательщик")
    cells = {
        "date": fields.get("ДатаСписано" if is_out else "ДатаПоступило", fields.get("Дата", "")),
        side: fields.get("Сумма", ""),
        "currency": _CURRENCIES.get((payer if is_out else payee)[5:8], ""),
        "document": fields.get("Номер", ""),
        "counterparty": fields.get(f"{other}1", fields.get(other, "")),
        "text": fields.get("НазначениеПлатежа", ""),
    }
    return {field: value for field, value in cells.items() if value}
