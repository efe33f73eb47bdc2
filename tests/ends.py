"""A bound for what must end at all.

What such a test guards against runs for hours or takes all memory, so the bound may be far above the usual time: a machine that
is slow, or busy with other work, fails nothing. How fast things are is measured in `bench/`.
"""

ENDS_WITHIN_SECONDS = 20.0
