"""A sync that is killed: `python -m tests.integration.crm.dying_sync DATABASE URL POINT COUNT`.

It kills itself with SIGKILL at the COUNTth time it comes to POINT: `asked`, when a page was asked for and not kept, or `kept`,
when a page is in the database and the next not asked for. Without one it runs to its end and says what it saw.
"""

import os
import signal
import sys
from dataclasses import dataclass, field
from datetime import datetime

from history.database import open_engine
from services.crm.connectors import Crm, Page, Record, Records
from services.crm.sync import Sync
from tests.crm_rig import caller, crm_of


@dataclass
class Dying:
    """Records whose reader dies in the middle."""

    inner: Records
    point: str
    left: int
    pages: list[str] = field(default_factory=list)

    def page(self, *, since: datetime | None, cursor: str) -> Page:
        # A second page is asked for once the first is kept.
        if self.point == "kept" and len(self.pages) == self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        found = self.inner.page(since=since, cursor=cursor)
        self.pages.append(cursor)
        if self.point == "asked" and len(self.pages) == self.left:
            os.kill(os.getpid(), signal.SIGKILL)
        return found

    def count(self) -> int:
        return self.inner.count()

    def get(self, record_id: str) -> Record:
        return self.inner.get(record_id)


def main(database: str, url: str, point: str = "", count: str = "0") -> None:
    engine = open_engine(database)
    customers = crm_of("amocrm", url, caller(step_seconds=5), engine).customers
    assert customers is not None
    reading = Dying(customers, point, int(count))
    outcome = Sync(engine).run("c1", Crm(customers=reading))
    print(f"{outcome.seen} {outcome.is_finished} {','.join(reading.pages)}")
    engine.dispose()


if __name__ == "__main__":
    main(*sys.argv[1:])
