"""What can keep every command from its work and is no mistake in the code: settings, the database, folders and files.

Each is told in a few lines that say what, where and what to do; a traceback would say it to a programmer alone.
"""

import errno
import os
import sys

from pydantic import ValidationError
from pydantic_settings import SettingsError
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, DBAPIError, OperationalError

from history.database import NO_SUCH_FILE
from migrations import DatabaseBusy, DatabaseTooNew
from migrations.row_security import RoleRefused
from services.vault import VaultRefused
from settings import Settings, UnreadableSecret
from settings.invalid import explained

# These say by themselves what, where and what to do.
PLAIN = (UnreadableSecret, VaultRefused, DatabaseTooNew, DatabaseBusy, RoleRefused)


def told(error: Exception) -> str | None:
    """What to tell about it; None where it is something else, a mistake of ours most likely."""
    if isinstance(error, SettingsError) or (isinstance(error, ValidationError) and error.title == Settings.__name__):
        return f"Penstock cannot start with these settings:\n{explained(error)}"
    if isinstance(error, PLAIN):
        return str(error)
    # What else a database says (a row that is there twice, a statement it cannot read) is for us to mend.
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        return _of_the_database(error)
    if isinstance(error, OSError) and error.strerror:
        where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        todo = "; make room and try again" if error.errno in {errno.ENOSPC, errno.EDQUOT} else ""
        return f"{where}{error.strerror}{todo}"
    return None


def tell(error: Exception) -> bool:
    """Tell it on stderr; False where it is something else."""
    text = told(error)
    if text is not None:
        print(text, file=sys.stderr)
    return text is not None


def _of_the_database(error: DBAPIError) -> str:
    url = make_url(Settings().sql_url)
    said = " ".join(str(error.orig).split())
    if "no such table" in said or said == NO_SUCH_FILE:
        todo = "`penstock up` and `penstock database upgrade` make it"
    elif url.get_backend_name() == "sqlite":
        todo = "See that the folder can be written to and has room; `penstock restore` brings a backup back elsewhere"
    else:
        todo = "See that it runs and that PENSTOCK_DATABASE_URL is right"
    return f"The database {url.render_as_string(hide_password=True)} cannot be used: {said}\n{todo}."
