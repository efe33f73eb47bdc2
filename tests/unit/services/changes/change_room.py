"""A change desk over records in memory, and change sets to try it with."""

from dataclasses import dataclass, field

from services.changes import (
    Author,
    AuthorKind,
    ChangeApplier,
    ChangeDesk,
    ChangeSet,
    ChangeTargets,
    InMemoryChangeLedger,
    InMemoryTarget,
    ItemState,
    NewChangeSet,
    NewItem,
    Requirement,
    Verdict,
)


@dataclass
class Room:
    target: InMemoryTarget = field(
        default_factory=lambda: InMemoryTarget({"C-1": {"phone": "1", "owner": "anna", "city": "Riga"}, "C-2": {"phone": "2"}})
    )
    ledger: InMemoryChangeLedger = field(default_factory=InMemoryChangeLedger)

    def __post_init__(self) -> None:
        self.desk = ChangeDesk(self.ledger, ChangeTargets({"crm": self.target}))
        self.applier = ChangeApplier(self.ledger, self.desk.targets)

    async def propose(self, *items: NewItem, requirement: Requirement | None = None, **changes) -> ChangeSet:
        author = changes.pop("author", Author(AuthorKind.ASSISTANT, "assistant", "model-1"))
        wanted = items or (item(), item(field="owner", after="boris"))
        proposed = await self.desk.propose(NewChangeSet(**{"title": "Tidy up", "author": author, "items": wanted, **changes}))
        if requirement is None:
            return proposed
        return self.desk.judge(proposed.set_id, {each.item_id: Verdict(requirement) for each in proposed.items})

    async def applied(self, *items: NewItem) -> ChangeSet:
        proposed = await self.propose(*items, requirement=Requirement.AUTOMATIC)
        return await self.apply(proposed.set_id)

    async def apply(self, set_id: str) -> ChangeSet:
        for each in self.ledger.change_set(set_id).items:
            if each.state is ItemState.APPROVED:
                await self.applier.apply(each.item_id)
        return self.ledger.change_set(set_id)

    def told(self) -> list[str]:
        """Names of the messages that wait for their publishing."""
        return [each.name for each in self.ledger.pending()]


def item(**changes) -> NewItem:
    return NewItem(**{"system": "crm", "record": "C-1", "field": "phone", "after": "+7 800", **changes})
