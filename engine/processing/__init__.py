"""Commands in, records and state changes out: what happens in a process, and in which order."""
