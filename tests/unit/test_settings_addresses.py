"""What a process is told to listen on is not always an address that others can call."""

from pathlib import Path

import pytest

from settings import Settings


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_who_listens_everywhere_is_called_by_this_machine_s_own_address(host: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, host=host, web_port=8000, grpc_port=26500)

    assert settings.pages_url == settings.local_pages_url == "http://127.0.0.1:8000"
    assert settings.gateway_address == "127.0.0.1:26500"


@pytest.mark.parametrize("host", ["10.1.2.3", "house.example"])
def test_who_listens_on_one_address_is_called_by_it(host: str, tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, host=host, web_port=8000, grpc_port=26500)

    assert settings.pages_url == f"http://{host}:8000"
    assert settings.gateway_address == f"{host}:26500"


def test_people_come_by_the_public_address_where_there_is_one(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, host="0.0.0.0", web_port=8000, public_url="https://penstock.example/")

    assert settings.pages_url == "https://penstock.example"
    assert settings.local_pages_url == "http://127.0.0.1:8000"
