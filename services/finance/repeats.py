"""Rows that were booked before, or stand twice in a file: a person says whether both are meant, never a total."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlalchemy import Connection, select

from services.finance.checking import Checked, Finding
from services.finance.ledger import MAX_TEXT
from services.finance.money import to_minor
from services.finance.months import Month
from services.finance.nouns import NewPosting
from services.finance.tables import posting

# Everything that a person sees of a posting.
type Likeness = tuple[str, str, str, int, str, str, str, str]
COLUMN = "text"
_SEEN = [posting.c[name] for name in ("project_id", "article_id", "booked_on", "minor", "currency")]
_SEEN += [posting.c[name] for name in ("document", "counterparty", "text")]


def likeness(new: NewPosting) -> Likeness:
    """As the ledger keeps it."""
    whole = (new.project_id, new.article_id, new.booked_on.isoformat(), to_minor(new.amount, new.currency), new.currency)
    return (*whole, new.document[:200], new.counterparty[:300], new.text[:MAX_TEXT])


def booked(connection: Connection, tenant_id: str, months: Iterable[Month]) -> Mapping[Likeness, str]:
    """Every posting of these months, with who entered it."""
    columns = [*_SEEN, posting.c.entered_by]
    mine = (posting.c.tenant_id == tenant_id) & posting.c.month.in_(sorted(map(str, months)))
    found: dict[Likeness, str] = {}
    for *seen, person in connection.execute(select(*columns).where(mine)):
        found[tuple(seen)] = person
    return found


def without_repeats(
    checked: Sequence[tuple[int, Checked]], booked_in: Callable[[set[Month]], Mapping[Likeness, str]]
) -> list[Checked]:
    """What was found of each row, with what it repeats."""
    postings = [each.posting for _number, each in checked if each.posting is not None]
    if not postings:
        return [each for _number, each in checked]
    before = booked_in({each.month for each in postings})
    first: dict[Likeness, int] = {}
    found = []
    for number, each in checked:
        if each.posting is None:
            found.append(each)
            continue
        like = likeness(each.posting)
        if like in before:
            found.append(Checked(None, (Finding(COLUMN, "ROW_BOOKED_BEFORE", before[like]),)))
        elif first.setdefault(like, number) != number:
            found.append(Checked(None, (Finding(COLUMN, "ROW_REPEATED", str(first[like])),)))
        else:
            found.append(each)
    return found
