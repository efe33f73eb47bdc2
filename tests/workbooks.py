"""A workbook as a spreadsheet would show it: its blocks of rows, and what its formulas over them come to."""

import io
import re
import zipfile
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import fmean
from typing import Any

from lxml import etree
from openpyxl import load_workbook
from openpyxl.utils import range_boundaries

# The library's stubs allow every kind of sheet and cell everywhere; these are read from files of ours.
type Sheet = Any
type Cell = Any

HEADER_COLOR = "FFE3EEF4"
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
FORMULA = re.compile(r'=IFERROR\(SUBTOTAL\((10[139]),([A-Z]+\d+:[A-Z]+\d+)\),""\)')


@dataclass
class Block:
    """A table under its title: rows as they stand there, totals as its formulas work out over exactly those rows."""

    title: str
    columns: list[str]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    totals: dict[str, Any] = field(default_factory=dict)

    def groups(self) -> dict[Any, tuple[Any, ...]]:
        """Each row's values by its first."""
        assert len({row[0] for row in self.rows}) == len(self.rows), f"{self.title} names a group twice"
        return {row[0]: row[1:] for row in self.rows}


def blocks(workbook: bytes) -> dict[str, Block]:
    """Every table of every sheet, by its title."""
    found: dict[str, Block] = {}
    for sheet in sheets(workbook):
        for row in sheet.iter_rows():
            if row[0].fill.fgColor.rgb == HEADER_COLOR:
                block = _block(sheet, row)
                assert block.title not in found, f"two tables are called {block.title}"
                found[block.title] = block
    return found


def sheets(workbook: bytes) -> list[Sheet]:
    """The sheets, durations as the report counts them: in milliseconds. (Read as durations they would be rounded to these.)"""
    book = load_workbook(io.BytesIO(workbook))
    with zipfile.ZipFile(io.BytesIO(workbook)) as package:
        for number, sheet in enumerate(book.worksheets, start=1):
            for element in etree.fromstring(package.read(f"xl/worksheets/sheet{number}.xml")).iter(f"{MAIN}c"):
                cell = sheet[element.get("r")]
                if isinstance(cell.value, timedelta):
                    cell.value = float(element.findtext(f"{MAIN}v")) * 86_400_000
    return book.worksheets


def evaluated(sheet: Sheet, formula: str) -> tuple[Any, str]:
    """What a total comes to, and the range it is of."""
    found = FORMULA.fullmatch(formula)
    assert found is not None, f"a formula of another kind: {formula}"
    function, cells = found.groups()
    held = [cell.value for row in sheet[cells] for cell in row]
    numbers = [value for value in held if isinstance(value, (int, float))]
    match function:
        case "109":
            return sum(numbers), cells
        case "103":
            return sum(value is not None for value in held), cells
        case _:
            return fmean(numbers) if numbers else "", cells


def _block(sheet: Sheet, header: tuple[Cell, ...]) -> Block:
    first = header[0].row
    columns = [str(cell.value) for cell in header if cell.value is not None]
    title = sheet.title if first == 1 else str(sheet.cell(first - 1, 1).value)
    block = Block(title, columns)
    for row in sheet.iter_rows(min_row=first + 1, max_col=len(columns)):
        formulas = {name: cell.value for name, cell in zip(columns, row, strict=True) if cell.data_type == "f"}
        if formulas:
            for name, formula in formulas.items():
                block.totals[name], cells = evaluated(sheet, formula)
                _left, top, _right, bottom = range_boundaries(cells)
                assert (top, bottom) == (first + 1, row[0].row - 1), f"{title}: {formula} leaves rows out"
            break
        if all(cell.value is None for cell in row):
            break
        block.rows.append(tuple(cell.value for cell in row))
    return block
