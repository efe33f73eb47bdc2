"""Small makers of the things tests are given."""

from typing import Any

from zeebe.job import Job


def make_job(**changes: Any) -> Job:
    """A job that differs from the plainest one in what the test is about."""
    plain: dict[str, Any] = {
        "key": 1,
        "type": "any",
        "process_instance_key": 2,
        "bpmn_process_id": "process",
        "process_definition_version": 1,
        "process_definition_key": 3,
        "element_id": "element",
        "element_instance_key": 4,
        "worker": "test",
        "retries": 3,
        "deadline": 0,
    }
    return Job(**{**plain, **changes})
