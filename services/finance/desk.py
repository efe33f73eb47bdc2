"""The finance desk: everything of the room behind one door, joined for one tenant and base currency."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from services.finance.auditing import AuditTrail
from services.finance.closes import Closes
from services.finance.imports import Imports
from services.finance.ledger import Ledger
from services.finance.locks import Locks
from services.finance.moments import utc_now
from services.finance.money import decimals
from services.finance.months import Month
from services.finance.notes import Notes
from services.finance.nouns import DEFAULT_TENANT, ProjectDirectory
from services.finance.outbox import Outbox
from services.finance.plan_fact import PlanFact, RateTable, plan_fact
from services.finance.rates import Rates
from services.finance.versions import Versions
from services.finance.working_days import WEEKDAYS, WorkingDays


@dataclass(frozen=True, slots=True)
class FinanceDesk:
    base: str
    projects: ProjectDirectory
    ledger: Ledger
    versions: Versions
    rates: Rates
    locks: Locks
    closes: Closes
    notes: Notes
    imports: Imports
    trail: AuditTrail
    outbox: Outbox
    working: WorkingDays
    clock: Callable[[], datetime]

    def table(self, months: Sequence[Month], version_id: str = "") -> tuple[PlanFact, RateTable]:
        """Plan and fact of some months, and the rates they were converted at."""
        facts = self.ledger.facts(months)
        rates = self.rates.of({currency for *_cell, currency in facts}, months)
        plan = self.versions.amounts(version_id, months) if version_id else {}
        return plan_fact(self.base, months, self.ledger.articles(), facts, plan, rates), rates


def finance_desk(
    engine: Engine,
    base: str,
    projects: ProjectDirectory,
    working: WorkingDays = WEEKDAYS,
    *,
    tenant_id: str = DEFAULT_TENANT,
    clock: Callable[[], datetime] = utc_now,
) -> FinanceDesk:
    """Build the room over a database. Raises `InvalidMoney` where the base is no currency."""
    decimals(base)
    ledger = Ledger(engine, tenant_id, clock)
    rates, versions = Rates(engine, base, working, tenant_id, clock), Versions(engine, base, tenant_id, clock)
    locks = Locks(engine, tenant_id, clock)
    return FinanceDesk(
        base=base,
        projects=projects,
        ledger=ledger,
        versions=versions,
        rates=rates,
        locks=locks,
        closes=Closes(engine, rates, versions, locks, ledger.articles, tenant_id, clock),
        notes=Notes(engine, tenant_id, clock),
        imports=Imports(engine, ledger, projects, base, tenant_id, clock),
        trail=AuditTrail(engine, tenant_id),
        outbox=Outbox(engine, tenant_id),
        working=working,
        clock=clock,
    )
