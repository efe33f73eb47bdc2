"""Saving a workbook so that equal content gives equal bytes: every file in the package carries one fixed moment."""

from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.writer.excel import ExcelWriter
from openpyxl.xml.constants import ARC_CORE
from openpyxl.xml.functions import tostring

# The first moment a ZIP file can name.
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def save(book: Workbook, at: datetime, out: BinaryIO) -> None:
    """Write the workbook as one made at that moment."""
    made = at.replace(tzinfo=None, microsecond=0)
    properties = DocumentProperties(title=book.properties.title, creator=book.properties.creator, created=made, modified=made)
    with _TimelessZip(out, properties) as package:
        ExcelWriter(book, package).write_data()


class _TimelessZip(ZipFile):
    def __init__(self, out: BinaryIO, properties: DocumentProperties) -> None:
        super().__init__(out, "w", ZIP_DEFLATED, allowZip64=True)
        self._properties = properties

    def writestr(self, zinfo_or_arcname: str | ZipInfo, data: Any, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  # the library's signature
        del arguments, options
        name = zinfo_or_arcname if isinstance(zinfo_or_arcname, str) else zinfo_or_arcname.filename
        # The library writes its own moment of saving.
        content = tostring(self._properties.to_tree()) if name == ARC_CORE else data
        super().writestr(_entry(name), content, ZIP_DEFLATED)

    def write(self, filename: Any, arcname: Any = None, *arguments: Any, **options: Any) -> None:  # noqa: ANN401  # the library's signature
        del arguments, options
        with Path(filename).open("rb") as source, self.open(_entry(str(arcname)), "w", force_zip64=True) as target:
            while block := source.read(1 << 20):
                target.write(block)


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, ZIP_EPOCH)
    entry.compress_type = ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    return entry
