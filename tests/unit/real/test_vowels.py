import numpy as np
import pytest

from pathlode.errors import DataError
from pathlode.real.vowels import COEFFICIENTS, Vowels


def line(frames, speaker, first=0.0):
    """An utterance whose coefficient k is first + k at the first frame and rises by 0.5 each frame."""
    return ":".join(
        [*(",".join(str(first + k + 0.5 * f) for f in range(frames)) for k in range(COEFFICIENTS)), str(speaker)]
    )


@pytest.fixture
def files(tmp_path):
    for part, lines in (("TRAIN", [line(3, 2), line(2, 1, 7.0)]), ("TEST", [line(4, 1)])):
        (tmp_path / f"{part}.ts").write_text("\n".join(["#text", "@problemName X", "@data", *lines]) + "\n")
    return tmp_path / "TRAIN.ts", tmp_path / "TEST.ts"


def test_utterances_are_ragged_and_the_published_test_part_is_known(files):
    measured = Vowels().read(files, "invented").measured
    assert measured.counts.tolist() == [3, 2, 4]
    assert measured.given_test.tolist() == [False, False, True]
    assert [measured.classes[label] for label in measured.labels] == ["2", "1", "1"]
    times, values = measured.padded()
    assert values[1, :2, [0, 11]].tolist() == [[7, 7.5], [18, 18.5]]
    assert np.array_equal(times[0], [0, 1, 2, np.nan], equal_nan=True)
    assert np.isnan(values[1, 2:]).all()
    assert measured.names.tolist() == ["TRAIN 1", "TRAIN 2", "TEST 1"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("@problemName X\n", "lacks the line '@data'"),
        ("@data\n", "has no series after the line '@data'"),
        (
            "@data\n1,2:3,4:1\n",
            r"line 2: expected 12 features of equally many numbers and a class, .* it has 2 features",
        ),
        (f"@data\n{line(2, 1).replace('0.5', 'half', 1)}\n", "line 2: .*could not convert string to float"),
        (f"@data\n{line(2, 1).replace('0.5', 'nan', 1)}\n", "line 2: .*a value is not finite"),
        (f"@data\n{line(2, 1).replace('0.0,', '', 1)}\n", r"it has 12 features of \[1, 2\] values"),
    ],
)
def test_a_file_of_another_form_is_refused_in_one_sentence(files, text, message):
    files[0].write_text(text)
    with pytest.raises(DataError, match=message) as raised:
        Vowels().read(files, "invented")
    assert "\n" not in str(raised.value)


def test_a_missing_file_is_refused(files, tmp_path):
    with pytest.raises(DataError, match=r"nowhere\.ts cannot be read as a file of series \(it does not exist\)"):
        Vowels().read([tmp_path / "nowhere.ts", files[1]], "invented")
