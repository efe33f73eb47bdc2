"""One instance's page: what happened and what is waited for, in the words of its model."""

import re

from history.queries import InstanceFilter
from tests.web_app import Browser, WebApp


async def page_of(app: WebApp, browser: Browser, where: InstanceFilter) -> str:
    key = app.services.queries.instances(where).items[0].key
    response = await browser.get(f"/instances/{key}")
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


async def test_what_is_waited_for_is_called_as_in_the_model(admin: Browser, recorded: WebApp) -> None:
    where = InstanceFilter(bpmn_process_id="order", variable_name="order_id", variable_value="A-5")

    page = await page_of(recorded, admin, where)

    assert "message order-paid · A-5 Paid" in page


async def test_a_step_without_a_name_is_called_by_its_kind(admin: Browser, recorded: WebApp) -> None:
    page = await page_of(recorded, admin, InstanceFilter(bpmn_process_id="complaint"))

    assert "start event received started" in page
    assert "start event received completed" in page
