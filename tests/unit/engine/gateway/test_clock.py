"""The system's clock as the engine sees it: it follows the machine's, and never goes back."""

from engine.gateway.clock import SystemClock

SECOND = 1_000_000_000


class Machine:
    """A machine whose wall clock can be set."""

    wall = 1_000 * SECOND
    steady = 5 * SECOND

    def pass_time(self, seconds: float) -> None:
        self.wall += int(seconds * SECOND)
        self.steady += int(seconds * SECOND)


def test_it_is_the_machine_s_time() -> None:
    machine = Machine()
    clock = SystemClock(lambda: machine.wall, lambda: machine.steady)

    machine.pass_time(10)

    assert clock.now() == 1_010_000


def test_a_clock_that_is_set_forward_is_followed_at_once() -> None:
    machine = Machine()
    clock = SystemClock(lambda: machine.wall, lambda: machine.steady)

    machine.wall += 3_600 * SECOND

    assert clock.now() == 4_600_000


def test_after_a_step_back_time_goes_on_at_half_speed_until_it_fits_again() -> None:
    machine = Machine()
    clock = SystemClock(lambda: machine.wall, lambda: machine.steady)
    assert clock.now() == 1_000_000
    machine.wall -= 60 * SECOND

    told = []
    for _ in range(8):
        machine.pass_time(20)
        told.append(clock.now() - 1_000_000)

    assert told == [10_000, 20_000, 30_000, 40_000, 50_000, 60_000, 80_000, 100_000]


def test_it_goes_on_from_what_was_reached_before_a_restart() -> None:
    machine = Machine()
    clock = SystemClock(lambda: machine.wall, lambda: machine.steady)

    clock.not_before(1_500_000)
    machine.pass_time(10)

    assert clock.now() == 1_505_000
