from pathlode.real.hudson_bay import read_pelts
from pathlode.real.invented import write_invented


def test_invented_pelts_are_read_like_real_ones_and_differ_by_their_seed(tmp_path):
    (pelts,) = write_invented(tmp_path, {}, seed=0)
    table = read_pelts(pelts)
    assert table.years[[0, -1]].tolist() == [1900, 1920]
    assert (table.values > 0).all()
    before = pelts.read_bytes()
    write_invented(tmp_path, {}, seed=1)
    assert pelts.read_bytes() != before
