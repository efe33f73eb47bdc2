"""The rules that turn records into read models: one module per family of value types.

An event is either in `RULES`, or in `IGNORED` because nothing reads it. One that is in neither stops the projection: it may
mean something that no read model knows yet.
"""

from history.projections import decisions, definitions, events, incidents, jobs, process_instances, user_tasks, variables
from history.projections.rule import Rules

RULES: Rules = {
    **definitions.RULES,
    **process_instances.RULES,
    **jobs.RULES,
    **user_tasks.RULES,
    **incidents.RULES,
    **variables.RULES,
    **decisions.RULES,
    **events.RULES,
}

# Value types none of whose events changes a read model, of Zeebe 8.5 and what 8.6 and 8.7 added.
IGNORED_VALUE_TYPES = frozenset(
    {
        "AUTHORIZATION",
        "BATCH_OPERATION",
        "CHECKPOINT",
        "CLOCK",
        "COMMAND_DISTRIBUTION",
        "COMPENSATION_SUBSCRIPTION",
        "DEPLOYMENT",
        "DEPLOYMENT_DISTRIBUTION",
        "ERROR",
        "GROUP",
        "IDENTITY_SETUP",
        "MAPPING",
        "MESSAGE",
        "MESSAGE_BATCH",
        "MESSAGE_CORRELATION",
        "MESSAGE_START_EVENT_SUBSCRIPTION",
        "MESSAGE_SUBSCRIPTION",
        "MULTI_INSTANCE",
        "PROCESS_EVENT",
        "PROCESS_INSTANCE_BATCH",
        "PROCESS_INSTANCE_CREATION",
        "PROCESS_INSTANCE_RESULT",
        "RESOURCE",
        "RESOURCE_DELETION",
        "ROLE",
        "SCALE",
        "SIGNAL",
        "TENANT",
        "USER",
        "VARIABLE_DOCUMENT",
    }
)

# Steps on the way to an event that has a rule.
IGNORED_EVENTS = frozenset(
    {
        ("DECISION", "DELETING"),
        ("DECISION_REQUIREMENTS", "DELETING"),
        ("FORM", "DELETING"),
        ("PROCESS", "DELETING"),
        ("PROCESS_INSTANCE", "ELEMENT_ACTIVATED"),
        ("PROCESS_INSTANCE", "ELEMENT_COMPLETING"),
        ("PROCESS_INSTANCE", "ELEMENT_TERMINATING"),
        ("PROCESS_INSTANCE", "ANCESTOR_MIGRATED"),
        ("PROCESS_INSTANCE", "COMPLETE_EXECUTION_LISTENER"),
        ("PROCESS_MESSAGE_SUBSCRIPTION", "CORRELATING"),
        ("PROCESS_MESSAGE_SUBSCRIPTION", "CREATED"),
        ("PROCESS_MESSAGE_SUBSCRIPTION", "DELETING"),
        ("USER_TASK", "ASSIGNING"),
        ("USER_TASK", "ASSIGNMENT_DENIED"),
        ("USER_TASK", "CANCELING"),
        ("USER_TASK", "CLAIMING"),
        ("USER_TASK", "COMPLETING"),
        ("USER_TASK", "COMPLETION_DENIED"),
        ("USER_TASK", "CORRECTED"),
        ("USER_TASK", "CREATING"),
        ("USER_TASK", "UPDATE_DENIED"),
        ("USER_TASK", "UPDATING"),
    }
)
