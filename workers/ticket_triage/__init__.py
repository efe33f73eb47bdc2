"""Job workers of the ticket triage process."""
