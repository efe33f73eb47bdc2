"""Files that were read lately stay read: a model is the same for who deploys it, deploys it again, or runs it.

What is read is frozen and holds nothing of a partition, so that all partitions of a process may share it.
"""

from functools import lru_cache

from engine.bpmn import InvalidBpmn, ProcessDefinition, read_bpmn, read_deployed
from engine.dmn import DecisionModel, Finding, read_dmn, refused_by_schema, refused_by_zeebe

KEPT = 64
# A model is many times as large as its file; large files are rare and are read each time.
LARGEST_KEPT_BYTES = 262_144


def processes_in(content: bytes, resource_name: str) -> tuple[ProcessDefinition, ...]:
    """The executable processes of a BPMN file.

    Raises:
        InvalidBpmn: it is not in order.
    """
    return (_kept_processes if len(content) <= LARGEST_KEPT_BYTES else read_bpmn)(content, resource_name)


def deployed_processes_in(content: bytes, resource_name: str) -> tuple[ProcessDefinition, ...]:
    """The executable processes of a BPMN file that is deployed, whatever the rules say to it by now."""
    try:
        return processes_in(content, resource_name)
    except InvalidBpmn:
        return read_deployed(content, resource_name)


def decisions_in(content: bytes, resource_name: str) -> DecisionModel:
    """The decisions of a DMN file.

    Raises:
        InvalidDmn: it is not in order.
    """
    return (_kept_decisions if len(content) <= LARGEST_KEPT_BYTES else read_dmn)(content, resource_name)


def refused_decisions(content: bytes, resource_name: str) -> tuple[Finding, ...]:
    """What in a DMN file that can be read is not deployed all the same.

    Raises:
        InvalidDmn: it cannot be read.
    """
    return (_kept_refusals if len(content) <= LARGEST_KEPT_BYTES else _refusals)(content, resource_name)


def _refusals(content: bytes, resource_name: str) -> tuple[Finding, ...]:
    model = decisions_in(content, resource_name)
    return (*refused_by_schema(content, resource_name), *refused_by_zeebe(model.definitions))


@lru_cache(KEPT)
def _kept_refusals(content: bytes, resource_name: str) -> tuple[Finding, ...]:
    return _refusals(content, resource_name)


@lru_cache(KEPT)
def _kept_processes(content: bytes, resource_name: str) -> tuple[ProcessDefinition, ...]:
    return read_bpmn(content, resource_name)


@lru_cache(KEPT)
def _kept_decisions(content: bytes, resource_name: str) -> DecisionModel:
    return read_dmn(content, resource_name)
