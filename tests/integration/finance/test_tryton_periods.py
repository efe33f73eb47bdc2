"""Accounting periods of a real Tryton follow the close of a month."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.finance import AccountingRefused, Month
from services.finance.tryton import TrytonPeriods
from tests.tryton import PASSWORD, program, running_tryton

# Runs in Tryton's own environment, over the wire: a company with a fiscal year of twelve periods.
SEED = """
import datetime, sys
from urllib.parse import quote
from proteus import Model, config
from trytond.modules.company.tests.tools import create_company
from trytond.modules.account.tests.tools import create_fiscalyear
config.set_xmlrpc(f"http://admin:{quote(sys.argv[2])}@{sys.argv[1].split('//')[1]}/rpc/")
Currency = Model.get('currency.currency')
currency = Currency(name='Euro', symbol='E', code='EUR')
currency.save()
create_company(currency=currency)
year = create_fiscalyear(None, (datetime.date(2020, 1, 1), datetime.date(2020, 12, 31)))
year.click('create_period')
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    python = Path(program("trytond")).with_name("python")
    with running_tryton(tmp_path_factory.mktemp("tryton"), "account") as address:
        seeded = subprocess.run(
            [python, "-c", SEED, address, PASSWORD], check=False, capture_output=True, text=True, timeout=240
        )
        if "No module named 'proteus'" in seeded.stderr:
            pytest.skip("proteus and trytond_account are not installed beside trytond")
        assert seeded.returncode == 0, seeded.stderr[-2000:]
        yield address


def periods(address: str, *, password: str = PASSWORD) -> TrytonPeriods:
    url, _slash, database = address.rpartition("/")
    return TrytonPeriods(url, database, "admin", password)


async def test_a_period_is_closed_and_reopened_and_both_may_be_done_twice(address) -> None:
    followed = periods(address)

    names = [await followed.close(Month(2020, 3)), await followed.close(Month(2020, 3))]
    names += [await followed.reopen(Month(2020, 3)), await followed.reopen(Month(2020, 3))]

    assert len(set(names)) == 1
    assert names[0]


async def test_a_month_without_a_period_is_refused_with_a_way_on(address) -> None:
    with pytest.raises(AccountingRefused, match="0 standard periods for 2019-03"):
        await periods(address).close(Month(2019, 3))


async def test_a_wrong_password_is_refused(address) -> None:
    with pytest.raises(AccountingRefused, match=r"sign in|401"):
        await periods(address, password="wrong").close(Month(2020, 3))
