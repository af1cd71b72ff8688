"""Chromium without a window, as the tests of the desk use it."""

from __future__ import annotations

import os
import shutil
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
AXE = HERE / "node" / "node_modules" / "axe-core" / "axe.min.js"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
    "--disable-dev-shm-usage",
)  # fmt: skip
WIDTHS = (390, 1280)
SCHEMES = ("light", "dark")


@contextmanager
def opened(profile: Path, *, scripts: bool = True) -> Iterator[Any]:
    """A browser with an empty profile; skips the test, saying why, where there is none."""
    webdriver = pytest.importorskip(
        "selenium.webdriver", reason="selenium is not there: run `pip install '.[browser]'`"
    )
    program, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if program is None or driver is None:
        missing = "chromium" if program is None else "chromedriver"
        pytest.skip(f"{missing} is not there: apt-get install chromium chromium-driver")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    if not scripts:
        blocked = {"profile.managed_default_content_settings.javascript": 2}
        options.add_experimental_option("prefs", blocked)
    browser = webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    try:
        browser.set_page_load_timeout(30)
        yield browser
    finally:
        browser.quit()


def follow(browser: Any, element: Any) -> None:
    """Clicks on what leads to another page, and waits for that page."""
    from selenium.common.exceptions import WebDriverException
    from selenium.webdriver.support.wait import WebDriverWait

    before = browser.find_element("css selector", "html")
    element.click()

    def gone(_: object) -> bool:
        try:
            before.is_enabled()
        except WebDriverException:  # stale, or in the driver's own words while the page changes
            return True
        return False

    WebDriverWait(browser, 20).until(gone)


def dressed(browser: Any, width: int, scheme: str) -> None:
    """Gives the browser a width and a scheme of colours."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})


def axe_findings(browser: Any) -> list[str]:
    """Gives what axe-core finds serious or critical on the page, with where it is."""
    if not AXE.is_file():
        pytest.skip("axe-core is not there: run `npm install` in tests/simulators/desk/node")
    browser.execute_script(AXE.read_text("utf-8"))
    found = browser.execute_async_script(
        "const done = arguments[arguments.length - 1];"
        "axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations));"
    )
    return [
        f"{each['impact']} {each['id']}: {node['html']} {node['failureSummary']}"
        for each in found
        if each["impact"] in ("serious", "critical")
        for node in each["nodes"]
    ]


def complaints(browser: Any) -> list[str]:
    """Gives what the browser refused to load or to do, but for a page that is not there."""
    said = [str(each["message"]) for each in browser.get_log("browser")]
    return [each for each in said if "status of 4" not in each]


def overflow(browser: Any) -> int:
    """Gives by how many pixels the page is wider than the window."""
    width: int = browser.execute_script(
        "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width


def photographed(browser: Any, folder: Path, name: str) -> None:
    """Keeps a picture of the whole page, in $ONBOARDING_SCREENSHOTS if it is set."""
    folder = Path(os.environ.get("ONBOARDING_SCREENSHOTS") or folder)
    folder.mkdir(parents=True, exist_ok=True)
    high: int = browser.execute_script("return document.documentElement.scrollHeight")
    wide: int = browser.execute_script("return window.innerWidth")
    clip = {"x": 0, "y": 0, "width": wide, "height": high, "scale": 1}
    shot = browser.execute_cdp_cmd(
        "Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True}
    )
    (folder / f"{name}.png").write_bytes(b64decode(shot["data"]))
