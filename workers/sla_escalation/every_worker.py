"""Every job worker of this process, made of its ports."""

from dataclasses import dataclass

from services.sla import SkillBook, SlaDesk
from workers.sla_escalation.acknowledge_sla import AcknowledgeSla
from workers.sla_escalation.compute_sla_targets import ComputeSlaTargets
from workers.sla_escalation.find_sla_candidates import FindSlaCandidates
from workers.sla_escalation.notify_sla import NotifySla
from workers.sla_escalation.ports import Notifier, TeamRoster, WorkTasks
from workers.sla_escalation.reassign_sla_work import ReassignSlaWork
from workers.sla_escalation.stop_sla_clock import StopSlaClock
from zeebe.job import JobWorker


@dataclass(frozen=True, slots=True)
class SlaPorts:
    desk: SlaDesk
    skills: SkillBook
    tasks: WorkTasks
    roster: TeamRoster
    notifier: Notifier


def sla_workers(ports: SlaPorts) -> list[JobWorker]:
    return [
        ComputeSlaTargets(ports.desk, ports.tasks),
        NotifySla(ports.desk, ports.tasks, ports.notifier),
        FindSlaCandidates(ports.roster, ports.skills, ports.tasks),
        ReassignSlaWork(ports.desk, ports.tasks, ports.notifier),
        AcknowledgeSla(ports.desk),
        StopSlaClock(ports.desk),
    ]
