"""Job workers, a folder per process."""
