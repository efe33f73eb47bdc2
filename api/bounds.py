"""Numbers that a request may hold: keys of the engine, and those that a column of 32 bits can hold.

An integer without both bounds reaches a database that cannot hold it; `tests/unit/api/test_bounds.py` walks every route for
one.
"""

from typing import Annotated

from pydantic import Field

# Zeebe's keys are signed 64-bit numbers.
MAX_KEY = 2**63 - 1
MAX_NUMBER = 2**31 - 1

EngineKey = Annotated[int, Field(ge=0, le=MAX_KEY)]
Version = Annotated[int, Field(ge=1, le=MAX_NUMBER)]
