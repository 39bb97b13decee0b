import shutil

import numpy as np
import pytest
from matplotlib.image import imread

from pathlode.errors import ConfigError
from pathlode.plots.web_page import BROWSERS, picture_of, without_empty_end


def test_empty_rows_at_the_end_are_cut_off():
    pixels = np.ones((100, 4, 3))
    pixels[30, 2] = 0.0
    assert len(without_empty_end(pixels)) == 31 + 20
    assert len(without_empty_end(pixels[:40])) == 40
    assert len(without_empty_end(np.ones((100, 4, 3)))) == 20


@pytest.mark.skipif(not any(map(shutil.which, BROWSERS)), reason="needs a browser")
def test_a_page_is_drawn_up_to_its_end(tmp_path):
    page = '<!doctype html><body style="margin:0"><div style="height:70px;width:50px;background:#f00"></div>'
    (tmp_path / "page.html").write_text(page)
    picture_of(tmp_path / "page.html", tmp_path / "page.png", width=400)
    pixels = imread(tmp_path / "page.png")
    assert pixels.shape[:2] == (90, 400)
    assert (pixels[:70, :50, :3] == [1, 0, 0]).all()
    assert (pixels[70:, :, :3] == 1).all()


def test_without_a_browser_a_sentence_names_some(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConfigError, match=r"no browser draws page.html: install one of chromium, "):
        picture_of(tmp_path / "page.html", tmp_path / "page.png")
