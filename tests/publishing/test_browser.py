"""A learner's way in, in a real browser: `course lab` opens a lesson, it runs, its panel moves.

Nothing on that way may ask another machine for anything.
"""

import json
import os
import re
import subprocess
import sys
import time
from dataclasses import replace
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import pytest

from course_lib.desk import commands
from course_lib.desk.doctor import find_chromium
from course_staff.authoring import bindings, source

PANEL = re.compile(r"\bexplorers\b")
LESSONS = {source.folder(path): path for path in source.find()
           if PANEL.search(path.read_text(encoding="utf-8"))}

FIRST = "00_enhance"

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(find_chromium() is None, reason="no Chromium, Chrome or Edge was found"),
]


def grade_id(cell):
    return cell["metadata"].get("nbgrader", {}).get("grade_id")


def answered(path):
    """Return a lesson's notebook with the reference answers, but for pictures and demonstrations.

    What neither a test nor a panel depends on nbval runs, in `test_lessons`.
    """
    handed_out, solved = (
        json.loads(source.notebook(path, folder).read_text(encoding="utf-8"))
        for folder in ("lessons", "solutions"))
    written = [replace(cell, options={"readonly": "panel"}) if PANEL.search(cell.text) else cell
               for cell in source.read(path).in_notebook]
    kept = {cell.number: cell.text for cell in bindings.needed(written)}
    answers = {grade_id(cell): cell["source"] for cell in solved["cells"] if grade_id(cell)}
    for cell, of in zip(handed_out["cells"], written, strict=True):
        if of.kind == "solution":
            cell["source"] = answers[of.name]
        elif of.type == "code" and not of.kind:
            cell["source"] = kept.get(of.number, "")
    return handed_out


def wait_for(question, seconds, what, every=0.5):
    """Return the first true answer to `question`, asked `every` so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := question():
            return found
        time.sleep(every)
    raise AssertionError(f"{what}: not within {seconds} s")


LIMIT = 5 * 500  # milliseconds for a new picture: half a second on an idle machine
WATCH = """panel => {
  const source = () => panel.querySelector("img")?.src;
  const before = source(), start = performance.now();
  window.moved = new Promise(done => {
    setTimeout(() => done(null), 8000);
    new MutationObserver(() => source() && source() !== before && done(performance.now() - start))
      .observe(panel, {subtree: true, childList: true, attributes: true});
  });
}"""


def ways(page, control):
    """Ways to change a control's value, wherever it stands; one of them does."""
    kind = control.evaluate("c => c.type || c.tagName")
    if kind == "select-one":  # the browser's own, which keyboards work
        next_one = control.evaluate("c => (c.selectedIndex + 1) % c.length")
        return [lambda: control.select_option(index=next_one)]
    control.focus()
    keys = ["Space"] if kind == "checkbox" else ["ArrowRight", "ArrowLeft"]
    return [lambda key=key: page.keyboard.press(key) for key in keys]


def milliseconds(page, panel, act):
    """Do something; return how long it takes until the panel's picture changes, None if never."""
    panel.evaluate(WATCH)
    act()
    return page.evaluate("window.moved")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """Start `course lab 00_enhance`; yields (its work folder, the address that it prints)."""
    folder = tmp_path_factory.mktemp("lab")
    work, log = folder / "my work", folder / "log.txt"
    commands.add_lessons(work)
    environment = {**os.environ, "COURSE_WORK": str(work)}
    with log.open("w", encoding="utf-8") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "course_lib.desk.commands", "lab", "--no-browser", FIRST],
            cwd=folder, env=environment, stdout=out, stderr=out)
    try:
        address = wait_for(
            lambda: re.search(r"http://127\.0\.0\.1:\S+", log.read_text(encoding="utf-8")), 90,
            "the address of JupyterLab")
        yield work, address.group()
    finally:
        server.terminate()
        server.wait(30)


def end_kernels(address):
    """End all kernels of a server: they keep their memory when a page is closed."""
    where, token = urlsplit(address), re.search(r"token=(\w+)", address)[1]

    def ask(method, path):
        request = Request(f"http://{where.netloc}/api/kernels{path}", method=method,
                          headers={"Authorization": f"token {token}"})
        with urlopen(request, timeout=60) as answer:
            return answer.read()

    for kernel in json.loads(ask("GET", "")):
        ask("DELETE", f"/{kernel['id']}")


@pytest.fixture(scope="module")
def context(browser):
    """One window for all lessons, so that JupyterLab's own files are read and compiled once."""
    with browser.new_context(viewport={"width": 1300, "height": 900}) as context:
        yield context


@pytest.fixture
def opened(request, context, lab):
    """Open a lesson; yields (page, its notebook on disk, addresses asked for)."""
    lesson, (work, address) = request.param, lab
    assert FIRST in address
    notebook = work / lesson / f"{lesson}.ipynb"
    notebook.write_text(json.dumps(answered(LESSONS[lesson])), encoding="utf-8")
    asked = []
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.set_default_timeout(90_000)
    page.on("websocket", lambda socket: asked.append(socket.url))
    page.goto(f"{address.replace(FIRST, lesson)}&reset")  # without the lessons before it
    yield page, notebook, asked
    page.close()
    end_kernels(address)


@pytest.mark.parametrize("opened", LESSONS, indirect=True, ids=LESSONS)
def test_lesson_opens_runs_and_its_panel_moves(opened):
    page, notebook, asked = opened
    title = json.loads(notebook.read_text(encoding="utf-8"))["cells"][0]["source"]
    title = "".join(title).splitlines()[0].lstrip("# ")
    page.locator(".jp-Notebook h1", has_text=title).wait_for()
    page.locator(".jp-Notebook-ExecutionIndicator[data-status=idle]").wait_for()

    # What learners see: a button that validates, no instructor's panels, no news.
    assert page.get_by_role("button", name="Validate").count() == 1
    for unwanted in ("Formgrader", "Course List", "Assignment List", "Extension Manager"):
        assert page.get_by_text(unwanted, exact=False).count() == 0, unwanted
    assert page.locator(".Toastify__toast").count() == 0

    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()

    def saved():
        try:
            return json.loads(notebook.read_text(encoding="utf-8"))["cells"]
        except ValueError:
            return None  # read while it was being written

    def cells_run():
        page.keyboard.press("Control+s")
        cells = saved()
        if not cells:
            return False
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        errors = [output for cell in code for output in cell["outputs"]
                  if output["output_type"] == "error"]
        assert not errors, errors[0]["evalue"]
        return all(cell["execution_count"] for cell in code if "".join(cell["source"]).strip())

    wait_for(cells_run, 240, "all cells run", every=2)  # each time the notebook is saved

    # Tests have run, and are folded all the same: one line says what each is.
    cells = wait_for(saved, 30, "the saved notebook")
    names = [grade_id(cell) for cell in cells if cell["cell_type"] == "code"
             and cell["metadata"].get("nbgrader", {}).get("grade")]
    folded = page.locator(".jp-InputPlaceholder")
    wait_for(lambda: folded.count() == len(names), 30, f"{len(names)} folded tests")
    seen = folded.locator(".jp-PlaceholderText").all_text_contents()
    assert [line.split()[2].rstrip(",") for line in seen] == names

    panel = page.locator(".jp-OutputArea-output", has=page.locator(".noUi-handle")).first
    panel.locator(".noUi-handle").first.scroll_into_view_if_needed()
    controls = [*panel.locator(".noUi-handle").all(), *panel.locator("select").all(),
                *panel.locator("input[type=checkbox]").all()]
    labels = [label.strip() for label in panel.locator(".widget-label").all_text_contents()]
    assert len(controls) <= len([label for label in labels if label])
    for control in controls:
        tries = (milliseconds(page, panel, act) for _ in range(3) for act in ways(page, control))
        assert any(took is not None and took < LIMIT for took in tries), f"{control}: too slow"
    picture = panel.locator("img").first
    assert len(picture.get_attribute("alt").split()) >= 5
    assert picture.evaluate("image => image.complete && image.naturalWidth") > 100

    elsewhere = {url for url in asked if urlsplit(url).scheme not in ("data", "blob")
                 and urlsplit(url).hostname not in ("127.0.0.1", "localhost")}
    assert len(asked) > 50 and not elsewhere, elsewhere


def test_there_is_something_to_open():
    assert FIRST in LESSONS
