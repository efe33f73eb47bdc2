import json
from pathlib import Path

import pytest

from api.assets import AssetsMissing, load_assets


def build(static: Path, **changes: object) -> None:
    manifest = {
        "main": {"js": "main-1.js"},
        "style": {"css": "style-2.css"},
        "islands": {"map": {"js": "map-3.js", "css": "map-4.css"}},
    }
    (static / "manifest.json").write_text(json.dumps(manifest | changes))
    for name in ("main-1.js", "style-2.css", "map-3.js", "map-4.css"):
        (static / name).write_text("")


def test_gives_the_address_of_every_built_file(tmp_path: Path) -> None:
    build(tmp_path)

    assets = load_assets(tmp_path)

    assert assets.main_js == "/static/main-1.js"
    assert assets.style_css == "/static/style-2.css"
    assert assets.islands == {"map": {"js": "/static/map-3.js", "css": "/static/map-4.css"}}


def test_says_which_command_builds_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(AssetsMissing, match="make web"):
        load_assets(tmp_path)


def test_a_half_built_folder_names_the_missing_file(tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / "map-3.js").unlink()

    with pytest.raises(AssetsMissing, match=r"map-3\.js"):
        load_assets(tmp_path)


def test_a_broken_manifest_is_named_as_such(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text('{"main": 3}')

    with pytest.raises(AssetsMissing, match="no manifest"):
        load_assets(tmp_path)
