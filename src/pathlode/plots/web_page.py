"""A picture of a web page as a browser shows it."""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.image import imread, imsave
from numpy.typing import NDArray

from pathlode.errors import ConfigError, DataError

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
"""Commands of browsers that can draw a page without a screen; the first that is installed is used."""
TALLEST = 6000
"""Pixels of a page's height that are drawn at most."""
_ALONE = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run", "--disable-sync")
_SILENT = ("--disable-background-networking", "--disable-component-update")


def picture_of(page: Path, picture: Path, width: int = 900) -> None:
    """Draws a page into a PNG file, up to its end or to :data:`TALLEST`.

    Args:
        page: an HTML file.
        picture: the file that is written.
        width: of the browser's window in pixels.

    Raises:
        ConfigError: if no browser is installed.
        DataError: if the browser draws nothing.
    """
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        raise ConfigError(f"no browser draws {page.name}: install one of {', '.join(BROWSERS)}")
    with tempfile.TemporaryDirectory() as folder:
        drawn = Path(folder) / "page.png"
        size = (f"--window-size={width},{TALLEST}", f"--screenshot={drawn}", f"--user-data-dir={folder}/profile")
        done = subprocess.run(
            [browser, *_ALONE, *_SILENT, *size, page.absolute().as_uri()], capture_output=True, text=True
        )
        if not drawn.exists():
            said = (done.stderr.strip().splitlines() or ["without a word"])[-1]
            raise DataError(f"{browser} drew nothing of {page} ({said}): try another browser")
        imsave(picture, without_empty_end(imread(drawn)))


def without_empty_end(pixels: NDArray[Any]) -> NDArray[Any]:
    """An image without the rows at its end that are all like the last one, of which 20 are kept.

    Args:
        pixels: (row, column, channel).
    """
    different = np.flatnonzero((pixels != pixels[-1]).any(axis=(1, 2)))
    last = int(different[-1]) + 1 if len(different) else 0
    return pixels[: last + min(20, len(pixels) - last)]
