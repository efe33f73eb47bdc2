"""Accounting periods of a real Tryton follow the close of a month."""

from collections.abc import Iterator

import pytest

from services.finance import AccountingRefused, Month
from services.finance.tryton import TrytonPeriods
from tests.tryton import TrytonServer, start


@pytest.fixture(scope="module")
def tryton(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrytonServer]:
    yield from start(tmp_path_factory.mktemp("tryton"))


def periods(server: TrytonServer, *, password: str | None = None) -> TrytonPeriods:
    return TrytonPeriods(server.url, server.database, server.username, password or server.password)


async def test_a_period_is_closed_and_reopened_and_both_may_be_done_twice(tryton) -> None:
    followed = periods(tryton)

    names = [await followed.close(Month(2020, 3)), await followed.close(Month(2020, 3))]
    names += [await followed.reopen(Month(2020, 3)), await followed.reopen(Month(2020, 3))]

    assert len(set(names)) == 1
    assert names[0]


async def test_a_month_without_a_period_is_refused_with_a_way_on(tryton) -> None:
    with pytest.raises(AccountingRefused, match="0 standard periods for 2019-03"):
        await periods(tryton).close(Month(2019, 3))


async def test_a_wrong_password_is_refused(tryton) -> None:
    with pytest.raises(AccountingRefused, match=r"sign in|401"):
        await periods(tryton, password="wrong").close(Month(2020, 3))
