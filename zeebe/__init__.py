"""Both seams as code: client, job-worker loop, record types."""
