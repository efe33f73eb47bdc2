"""Commands that change something go into the audit log, as requests do: who, what, and how it ended."""

import getpass
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
from sqlalchemy import inspect
from sqlalchemy.exc import SQLAlchemyError

import bootstrap
import cli
from bootstrap.audit import masked
from services.audit import Deed, SqlAuditLog, told
from settings import Settings

log = structlog.get_logger(__name__)


@contextmanager
def audited(arguments: Sequence[str]) -> Iterator[None]:
    """Around the command; it ends with the exit code that is written down, and an exception counts as 1."""
    code: object = 1
    try:
        yield
        code = 0
    except SystemExit as end:
        code = end.code or 0
        raise
    finally:
        _tell(arguments, code if isinstance(code, int) else 1)


def _tell(arguments: Sequence[str], code: int) -> None:
    words = [word for word in arguments if not word.startswith("-")]
    deed = Deed(
        actor=f"{getpass.getuser()} (shell)",
        action=" ".join(["penstock", *words[: 2 if cli.CHANGING.get(words[0]) else 1]]),
        after=told({"arguments": list(arguments), "exit_code": code}, masked),
        way="command",
        outcome=code,
    )
    try:
        with bootstrap.open_database(Settings()) as engine:
            if inspect(engine).has_table("audit_entry"):
                SqlAuditLog(engine).append(deed)
    except SQLAlchemyError as error:
        # The command is done; that nobody wrote it down must not be silent.
        log.error("audit_not_written", action=deed.action, reason=type(error).__name__)  # noqa: TRY400 - no traceback of values
