"""The book of background tasks: what was asked for, what became of it, and who minds the clock.

A queue may lose what it holds and may deliver twice. Whoever asks for a task writes it into this book first; the queue only
carries the task's id. A worker claims the task in the book before it runs it, so a second delivery finds nothing to do; what
was not heard of in time is sent once more. A task whose last attempt failed stays as a dead letter until somebody decides.
"""

from services.background_work.book import DeadTaskUnknown, QueuedTask, Schedule, TaskBook, TaskNotPutOff, TaskState, TickRun
from services.background_work.lease import Lease, SqlLease
from services.background_work.sql_book import SqlTaskBook
from services.background_work.sql_schedule import SqlSchedule

__all__ = [
    "DeadTaskUnknown",
    "Lease",
    "QueuedTask",
    "Schedule",
    "SqlLease",
    "SqlSchedule",
    "SqlTaskBook",
    "TaskBook",
    "TaskNotPutOff",
    "TaskState",
    "TickRun",
]
