"""What kinds of incidents are called, in the reader's language; the engine's code stands beside it."""

from collections.abc import Callable

from api.i18n import Language


def incident_type_names(language: Language) -> Callable[[str], str]:
    """Tells a kind by its code in the records; one that is not here (of a newer engine) as its code."""
    _ = language.gettext
    names = {
        "CALLED_DECISION_ERROR": _("No such decision"),
        "CALLED_ELEMENT_ERROR": _("No such process to call"),
        "CONDITION_ERROR": _("A gateway found no way on"),
        "DECISION_EVALUATION_ERROR": _("A decision failed"),
        "EXECUTION_LISTENER_NO_RETRIES": _("A listener ran out of attempts"),
        "EXTRACT_VALUE_ERROR": _("An expression gave no fit value"),
        "FORM_NOT_FOUND": _("No such form"),
        "IO_MAPPING_ERROR": _("A variable could not be mapped"),
        "JOB_NO_RETRIES": _("A job ran out of attempts"),
        "MESSAGE_SIZE_EXCEEDED": _("Too large to be processed"),
        "UNHANDLED_ERROR_EVENT": _("An error that nothing catches"),
    }
    return lambda error_type: names.get(error_type, error_type)
