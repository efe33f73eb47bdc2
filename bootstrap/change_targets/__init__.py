"""The systems of this house whose records can be changed by change sets."""

from bootstrap.change_targets.crm_records import CrmTarget
from bootstrap.change_targets.directories import DirectoryTarget
from bootstrap.change_targets.instances import InstanceTarget
from bootstrap.change_targets.own_crm import OwnCrmTarget
from bootstrap.change_targets.tickets import TicketTarget
from bootstrap.change_targets.variables import VariableTarget

__all__ = ["CrmTarget", "DirectoryTarget", "InstanceTarget", "OwnCrmTarget", "TicketTarget", "VariableTarget"]
