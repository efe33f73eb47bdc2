"""The built browser files: which hashed name each script, style sheet and island has, read from static/manifest.json.

Pages work from the manifest alone, so no node is needed once static/ is built; when it is missing, the error says what to do.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import msgspec


class AssetsMissing(Exception):
    """static/ has not been built, or only in part."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}. Build the browser's part first: make web")
        self.path = path


class AssetFiles(TypedDict, total=False):
    """File names of one entry, relative to static/."""

    js: str
    css: str


class Manifest(msgspec.Struct, frozen=True):
    """What web/build.mjs wrote."""

    main: AssetFiles
    style: AssetFiles
    islands: dict[str, AssetFiles]


@dataclass(frozen=True, slots=True)
class Assets:
    """Addresses of the built files, as templates need them."""

    manifest: Manifest
    prefix: str = "/static/"

    @property
    def main_js(self) -> str:
        return self.prefix + self.manifest.main["js"]

    @property
    def style_css(self) -> str:
        return self.prefix + self.manifest.style["css"]

    @property
    def islands(self) -> dict[str, dict[str, str]]:
        """Island -> kind -> address, written into each page for the loader."""
        return {
            name: {kind: f"{self.prefix}{file}" for kind, file in files.items()}
            for name, files in self.manifest.islands.items()
        }


def load_assets(static: Path) -> Assets:
    """Read the manifest and make sure that every file it names is there."""
    path = static / "manifest.json"
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except FileNotFoundError as error:
        raise AssetsMissing(path, "there is no such file") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise AssetsMissing(path, f"it is no manifest ({error})") from error
    for files in (manifest.main, manifest.style, *manifest.islands.values()):
        for name in files.values():
            if not (static / str(name)).is_file():
                raise AssetsMissing(path, f"it names {name}, which is missing")
    return Assets(manifest)
