"""Everything that pages and REST need of the rooms below, handed in by `bootstrap`."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from api.assistant_desk import AssistantDesk
from api.auditing import Snapshots
from api.background_desk import BackgroundDesk
from api.change_room import ChangeRoom
from api.classifier_desk import ClassifierDesk
from api.connection_room import ConnectionRoom
from api.finance_room import FinanceRoom
from api.intake import TicketIntake
from api.notification_desk import NotificationDesk
from api.privacy_desk import PrivacyDesk
from api.related_room import RelatedRoom
from api.report_desk import ReportDesk
from api.sla_board import SlaBoard
from api.ticket_room import TicketRoom
from history.queries import Queries
from services.audit import AuditLog, InMemoryAuditLog
from services.crm.own_book import OwnBook
from services.directories import Directories
from services.engine_runs import EngineRuns, InMemoryEngineRuns
from services.identity import Identities, SignInElsewhere
from services.modelling import Drafts, ModelImporter, ModelLinter
from services.monitoring import Metrics
from services.presence import InMemoryPresence, Presence
from services.rate_limits import RateLimit
from zeebe.client import ZeebeClient


@dataclass(frozen=True, slots=True)
class ApiValues:
    """What an installation may set about pages and REST; sizes are bytes."""

    secret_key: str
    templates: Path
    static: Path
    translations: Path
    language: str = "en"
    max_resource_bytes: int = 4 * 1024 * 1024
    max_json_bytes: int = 1024 * 1024
    # A deployment may carry several files.
    max_upload_bytes: int = 20 * 1024 * 1024
    events_interval_s: float = 0.25
    version: str = ""


@dataclass(frozen=True, slots=True)
class ApiServices:
    """The ports behind the pages; nothing here knows which adapter stands there."""

    values: ApiValues
    identities: Identities
    queries: Queries
    zeebe: ZeebeClient
    drafts: Drafts
    linter: ModelLinter
    importer: ModelImporter
    intake: TicketIntake
    reports: ReportDesk
    related: RelatedRoom
    sla: SlaBoard
    tickets: TicketRoom
    notifications: NotificationDesk
    changes: ChangeRoom
    directories: Directories
    connections: ConnectionRoom
    own_crm: OwnBook
    assistant: AssistantDesk
    background: BackgroundDesk
    finance: FinanceRoom
    classifier: ClassifierDesk
    # What must answer before this process is ready: part -> why it does not, or an empty text.
    checks: Mapping[str, Callable[[], Awaitable[str]]] = field(default_factory=dict)
    # What may be late without anything being down, likewise.
    late: Mapping[str, Callable[[], Awaitable[str]]] = field(default_factory=dict)
    # Where an installation has an identity provider; and whether local passwords open the door (too).
    sign_in_elsewhere: SignInElsewhere | None = None
    has_local_passwords: bool = True
    # The same ports over another tenant's rows; None: there is only one tenant.
    of_tenant: Callable[[str], "ApiServices"] | None = None
    # Called when the application ends.
    closing: Sequence[Callable[[], None]] = ()
    metrics: Metrics = field(default_factory=Metrics)
    limits: Sequence[RateLimit] = ()
    # Who did what, and what is looked at before and after; `mask` takes personal data out of what is kept.
    audit: AuditLog = field(default_factory=InMemoryAuditLog)
    snapshots: Snapshots = field(default_factory=dict)
    mask: Callable[[str], str] = str
    # Where somebody may look at, take out and erase a customer's data.
    privacy: PrivacyDesk | None = None
    # Of which processes it is on record that both engines do the same.
    engine_runs: EngineRuns = field(default_factory=InMemoryEngineRuns)
    # Who looks at which task.
    presence: Presence = field(default_factory=InMemoryPresence)
