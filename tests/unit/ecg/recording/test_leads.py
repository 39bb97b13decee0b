import pytest

from pathlode.ecg.recording.leads import choose_lead, listed_names, microvolts_of, plain_name
from pathlode.errors import DataError


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["V5", "MLII"], 1),
        (["V5", "V2"], 0),
        (["Resp", "ECG II"], 1),
        (["EEG Fpz-Cz", "EKG1"], 1),
        (["ECG"], 0),
        (["SpO2", "ECG aVF", "ECG I"], 2),
        (["channel"], 0),
    ],
)
def test_the_lead_most_like_the_trained_one_is_chosen(names, chosen):
    assert choose_lead(names, None, "file") == chosen


def test_a_lead_that_is_asked_for_is_found_in_any_writing():
    assert choose_lead(["ECG I", "ECG II"], "ii", "file") == 1
    assert choose_lead(["II", "ECG II"], "ECG II", "file") == 1


def test_a_lead_that_is_not_there_is_refused():
    with pytest.raises(DataError, match="^file has no lead 'V1': it has MLII, V5$"):
        choose_lead(["MLII", "V5"], "V1", "file")
    with pytest.raises(
        DataError, match="no channel with the name of an ECG lead among EEG Fpz-Cz, Resp: name one by lead"
    ):
        choose_lead(["EEG Fpz-Cz", "Resp"], None, "file")


def test_words_around_a_name_do_not_count():
    assert [plain_name(name) for name in ("ECG Lead II", "'MLII'", "EKG", "lead_aVF")] == ["ii", "mlii", "ekg", "avf"]


@pytest.mark.parametrize(("unit", "factor"), [("mV", 1000), ("uV", 1), ("µV", 1), ("V", 1e6), (" nV ", 0.001)])
def test_units_in_microvolts(unit, factor):
    assert microvolts_of(unit, "file") == factor


@pytest.mark.parametrize(("unit", "said"), [(None, "says no unit"), ("mmHg", "is in 'mmHg'"), ("", "says no unit")])
def test_an_unknown_unit_is_refused(unit, said):
    with pytest.raises(DataError, match=f"^file {said}, expected mV, uV or V"):
        microvolts_of(unit, "file")


def test_thousands_of_names_are_not_all_told():
    assert listed_names(["a", "b"]) == "a, b"
    assert listed_names(list("abcd"), most=2) == "a, b and 2 more"
