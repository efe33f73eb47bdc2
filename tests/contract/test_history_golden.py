"""The read models of the golden log, row by row; after an intended change write them anew:

`python -c "from tests.history_log import *; e = empty_database('sqlite://'); project(e, golden()); print(as_text(e), end='')"`
"""

from tests.databases import empty_database
from tests.history_log import GOLDEN, as_text, golden, project


def test_the_golden_log_gives_the_golden_read_models(database_url) -> None:
    engine = empty_database(database_url)

    project(engine, golden())

    assert as_text(engine) == (GOLDEN / "orders.readmodels").read_text()
    engine.dispose()
