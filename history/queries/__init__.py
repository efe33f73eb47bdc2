"""What pages, REST and reports ask of the read models: the whole of it on one object, `Queries(engine, tenant_id=…)`.

Every method is plain and synchronous, reads rows of its tenant only, and returns frozen dataclasses with moments in UTC.
"""

from history.queries.decisions import DecisionEvaluation, DecisionEvaluationQueries
from history.queries.definitions import (
    Decision,
    DecisionRequirements,
    DecisionRequirementsDocument,
    DefinitionQueries,
    Form,
    Process,
    ProcessDefinition,
    ProcessElement,
    ProcessVersion,
)
from history.queries.heat_map import HeatMap, HeatMapCell, HeatMapFlow, HeatMapQueries, RunningHere
from history.queries.incidents import Incident, IncidentFilter, IncidentGroup, IncidentQueries
from history.queries.instance_detail import (
    ElementInstance,
    ElementStatistics,
    FlowStatistics,
    InstanceJob,
    Variable,
    VariableValue,
    Waiting,
)
from history.queries.instances import Instance, InstanceFilter, InstanceQueries
from history.queries.ownership import OwnershipQueries
from history.queries.paging import InvalidCursor, Page
from history.queries.reader import DEFAULT_TENANT, NotInHistory
from history.queries.report_tasks import ReportTask, ReportTaskQueries
from history.queries.summary import Changes, Summary, SummaryQueries, Throughput
from history.queries.timeline import TimelineEntry, TimelineQueries
from history.queries.user_tasks import TaskOrder, UserTask, UserTaskCounts, UserTaskFilter, UserTaskQueries


class Queries(
    DefinitionQueries,
    InstanceQueries,
    UserTaskQueries,
    DecisionEvaluationQueries,
    IncidentQueries,
    TimelineQueries,
    HeatMapQueries,
    SummaryQueries,
    ReportTaskQueries,
    OwnershipQueries,
):
    """All questions about one tenant's processes; cheap to make, keeps nothing between calls."""


__all__ = [
    "DEFAULT_TENANT",
    "Changes",
    "Decision",
    "DecisionEvaluation",
    "DecisionRequirements",
    "DecisionRequirementsDocument",
    "ElementInstance",
    "ElementStatistics",
    "FlowStatistics",
    "Form",
    "HeatMap",
    "HeatMapCell",
    "HeatMapFlow",
    "Incident",
    "IncidentFilter",
    "IncidentGroup",
    "Instance",
    "InstanceFilter",
    "InstanceJob",
    "InvalidCursor",
    "NotInHistory",
    "Page",
    "Process",
    "ProcessDefinition",
    "ProcessElement",
    "ProcessVersion",
    "Queries",
    "ReportTask",
    "RunningHere",
    "Summary",
    "TaskOrder",
    "Throughput",
    "TimelineEntry",
    "UserTask",
    "UserTaskCounts",
    "UserTaskFilter",
    "Variable",
    "VariableValue",
    "Waiting",
]
