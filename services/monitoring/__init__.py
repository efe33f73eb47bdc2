"""What each process tells about itself: is it alive, can it serve and why not, and its figures for Prometheus."""

from services.monitoring.checks import Check, Readiness
from services.monitoring.jobs import watched_job
from services.monitoring.metrics import Metrics
from services.monitoring.server import MonitoringServer, PortInUse, monitoring

__all__ = ["Check", "Metrics", "MonitoringServer", "PortInUse", "Readiness", "monitoring", "watched_job"]
