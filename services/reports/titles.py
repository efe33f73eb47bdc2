"""What the reports are called."""

from services.reports.texts import translator

TITLES = {
    "tickets": "Tickets",
    "performers": "Performers",
    "sla": "Service levels",
    "process-performance": "Process performance",
    "assistant": "Assistant use",
    "month-close": "Month close",
}


def title_of(name: str, language: str) -> str:
    return translator(language)(TITLES[name])
