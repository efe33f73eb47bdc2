"""How many jobs of a type a worker may run at once."""

import asyncio


class JobSlots:
    """A counted set of places; a job holds one from before it is fetched until its outcome is delivered."""

    def __init__(self, count: int) -> None:
        self.free = count
        self._freed = asyncio.Event()

    async def take(self) -> None:
        """Take one place, waiting for it if need be."""
        while self.free == 0:
            self._freed.clear()
            await self._freed.wait()
        self.free -= 1

    def take_up_to(self, most: int) -> int:
        """Take the places that are free now, and say how many those were."""
        taken = min(self.free, most)
        self.free -= taken
        return taken

    def give(self, count: int = 1) -> None:
        """Give places back."""
        self.free += count
        if self.free:
            self._freed.set()
