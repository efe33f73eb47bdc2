"""Job workers with their ports, and the classifier they share."""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from bootstrap.connections import ticket_desk
from bootstrap.sla import sla_ports
from settings import Settings
from zeebe.client import ZeebeClient
from zeebe.job import JobWorker

if TYPE_CHECKING:
    from services.classification import Classifier


def classifier_path(settings: Settings) -> Path:
    return settings.data_dir / "classifier.npz"


def classifier(settings: Settings) -> "Classifier":
    """The trained model; where there is none yet, one trained on the shipped samples."""
    # scikit-learn takes a second to import, and only the workers need it.
    from services.classification import load_model, save_model, train  # noqa: PLC0415
    from services.crm.sample_tickets import training_examples  # noqa: PLC0415

    path = classifier_path(settings)
    if not path.exists():
        save_model(train(*training_examples(), name="samples"), path)
    return load_model(path)


def workers(settings: Settings, engine: Engine, client: ZeebeClient) -> list[JobWorker]:
    from workers.main import job_workers  # noqa: PLC0415 -- as above

    return job_workers(ticket_desk(engine), classifier(settings), sla_ports(settings, engine, client))
