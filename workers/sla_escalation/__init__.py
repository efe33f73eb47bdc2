"""Job workers of the SLA and escalation process; `compute-sla-targets` and `stop-sla-clock` serve its callers, too."""
