"""What can hinder a backup or its restoring."""


class BackupFailed(Exception):
    """Nothing was made or restored; says why and what to do."""
