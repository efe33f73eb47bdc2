"""What states, policies and lines of the timeline of a change are called, in the reader's language."""

from collections.abc import Mapping

from api.i18n import Language
from services.changes import Action, AuthorKind, ItemState, Outlook, Requirement, SetState


def set_states(language: Language) -> Mapping[SetState, tuple[str, str]]:
    """Name and tone of a badge."""
    _ = language.gettext
    return {
        SetState.PROPOSED: (_("New"), ""),
        SetState.AWAITING: (_("Waits for a decision"), "warn"),
        SetState.APPLYING: (_("Being applied"), "active"),
        SetState.STUCK: (_("Needs a person"), "bad"),
        SetState.APPLIED: (_("Applied"), "good"),
        SetState.PARTLY_APPLIED: (_("Partly applied"), "good"),
        SetState.REFUSED: (_("Refused"), ""),
        SetState.REVERTED: (_("Taken back"), "info"),
    }


def item_states(language: Language) -> Mapping[ItemState, tuple[str, str]]:
    _ = language.gettext
    return {
        ItemState.PROPOSED: (_("New"), ""),
        ItemState.AWAITING: (_("Waits for a decision"), "warn"),
        ItemState.APPROVED: (_("Approved"), "info"),
        ItemState.APPLYING: (_("Being applied"), "active"),
        ItemState.APPLIED: (_("Applied"), "good"),
        ItemState.UNCHANGED: (_("Was so already"), "good"),
        ItemState.CONFLICT: (_("Conflict"), "bad"),
        ItemState.FAILED: (_("Failed"), "bad"),
        ItemState.REFUSED: (_("Refused"), ""),
        ItemState.REVERTED: (_("Taken back"), "info"),
    }


def requirements(language: Language) -> Mapping[Requirement | None, str]:
    _ = language.gettext
    return {
        None: _("not judged yet"),
        Requirement.AUTOMATIC: _("no approval needed"),
        Requirement.ONE_APPROVAL: _("one approval"),
        Requirement.FOUR_EYES: _("four eyes"),
        Requirement.REFUSE: _("refused by policy"),
    }


def reasons(language: Language) -> Mapping[str, str]:
    """Why the policy asks for it; an unknown code of a changed table is shown as it is."""
    _ = language.gettext
    return {
        "FORBIDDEN_FIELD": _("this field is never changed by suggestion"),
        "GUARDED_FIELD": _("money or identity"),
        "LARGE_AMOUNT": _("a large amount"),
        "BY_A_PERSON": _("a person answers for it"),
        "FILLED_BY_HAND": _("a person filled this field"),
        "IMPORTED": _("the preview was looked at"),
        "TOO_UNSURE": _("too unsure"),
        "SURE_ENOUGH": _("sure enough"),
        "USUAL": _("the usual case"),
        "NO_POLICY": _("the policy gave no answer"),
    }


def author_kinds(language: Language) -> Mapping[AuthorKind, str]:
    _ = language.gettext
    return {
        AuthorKind.PERSON: _("Person"),
        AuthorKind.ASSISTANT: _("Assistant"),
        AuthorKind.RULE: _("Rule"),
        AuthorKind.IMPORT: _("Import"),
    }


def outlooks(language: Language) -> Mapping[Outlook, tuple[str, str]]:
    _ = language.gettext
    return {
        Outlook.READY: (_("Would be sent"), "good"),
        Outlook.ALREADY_SO: (_("Is so already"), "info"),
        Outlook.CONFLICT: (_("Changed since"), "bad"),
        Outlook.UNREADABLE: (_("Cannot be read"), "warn"),
    }


def actions(language: Language) -> Mapping[Action, tuple[str, str]]:
    """What a line of the timeline says, and its tone."""
    _ = language.gettext
    return {
        Action.PROPOSED: (_("proposed the change"), "active"),
        Action.POLICY: (_("judged by policy"), ""),
        Action.APPROVED: (_("approved"), "active"),
        Action.REFUSED: (_("refused"), "incident"),
        Action.SENT: (_("sent the request"), ""),
        Action.APPLIED: (_("applied"), "active"),
        Action.UNCHANGED: (_("found the value there already"), ""),
        Action.UNANSWERED: (_("got no answer"), "incident"),
        Action.READ_BACK: (_("read back: the request had no effect"), ""),
        Action.POSTPONED: (_("was told to come later"), ""),
        Action.CONFLICT: (_("found another value and stopped"), "incident"),
        Action.FAILED: (_("was refused by the system"), "incident"),
        Action.REBASED: (_("wants it applied over the other value"), "active"),
        Action.RETRIED: (_("wants it tried again"), "active"),
        Action.KEPT: (_("kept what stands there"), "completed"),
        Action.REVERT_PROPOSED: (_("proposed to take it back"), "completed"),
        Action.REVERTED: (_("taken back"), "completed"),
        Action.FINISHED: (_("finished"), "completed"),
    }
