"""Every job worker there is."""

from services.assistant import NOBODY_DRAFTS, Drafter
from services.changes import ChangeApplier, ChangeDesk
from services.classification import Classifier, Corrections, ModelClassifier
from services.crm import TicketDesk
from services.finance import AccountingPeriods, CloseNotifier, CloseReports, FinanceDesk
from workers.approve_apply.apply_change import ApplyChange
from workers.approve_apply.collect_change_decisions import CollectChangeDecisions
from workers.approve_apply.finish_change_set import FinishChangeSet
from workers.approve_apply.load_change_set import LoadChangeSet
from workers.approve_apply.read_change_back import ReadChangeBack
from workers.approve_apply.record_change_policy import RecordChangePolicy
from workers.month_close.announce_month_closed import AnnounceMonthClosed
from workers.month_close.check_explanations import CheckExplanations
from workers.month_close.close_accounting_period import CloseAccountingPeriod
from workers.month_close.collect_project_facts import CollectProjectFacts
from workers.month_close.list_close_projects import ListCloseProjects
from workers.month_close.lock_month import LockMonth
from workers.month_close.make_close_reports import MakeCloseReports
from workers.month_close.open_month_close import OpenMonthClose
from workers.month_close.read_close_decision import ReadCloseDecision
from workers.month_close.record_deviations import RecordDeviations
from workers.month_close.remind_owner import RemindOwner
from workers.sla_escalation.every_worker import SlaPorts, sla_workers
from workers.ticket_triage.assign_ticket import AssignTicket
from workers.ticket_triage.classify_ticket import ClassifyTicket
from workers.ticket_triage.close_ticket import CloseTicket, HearsReply
from workers.ticket_triage.escalate_ticket import EscalateTicket
from workers.ticket_triage.mask_personal_data import MaskPersonalData
from workers.ticket_triage.suggest_reply import SuggestReply
from zeebe.job import JobWorker


def job_workers(
    desk: TicketDesk,
    classifier: Classifier,
    sla: SlaPorts,
    *,
    drafter: Drafter = NOBODY_DRAFTS,
    models: ModelClassifier | None = None,
    hears_reply: tuple[HearsReply, ...] = (),
    corrections: Corrections | None = None,
) -> list[JobWorker]:
    """The job workers of all processes, one a job type."""
    return [
        MaskPersonalData(desk),
        ClassifyTicket(classifier, models),
        AssignTicket(desk, corrections),
        EscalateTicket(desk),
        SuggestReply(drafter),
        CloseTicket(desk, hears_reply),
        *sla_workers(sla),
    ]


def change_workers(desk: ChangeDesk, applier: ChangeApplier) -> list[JobWorker]:
    """The job workers of the approve and apply process."""
    return [
        LoadChangeSet(desk),
        RecordChangePolicy(desk),
        CollectChangeDecisions(desk),
        ApplyChange(applier),
        ReadChangeBack(applier),
        FinishChangeSet(desk),
    ]


def close_workers(
    desk: FinanceDesk, accounting: AccountingPeriods, notifier: CloseNotifier, reports: CloseReports
) -> list[JobWorker]:
    """The job workers of the month close process."""
    return [
        OpenMonthClose(desk),
        ListCloseProjects(desk),
        CollectProjectFacts(desk),
        RecordDeviations(desk),
        CheckExplanations(desk),
        RemindOwner(desk, notifier),
        ReadCloseDecision(desk),
        LockMonth(desk),
        CloseAccountingPeriod(accounting),
        MakeCloseReports(desk, reports),
        AnnounceMonthClosed(desk, notifier),
    ]
