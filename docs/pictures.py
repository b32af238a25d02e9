"""Makes the pictures of the documentation from a run of the demonstration: `make pictures`."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
import time
from html import escape
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
WIDTH_CHARS = 118
LINE, CHAR, MARGIN, BAR = 17.0, 7.23, 18.0, 34.0
COLOURS = 160
LONGEST_WAIT = 0.8
REPORT = ROOT / "build" / "demo.html"


def main() -> None:
    """Run the demonstration and draw what it showed."""
    lines = watched("--report", str(REPORT))
    (DOCS / "demo-terminal.svg").write_text(terminal(lines))
    plotted = ("--seed", "5", "--quantity", "1", "--plot", str(DOCS / "demo.svg"))
    watched(*plotted)
    screenshots()


def watched(*arguments: str) -> list[tuple[float, str]]:
    """Run the demonstration and return its lines, each with the seconds after which to show it."""
    command = [sys.executable, "-u", "-m", "nautilus_bybit_adapter.cli", "demo", *arguments]
    before, shown = time.monotonic(), 0.4
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:  # noqa: S603 - our own
        assert process.stdout is not None  # noqa: S101 - a pipe was asked for
        for line in process.stdout:
            told = line.rstrip().replace(f"{ROOT}/", "")
            # Nobody waits for a picture: the venue's start and the seconds in the book are cut short.
            shown += min(time.monotonic() - before, LONGEST_WAIT)
            before = time.monotonic()
            lines.append((shown, re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:8080", told)))
    if process.returncode:
        raise SystemExit(f"the demonstration ended with {process.returncode}")
    return lines


def terminal(lines: list[tuple[float, str]]) -> str:
    """Return a terminal in which the lines appear as they did; where motion is unwanted they all stand there."""
    width = MARGIN * 2 + WIDTH_CHARS * CHAR
    height = BAR + MARGIN * 2 + LINE * (len(lines) + 2)
    shown = [(0.0, "$ make demo", "prompt"), *((at, text, kind_of(text)) for at, text in lines)]
    rows = []
    for number, (at, text, kind) in enumerate(shown):
        y = BAR + MARGIN + LINE * (number + 0.5)
        row = f'<text x="{MARGIN}" y="{y:.1f}" class="{kind}" style="animation-delay:{at:.2f}s">{escape(text)}</text>'
        rows.append(row if text else "")
    dots = "".join(
        f'<circle cx="{20 + 18 * n}" cy="17" r="6" fill="{colour}"/>'
        for n, colour in enumerate(("#ff5f57", "#febc2e", "#28c840"))
    )
    style = (
        "text{font:12px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#d6dde6;"
        "white-space:pre;opacity:0;animation:in .15s forwards}"
        ".prompt{fill:#8fb0ff}.good{fill:#3ecf8e;font-weight:700}.dim{fill:#93a0b3}@keyframes in{to{opacity:1}}"
        "@media(prefers-reduced-motion:reduce){text{opacity:1;animation:none}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}" role="img" '
        f'aria-label="What make demo prints"><style>{style}</style>'
        f'<rect width="100%" height="100%" rx="10" fill="#10141b"/>{dots}{"".join(rows)}</svg>\n'
    )


def kind_of(text: str) -> str:
    """Return the class of a line."""
    if text.startswith(("The accounts agree", "Round trip")):
        return "good"
    return "dim" if text.startswith(("Venue at", "---", "What the orders cost")) else "plain"


def screenshots() -> None:
    """Photograph the report in a headless Chromium."""
    sys.path.insert(0, str(ROOT / "tests" / "support"))
    from browser import chromium  # noqa: PLC0415 - the tests' own

    with (
        tempfile.TemporaryDirectory() as profile,
        chromium(Path(profile), width=1000, height=1180) as browser,
    ):
        browser.get(REPORT.as_uri())
        save(browser.get_screenshot_as_png(), DOCS / "report.png")
        order = browser.find_elements("css selector", "details")[0]
        save(order.screenshot_as_png, DOCS / "report-book.png")


def save(raw: bytes, path: Path) -> Any:
    """Write a picture with few colours, which keeps it small."""
    from io import BytesIO  # noqa: PLC0415 - with Pillow

    from PIL import Image  # noqa: PLC0415 - comes with matplotlib

    image = Image.open(BytesIO(raw)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    image.save(path, optimize=True)


if __name__ == "__main__":
    main()
