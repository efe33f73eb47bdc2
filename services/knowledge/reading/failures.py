"""Why a file cannot be read."""


class CannotRead(Exception):
    """The text is for the person who brought the file."""
