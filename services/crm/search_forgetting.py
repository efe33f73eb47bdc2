"""Words that left the tickets leave the index of tickets too.

SQLite's index keeps the words of a changed row beside a mark that they are gone, until it happens to merge the two: whoever
reads the file finds them. Merging all of it at once would hold the database; step by step, others write in between.
PostgreSQL's index is a column of a row, which is written anew.
"""

from sqlalchemy import Connection, Engine, text

# Pages of a step: some milliseconds each.
PAGES = 500
# A million tickets take fewer; more would mean that the index grows faster than it is merged.
MOST_STEPS = 10_000
_MERGE = text("INSERT INTO ticket_search(ticket_search, rank) VALUES ('merge', :pages)")


def forget_taken_out_words(engine: Engine) -> None:
    """Merge the index until no word is left of what was taken out of it."""
    if engine.dialect.name != "sqlite":
        return
    # A negative number begins: everything into one segment, however few there are.
    pages = -PAGES
    for _step in range(MOST_STEPS):
        with engine.begin() as connection:
            before = _changes(connection)
            connection.execute(_MERGE, {"pages": pages})
            if _changes(connection) - before < 2:
                return
        pages = PAGES


def _changes(connection: Connection) -> int:
    return int(connection.scalar(text("SELECT total_changes()")) or 0)
