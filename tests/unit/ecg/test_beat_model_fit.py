import numpy as np

from pathlode.ecg.results import BeatScores


def test_the_card_says_what_the_model_was_made_of(beat_model):
    card = beat_model.card
    assert card.commit == "abc"
    assert card.source == "invented"
    assert card.new_patients is True
    assert card.records["test"] == ["100", "200"]
    assert sorted(card.records["train"] + card.records["validation"]) == ["101", "208"]
    assert sum(card.beats.values()) > 200


def test_the_card_has_scores_by_class_and_rate(beat_model, beats):
    rows = beat_model.card.scores
    assert set(rows[0]) == set(BeatScores.columns)
    assert {row["condition"] for row in rows} == {"360 Hz", "90 Hz"}
    assert {row["rr"] for row in rows} == {True}
    of_v = next(row for row in rows if row["class"] == "V")
    test = np.isin(beats.records, [2, 3])
    assert of_v["n"] == (beats.classes[test] == 2).sum()
    assert 0 <= of_v["recall"] <= 1
