import functools
import hashlib
import http.server
import threading

import pytest

from pathlode.download import checksums, fetch
from pathlode.errors import DataError

CONTENT = b"a heartbeat"
DIGEST = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def mirror(tmp_path):
    folder = tmp_path / "mirror"
    folder.mkdir()
    (folder / "100.dat").write_bytes(CONTENT)
    return folder


@pytest.fixture
def target(tmp_path):
    return tmp_path / "data" / "record.dat"


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
    fetch("100.dat", [str(tmp_path / "nowhere"), str(mirror)], DIGEST, target)
    assert target.read_bytes() == CONTENT


def test_a_url_is_a_mirror_too(url, tmp_path, target):
    fetch("100.dat", [str(tmp_path / "nowhere"), url], DIGEST, target)
    assert target.read_bytes() == CONTENT


def test_a_busy_server_is_asked_again(server, url, target):
    server.failures = 2
    fetch("100.dat", [url], DIGEST, target)
    assert target.read_bytes() == CONTENT


def test_an_altered_file_is_never_taken(mirror, url, target, tmp_path):
    (mirror / "100.dat").write_bytes(CONTENT[:-1])
    with pytest.raises(DataError, match=r"100.dat could not be had .*truncated or altered.*; http.*put it into"):
        fetch("100.dat", [str(mirror), url], DIGEST, target)
    assert list(target.parent.iterdir()) == []


def test_what_was_there_stays_if_no_mirror_has_the_file(tmp_path, url, target):
    target.parent.mkdir()
    target.write_bytes(b"older")
    with pytest.raises(DataError, match=r"no such folder.*404.*put it into \S+nowhere, or add to ecg.mirrors a folder"):
        fetch("101.dat", [str(tmp_path / "nowhere"), url], DIGEST, target, key="ecg.mirrors")
    assert [file.read_bytes() for file in target.parent.iterdir()] == [b"older"]


def test_a_server_that_is_not_there_is_named(target):
    with pytest.raises(DataError, match=r"http://127.0.0.1:9/"):
        fetch("100.dat", ["http://127.0.0.1:9/"], DIGEST, target)


def test_checksums_are_read_as_sha256sum_writes_them(tmp_path):
    path = tmp_path / "list"
    path.write_text(f"{DIGEST}  a.dat\n{DIGEST} *b.dat\n")
    assert checksums(path) == {"a.dat": DIGEST, "b.dat": DIGEST}
    path.write_text(f"{DIGEST}  a.dat\nnonsense\n")
    with pytest.raises(DataError, match=r"list, line 2: expected a SHA-256 digest and a file name, got 'nonsense'"):
        checksums(path)
