from dataclasses import replace

import pytest

from pathlode.ecg.beat_model_card import BeatModelCard
from pathlode.errors import DataError


def test_a_card_comes_back_from_its_file(card, tmp_path):
    card.save(tmp_path / "heartbeats.json")
    assert BeatModelCard.load(tmp_path / "heartbeats.json") == card


def test_the_scores_nearest_by_ratio(card):
    """The geometric mean of 90 and 360 Hz is 180 Hz."""
    for rate, condition in ((200, "360 Hz"), (185, "360 Hz"), (175, "90 Hz"), (20, "90 Hz")):
        found = card.scores_nearest(rate)
        assert list(found) == ["S", "V", "macro"]
        assert {row["condition"] for row in found.values()} == {condition}


def lacking(card):
    """Changes of a card, each with the sentence that refuses it."""
    row, *others = card.scores
    yield {"beats": {"train": 1, "validation": 1}}, "the card's beats lack the part 'test'"
    yield {"records": {}}, "the card's records lack the part 'train'"
    unknown = {name: value for name, value in row.items() if name != "recall"}
    yield {"scores": [unknown, *others]}, "the card's scores lack 'recall' \\(true positives"
    for scores in ([], others[:-1]):
        yield {"scores": scores}, "the card's scores lack the mean over classes"


def test_a_card_that_lacks_something_is_refused(card):
    for change, words in lacking(card):
        with pytest.raises(DataError, match=words):
            replace(card, **change)


@pytest.mark.parametrize("text", ['{"source": "mit', '{"data": {"source": "mitdb"}, "version": "1", "scores": []}'])
def test_a_damaged_or_older_file_is_refused_in_one_sentence(tmp_path, text):
    """In the older one, source, beats and records are in a dictionary of their own."""
    (tmp_path / "heartbeats.json").write_text(text)
    with pytest.raises(DataError, match="heartbeats.json cannot be read as card of a classifier of heartb") as raised:
        BeatModelCard.load(tmp_path / "heartbeats.json")
    assert "\n" not in str(raised.value)
