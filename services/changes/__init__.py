"""Suggested changes to records: proposed with evidence, judged by policy, approved item by item, applied once, taken back.

    desk = ChangeDesk(ledger, targets)
    change_set = await desk.propose(NewChangeSet("Tidy up Aqua", author, (NewItem(…), NewItem(…))))

The order of the work is `processes/approve_apply`, the policy `decisions/change_policy.dmn`. A system becomes changeable with
an adapter for the port `ChangeTarget`.
"""

from services.changes.applying import ChangeApplier, NotApproved, NotSettled
from services.changes.deciding import DecisionRefused, Settlement, Verdict
from services.changes.desk import ChangeDesk, MessagePublisher
from services.changes.difference import Difference, Part, difference, readable
from services.changes.dry_run import DryRunLine, Outlook, dry_run
from services.changes.ledger import ChangeLedger, ItemChanged, SetPage
from services.changes.memory_ledger import InMemoryChangeLedger
from services.changes.memory_target import InMemoryTarget
from services.changes.nouns import (
    Action,
    Announcement,
    Author,
    AuthorKind,
    ChangeEvent,
    ChangeItem,
    ChangeNotFound,
    ChangeSet,
    Decision,
    InvalidChange,
    ItemState,
    Json,
    NewChangeSet,
    NewItem,
    Requirement,
    SetState,
)
from services.changes.reverting import NothingToRevert, RevertConflict, RevertRefused, revert, revertible
from services.changes.sql_ledger import SqlChangeLedger
from services.changes.targets import (
    ChangeTarget,
    ChangeTargets,
    EffectUnknown,
    PlannedRequest,
    Reading,
    RecordUnknown,
    TargetBusy,
    TargetError,
    TargetUnknown,
    Write,
    WriteConflict,
    WriteRefused,
)

__all__ = [
    "Action",
    "Announcement",
    "Author",
    "AuthorKind",
    "ChangeApplier",
    "ChangeDesk",
    "ChangeEvent",
    "ChangeItem",
    "ChangeLedger",
    "ChangeNotFound",
    "ChangeSet",
    "ChangeTarget",
    "ChangeTargets",
    "Decision",
    "DecisionRefused",
    "Difference",
    "DryRunLine",
    "EffectUnknown",
    "InMemoryChangeLedger",
    "InMemoryTarget",
    "InvalidChange",
    "ItemChanged",
    "ItemState",
    "Json",
    "MessagePublisher",
    "NewChangeSet",
    "NewItem",
    "NotApproved",
    "NotSettled",
    "NothingToRevert",
    "Outlook",
    "Part",
    "PlannedRequest",
    "Reading",
    "RecordUnknown",
    "Requirement",
    "RevertConflict",
    "RevertRefused",
    "SetPage",
    "SetState",
    "Settlement",
    "SqlChangeLedger",
    "TargetBusy",
    "TargetError",
    "TargetUnknown",
    "Verdict",
    "Write",
    "WriteConflict",
    "WriteRefused",
    "difference",
    "dry_run",
    "readable",
    "revert",
    "revertible",
]
