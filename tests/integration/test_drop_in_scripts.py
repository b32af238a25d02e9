"""Scripts written for the framework's own adapter run after changing the import, and only that."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "tests" / "fixtures" / "official_scripts"
# By script: what its log says once it works. A `*` says that a part of the line does not matter.
WORKS = {
    "exec_tester.py": ("OrderFilled(instrument_id=ETHUSDT-LINEAR.BYBIT", "OrderAccepted("),
    "data_tester.py": ("BTCUSDT-SPOT.BYBIT", "TradeTick"),
    "market_maker.py": ("OrderAccepted(instrument_id=SOLUSDT-LINEAR.BYBIT",),
}


def with_the_import_changed(name: str) -> str:
    text = (SCRIPTS / name).read_text()
    assert "nautilus_bybit_adapter" not in text
    changed = text.replace("nautilus_trader.adapters.bybit", "nautilus_bybit_adapter")
    assert changed != text
    return changed


@pytest.mark.parametrize("name", WORKS)
def test_a_script_runs_after_changing_the_import(name: str, venue: dict[str, str], tmp_path: Path) -> None:
    script = tmp_path / name
    script.write_text(with_the_import_changed(name))
    variables = {
        "BYBIT_BASE_URL_HTTP": venue["rest"],
        "BYBIT_BASE_URL_WS_PUBLIC": venue["ws_public"],
        "BYBIT_BASE_URL_WS_PRIVATE": venue["ws_private"],
        "BYBIT_BASE_URL_WS_TRADE": venue["ws_trade"],
        "BYBIT_API_KEY": venue["api_key"],
        "BYBIT_API_SECRET": venue["api_secret"],
    }
    process = subprocess.Popen(
        [sys.executable, str(script)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=ROOT,
        env={**os.environ, **variables},
    )
    assert process.stdout is not None
    too_long = threading.Timer(120, process.kill)
    too_long.start()
    missing, lines = list(WORKS[name]), []
    try:
        for line in process.stdout:
            lines.append(line)
            missing = [each for each in missing if each not in line]
            if not missing:
                break
        process.send_signal(signal.SIGINT)
        lines += process.stdout.readlines()
        code = process.wait()
    finally:
        too_long.cancel()
        process.kill()
        process.stdout.close()
    log = "".join(lines)
    assert missing == [], log[-5000:]
    assert code == 0, log[-5000:]
    assert "[ERROR]" not in log, [line for line in lines if "[ERROR]" in line]
    assert "Traceback" not in log
