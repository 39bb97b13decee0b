import hashlib
import tarfile

import pytest

from pathlode.download import fetch
from pathlode.errors import DataError
from pathlode.real.archives import content_sha256, members, pack


@pytest.fixture
def archive(tmp_path):
    pack(tmp_path / "set-a.tar.gz", {"b": "second\n", "a": "first\n"})
    return tmp_path / "set-a.tar.gz"


def test_members_are_sorted_by_name_without_folder(archive):
    assert members(archive) == {"a.txt": b"first\n", "b.txt": b"second\n"}


def test_the_digest_is_that_of_the_content_however_it_was_packed(archive, tmp_path):
    one, two = (hashlib.sha256(text).hexdigest() for text in (b"first\n", b"second\n"))
    expected = hashlib.sha256(f"{one}  a.txt\n{two}  b.txt\n".encode()).hexdigest()
    assert content_sha256(archive) == expected
    for name, text in (("b", b"second\n"), ("a", b"first\n")):
        (tmp_path / f"{name}.txt").write_bytes(text)
    again = tmp_path / "again.tar.gz"
    with tarfile.open(again, "w:gz", compresslevel=1) as packed:
        for name in ("a.txt", "b.txt"):
            packed.add(tmp_path / name, arcname=f"other/{name}")
    assert again.read_bytes() != archive.read_bytes()
    assert content_sha256(again) == expected
    pack(again, {"a": "first\n", "b": "altered\n"})
    assert content_sha256(again) != expected


def test_an_archive_is_fetched_by_its_content(archive, tmp_path):
    target, listed = tmp_path / "fetched/set-a.tar.gz", {"set-a.tar.gz": [content_sha256(archive)]}
    fetch(target, [str(archive.parent)], listed, digest=content_sha256)
    assert target.read_bytes() == archive.read_bytes()
    target.unlink()
    archive.write_bytes(archive.read_bytes()[: archive.stat().st_size // 2])
    with pytest.raises(DataError, match=r"set-a\.tar\.gz could not be fetched .*it is damaged"):
        fetch(target, [str(archive.parent)], listed, digest=content_sha256)
    assert not target.exists()
