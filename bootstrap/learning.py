"""The classifier that learns: its corrections, versions and examples, and what the pages see of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from api.classifier_desk import ClassifierRefused, ClassifierShown, CorrectionShown, VersionShown
from bootstrap.background_work import task_sender
from bootstrap.connections import open_database, ticket_desk
from bootstrap.job_workers import classifier_path
from bootstrap.tenants import in_each, tenant_folder
from services.classification.corrections import ENOUGH_NEW, SqlCorrections
from services.classification.versions import Versions
from services.crm.amending import AmendmentConflict, InvalidAmendment, SqlTicketAmendments
from services.identity import DEFAULT_TENANT
from settings import Settings
from workers.background import BackgroundTask

if TYPE_CHECKING:
    from services.classification.learning import Learner
    from services.classification.versions import Version

LEARN_SECONDS = 900
CORRECTIONS_SHOWN = 20


def examples_path(settings: Settings, tenant_id: str = DEFAULT_TENANT) -> Path:
    """What a tenant's first champion was trained on."""
    return tenant_folder(settings, tenant_id) / "classifier" / "examples.jsonl.gz"


def classifier_versions(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> Versions:
    folder = tenant_folder(settings, tenant_id) / "classifier"
    return Versions(engine, classifier_path(settings, tenant_id), folder, tenant_id)


def learner(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> "Learner":
    from services.classification.examples import load_examples  # noqa: PLC0415 -- scikit-learn takes a second
    from services.classification.learning import Learner  # noqa: PLC0415 -- as above
    from services.crm.sample_tickets import training_examples  # noqa: PLC0415 -- as above

    versions = classifier_versions(settings, engine, tenant_id)

    def examples() -> tuple[list[str], list[str]]:
        found = load_examples(examples_path(settings, tenant_id))
        return found if found[0] else training_examples()

    return Learner(SqlCorrections(engine, tenant_id), versions, examples, versions.folder / "learning.lock")


def record_champion(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> None:
    """Make the model that workers read a version, where it is none: the first one, or a file that somebody put in its place.

    Told from tables and bytes alone where it is one already: scikit-learn takes a second to import, a model some time to load.
    """
    kept = classifier_versions(settings, engine, tenant_id)
    if kept.champion_path.exists() and not kept.is_in_place():
        learner(settings, engine, tenant_id).ensure_version()


def background_tasks(settings: Settings) -> list[BackgroundTask]:
    def learn(asked_by: str, tenant_id: str) -> None:
        with open_database(settings) as engine:
            learner(settings, engine, tenant_id).learn(asked_by)

    def learn_if_due() -> None:
        def of_tenant(engine: Engine, tenant_id: str) -> None:
            if classifier_path(settings, tenant_id).exists():
                learner(settings, engine, tenant_id).learn_if_due()

        in_each(settings, of_tenant)

    return [
        BackgroundTask("classifier.learn", learn),
        BackgroundTask("classifier.learn_if_due", learn_if_due, every_seconds=LEARN_SECONDS),
    ]


def classifier_desk(settings: Settings, engine: Engine, tenant_id: str = DEFAULT_TENANT) -> "LearningDesk":
    return LearningDesk(settings, engine, task_sender(settings, engine, "classifier.learn", tenant_id), tenant_id)


@dataclass(frozen=True, slots=True)
class LearningDesk:
    """`api.classifier_desk.ClassifierDesk` over the learner."""

    settings: Settings
    engine: Engine
    send: Callable[[str], None]
    tenant_id: str = DEFAULT_TENANT

    def shown(self) -> ClassifierShown:
        """Read from tables alone: a model is loaded only where somebody put another file in the champion's place."""
        record_champion(self.settings, self.engine, self.tenant_id)
        corrections = self._corrections()
        latest = classifier_versions(self.settings, self.engine, self.tenant_id).latest()
        versions = [_version(each) for each in latest]
        learned = next((each for each in latest if each.origin.value != "precision"), None)
        return ClassifierShown(
            champion=next((each for each in versions if each.state == "champion"), None),
            versions=versions,
            corrections=[
                CorrectionShown(
                    each.ticket_id,
                    each.label,
                    each.suggested,
                    each.confidence,
                    each.made_by,
                    each.made_at,
                    each.agrees,
                    each.is_held_back,
                )
                for each in corrections.recent(CORRECTIONS_SHOWN)
            ],
            waiting=corrections.count_after(learned.corrections_to if learned else 0),
            enough=ENOUGH_NEW,
        )

    def learn(self, asked_by: str) -> None:
        self.send(asked_by)

    def set_precision(self, precision: float, asked_by: str) -> None:
        from services.classification import InvalidModel  # noqa: PLC0415 -- as above
        from services.classification.learning import PrecisionUnknown  # noqa: PLC0415 -- as above

        try:
            self._learner().set_precision(precision, asked_by)
        except (PrecisionUnknown, InvalidModel) as error:
            raise ClassifierRefused(str(error)) from error

    def put_back(self, number: int) -> None:
        from services.classification.versions import VersionNotFound  # noqa: PLC0415 -- as above

        try:
            classifier_versions(self.settings, self.engine, self.tenant_id).make_champion(number)
        except VersionNotFound as error:
            raise ClassifierRefused(str(error)) from error

    def labels(self) -> Sequence[str]:
        champion = classifier_versions(self.settings, self.engine, self.tenant_id).champion()
        return sorted(champion.card.get("texts_per_label", {})) if champion else []

    def correct(self, ticket_id: str, category: str, *, made_by: str, request_id: str) -> None:
        from services.classification import Correction, SqlCorrections  # noqa: PLC0415 -- as above
        from workers.ticket_triage.mask_personal_data import masked_variables  # noqa: PLC0415 -- as above

        ticket = ticket_desk(self.engine, self.tenant_id).get(ticket_id)
        masked = masked_variables(ticket)
        try:
            SqlTicketAmendments(self.engine, tenant_id=self.tenant_id).amend(
                ticket_id,
                "category",
                before=ticket.category or None,
                after=category,
                request_id=request_id,
                author=made_by,
            )
        except (AmendmentConflict, InvalidAmendment) as error:
            raise ClassifierRefused(str(error)) from error
        correction = Correction(
            ticket_id=ticket_id,
            text=f"{masked['subject']}\n{masked['masked_text']}",
            label=category,
            suggested=ticket.category or "",
            made_by=made_by,
            made_at=datetime.now(UTC),
        )
        SqlCorrections(self.engine, self.tenant_id).keep(correction, request_id=request_id)

    def _corrections(self) -> SqlCorrections:
        return SqlCorrections(self.engine, self.tenant_id)

    def _learner(self) -> "Learner":
        return learner(self.settings, self.engine, self.tenant_id)


def _version(version: "Version") -> VersionShown:
    return VersionShown(
        number=version.number,
        name=version.name,
        state=version.state.value,
        origin=version.origin.value,
        card=version.card,
        comparison=version.comparison,
        made_by=version.made_by,
        made_at=version.made_at,
        promoted_at=version.promoted_at,
        has_file=version.has_file,
    )
