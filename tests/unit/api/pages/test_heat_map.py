from history.queries import Queries
from tests.web_app import Browser, WebApp


async def test_the_island_is_fed_with_the_numbers_of_the_read_model(admin: Browser, recorded: WebApp) -> None:
    heat_map = Queries(recorded.engine).heat_map("order")

    fed = (await admin.get("/heat-map/cells.json?process=order")).json()

    assert {cell["element_id"]: cell["count"] for cell in fed["cells"]} == {
        cell.element_id: cell.count for cell in heat_map.cells
    }
    assert {flow["element_id"]: flow["count"] for flow in fed["flows"]} == {
        flow.element_id: flow.count for flow in heat_map.flows
    }


async def test_the_table_beside_the_picture_shows_the_same_numbers(admin: Browser, recorded: WebApp) -> None:
    cells = Queries(recorded.engine).heat_map("order").cells

    page = (await admin.get("/heat-map?process=order")).text

    for cell in cells:
        row = page.split(f'id="cell-{cell.element_id}"')[1].split("</tr>")[0]
        assert f"<span data-cell-count>{cell.count}</span>" in row
