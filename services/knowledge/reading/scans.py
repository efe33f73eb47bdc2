"""Pictures of pages to text, by Tesseract where it is installed."""

import shutil
import subprocess
import tempfile
from pathlib import Path

from services.knowledge.reading.failures import CannotRead

SECONDS_A_PAGE = 60
MOST_PAGES = 100
DOTS_PER_INCH = "200"


def read_image(path: Path) -> list[str]:
    """The paragraphs of one picture. Raises `CannotRead`."""
    return [part for part in _recognise(path).split("\n\n") if part.strip()]


def recognise_pages(path: Path, numbers: list[int]) -> dict[int, str]:
    """The texts of pages of a PDF. Raises `CannotRead`."""
    drawer = shutil.which("pdftoppm")
    if drawer is None or shutil.which("tesseract") is None:
        raise CannotRead("the PDF holds pictures of pages: install tesseract-ocr and poppler-utils, or save it with its text")
    if len(numbers) > MOST_PAGES:
        raise CannotRead(f"the PDF holds {len(numbers)} pictures of pages; at most {MOST_PAGES} are recognised")
    texts = {}
    with tempfile.TemporaryDirectory(prefix="penstock-scan-") as folder:
        for number in numbers:
            target = Path(folder) / f"{number}"
            page = ["-f", str(number), "-l", str(number), "-singlefile", "-r", DOTS_PER_INCH, "-gray", "-png"]
            _run([drawer, *page, str(path), str(target)])
            texts[number] = _recognise(target.with_suffix(".png"))
    return texts


def _recognise(picture: Path) -> str:
    program = shutil.which("tesseract")
    if program is None:
        raise CannotRead("this is a picture: install tesseract-ocr to have its text recognised")
    installed = _run([program, "--list-langs"]).split()
    languages = [language for language in ("eng", "rus") if language in installed]
    if not languages:
        raise CannotRead("tesseract-ocr has neither English nor Russian: install tesseract-ocr-eng, tesseract-ocr-rus")
    return _run([program, str(picture), "stdout", "-l", "+".join(languages)])


def _run(command: list[str]) -> str:
    try:
        done = subprocess.run(  # noqa: S603 -- found programs, and paths of ours
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS_A_PAGE, check=True
        )
    except subprocess.TimeoutExpired as error:
        raise CannotRead(f"recognising a page takes longer than {SECONDS_A_PAGE} s: scan it smaller") from error
    except subprocess.CalledProcessError as error:
        raise CannotRead("a picture in the file cannot be read: scan it anew") from error
    return done.stdout.decode("utf-8", "replace")
