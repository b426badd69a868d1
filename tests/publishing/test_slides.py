"""Decks: what they hold, what they must never hold, and every slide in a real browser."""

import functools
import http.server
import io
import re
import shutil
import subprocess
import sys
import threading
from argparse import Namespace

import pytest
from PIL import Image
from shown import LESSONS, in_a_browser, leaked, loads, read, secrets, settled, violations

from course_lib.notebook import figures
from course_staff.authoring import source
from course_staff.authoring.source import ROOT, SourceError
from course_staff.publishing import slides
from course_staff.publishing.slides import deck as decks
from course_staff.publishing.slides import drawn, large, pdf, room
from course_staff.publishing.slides import html as pages


@pytest.fixture(scope="module")
def made():
    """All decks: name → Deck."""
    return {deck.name if deck.lesson.entry is None else path.stem: deck
            for make, path in slides.choose([]) for deck in [make(path)]}


@pytest.fixture(scope="module")
def folder(made, tmp_path_factory):
    """A folder with all decks, its name with a space."""
    folder = tmp_path_factory.mktemp("all decks")
    for name, deck in made.items():
        (folder / f"{name}.html").write_text(pages.render(deck), encoding="utf-8")
    return folder


# --- what a slide must satisfy --------------------------------------------------------------------

def deck_of(tmp_path, text, header="{title: T, minutes: 5}"):
    path = tmp_path / "talk.py"
    path.write_text(f"# ---\n# jupyter:\n#   course: {header}\n# ---\n\n{text}", encoding="utf-8")
    return decks.own_deck(path, short="short" in header)


NOTES = '\n\n# %% [markdown] slide="notes"\n# Said.\n'
OPENING = '# %% [markdown] slide="slide" minutes=5\n# # T' + NOTES + "\n"


@pytest.mark.parametrize("cell, reason", [
    ('# %% [markdown] slide="subslide"\n# ## A\n#\n# ' + "word " * 40 + NOTES, "41 words"),
    ('# %% [markdown] slide="subslide"\n# Text alone.' + NOTES, "no title"),
    ('# %% [markdown] slide="subslide"\n# ## A\n#\n# Not explained.\n', "no notes"),
    ('# %% [markdown] slide="subslide"\n# ## A\n#\n# ```\n# ' + "x" * 80 + "\n# ```" + NOTES,
     "80 columns"),
    ('# %% [markdown] slide="subslide" frames="none"\n# ## A' + NOTES, "frames='none'"),
    ('# %% [markdown] slide="subslide" use="enhance.none"\n# ## A' + NOTES,
     "picture called 'none'"),
    ('# %% [markdown] slide="subslide" use="later.line_up"\n# ## A' + NOTES,
     "no lesson or picture called 'later'"),
    ('# %% [markdown] slide="subslide"\n# ## A\n#\n# As lesson {later} says.' + NOTES,
     "no lesson is called 'later'"),
    ('# %% [markdown] slide="subslide" draw="none"\n# ## A' + NOTES, "picture called 'none'"),
    ('# %% [markdown] slide="slide" minutes=2\n# ## A' + NOTES, "take 7 minutes; declared are 5"),
    ('# %% [markdown] slide="subslide"\n# ## A\n\n# %% [markdown] slide="notes"\n# '
     + "word " * 700, "takes 5.4 minutes to read aloud, of 5"),
    ('# %% [markdown] slide="subslide" usr="bias.x"\n# ## A' + NOTES, "unknown header key 'usr'"),
    ("# %%\nprint(1)\n", "must be [markdown]"),
])
def test_a_slide_that_breaks_a_rule_is_named_with_the_reason(tmp_path, cell, reason):
    deck_of(tmp_path, OPENING)
    with pytest.raises((SourceError, KeyError)) as told:
        deck_of(tmp_path, OPENING + cell)
    assert reason in str(told.value)


@pytest.mark.parametrize("kind", ["notes", "fragment"])
def test_what_belongs_to_no_slide_is_named(tmp_path, kind):
    with pytest.raises(SourceError, match="has no slide before it"):
        deck_of(tmp_path, f'# %% [markdown] slide="{kind}"\n# Too early.\n\n' + OPENING)


@pytest.mark.parametrize("text, count", [
    ("", 0), ("two words", 2), ("$a + b = c$ is one formula", 4), ("$$\\frac{1}{2}$$", 1),
    ("**8 × 8** pixels", 3), ("[a link](https://example.org/long/path)", 2),
    ("```\nno code counts\n```", 0), ("- a\n- b", 2), ("| a | b |\n|---|---|\n| 1.43 | 2 |", 4),
])
def test_words_are_counted_as_they_are_read(text, count):
    assert decks.words(text) == count


def test_notes_are_timed_as_they_are_read_aloud(tmp_path):
    text = OPENING.replace("Said.", "**Before you begin:** paper.\n#\n# " + "word " * 65
                           + "\n#\n# **If asked:** " + "word " * 65)
    slide, = deck_of(tmp_path, text).slides
    assert slide.spoken == 0.5
    told = decks.aloud(deck_of(tmp_path, text))
    assert told[0].startswith("notes read aloud: 0:30 of 5:00, at 130 words a minute")
    assert told[1].split() == ["0:30", "of", "5:00", "0:30", "T"]


SHORT = ('# %% [markdown] slide="slide" minutes=3 short=2\n# # T' + NOTES
         + '\n# %% [markdown] slide="notes" short=True\n# In short.\n\n'
         '# %% [markdown] slide="slide" minutes=2\n# ## A' + NOTES
         + '\n# %% [markdown] slide="fragment"\n# Of A.\n\n')
BOTH = "{title: T, minutes: 5, short: 2}"


def test_one_file_makes_a_deck_and_its_short_version(tmp_path):
    short = deck_of(tmp_path, SHORT, BOTH)
    whole = decks.own_deck(short.lesson.path)
    assert [each.title for each in whole.slides] == ["T", "A"]
    assert [each.said for each in whole.slides] == [["Said."], ["Said."]]
    (only,) = short.slides
    assert (short.name, short.title) == ("talk_2", "T, in 2 minutes")
    assert (only.said, only.minutes, only.fragments) == (["In short."], 2, [])
    with pytest.raises(SourceError, match="has no notes"):
        deck_of(tmp_path, SHORT.replace("minutes=2", "minutes=2 short=1"),
                BOTH.replace("short: 2", "short: 3"))
    with pytest.raises(SourceError, match="take 2 minutes; declared are 3"):
        deck_of(tmp_path, SHORT, BOTH.replace("short: 2", "short: 3"))


@pytest.mark.parametrize("name, minutes", [("workshop", 90), ("workshop_20", 20)])
def test_the_workshops_notes_leave_time_for_the_room(made, name, minutes):
    slides = made[name].slides
    assert sum(slide.minutes or 0 for slide in slides) == minutes
    assert minutes / 6 < sum(slide.spoken for slide in slides) < minutes / 2


def test_sections_share_their_minutes_among_their_slides(made):
    seconds = pages.timings(made["workshop"].slides)
    assert None not in seconds and abs(sum(seconds) - 90 * 60) < len(seconds)
    assert set(pages.timings(made["enhance"].slides)) == {None}


SPOKEN = {"One": 1, "Two": 2, "Three": 3}


def test_notes_and_guide_tell_the_minutes_of_the_workshop(made):
    guide = (ROOT / "docs" / "workshop.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| \d \| .* \| (\d+) \| (\d):(\d\d) \|", guide, re.MULTILINE)
    spoken, declared = [], []
    for slide in made["workshop"].slides:
        if not slide.below:
            declared.append(slide.minutes)
            spoken.append(0)
        told = re.findall(r"^(One|Two|Three) minutes?\.", "\n".join(slide.said), re.MULTILINE)
        assert len(told) == 1, slide.title
        spoken[-1] += SPOKEN[told[0]]
    assert spoken == declared == [int(minutes) for minutes, *_ in rows]
    ends = [sum(declared[: k + 1]) for k in range(len(declared))]
    assert ends == [60 * int(hour) + int(minute) for _, hour, minute in rows]


def test_the_workshop_ends_with_ten_minutes_on_todays_methods(made):
    opening = [slide for slide in made["workshop"].slides if not slide.below][-1]
    last = made["workshop"].slides[made["workshop"].slides.index(opening):]
    assert opening.minutes == 10
    assert [slide.cell.options["use"].partition(".")[0] for slide in last
            if "use" in slide.cell.options] == ["todays_samplers"] * 2


def test_a_notebook_older_than_its_source_is_refused(tmp_path):
    path = ROOT / "solutions" / "enhance.py"
    copy = tmp_path / "solutions" / "enhance.py"
    copy.parent.mkdir()
    shutil.copy(path.with_name("course.toml"), copy.parent)
    copy.write_text(path.read_text(encoding="utf-8").replace("Sixteen squares", "Some squares"),
                    encoding="utf-8")
    source.notebook(copy).parent.mkdir()
    shutil.copy(source.notebook(path), source.notebook(copy))
    with pytest.raises(SourceError, match="course build enhance"):
        decks.lesson_deck(copy)


# --- what decks hold ------------------------------------------------------------------------------

def test_every_lesson_has_a_deck_that_opens_with_its_title(made):
    assert {path.stem for path in LESSONS} | {"workshop", "workshop_20"} == set(made)
    for deck in made.values():
        assert deck.slides[0].layout == "opens" and not deck.slides[0].below
        assert len(deck.slides) > 8 and any(slide.picture for slide in deck.slides)


def test_every_slide_has_notes(made):
    for deck in made.values():
        for slide in deck.slides:
            assert "".join(slide.said + slide.read).strip(), deck.lesson.problem(slide.cell, "")


def test_pictures_are_those_of_the_executed_notebook(made):
    for path in LESSONS:
        notebook = source.notebook(path).read_text(encoding="utf-8")
        for slide in made[path.stem].slides:
            assert slide.picture is None or slide.picture.data in notebook.replace("\\n", "")


@pytest.mark.parametrize("name", ["workshop", "workshop_20"])
def test_the_workshop_has_its_three_activities_with_answers(made, name):
    active = {slide.cell.options["activity"]: slide for slide in made[name].slides
              if "activity" in slide.cell.options}
    assert set(active) == {"predict", "vote", "line-up"}
    for slide in active.values():
        assert "**Activity" in slide.said[0] and "**Answer" in slide.said[0]
    _, answer, probability, closest = drawn.who()
    told = active["line-up"].said[0]
    assert f"number {answer}" in told and f"number {closest}" in told and answer != closest
    assert probability[answer - 1] > 0.999


@pytest.mark.parametrize("lesson, printed, quoted", [
    ("priors_and_best_guesses", "A: mean squared error 0.0073", "A, sharp | .0073"),
    ("priors_and_best_guesses", "B: mean squared error 0.0044", "**B**, blurred | **.0044**"),
    ("priors_and_best_guesses", "C: mean squared error 0.0069", "C, sharp | .0069"),
    ("priors_and_best_guesses", "D: mean squared error 0.0090", "D, sharp | .0090"),
    ("pulse", "dark inputs: ε met 50 of 50 (95 % interval 93% to 100%); form kept 6%",
     "50 dark | **3**"),
    ("pulse",
     "pale inputs: ε met 50 of 50 (95 % interval 93% to 100%); form kept 100%",
     "50 pale | 50"),
    ("pulse", "names the wrong form in 0.4% of 2,000", "less than 1 percent"),
    ("hallucination_measured", "the reference says 0.660", "0.660 ± 0.007"),
    ("image_formation", "false detail 122 %", "122 %"),
    ("information_limit", "rank 16  nullity 240", "240 of 256"),
    ("moving_the_limit", "camera moved: error 0.25", ".25 of the scene's own variation"),
    ("bias", "share_10   dark → pale   0.248  0.554  0.536  0.840", "R4, the search: 84 %"),
    ("todays_samplers", "ΠGDM, denoiser   shown a tenth: dark → pale 0.825 (0.785 to 0.859)",
     "82.5 percent of 400"),
    ("todays_samplers", "PULSE, GAN       shown a tenth: dark → pale 0.840 (0.801 to 0.873)",
     "PULSE lost 84.0"),
    ("todays_samplers", "0.771 (0.646 to 0.875)  +0.072 (-0.029 to +0.166)", "−.03 to .17"),
    ("todays_samplers", "0.917 (0.833 to 0.979)  +0.217 (+0.101 to +0.332)", ".22 (.10 to .33)"),
    ("todays_samplers", "0.896 (0.812 to 0.979)  +0.433 (+0.330 to +0.533)", ".43 (.33 to .53)"),
    ("todays_samplers", "ΠGDM        96       0.427 (0.333 to 0.527)", "41 of 96"),
    ("todays_samplers", "0.957 (0.949 to 0.963)    0.319 (0.274 to 0.367)",
     "96 percent of the pale ones and 32 of the dark"),
    ("use_and_misuse", "P(source | match) = 0.99%; coincidental matches expected: 100",
     "one percent"),
])
def test_numbers_in_the_workshop_are_those_that_lessons_print(made, lesson, printed, quoted):
    (path,) = source.find([lesson])
    outputs = decks.executed(path).values()
    streams = "".join("".join(o.get("text", "")) for output in outputs for o in output)
    assert printed in streams
    slides = made["workshop"].slides
    assert any(quoted in part for slide in slides for part in (slide.text, *slide.said))


def test_a_slider_moves_through_different_pictures_with_alt_texts():
    for draw in drawn.FRAMES.values():
        moving = draw()
        assert len(moving.pictures) == len(moving.values) >= 8 > moving.start
        assert len({picture.png for picture in moving.pictures}) == len(moving.pictures)
        assert len({picture.alt for picture in moving.pictures}) == len(moving.pictures)


def test_figures_for_a_room_have_twice_the_pixels_and_labels_that_fit(monkeypatch):
    fitted, lengths = room.fit, []

    def fit(fig):  # measured in dots of the figure, not of the file
        fitted(fig)
        lengths.extend(room._lengths(fig))

    monkeypatch.setattr(room, "fit", fit)

    def draw():
        fig, axes = figures.figure(1, 5, size=(10, 2.4))
        axes[0].set(title="short", ylabel="a label taller than it is")
        for ax in axes[1:]:
            ax.set(title="a title longer than its axes", xlabel="a size of 64 × 64 px")
        return fig, figures.show(fig, alt="Five empty axes with long titles.")

    plain_type = figures.matplotlib.rcParams["font.size"]
    _, small = draw()
    with room.enlarged():
        fig, large = draw()
    finer = [Image.open(io.BytesIO(each.png)).width / each.width for each in (small, large)]
    assert finer == pytest.approx([1.5, 3], abs=0.01)
    assert fig.axes[0].title.get_size() == room.LARGE["axes.titlesize"]
    width, height = fig.get_size_inches()
    pixels = min(1232 / width, 492 / height)  # an inch of the figure has on a slide
    assert len(lengths) == 10
    for text, length, space in lengths:
        assert text.get_fontsize() / 72 * pixels >= 24 - 1e-9, text.get_text()
        assert length <= space, text.get_text()
    assert fig.axes[1].title.get_text().count("\n") >= 1
    assert figures.DPI == 144 and figures.matplotlib.rcParams["font.size"] == plain_type


def test_what_rows_of_pictures_share_is_said_once():
    def shown(names):
        fitted = []
        with pytest.MonkeyPatch.context() as patch, room.enlarged():
            fit = room.fit
            patch.setattr(room, "fit", lambda fig: fitted.append((fit(fig), fig)))
            figures.show_images({name: figures.np.zeros((4, 4)) for name in names}, columns=2,
                                alt="Pictures of four by four black pixels.")
        (_, fig), = fitted
        return [(ax.get_title(), ax.get_ylabel().partition("\n")[0], ax.get_xlabel())
                for ax in fig.axes]

    assert shown(["pale 1", "pale 2", "dark 1", "dark 2"]) == [
        ("1", "pale", ""), ("2", "", ""), ("", "dark", ""), ("", "", "")]
    for names in (["pale 1", "pale 2"], ["pale 1", "dark 2", "dark 1", "pale 2"],
                  ["1", "2", "3", "4"], ["pale 1", "pale 3", "dark 1", "dark 2"]):
        assert [title for title, _, _ in shown(names)] == names


def test_a_picture_is_drawn_for_the_room_by_the_code_behind_it_and_kept(
        tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path))
    (path,) = source.find(["enhance"])
    page = decks._named(path, "sixteen_pixels")
    drawn = large.named(path, "sixteen_pixels")
    assert "drawing it for a large room" in capsys.readouterr().out
    assert drawn.alt == page.alt and drawn.data != page.data and drawn.width == page.width
    assert large.named(path, "sixteen_pixels") == drawn and not capsys.readouterr().out
    monkeypatch.setattr(large, "_way", lambda: "another way to draw")
    assert large.named(path, "sixteen_pixels") == drawn and "drawing" in capsys.readouterr().out
    with pytest.raises(KeyError, match="none"):
        large.named(path, "none")


def test_every_panel_has_its_stand_in_where_no_kernel_runs(made):
    for path in LESSONS:
        outputs, lesson = decks.executed(path), read(path)
        shown = {slide.cell.number for slide in made[path.stem].slides}
        panels = [cell for cell in lesson.cells if cell.type == "code"
                  and re.search(r"^from course_lib.notebook.explorers\.(?!base)",
                                cell.text, re.M)]
        for cell in panels:
            (data,) = [output["data"] for output in outputs[cell.number] if "data" in output]
            assert "image/png" in data and "Figure: " in "".join(data["text/plain"])
            assert cell.number in shown


# --- what decks must never hold -------------------------------------------------------------------

def test_no_deck_holds_an_answer(folder):
    for path in LESSONS:
        assert len(secrets(path)) > 15
        for file in folder.glob("*.html"):
            assert not leaked(path, file.read_text(encoding="utf-8")), file.name


def test_an_answer_would_be_found(folder):
    path = LESSONS[0]
    text = (folder / f"{path.stem}.html").read_text(encoding="utf-8")
    answer = "*front, height, width = x.shape"
    assert answer in secrets(path)
    assert leaked(path, text.replace("</h2>", f"</h2><pre>{answer}</pre>", 1))


def test_nothing_in_decks_is_loaded_from_elsewhere(folder):
    for file in folder.glob("*.html"):
        assert not [url for url in loads(file) if not url.startswith("data:")], file.name


def test_vendored_files_are_listed_with_their_licences():
    assets = ROOT / "course_staff" / "publishing" / "slides" / "assets"
    told = (assets / "LICENSES.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in told for path in assets.iterdir() if path.suffix != ".md")
    assert "Permission is hereby granted, free of charge" in told and "Apache License" in told


# --- every slide, in a browser --------------------------------------------------------------------

# Problems of the slide that is shown: what a viewer in the last row, or behind a screen reader, or
# at the edge of the projector's picture, would miss.
INSPECT = """() => {
  const found = [], slide = Reveal.getCurrentSlide();
  const light = rgb => rgb.match(/[\\d.]+/g).slice(0, 3).map(Number)
    .map(c => (c /= 255) <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
    .reduce((sum, c, i) => sum + c * [.2126, .7152, .0722][i], 0);
  const say = (element, what) =>
    found.push(`${element.tagName} ${(element.textContent || "").trim().slice(0, 40)}: ${what}`);
  for (const element of slide.querySelectorAll(".slide, .slide *")) {
    if (element.closest("mjx-assistive-mml, svg") || !element.checkVisibility()) continue;
    const box = element.getBoundingClientRect(), style = getComputedStyle(element);
    if (box.left < -1 || box.top < -1 || box.right > 1281 || box.bottom > 721)
      say(element, `box ${[box.left, box.top, box.right, box.bottom].map(Math.round)}`);
    if (element.scrollWidth > element.clientWidth + 2 && style.display !== "inline"
        && element.clientWidth) say(element, "overflows");
    const own = [...element.childNodes].some(n => n.nodeType === 3 && n.data.trim());
    if (own && parseFloat(style.fontSize) < 24) say(element, `type of ${style.fontSize}`);
    if (own && 1.05 / (light(style.color) + .05) < 4.5) say(element, `contrast of ${style.color}`);
    if (element.tagName === "IMG" && (!element.complete || element.naturalWidth < 200
        || element.alt.split(" ").length < 5)) say(element, "picture or its alt text");
    if (element.tagName === "IMG" && Math.min(box.width, box.height) < 150)
      say(element, `only ${box.width} x ${box.height}`);
  }
  const parts = [...slide.querySelector(".slide").children].map(e => e.getBoundingClientRect());
  parts.slice(1).forEach((box, i) => {
    if (box.top < parts[i].bottom - 1) found.push(`part ${i + 2} lies on part ${i + 1}`); });
  if (slide.querySelector("mjx-merror")) found.push("a formula with an error");
  return found;
}"""


def show(page, address):
    page.goto(address)
    page.wait_for_function("window.Reveal && Reveal.isReady()")
    page.evaluate("window.MathJax && MathJax.startup && MathJax.startup.promise.then(() => 1)")
    page.evaluate("Promise.all([...document.images].map(image => image.decode()))")


def number(page):
    return page.evaluate("Reveal.getSlidePastCount() + 1")


@pytest.mark.parametrize("name", [
    *(pytest.param(path.stem, id=source.folder(path)) for path in LESSONS),
    "workshop", "workshop_20"])
@in_a_browser
def test_every_slide_fits_and_can_be_read(page, folder, made, name):
    show(page, (folder / f"{name}.html").as_uri())
    assert page.evaluate("Reveal.getScale()") == 1
    assert page.evaluate("Reveal.getTotalSlides()") == len(made[name].slides)
    problems = []
    for place in page.evaluate("Reveal.getSlides().map(s => Reveal.getIndices(s))"):
        page.evaluate("i => Reveal.slide(i.h, i.v, 99)", place)
        problems += [f"{place}: {what}" for what in page.evaluate(INSPECT)]
    assert not problems, "\n".join(problems)
    assert not page.told
    assert all(url.startswith(("file:", "data:", "blob:")) for url in page.asked)


@in_a_browser
def test_no_deck_breaks_a_rule_of_accessibility(page, folder):
    wrong = []
    for file in sorted(folder.glob("*.html")):
        page.goto(f"{file.as_uri()}?print-pdf")  # all slides beside each other
        page.locator(".pdf-page").first.wait_for()
        settled(page)
        wrong += [f"{file.name}: {what}" for what in violations(page, ["light"])]
    assert not wrong, "\n".join(wrong)


@in_a_browser
@pytest.mark.parametrize("style, told", [
    (".text { font-size: 20px !important }", "type of 20px"),
    (".text { color: #999 !important }", "contrast of"),
    ("h2 { margin-left: 900px !important; white-space: nowrap }", "overflows"),
    ("figure { transform: translateX(300px) }", "box"),
    (".text { margin-top: -80px !important }", "lies on part 1"),
    ("img { max-width: 100px }", "only"),
])
def test_an_ugly_slide_would_be_seen(page, folder, style, told):
    show(page, (folder / "workshop.html").as_uri() + "#/0/2")
    assert not page.evaluate(INSPECT)
    page.add_style_tag(content=style)
    assert told in "\n".join(page.evaluate(INSPECT))


@in_a_browser
def test_keyboard_overview_and_speaker_view_work_from_a_file(page, folder, made):
    show(page, (folder / "workshop.html").as_uri())
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert number(page) == 3
    page.keyboard.press("ArrowLeft")
    assert number(page) == 2
    page.keyboard.press("o")
    assert page.evaluate("Reveal.isOverview()")
    page.keyboard.press("o")
    with page.context.expect_page() as opened:
        page.keyboard.press("s")
    speaker = opened.value
    speaker.get_by_text("Take five answers").wait_for()
    page.keyboard.press("ArrowRight")
    speaker.get_by_text("Activity: predict").wait_for()


@in_a_browser
@pytest.mark.parametrize("name", ["workshop", "information_limit", "hallucination_measured"])
def test_a_slider_without_a_kernel_moves_by_keyboard(page, folder, name):
    show(page, (folder / f"{name}.html").as_uri())
    figure = page.locator("figure.frames").first
    place = figure.evaluate("f => Reveal.getIndices(f.closest('section'))")
    page.evaluate("i => Reveal.slide(i.h, i.v)", place)
    slider, picture = figure.get_by_role("slider"), figure.locator("img.current")
    assert slider.evaluate("s => s.labels[0].textContent.trim()")
    before, here, value = picture.get_attribute("alt"), number(page), figure.locator("output")
    told = value.text_content()
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert picture.get_attribute("alt") != before and value.text_content() != told
    assert picture.count() == 1 and picture.is_visible() and number(page) == here


@in_a_browser
def test_a_deck_works_from_a_static_server(page, folder):
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=folder)
    handler.log_message = lambda *_: None
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}/"
        show(page, address + "workshop.html")
        page.keyboard.press("ArrowRight")
        assert number(page) == 2
        server.shutdown()
    assert {url for url in page.asked if not url.startswith(("data:", address))} == set()


@in_a_browser
def test_a_pdf_has_one_page_per_slide(tmp_path, made, monkeypatch):
    name = "information_limit"  # with maths and a slider

    def apart(paths):
        """Print in another process: in this one Playwright runs already."""
        code = ("import sys; from pathlib import Path; from course_staff.publishing.slides "
                "import pdf; print(*pdf.write([Path(path) for path in sys.argv[1:]]), sep='\\n')")
        done = subprocess.run([sys.executable, "-c", code, *map(str, paths)], check=True, cwd=ROOT,
                              capture_output=True, encoding="utf-8")
        return done.stdout.splitlines()

    monkeypatch.setattr(pdf, "write", apart)
    assert slides.run(Namespace(deck=[name], out=str(tmp_path), large=False, pdf=True)) == 0
    content = (tmp_path / f"{made[name].name}.pdf").read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", content)) == len(made[name].slides)
