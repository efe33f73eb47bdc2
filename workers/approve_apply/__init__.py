"""Job workers of the process `approve_apply`."""
