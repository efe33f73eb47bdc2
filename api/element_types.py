"""What kinds of BPMN elements are called, in the reader's language."""

from collections.abc import Callable

from api.i18n import Language


def element_type_names(language: Language) -> Callable[[str], str]:
    """Tells a kind by its code in the records; one that is not here (of a newer engine) in the words of its code."""
    _ = language.gettext
    names = {
        "PROCESS": _("process"),
        "SUB_PROCESS": _("subprocess"),
        "EVENT_SUB_PROCESS": _("event subprocess"),
        "MULTI_INSTANCE_BODY": _("multi-instance"),
        "START_EVENT": _("start event"),
        "END_EVENT": _("end event"),
        "INTERMEDIATE_CATCH_EVENT": _("catch event"),
        "INTERMEDIATE_THROW_EVENT": _("throw event"),
        "BOUNDARY_EVENT": _("boundary event"),
        "SERVICE_TASK": _("service task"),
        "RECEIVE_TASK": _("receive task"),
        "USER_TASK": _("user task"),
        "MANUAL_TASK": _("manual task"),
        "TASK": _("task"),
        "EXCLUSIVE_GATEWAY": _("exclusive gateway"),
        "PARALLEL_GATEWAY": _("parallel gateway"),
        "INCLUSIVE_GATEWAY": _("inclusive gateway"),
        "EVENT_BASED_GATEWAY": _("event-based gateway"),
        "SEQUENCE_FLOW": _("sequence flow"),
        "CALL_ACTIVITY": _("call activity"),
        "BUSINESS_RULE_TASK": _("business rule task"),
        "SCRIPT_TASK": _("script task"),
        "SEND_TASK": _("send task"),
    }
    return lambda element_type: names.get(element_type, element_type.replace("_", " ").lower())
