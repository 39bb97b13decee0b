import numpy as np
from drawing import drawn

from pathlode.plots.confusion import confusion, confusion_by_split

TRUTH = np.random.default_rng(0).integers(0, 5, 200).astype(np.int8)


def test_confusion_is_in_per_cent_of_each_row(tmp_path):
    predicted = np.where(TRUTH == 1, 0, TRUTH)
    figure = drawn(confusion(TRUTH, {"360 Hz": predicted}, "NSVFQ"), tmp_path)
    cells = [text.get_text() for text in figure.axes[0].texts]
    assert cells[:10] == ["100", "0", "0", "0", "0", "100", "0", "0", "0", "0"]
    paced = np.where((TRUTH == 2) & (np.arange(200) % 2 == 0), 4, TRUTH)
    figure = drawn(confusion(TRUTH, {"360 Hz": paced}, "NSV"), tmp_path)
    left = 100 * (paced[TRUTH == 2] == 2).mean()
    assert [text.get_text() for text in figure.axes[0].texts][6:] == ["0", "0", f"{left:.0f}"]


def test_every_split_has_its_own_classes_in_its_confusion(tmp_path):
    said = {"random": (TRUTH, TRUTH, "NSVFQ"), "inter_patient": (TRUTH, np.zeros_like(TRUTH), "NSVF")}
    axes = drawn(confusion_by_split(said), tmp_path).axes[:2]
    assert [axis.get_title() for axis in axes] == ["random split", "inter-patient split"]
    cells = [[text.get_text() for text in axis.texts] for axis in axes]
    assert cells[0] == [str(100 * (row == column)) for row in range(5) for column in range(5)]
    assert cells[1] == [str(100 * (column == 0)) for row in range(4) for column in range(4)]
