"""Where the processes of this machine answer about themselves."""

from services.discovery.targets import FOLDER, announced

__all__ = ["FOLDER", "announced"]
