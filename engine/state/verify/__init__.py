"""Is a stored state whole? Reads all of it, as of one moment, and says what is wrong, where, and what to do.

What can be known twice is compared: how a row is found with what it holds, a part with the instance it is part of, each chunk
of the record log with the checksum that continues the one before, and what is alive with what the records say of it.
"""

from engine.state.verify.report import Finding, StoredState, Verification
from engine.state.verify.whole import verify

__all__ = ["Finding", "StoredState", "Verification", "verify"]
