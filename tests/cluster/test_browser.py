"""The site and the report in a browser, which has nothing to complain about."""

import functools
import http.server
import json
import re
import shutil
import subprocess
import threading
from pathlib import Path

from workflow_checkout import needs

from workflow.chapters import CHAPTERS

pytestmark = needs(shutil.which("chromium") is not None, "chromium")


def browse(url: str, profile: Path) -> tuple[str, list[str]]:
    """The page as a browser has it after its scripts, and what the browser says of it on its console."""
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
    flags += ["--disable-component-update", "--disable-sync", "--enable-logging=stderr", "--virtual-time-budget=3000"]
    command = ["chromium", *flags, f"--user-data-dir={profile}", "--dump-dom", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


WIDTHS = (420, 1280)
"""Of a telephone and of a screen, in pixels."""
FRAMES = """<!doctype html><ul></ul><script>
for (const width of %s) for (const page of %s) {
    const frame = document.createElement("iframe");
    frame.style.cssText = `width: ${width}px; height: 900px; border: 0`;
    frame.onload = () => {
        const item = document.createElement("li");
        item.textContent = [page, width, frame.contentDocument.documentElement.scrollWidth].join(" ");
        document.querySelector("ul").append(item);
    };
    frame.src = page;
    document.body.append(frame);
}
</script>"""


def test_a_browser_shows_every_page_at_two_widths_without_a_complaint(site, tmp_path):
    """Each in a frame of that width, out of which nothing may reach."""
    pages = sorted(path.relative_to(site).as_posix() for path in site.rglob("*.html"))
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(site))
    handler.func.log_message = lambda *_: None
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    frames = site / "frames.html"
    frames.write_text(FRAMES % (json.dumps(WIDTHS), json.dumps(pages)))
    try:
        shown, console = browse(f"http://127.0.0.1:{server.server_address[1]}/frames.html", tmp_path)
    finally:
        frames.unlink()
        server.shutdown()
        server.server_close()
    assert console == []
    reach = {(page, int(width)): int(at) for page, width, at in re.findall(r"<li>(\S+) (\d+) (\d+)</li>", shown)}
    assert set(reach) == {(page, width) for page in pages for width in WIDTHS}
    assert {place for place, at in reach.items() if at > place[1]} == set()


def test_a_browser_shows_the_report_without_a_complaint(report, tmp_path):
    page, console = browse(report.as_uri(), tmp_path)
    page = re.sub("<script.*?</script>", "", page, flags=re.DOTALL)  # which hold all that can be shown
    assert all(
        title in page for title in ("All claims", *(chapter.title for chapter in CHAPTERS.values()), "What it cost")
    )
    assert [line for line in console if "cdn.tailwindcss.com" not in line] == []  # Snakemake's own
    links = re.findall(r'(?:href|src)="([^"]+)"', page)
    assert {re.split("[#:]", link)[0] for link in links} == {"", "data"}  # none can be dead
