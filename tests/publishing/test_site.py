"""Pages to read: lessons without answers, the library's reference, and what links the two."""

import base64
import html
import io
import itertools
import json
import re
from functools import cache
from html.parser import HTMLParser
from urllib.parse import unquote

import nbformat
import numpy as np
import pytest
from PIL import Image
from shown import LESSONS, in_a_browser, leaked, loads, read, settled, violations, visible

from course_staff.authoring import library, rules, source, syllabus
from course_staff.publishing import reference, site
from course_staff.publishing.site import lessons, panels

PUBLIC = [(module, name) for module in library.modules() for name in library.public(module)]
ASKED = next(read(path).listed.digits for path in LESSONS if path.stem == "enhance")


@pytest.fixture(scope="module")
def reading(tmp_path_factory):
    """A folder with all pages to read."""
    folder = tmp_path_factory.mktemp("all pages")
    site.write(folder, few=True)
    return folder


class Page(HTMLParser):
    """The ids of a page, the addresses that its links lead to, and its text."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links = set(), set()
        self.text = path.read_text(encoding="utf-8")
        self.feed(self.text)

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.ids.add(told.get("id"))
        if tag == "a" and told.get("href"):
            self.links.add(told["href"])


parsed = cache(Page)


def described(page, name):
    """What stands below a name in the reference."""
    return re.search(rf'id="{re.escape(name)}".*?</dt>\s*<dd>(.*?)(?:</dd></dl>|<dl)',
                     page.text, re.DOTALL)[1]


# --- lessons --------------------------------------------------------------------------------------

def test_no_page_holds_an_answer_and_all_hold_stubs(reading):
    for path in LESSONS:
        text = (reading / f"{source.folder(path)}.html").read_text(encoding="utf-8")
        assert not leaked(path, text)
        assert visible(text).count("raiseNotImplementedError") == len(read(path).exercises)
        assert "BEGINSOLUTION" not in visible(text) and "HIDDENTESTS" not in visible(text)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_figures_have_alt_texts_and_what_reveals_a_prediction_waits_for_it(reading, path):
    text = (reading / f"{source.folder(path)}.html").read_text(encoding="utf-8")
    assert 'alt=""' not in text and "No description" not in text
    cells = re.findall(r'<div class="cell .*?(?=<div class="cell |</main>)', text, re.DOTALL)
    asked = {key for cell in cells for key in re.findall(r'<form data-key="(.*?)"', cell)}
    kept = {key for cell in read(path).in_notebook if cell.type == "code"
            for verb, key in rules.guesses(cell.text) if verb == "predict"}
    assert asked == kept and asked
    told = {key: cell for cell in cells for verb, key in rules.guesses(visible_code(cell))
            if verb == "reveal" and key in kept}
    for key, cell in told.items():
        assert key in re.search('data-waits="(.*?)"', cell.partition(">")[0])[1].split()
    waiting = {key for cell in cells for keys in re.findall('data-waits="(.*?)"', cell)
               for key in keys.split()}
    assert waiting == set(told)


def visible_code(cell):
    """The code that a cell of a page shows."""
    found = re.search(r"<pre>(.*?)</pre>", cell, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", found[1])) if found else ""


def test_what_waits_ends_where_something_new_begins():
    cells = [nbformat.v4.new_markdown_cell("# A"),
             nbformat.v4.new_code_cell('predict("a.b", None)'),
             nbformat.v4.new_code_cell("print(1)"), nbformat.v4.new_code_cell('reveal("a.b", 1)'),
             nbformat.v4.new_markdown_cell("So it is."), nbformat.v4.new_markdown_cell("## B")]
    assert list(lessons._waiting(cells, 1, "a.b")) == [2, 3, 4]
    assert list(lessons._waiting(cells, 1, "a.c")) == []
    assert list(lessons._waiting([*cells[:2], cells[5], *cells[2:]], 1, "a.b")) == [3, 4, 5]


def cells_of(reading, name):
    """The cells of a lesson's page, by their place on it."""
    text = (reading / f"{name}.html").read_text(encoding="utf-8")
    return dict(re.findall(r'(?s)<div class="cell [^>]*id="cell-id=([^"]*)"[^>]*>(.*?)'
                           r'(?=<div class="cell |<nav class="turn")', text))


def test_a_guess_of_another_lesson_is_the_browsers_not_the_kernels(reading):
    recalled = {}
    for path in LESSONS:
        page = parsed(reading / f"{source.folder(path)}.html")
        shown = re.sub(r"(?s)<details.*?</details>", "", page.text)
        assert "you left no answer" not in shown
        recalled[path.stem] = re.findall(r'data-recall="(.*?)" data-lesson="(.*?)"', shown)
    assert recalled.pop("hallucination_measured") == [("enhance.percent_dark", ASKED)]
    assert not any(recalled.values())
    assert "guess-enhance.percent_dark" in parsed(reading / "00_enhance.html").ids


def test_what_a_cell_prints_before_and_after_a_recalled_guess_stays():
    said = f"a\nyou left no answer in lesson {ASKED} (or)\nb\n"
    stream = nbformat.v4.new_output("stream", text=said)
    told = lessons._recalled('recall("enhance.dark")', [stream])
    assert [each.get("text") for each in told] == ["a\n", None, "b\n"]
    assert told[1].metadata.recall == {"key": "enhance.dark", "lesson": ASKED}
    assert lessons._recalled("print(1)", [stream]) == [stream]


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_code_is_folded_but_an_exercises_own_and_pictures_are_not(reading, path):
    cells = cells_of(reading, source.folder(path))
    own = {cell.name for cell in read(path).in_notebook if cell.kind == "solution"}
    for place, cell in cells.items():
        folded = re.findall(r'(?s)<details(?: class="fold")?><summary>(.*?)</details>', cell)
        assert not any("<img" in each or 'class="output"' in each for each in folded)
        shown = re.sub(r"(?s)<details.*?</details>", "", cell)
        if '<div class=" highlight' in shown and "data-key" not in shown:
            assert place in own and "You are reading." in shown
    assert own <= cells.keys()
    assert parsed(reading / f"{source.folder(path)}.html").text.count("Show all code") == 1


def test_nothing_gives_the_first_question_away(reading):
    """Sixteen pixels: what is in the picture?  Neither landing page nor lesson says it before."""
    first = html.unescape(parsed(reading / "00_enhance.html").text.partition("<form")[0])
    seen = re.sub(r"(?s)<details.*?</details>|<head>.*?</head>", "", first)
    hero = re.search(r"<img [^>]*>", parsed(reading / "index.html").text)[0]
    for text in (seen, hero):
        assert not re.search("beetle|ladybird|insect", text, re.IGNORECASE)
    picture = np.asarray(Image.open(reading / site.PICTURE)).reshape(4, 72, 4, 72, 3)
    assert (picture == picture[:, :1, :, :1]).all()


def test_pages_ask_for_nothing_that_only_a_notebook_can(reading):
    for path in LESSONS:
        page = parsed(reading / f"{source.folder(path)}.html")
        assert "Hand it in" not in page.text and "<strong>Shift + Enter" not in page.text
        asked = [cell for cell in read(path).in_notebook if cell.kind == "answer"]
        areas = re.findall(r'<textarea [^>]*data-key="(.*?)"', page.text)
        assert areas == [f"{path.stem}.{cell.name}" for cell in asked]
        assert "Youranswerhere" not in visible(page.text)


def test_predictions_have_names_and_the_question_as_description(reading):
    for path in LESSONS:
        page = parsed(reading / f"{source.folder(path)}.html")
        names = re.findall(r'<form [^>]*aria-label="Prediction (\d+) of (\d+): [^"]+"', page.text)
        assert names == [(str(k + 1), str(len(names))) for k in range(len(names))]
        told = re.findall(r'<input type="text"[^>]*aria-describedby="(.*?)"', page.text)
        assert set(told) <= page.ids and 2 * len(told) > len(names)


def test_what_tells_an_answer_is_found_by_itself_and_says_for_what(reading):
    text = (reading / "sections.js").read_text(encoding="utf-8")
    entries = json.loads(text.removeprefix("const SECTIONS = ").removesuffix(";\n"))
    waits = {entry[0]: entry for entry in entries if len(entry) == 5}
    for path in LESSONS:
        name = f"{source.folder(path)}.html"
        page = parsed(reading / name)
        waiting = re.findall(r'<div class="cell [^>]*id="([^"]*)" data-waits="(.*?)"', page.text)
        assert all(waits.get(f"{name}#{place}", [keys])[-1] == keys for place, keys in waiting)
        others = " ".join(entry[3] for entry in entries if entry[0].startswith(name)
                          and len(entry) == 4)
        assert not any(entry[3] in others for address, entry in waits.items()
                       if address.startswith(name) and len(entry[3]) > 40)
    assert len(waits) > 50


# --- their panels ---------------------------------------------------------------------------------

def by_a_kernel(path):
    """The picture and alt text that a lesson's executed notebook has of its panel."""
    notebook = json.loads(source.notebook(path).read_text(encoding="utf-8"))
    (cell,) = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"
               and panels.OPENS.search("".join(cell["source"]))]
    (shown,) = [output for output in cell["outputs"] if "data" in output]
    png = base64.b64decode("".join(shown["data"]["image/png"]))
    return Image.open(io.BytesIO(png)).convert("RGB"), shown["metadata"]["image/png"]["alt"]


def test_every_explorer_moves_on_its_page_and_opens_as_a_kernel_drew_it(reading):
    rooms = source.ROOT / "course_lib" / "notebook" / "explorers"
    moving = set()
    for path in LESSONS:
        name, varies = source.folder(path), "varies=true" in path.read_text(encoding="utf-8")
        found = re.findall(r'<div class="panel".*?<script.*?>(.*?)</script>',
                           parsed(reading / f"{name}.html").text, re.DOTALL)
        for told in map(json.loads, found):
            files = [reading / told["folder"] / place[0] for place in told["places"]]
            assert len({file.read_bytes() for file in files}) == len(files) == 2
            first, alt = by_a_kernel(path)
            assert varies or alt in [place[1] for place in told["places"]]
            off = [np.subtract(Image.open(file).convert("RGB"), first, dtype=float)
                   for file in files]
            # Another processor may round a number in a picture otherwise.
            assert min(np.mean(abs(each) > 8) for each in off) < (0.02 if varies else 1e-3)
            moving.add(path.stem)
    assert moving == {path.stem for path in rooms.glob("[!_]*.py")} - {"base"}


# --- the reference --------------------------------------------------------------------------------

def test_every_public_name_stands_in_the_reference_and_is_described(reading):
    assert len(PUBLIC) > 300
    for module, name in PUBLIC:
        whole = f"course_lib.{module}.{name}"
        page = parsed(reading / "reference" / f"{module}.html")
        assert whole in page.ids, f"{whole} is missing"
        assert visible(described(page, whole)), f"{whole}: no docstring, and no comment with #:"


def test_every_room_has_a_page_with_its_sentence(reading):
    index = visible(parsed(reading / "reference" / "index.html").text)
    names = [name for layer in reference.rooms() for name in layer]
    assert sorted(names) == [name for name in library.modules() if "." not in name]
    for name in names:
        sentence = visible(library.sentence(library.modules()[name]).replace("`", ""))
        assert sentence in index
        assert sentence in visible(parsed(reading / "reference" / f"{name}.html").text)


def test_modules_and_names_that_docstrings_speak_of_are_found(reading):
    """In the reference every name in backquotes that begins with a room or module is a link."""
    parts = {part for name in library.modules() for part in name.split(".")}
    for file in (reading / "reference").glob("*.html"):
        plain = re.sub(r"<a\b.*?</a>", "", parsed(file).text, flags=re.DOTALL)
        for found in re.findall(r'<code class="xref py.*?</code>', plain):
            first, *rest = re.sub(r"<.*?>", "", found).split(".")
            assert not (rest and first in parts), f"{file.name}: {first}.{'.'.join(rest)}"


def test_the_search_index_knows_words_and_names(reading):
    text = (reading / "reference" / "searchindex.js").read_text(encoding="utf-8")
    index = json.loads(text.removeprefix("Search.setIndex(").removesuffix(")"))
    for word, page in (("richardson", "imaging.deconvolution"), ("fano", "imaging.limits")):
        found = index["terms"][word]
        pages = [index["docnames"][i] for i in (found if isinstance(found, list) else [found])]
        assert page in pages, word
    known = {f"{prefix}.{each[4]}" for prefix, objects in index["objects"].items()
             for each in objects}
    assert {f"course_lib.{module}.{name}" for module, name in PUBLIC} <= known


# --- both -----------------------------------------------------------------------------------------

def test_every_link_between_pages_leads_somewhere(reading):
    count = 0
    for file in reading.rglob("*.html"):
        for link in parsed(file).links:
            path, _, anchor = link.partition("#")
            if re.match(r"\w+:", link):
                continue
            target = (file.parent / unquote(path)).resolve() if path else file
            assert target.is_file(), f"{file.name} links to {link}"
            assert not anchor or unquote(anchor) in parsed(target).ids, f"{file.name}: {link}"
            count += bool(anchor)
    assert count > 1000


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lessons_and_the_functions_that_they_rebuild_link_to_each_other(reading, path):
    lesson = read(path)
    page = parsed(reading / f"{lesson.folder}.html")
    for number, exercise in enumerate(lesson.exercises, 1):
        assert f"cell-id={exercise.name}" in page.ids
        for name in exercise.rebuilds:
            assert f"reference/{reference.link(name)}" in page.links
            module = library.resolve(name)[0]
            told = described(parsed(reading / "reference" / f"{module}.html"), f"course_lib.{name}")
            assert f'href="../{lesson.folder}.html#cell-id={exercise.name}"' in told
            assert f"lesson {lesson.entry.digits}, {lesson.title}, exercise {number}" in told


def test_a_lesson_lists_what_its_own_cells_use(reading):
    page = parsed(reading / "00_enhance.html")
    used = {link for link in page.links if link.startswith("reference/") and "#" in link}
    assert {f"reference/{reference.link(name)}" for name in (
        "imaging.operators.Downsample", "worlds.ladybirds.sample", "worlds.sprites.tomato",
        "notebook.predictions.predict")} <= used
    assert not any("notebook.checks" in link for link in used)  # its tests do


def test_pages_load_only_what_lies_beside_them(reading):
    for file in [*reading.rglob("*.html"), *reading.rglob("*.css")]:
        for url in loads(file):
            if not url.startswith(("data:", "#")):
                there = (file.parent / unquote(url).partition("?")[0]).resolve()
                assert there.is_file() and reading in there.parents, f"{file.name} loads {url}"


def test_the_landing_page_has_its_doors_hours_and_routes(reading):
    page = parsed(reading / "index.html")
    text = visible(page.text)
    entries, routes = syllabus.read()
    assert all(told in text for told in (
        "Whatdidthecamerakeep", "Learner", "Instructor", "Speaker", *routes))
    for each in entries.values():
        assert f"{each.folder}.html" in page.links
    assert {f"docs/{path.stem}.html" for path in (source.ROOT / "docs").glob("*.md")} <= page.links


def test_lessons_lead_to_the_one_before_and_the_one_after(reading):
    names = [source.folder(path) for path in LESSONS]
    for before, after in itertools.pairwise(names):
        assert f"{after}.html" in parsed(reading / f"{before}.html").links
        assert f"{before}.html" in parsed(reading / f"{after}.html").links


def test_a_lesson_weighs_little_and_its_pictures_come_later(reading):
    weights = site.weights(reading)
    assert set(weights) == {source.folder(path) for path in LESSONS}
    for name, each in weights.items():
        assert each.at_once < each.read < site.MOST, name
        assert (each.moved > each.read) == (each.places > 1)
        text = (reading / f"{name}.html").read_text(encoding="utf-8")
        pictures = re.findall(r"<img\b.*?>", text, re.DOTALL)
        assert pictures and all('loading="lazy"' in each for each in pictures)
        wide = {src for src, width in re.findall(r'<img src="([^"]*)" width="(\d+)"', text)
                if int(width) > 360 and "/panel/" not in src}
        assert wide == set(re.findall(r'<a href="([^"]*)" aria-label="Open the figure">', text))


# --- in a browser ---------------------------------------------------------------------------------

@in_a_browser
def test_a_lesson_works_from_a_file(page, reading):
    page.goto((reading / "index.html").as_uri())
    assert page.locator("#lessons a").count() == len(LESSONS)
    page.locator("#lessons a").nth(1).click()
    page.locator("mjx-container").first.wait_for()
    assert page.locator("mjx-merror").count() == 0
    assert not page.told and all(url.startswith(("file:", "data:")) for url in page.asked)


@in_a_browser
def test_the_reference_works_from_a_file(page, reading):
    page.goto((reading / "index.html").as_uri())
    page.get_by_role("link", name="The library", exact=True).click()
    page.get_by_role("searchbox").fill("Richardson")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="richardson_lucy").click()
    page.get_by_role("link", name="exercise 4").click()
    page.locator("mjx-container").first.wait_for()
    page.locator(".library").get_by_role("link", name="richardson_lucy").first.click()
    page.get_by_role("link", name="imaging", exact=True).first.click()
    page.get_by_role("link", name="fano_error").click()
    page.locator("mjx-container").first.wait_for()
    assert page.locator("mjx-merror").count() == 0
    assert not page.told and all(url.startswith(("file:", "data:")) for url in page.asked)


@in_a_browser
def test_every_page_is_accessible_light_and_dark_and_fits_a_telephone(page, reading):
    """axe-core finds nothing; at 320 pixels nothing but boxes that take the focus scrolls."""
    wrong, alike = [], sorted((reading / "reference").glob("*.html"))[3:]
    for file in sorted(reading.rglob("*.html")):
        page.set_viewport_size({"width": 320, "height": 640})
        page.goto(file.as_uri())
        settled(page)
        # In the dark a page of the reference is like any other.
        schemes = ["light", "dark"][: 1 if file in alike else 2]
        wrong += [f"{file.name}: {what}" for what in violations(page, schemes)]
        width = page.evaluate("document.documentElement.scrollWidth")
        wrong += [f"{file.name}: {width} pixels wide"] if width > 320 else []
    assert not wrong, "\n".join(wrong)
    assert not page.told and all(url.startswith(("file:", "data:")) for url in page.asked)


@in_a_browser
@pytest.mark.parametrize("style, told", [
    ("a { text-decoration: none !important; color: #333 !important }", "link-in-text-block"),
    ("p { color: #999 }", "color-contrast"),
    ("@media (prefers-color-scheme: dark) { html { background: #fff } }", "color-contrast"),
])
def test_what_nobody_can_read_would_be_seen(page, reading, style, told):
    page.goto((reading / "docs" / "workshop.html").as_uri())
    assert not violations(page)
    page.add_style_tag(content=style)
    assert told in "\n".join(violations(page))


@in_a_browser
def test_the_search_finds_sections_of_lessons_and_guides(page, reading):
    page.goto((reading / "index.html").as_uri())
    page.get_by_role("link", name="Search", exact=True).click()
    page.get_by_label("Words in lessons and guides").fill("folk theory")
    page.keyboard.press("Enter")
    page.get_by_role("status").get_by_text("found").wait_for()
    page.locator("#found a").first.click()
    page.locator(":target").wait_for()
    assert "00_enhance.html#" in page.url
    assert not page.told and all(url.startswith(("file:", "data:")) for url in page.asked)


@in_a_browser
def test_a_prediction_opens_what_waits_for_it_and_is_kept(page, reading):
    address = (reading / "00_enhance.html").as_uri()
    page.goto(address)
    form = page.locator('form[data-key="enhance.percent_free"]')
    answer = page.locator('[data-waits="enhance.percent_free"]')
    assert answer.count() > 1 and not any(each.is_visible() for each in answer.all())
    form.get_by_label("Your prediction").focus()
    page.keyboard.type("40")
    page.keyboard.press("Enter")
    assert all(each.is_visible() for each in answer.all())
    assert "You predicted 40; measured 99.61 %" in form.get_by_role("status").text_content()
    page.goto(address)
    assert all(each.is_visible() for each in answer.all())
    assert form.get_by_label("Your prediction").input_value() == "40"


@in_a_browser
def test_a_guess_is_recalled_where_a_later_lesson_asks_for_it(page, reading):
    later = (reading / "09_hallucination_measured.html").as_uri()
    page.goto(later)
    line = page.locator("[data-recall]")
    assert line.text_content().startswith(
        f"You left no answer in lesson {ASKED} in this browser.")
    line.get_by_role("link").click()
    form = page.locator(":target")
    form.get_by_role("textbox").fill("150")
    form.get_by_role("button", name="Keep it").click()
    assert form.get_by_role("textbox").evaluate("i => i.validationMessage") == (
        "Type a number from 0 to 100.")
    form.get_by_role("textbox").fill("52,5")
    page.keyboard.press("Enter")
    assert "You predicted 52.5." in form.get_by_role("status").text_content()
    page.goto(later)
    said = re.fullmatch(rf"You said 52\.5 % in lesson {ASKED}, which costs (0\.\d{{4}})\.",
                        line.text_content())
    measured = re.search(r": measured (\S+) %", parsed(
        reading / "09_hallucination_measured.html").text.partition("data-recall")[2])
    assert float(said[1]) == pytest.approx((52.5 - float(measured[1])) ** 2 / 1e4, abs=5e-5)


@in_a_browser
def test_a_hit_that_tells_an_answer_says_so_and_opens_it(page, reading):
    page.goto((reading / "search.html").as_uri() + "?q=256+values+freedom")
    hit = page.locator("#found li", has_text="Answers a prediction").first
    assert hit.locator("p").text_content() == "Answers a prediction; the link shows it."
    hit.get_by_role("link").click()
    page.locator("[data-waits]:target").wait_for()  # visible
    page.goto((reading / "search.html").as_uri())
    page.get_by_label("Words in lessons").fill("folk theory")
    assert page.evaluate("new URLSearchParams(location.search).get('q')") == "folk theory"
    assert not page.told


@in_a_browser
def test_one_switch_shows_all_code_on_every_page_and_what_is_cut_off_has_a_cue(page, reading):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((reading / "12_todays_samplers.html").as_uri())
    code = page.locator("details.fold pre")
    assert code.count() > 10 and not any(each.is_visible() for each in code.all())
    page.get_by_label("Show all code").check()
    page.evaluate("open(...all('[data-waits]').flatMap(keys))")
    assert all(each.is_visible() for each in code.all())
    page.goto((reading / "00_enhance.html").as_uri())
    code = page.locator("details.fold pre").first
    assert code.is_visible()
    page.locator("pre[tabindex]").first.wait_for()
    assert re.fullmatch(r"code, \d+ lines", code.get_attribute("aria-label"))
    for box in page.locator("pre:visible").all():
        cut, cue = box.evaluate("b => [b.scrollWidth > b.clientWidth + 1, "
                                "getComputedStyle(b).backgroundImage !== 'none']")
        assert cut == cue
    page.get_by_label("Your answer").fill("Forty-eight numbers.")
    page.get_by_label("Show all code").uncheck()
    page.reload()
    assert not code.is_visible()
    assert page.get_by_label("Your answer").input_value() == "Forty-eight numbers."


@in_a_browser
def test_the_list_of_lessons_fits_a_telephone(page, reading):
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto((reading / "index.html").as_uri())
    assert page.locator("#lessons table").evaluate("t => t.scrollWidth <= t.clientWidth")


@in_a_browser
def test_a_reader_may_be_shown_and_a_link_opens_what_waits(page, reading):
    address = (reading / "03_information_limit.html").as_uri()
    page.goto(address)
    form = page.locator("form[data-key]").first
    answer = page.locator(f'[data-waits="{form.get_attribute("data-key")}"]')
    form.get_by_role("button", name="Show me").click()
    assert all(each.is_visible() for each in answer.all())
    other = page.locator("[data-waits]").last
    assert not other.is_visible()
    page.goto(f"{address}#{other.get_attribute('id')}")
    assert other.is_visible()


@in_a_browser
def test_panels_move_by_keyboard_and_by_touch_without_a_kernel(browser, reading):
    """On a telephone: picture, alt text and caption follow the first control of every panel."""
    with browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True,
                             is_mobile=True) as context:
        page, told = context.new_page(), []
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda error: told.append(str(error)))
        context.route("**/mathjax.js", lambda route: route.fulfill(body=""))  # takes seconds
        for name, each in site.weights(reading).items():
            if not each.places:
                continue
            page.goto((reading / f"{name}.html").as_uri())
            page.evaluate("open(...all('[data-waits]').flatMap(keys))")
            panel = page.locator(".panel")
            picture = panel.locator("img")
            control = panel.locator("input, select").first
            seen = [picture.get_attribute("alt")]
            at = int(control.input_value())
            control.focus()
            page.keyboard.press(("ArrowRight", "ArrowLeft")[at])
            seen.append(picture.get_attribute("alt"))
            assert picture.evaluate("i => i.decode().then(() => i.naturalWidth)") > 600
            if control.get_attribute("type") == "range":
                box = control.bounding_box()
                page.touchscreen.tap(box["x"] + (0.05 + 0.9 * at) * box["width"],
                                     box["y"] + box["height"] / 2)
            else:
                control.tap()
                page.keyboard.press(("ArrowUp", "ArrowDown")[at])
                page.keyboard.press("Enter")
            seen.append(picture.get_attribute("alt"))
            assert seen[0] == seen[2] != seen[1], name
            assert panel.locator("figcaption").text_content() == seen[2]
        assert not told


@in_a_browser
def test_without_scripts_everything_is_there(browser, reading):
    with browser.new_context(java_script_enabled=False) as context:
        page = context.new_page()
        page.goto((reading / "00_enhance.html").as_uri())
        assert all(each.is_visible() for each in page.locator("[data-waits]").all())
        assert page.locator("form:visible, .panel :is(input, label, .note):visible").count() == 0
        assert page.locator(".panel img").is_visible()
        assert page.locator(".panel figcaption").text_content().startswith("Left: a sharp picture")
        assert page.locator(".guess pre:visible").count()
