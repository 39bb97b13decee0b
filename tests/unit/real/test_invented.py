import numpy as np

from pathlode.real.hudson_bay import read_pelts
from pathlode.real.invented import SPEAKERS, write_invented
from pathlode.real.physionet import read_stays
from pathlode.real.vowels import read_vowels


def test_invented_files_are_read_like_real_ones(tmp_path):
    archive, outcomes, train, test, pelts = write_invented(tmp_path, stays=40, utterances=4, seed=0)
    stays = read_stays(archive, outcomes, "invented").measured
    assert len(stays.counts) == 40
    assert 0 < stays.labels.sum() < 40
    assert np.isfinite(stays.values).any(axis=0).sum() == 4
    vowels = read_vowels(train, test, "invented")
    assert len(vowels.counts) == 8 * SPEAKERS
    assert len(vowels.classes) == SPEAKERS
    assert len(set(vowels.counts)) > 5
    table = read_pelts(pelts)
    assert table.years[[0, -1]].tolist() == [1900, 1920]
    assert (table.values > 0).all()
    before = archive.read_bytes()
    write_invented(tmp_path, stays=40, utterances=4, seed=1)
    assert archive.read_bytes() != before
