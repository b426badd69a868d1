"""Panels on pages: where controls stand, which picture is shown, what is drawn anew."""

import io

import ipywidgets
import jinja2
import numpy as np
import pytest
from PIL import Image
from shown import in_a_browser, violations

from course_lib.notebook import figures
from course_lib.notebook.explorers import use_and_misuse
from course_lib.notebook.explorers.base import Explorer
from course_staff.authoring import source
from course_staff.publishing import site
from course_staff.publishing.site import panels


def small(level, form, dark):
    """A picture whose first pixel says which combination it shows."""
    buffer = io.BytesIO()
    colour = (80 * level, 100 * ("a", "b & c").index(form), 200 * dark)
    Image.new("RGB", (300, 150), colour).save(buffer, format="PNG")
    return figures.Picture(buffer.getvalue(), f"Level {level}, <{form}>, dark is {dark}.", 200)


@pytest.fixture(scope="module")
def explorer():
    return Explorer(
        small, level=ipywidgets.IntSlider(value=1, min=-1, max=3, description="the level"),
        form=ipywidgets.Dropdown(options=["a", "b & c"], description="form"),
        dark=ipywidgets.Checkbox(description="dark"))


def only(lesson):
    """The cell of a lesson that opens a panel."""
    return next(cell for cell in lesson.cells
                if cell.type == "code" and panels.OPENS.search(cell.text))


# --- where controls stand -------------------------------------------------------------------------

def test_controls_stand_where_they_are_told_and_else_everywhere(explorer):
    level, form, dark = panels.controls(explorer, {"level": (-1, 1, 3)})
    assert level == ("level", "the level", "range", [-1, 1, 3], ["−1", "1", "3"], 1)
    assert form == ("form", "form", "select", ["a", "b & c"], ["a", "b & c"], 0)
    assert dark == ("dark", "dark", "checkbox", [False, True], ["off", "on"], 0)
    fine = Explorer(lambda x: figures.Picture(b"", "", 1), x=ipywidgets.FloatSlider(
        value=0.3, min=0.1, max=0.7, step=0.1))
    assert panels.controls(fine, {})[0].values == [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7]


@pytest.mark.parametrize("chosen, told", [
    ({"size": [1]}, "no control size"),
    ({"level": (0.5, 1)}, "level can't be 0.5"),
    ({"level": (2, 3)}, "level can't be 1"),  # where it opens
])
def test_positions_that_a_panel_cannot_have_are_refused(explorer, chosen, told):
    with pytest.raises(ValueError, match=told):
        panels.controls(explorer, chosen)


def test_too_many_pictures_are_refused(monkeypatch, explorer):
    monkeypatch.setattr(panels, "MOST", 19)
    with pytest.raises(ValueError, match="20 combinations"):
        panels.controls(explorer, {})


def test_a_control_says_what_the_caption_tells_and_ends_where_nothing_changes(
        tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    lesson = source.read(*source.find(["todays_samplers"]))
    panel = panels.drawn(lesson, only(lesson), tmp_path / "a", few=True)
    assert panel.said == "step"
    for place in panel.places:
        assert place.told and f"strength {place.told}:" in place.alt
    with pytest.raises(ValueError, match="in the caption"):
        panels._told(panels.SAID["todays_samplers"][1], "nothing of the kind")


# --- what is drawn --------------------------------------------------------------------------------

def test_a_picture_is_the_one_that_a_kernel_draws_and_is_drawn_once(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path / "work"))
    lesson = source.read(*source.find(["use_and_misuse"]))
    panel = panels.drawn(lesson, only(lesson), tmp_path / "a", few=True)
    explorer = use_and_misuse.use_and_misuse()
    first = panel.controls[0]
    assert first.name == "log_ratio" and len(panel.places) == 2 and panel.all == 37 * 29 * 10
    for value, place in zip(first.values, panel.places, strict=True):
        kernel = explorer.draw(**explorer.values | {"log_ratio": value})
        shown = [np.asarray(Image.open(source).convert("RGB")) for source in (
            io.BytesIO(figures.compact(kernel.png)), tmp_path / "a" / place.file)]
        assert np.array_equal(*shown) and place.alt == kernel.alt and place.width == kernel.width
    assert panel.places[0].file != panel.places[1].file
    opened = []
    monkeypatch.setattr(panels.program, "run", lambda *args: opened.append(args))
    assert panels.drawn(lesson, only(lesson), tmp_path / "b", few=True) == panel and not opened
    assert (tmp_path / "b" / panel.places[0].file).read_bytes() == (
        tmp_path / "a" / panel.places[0].file).read_bytes()
    monkeypatch.setattr(panels, "_made_from", lambda *_: {"library": "another"})
    with pytest.raises(AttributeError):  # None draws nothing: the old pictures aren't taken
        panels.drawn(lesson, only(lesson), tmp_path / "c", few=True)
    assert opened


# --- in a browser ---------------------------------------------------------------------------------

def written(tmp_path, panel):
    """The address of a page with one panel, whose pictures lie beside it."""
    for asset in (site.HERE / "static").iterdir():
        (tmp_path / asset.name).write_text(asset.read_text(encoding="utf-8"), encoding="utf-8")
    text = """{% from "frame.html.j2" import head, top %}{% from "panel.html.j2" import panel %}
        {{ head("A panel", "") }}<body><main id="main"><h1>A panel</h1>
        {{ panel(it, ".") }}</main></body></html>"""
    # As nbconvert's, this environment escapes nothing by itself.
    bare = jinja2.Environment(loader=site.TEMPLATES.loader, trim_blocks=True, lstrip_blocks=True)
    path = tmp_path / "made.html"
    path.write_text(bare.from_string(text).render(it=panel), encoding="utf-8")
    return path.as_uri()


@pytest.fixture
def made(tmp_path, explorer):
    """A page with one panel, all combinations drawn."""
    controls = panels.controls(explorer, {"level": (0, 1, 2)})
    places = []
    for level in (0, 1, 2):
        for form in controls[1].values:
            for dark in (False, True):
                picture = small(level, form, dark)
                file = f"{len(places)}.png"
                (tmp_path / file).write_bytes(picture.png)
                places.append(panels.Place(file, picture.alt, 200, 100))
    return written(tmp_path, panels.Panel("small", controls, places, 4, 20))


@in_a_browser
def test_each_control_moves_the_picture_and_what_is_said_of_it(page, made):
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(made)
    assert page.locator("img").get_attribute("alt") == small(1, "a", False).alt
    level = page.get_by_role("slider", name="the level")
    form = page.get_by_role("combobox", name="form", exact=True)
    assert level.get_attribute("aria-valuetext") == "1"
    said = []
    for key, control in (("ArrowRight", level), ("ArrowDown", form),
                         ("Space", page.get_by_role("checkbox", name="dark")), ("Home", level)):
        control.focus()
        page.keyboard.press(key)
        said.append((page.locator("img").get_attribute("alt"),
                     page.locator("img").get_attribute("src")))
    assert said == [
        (small(2, "a", False).alt, "./8.png"), (small(2, "b & c", False).alt, "./10.png"),
        (small(2, "b & c", True).alt, "./11.png"), (small(0, "b & c", True).alt, "./3.png")]
    assert level.get_attribute("aria-valuetext") == "0"
    assert page.locator("figcaption").text_content() == said[-1][0]
    page.get_by_role("status").get_by_text("Level 0").wait_for()
    assert page.locator("img").evaluate("i => i.decode().then(() => i.naturalWidth)") == 300
    assert not violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 320
    page.emulate_media(media="print")
    assert not level.is_visible() and page.locator("figcaption").is_visible()
    assert not page.told and all(url.startswith(("file:", "data:")) for url in page.asked)


@in_a_browser
def test_what_a_control_says_depends_on_another_and_dead_steps_are_gone(page, tmp_path):
    form = panels.Control("form", "form", "select", ["a", "b & c"], ["a", "b & c"], 0)
    level = panels.Control("level", "level", "range", [1, 2, 3], ["1", "2", "3"], 2)
    places = []
    for name, strengths in (("a", (1, 4, 16)), ("b & c", (2, 8, 8))):
        for strength in strengths:
            file = f"{strength}.png"
            (tmp_path / file).write_bytes(small(strength % 3, name, False).png)
            places.append(panels.Place(file, f"strength {strength}", 200, 100, str(strength)))
    page.goto(written(tmp_path, panels.Panel("dial", [form, level], places, 2, 6, "level")))
    slider = page.get_by_role("slider", name="level")
    seen = []

    def look():
        seen.append((slider.get_attribute("aria-valuetext"), slider.input_value(),
                     page.locator(".told").text_content(),
                     page.locator("figcaption").text_content()))

    look()
    page.get_by_role("combobox").select_option(label="b & c")
    look()
    slider.focus()
    page.keyboard.press("ArrowRight")
    look()
    page.get_by_role("combobox").select_option(label="a")
    slider.focus()
    page.keyboard.press("End")
    look()
    assert seen == [("16", "2", "16", "strength 16"), *[("8", "1", "8", "strength 8")] * 2,
                    ("16", "2", "16", "strength 16")]
    assert not page.told
