"""The page in a browser: filled in by hand, answered with bars, without any other request."""

from __future__ import annotations

import contextlib
import shutil
import socket
import threading

import pytest
import uvicorn

from neuroscript.serving.app import make_app

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, NAMES)), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=f"no browser found: {', '.join(NAMES)}")


@contextlib.contextmanager
def serving(runner):
    """The address of a service in a thread of this process."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = uvicorn.Server(uvicorn.Config(make_app(runner), log_level="warning"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
        finally:
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield opened
        opened.close()


@pytest.fixture
def visit(browser, runners):
    """Opens the page of a run; what goes wrong in it, or leaves the machine, fails the test."""
    with contextlib.ExitStack() as stack:
        odd = []

        def opened(name, **context):
            address = stack.enter_context(serving(runners[name]))
            page = stack.enter_context(contextlib.closing(browser.new_page(**context)))
            page.set_default_timeout(10_000)
            page.on("pageerror", lambda error: odd.append(str(error)))
            page.on("requestfailed", lambda request: odd.append(request.url))
            page.on(
                "request",
                lambda request: (
                    odd.append(request.url)
                    if not request.url.startswith((address, "data:", "blob:"))
                    else None
                ),
            )
            page.goto(address)
            return page

        yield opened
        assert not odd


def test_numbers_are_filled_in_and_answered_with_bars(visit, runners):
    page = visit("flowers")
    page.get_by_label("height").fill("4")
    page.get_by_label("width").fill("2.5")
    page.keyboard.press("Enter")
    (expected,) = runners["flowers"].predict([[4, 2.5]])
    page.locator("#answer .big", has_text=expected["prediction"]).wait_for()
    names = page.locator("ol.bars .name").all_inner_texts()
    assert names[0] == expected["prediction"]
    assert set(names) == {"even", "odd"}
    shown = page.locator("ol.bars .chance").first.inner_text()
    assert float(shown.rstrip("%")) == pytest.approx(100 * max(expected["probabilities"]), abs=0.1)


def test_what_is_wrong_is_said_beside_the_form(visit):
    page = visit("flowers")
    page.get_by_label("height").fill("")
    page.get_by_role("button", name="Predict").click()
    assert page.locator("#answer .bad").inner_text() == "height takes a number"
    assert page.get_by_label("height").get_attribute("aria-invalid") == "true"


def test_text_is_answered_with_text(visit):
    page = visit("text")
    page.get_by_label("Input").fill("the cat")
    page.get_by_role("button", name="Predict").click()
    page.locator("#answer pre").wait_for()
    assert "POST" not in page.locator("#request").inner_text()


def test_an_image_is_read_from_a_file(visit, tmp_path):
    pillow = pytest.importorskip("PIL.Image", reason="Pillow makes the image")
    file = tmp_path / "white.png"
    pillow.new("L", (32, 32), 255).save(file)
    page = visit("image")
    page.get_by_label("Image file").set_input_files(file)
    page.wait_for_function(
        "document.querySelector('canvas').getContext('2d').getImageData(4, 4, 1, 1).data[0] > 250"
    )
    page.get_by_role("button", name="Predict").click()
    page.locator("ol.bars li").first.wait_for()
    assert page.locator("ol.bars li").count() == 10
    page.locator("summary").click()
    assert '{"in":[[[1,1,1' in page.locator("#request").inner_text()


def test_several_ports_have_a_part_each_and_dark_is_dark(visit, runners):
    page = visit("two", color_scheme="dark")
    groups = page.locator("fieldset legend").all_inner_texts()
    assert groups == ["left", "right"]
    page.get_by_role("button", name="Predict").click()
    (expected,) = runners["two"].predict([{"left": [0, 0], "right": [0]}])
    answer = float(page.locator("#answer .big").inner_text())
    assert answer == pytest.approx(expected["prediction"], rel=1e-3)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark == "rgb(19, 21, 25)"
