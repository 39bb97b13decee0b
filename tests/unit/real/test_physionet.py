import math

import numpy as np
import pytest

from pathlode.errors import DataError
from pathlode.real.archives import pack
from pathlode.real.measured import UNKNOWN
from pathlode.real.physionet import Physionet
from pathlode.real.quantities import DESCRIPTORS, QUANTITIES
from pathlode.real.stay_files import HEADER

HEAD = ["00:00,RecordID,{}", "00:00,Age,54", "00:00,Gender,0", "00:00,Height,-1", "00:00,ICUType,4", "00:00,Weight,70"]
PLACE = {name: number for number, name in enumerate(QUANTITIES)}


def stay(name, *lines):
    return "\n".join([HEADER, *HEAD, *lines]).format(name) + "\n"


@pytest.fixture
def read(tmp_path):
    """Reads stays from their texts, and their outcomes."""

    def reading(texts, outcomes=None, interval=1.0):
        pack(tmp_path / "set-a.tar.gz", texts)
        outcomes = dict.fromkeys(texts, 0) if outcomes is None else outcomes
        lines = "".join(f"{name},5,{died}\n" for name, died in outcomes.items())
        (tmp_path / "Outcomes-a.txt").write_text(f"RecordID,SOFA,In-hospital_death\n{lines}")
        return Physionet(interval).read([tmp_path / name for name in Physionet.files], "invented")

    return reading


def test_there_are_37_quantities_and_5_descriptors():
    assert (len(QUANTITIES), len(DESCRIPTORS)) == (37, 5)
    assert all(quantity.unit and quantity.low < quantity.high for quantity in QUANTITIES.values())


def test_values_stand_at_their_hour_and_repeated_ones_count_once(read):
    """At 00:07 the heart rate was 80 and 90, at 00:30 it was 70: the first hour's mean is that of 85 and 70."""
    lines = ["00:07,HR,80", "00:07,HR,90", "00:30,HR,70", "02:59,Temp,37.5", "03:00,Temp,38"]
    stays = read({"1": stay(1, *lines)})
    times, values = stays.measured.padded()
    assert times[0].tolist() == [hour + 0.5 for hour in range(48)]
    assert values[0, 0, PLACE["HR"]] == 77.5
    assert values[0, 2:4, PLACE["Temp"]].tolist() == [37.5, 38]
    assert np.isfinite(values).sum() == 3
    assert stays.repeated == 1


def test_another_interval_and_the_last_minute(read):
    stays = read({"1": stay(1, "00:14,HR,80", "00:15,HR,90", "48:00,HR,60")}, interval=0.25)
    values = stays.measured.padded()[1][0, :, PLACE["HR"]]
    assert len(values) == 192
    assert values[[0, 1, 191]].tolist() == [80, 90, 60]


def test_descriptors_are_read_and_unknown_ones_counted(read):
    stays = read({"1": stay(1, "00:00,Weight,69", "00:10,HR,80")})
    assert stays.unknown == 1
    described = dict(zip(stays.measured.described, stays.measured.descriptors[0].tolist(), strict=True))
    assert math.isnan(described.pop("Height"))
    assert described == {"Age": 54, "Gender": 0, "ICUType": 4, "Weight": 70}
    assert stays.measured.padded()[1][0, 0, PLACE["Weight"]] == 69


def test_a_file_may_be_sorted_by_name(read):
    lines = ["00:00,RecordID,7", "00:00,Age,54", "00:00,Gender,1", "00:00,HR,73", "00:00,Height,160"]
    lines += ["00:00,ICUType,3", "00:00,ICUType,3", "00:00,Weight,50", "00:00,Weight,51"]
    stays = read({"7": "\n".join([HEADER, *lines]) + "\n"})
    assert stays.measured.descriptors[0].tolist() == [54, 1, 160, 3, 50]
    assert stays.measured.padded()[1][0, 0, [PLACE["HR"], PLACE["Weight"]]].tolist() == [73, 51]


def test_implausible_values_are_missing(read):
    stays = read({"1": stay(1, "01:00,pH,735", "01:00,Temp,-17.8", "01:00,SysABP,0", "01:00,HR,88")})
    assert stays.implausible == 3
    assert np.isfinite(stays.measured.values).sum() == 1


def test_stays_without_measurements_are_left_out(read):
    stays = read({"1": stay(1), "2": stay(2, "05:00,HR,60")})
    assert (stays.measured.names.tolist(), stays.empty) == (["2"], 1)


def test_deaths_belong_to_their_stays(read):
    texts = {name: stay(name, "05:00,HR,60") for name in ("3", "1", "2")}
    stays = read(texts, {"1": 1, "2": -1, "3": 0})
    assert dict(zip(stays.measured.names.tolist(), stays.measured.labels.tolist(), strict=True)) == {
        "1": 1,
        "2": UNKNOWN,
        "3": 0,
    }


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (stay(1, "01:00,HR,high"), r"line 8 of stay 1 is '01:00,HR,high', expected Time,Parameter,Value with a number"),
        (stay(1, "01:00,HR"), r"line 8 of stay 1 is '01:00,HR'"),
        (stay(1, "01:00,,4"), r"line 8 of stay 1 is '01:00,,4'"),
        (stay(1, "01:00,Pulse,80"), r"has the quantity 'Pulse', expected one of"),
        (stay(1, "1 h,HR,80"), r"a time is '1 h', expected hours and minutes such as 07:30"),
        (stay(1, "01:70,HR,80"), r"a time is '01:70'"),
        (stay(1, "01:00,HR,80").replace("Time,", "time,"), r"stay 1 begins with 'time,Parameter,Value', expected"),
        (f"{HEADER}\n00:00,RecordID,1\n01:00,HR,80\n", r"lacks the descriptor Age"),
    ],
)
def test_a_file_of_another_form_is_refused_in_one_sentence(read, text, message):
    with pytest.raises(DataError, match=message) as raised:
        read({"1": text})
    assert "\n" not in str(raised.value)


def test_missing_and_damaged_files_are_refused(read, tmp_path):
    read({"1": stay(1, "01:00,HR,80")})
    archive, outcomes = tmp_path / "set-a.tar.gz", tmp_path / "Outcomes-a.txt"
    with pytest.raises(DataError, match=r"nowhere\.tar\.gz cannot be read as an archive \(it does not exist\): fetch"):
        Physionet(1.0).read([tmp_path / "nowhere.tar.gz", outcomes], "invented")
    with pytest.raises(DataError, match=r"nowhere\.txt cannot be read as the table of outcomes"):
        Physionet(1.0).read([archive, tmp_path / "nowhere.txt"], "invented")
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(DataError, match=r"set-a\.tar\.gz cannot be read as an archive \(it is damaged\)"):
        Physionet(1.0).read([archive, outcomes], "invented")


def test_a_stay_without_outcome_is_refused(read):
    with pytest.raises(DataError, match="has no outcome of stay 2"):
        read({name: stay(name, "01:00,HR,80") for name in ("1", "2")}, {"1": 0})
