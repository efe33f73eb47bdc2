"""Whose a key is. Commands go to the engine by key alone, so a tenant's own rows say first whether the key is theirs."""

from sqlalchemy import select

from history.queries.reader import DEFAULT_TENANT, NotInHistory, Reader
from history.tables import incident, process_instance, user_task

TABLES = {"process instance": process_instance, "incident": incident, "user task": user_task}


class OwnershipQueries(Reader):
    """Questions before a command."""

    def require_mine(self, noun: str, key: int) -> None:
        """Refuse what belongs to another tenant, as if it did not exist.

        What the read models have not seen yet may be the default tenant's, for the engine may be ahead of them; another tenant
        waits until it is seen.

        Raises:
            NotInHistory: it is not this tenant's.
        """
        table = TABLES[noun]
        owner = self._first(select(table.c.tenant_id).where(table.c.key == key))
        is_mine = self._tenant_id == DEFAULT_TENANT if owner is None else owner.tenant_id == self._tenant_id
        if not is_mine:
            raise NotInHistory(noun, key)
