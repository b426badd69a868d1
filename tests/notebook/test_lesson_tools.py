"""Figures, predictions, checks and explorers: what lessons are made with."""

import copy
import io
import json
import re
import subprocess
import sys
from pathlib import Path

import ipywidgets
import numpy as np
import pytest
from PIL import Image

from course_lib.imaging.operators import Downsample
from course_lib.notebook import checks, figures, predictions
from course_lib.notebook.explorers import base, bias, enhance, priors_and_best_guesses

ROOT = Path(__file__).resolve().parents[2]


def line_picture(alt="A straight line that rises from 0 to 1."):
    fig, ax = figures.figure()
    ax.plot([0, 1], [0, 1])
    return figures.show(fig, alt)


def test_every_representation_of_a_figure_carries_its_alt_text():
    alt = 'A line at 45° & a "quoted" <label>.'
    data, metadata = line_picture(alt)._repr_mimebundle_()
    assert data["text/plain"] == f"Figure: {alt}"
    assert 'alt="A line at 45° &amp; a &quot;quoted&quot; &lt;label&gt;."' in data["text/html"]
    assert metadata["image/png"]["alt"] == alt


@pytest.mark.parametrize("alt", [None, "", "plot", "A plot of x"])
def test_a_figure_without_a_telling_alt_text_is_refused(alt):
    fig, _ = figures.figure()
    with pytest.raises(ValueError, match="alt is"):
        figures.show(fig, alt)


def test_the_same_figure_gives_the_same_bytes():
    assert line_picture().png == line_picture().png


def test_nothing_is_cut_off_at_the_border():
    fig, ax = figures.figure(size=(3, 2))
    ax.set_title("a title that is far too long for a figure as narrow as this one")
    png = figures.show(fig, "An empty panel with a very long title.").png
    x = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    assert min(x[0].min(), x[-1].min(), x[:, 0].min(), x[:, -1].min()) > 250


def test_images_are_shown_srgb_encoded_and_maps_are_not():
    """A checkerboard that averages to .5 in linear light has the sRGB code .7354, 188 of 255."""
    grey = np.full((1, 8, 8), 0.5)
    png = figures.show_images({"half": grey}, alt="An even gray square, half the light.").png
    pixels = np.asarray(Image.open(io.BytesIO(png)).convert("L"))
    assert (pixels == 188).sum() > 0.2 * pixels.size


@pytest.mark.parametrize("shape", [(8, 8, 3), (2, 8, 8), (1, 1, 8, 8)])
def test_a_wrong_channel_axis_is_refused(shape):
    _, ax = figures.figure()
    with pytest.raises(ValueError, match="x has shape"):
        figures.draw_image(ax, np.zeros(shape))


@pytest.fixture
def work(tmp_path, monkeypatch):
    monkeypatch.setenv("COURSE_WORK", str(tmp_path))
    return tmp_path


def test_predictions_are_kept_beside_the_learners_work(work, capsys):
    predictions.predict("enhance.percent_dark", 30)
    predictions.predict("image_formation.dip", 0.5)
    predictions.predict("image_formation.dip", 0.7)
    kept = json.loads((work / "predictions.json").read_text(encoding="utf-8"))
    assert kept == {"enhance.percent_dark": 30, "image_formation.dip": 0.7}
    assert predictions.recall("image_formation.dip") == 0.7
    assert predictions.recall("deconvolution.none") is None


def test_predictions_of_an_earlier_release_are_found_by_name(work, capsys):
    """Version 0.1.0 kept them by number; 08 was the lesson on hallucination, 10 the last one."""
    file = work / "predictions.json"
    old = {"00.percent_dark": 30, "08.too_sure": 5, "10.percent_right": "half", "99.x": 1,
           "09.dark_start": 40, "bias.pale_start": 60}
    file.write_text(json.dumps(old), encoding="utf-8")
    assert predictions.recall("enhance.percent_dark") == 30
    assert predictions.recall("hallucination_measured.too_sure") == 5
    assert predictions.recall("use_and_misuse.percent_right") == "half"
    assert predictions.recall("pulse.too_sure") is None
    # Two of lesson `bias` are asked for in lesson `causes` now.
    assert predictions.recall("causes.dark_start") == predictions.recall("bias.dark_start") == 40
    assert predictions.recall("causes.pale_start") == 60
    assert "you predicted 5" in predictions.reveal("hallucination_measured.too_sure", 7, "hits").alt
    assert json.loads(file.read_text(encoding="utf-8")) == old  # reading changes nothing
    predictions.predict("enhance.percent_dark", 40)
    assert json.loads(file.read_text(encoding="utf-8")) == {
        "enhance.percent_dark": 40, "hallucination_measured.too_sure": 5,
        "use_and_misuse.percent_right": "half", "99.x": 1, "causes.dark_start": 40,
        "causes.pale_start": 60}


def test_a_notebook_of_an_earlier_release_keeps_and_shows_the_same_guess(work, capsys):
    predictions.predict("07.grey_levels", 3)
    predictions.predict("pulse.grey_levels", 4)
    predictions.predict("07.grey_levels", 5)
    assert predictions.recall("pulse.grey_levels") == predictions.recall("07.grey_levels") == 5
    assert "predicted 5" in predictions.reveal("07.grey_levels", 11, "ε").alt


def test_a_name_goes_before_a_number(work):
    """Whoever kept both has given the one by name later."""
    (work / "predictions.json").write_text('{"pulse.x": 2, "07.x": 1}', encoding="utf-8")
    assert predictions.recall("pulse.x") == 2


def test_no_guess_keeps_an_earlier_one(work, capsys):
    predictions.predict("image_formation.dip", 0.5)
    predictions.predict("image_formation.dip", None)
    assert predictions.recall("image_formation.dip") == 0.5
    assert "replace None" in capsys.readouterr().out


def test_without_a_work_folder_nothing_is_written(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("COURSE_WORK", raising=False)
    monkeypatch.chdir(tmp_path)
    predictions.predict("test.memory", 1.5)
    assert predictions.recall("test.memory") == 1.5 and not list(tmp_path.iterdir())


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [1, 2], True])
def test_what_is_no_prediction_is_refused(value):
    with pytest.raises(ValueError, match="value is"):
        predictions.predict("test.bad", value)


@pytest.mark.parametrize("value", ["60%", -1, 100.5])
def test_a_guess_out_of_its_range_is_refused(value):
    with pytest.raises(ValueError, match="from 0 to 100"):
        predictions.predict("test.bad", value, between=(0, 100))


@pytest.mark.parametrize("value", [np.int64(3), np.float32(0.5), 3, 0.5])
def test_numbers_of_any_kind_are_kept(work, value, capsys):
    predictions.predict("test.number", value, between=(0, 100))
    assert predictions.recall("test.number") == value


def test_a_reveal_tells_prediction_and_measurement(work, capsys):
    predictions.predict("image_formation.dip", 0.5)
    assert predictions.reveal("image_formation.dip", 0.735, "dip").alt == (
        "Bars for dip: you predicted 0.5, measured 0.735.")
    assert predictions.reveal("none", 0.735, "dip").alt == "Bars for dip: measured 0.735."


def drawn(monkeypatch, *arguments, **options):
    """Call `reveal` and return the axes that it drew, with what it says of them."""
    shown = []

    def keep(fig, alt):
        shown.append((fig.axes[0], alt))

    monkeypatch.setattr(predictions.figures, "show", keep)
    predictions.reveal(*arguments, **options)
    return shown[0]


@pytest.mark.parametrize(("guess", "measured"), [(-0.5, 0.0), (-1, -1), (0.4, -0.001), (2, 3)])
def test_digits_never_stand_on_their_bar(work, capsys, monkeypatch, guess, measured):
    """Beyond the bar's end and within the picture, also where the bar points to the left."""
    predictions.predict("test.signed", guess)
    ax, _ = drawn(monkeypatch, "test.signed", measured, "correlation")
    renderer = ax.figure.canvas.get_renderer()
    for bar, text in zip(ax.patches, ax.texts, strict=True):
        at = text.get_window_extent(renderer).transformed(ax.transData.inverted())
        left, right = sorted((bar.get_x(), bar.get_x() + bar.get_width()))
        assert at.x1 <= left + 1e-9 or at.x0 >= right - 1e-9
        low, high = ax.get_xlim()
        assert low < at.x0 and at.x1 < high


@pytest.mark.parametrize("guess", [8e6, 8.04e6, 1, 1e9, 7e-9])
def test_an_axis_of_factors_shows_a_decade_or_more(work, capsys, monkeypatch, guess):
    """Guess and measurement lie as far apart as their ratio says, and within the picture."""
    predictions.predict("test.photons", guess)
    ax, alt = drawn(monkeypatch, "test.photons", 8.04e6, "photons", log=True)
    low, high = np.log10(ax.get_xlim())
    apart = abs(np.log10(guess / 8.04e6))
    assert high - low >= max(1 - 1e-9, apart)
    for value in (guess, 8.04e6):
        assert low < np.log10(value) < high
    assert not ax.patches and len(ax.lines) == 2, "dots, no bars: a bar would begin anywhere"
    assert alt.startswith("Dots for photons: you predicted")


def test_one_number_on_an_axis_of_factors_has_a_decade_too(work, capsys, monkeypatch):
    ax, _ = drawn(monkeypatch, "none", 30, "steps", log=True)
    assert np.diff(np.log10(ax.get_xlim()))[0] == pytest.approx(1)


def test_a_guess_of_zero_is_told_where_it_cannot_be_drawn(work, capsys, monkeypatch):
    predictions.predict("test.zero", 0)
    ax, alt = drawn(monkeypatch, "test.zero", 30, "steps", log=True)
    assert len(ax.lines) == 1 and "0: not on an axis" in " ".join(t.get_text() for t in ax.texts)
    assert alt == "Dots for steps: you predicted 0, measured 30."


def test_nothing_is_measured_below_zero_on_an_axis_of_factors(work):
    with pytest.raises(ValueError, match="above 0"):
        predictions.reveal("none", 0, "steps", log=True)


def test_bars_begin_at_zero(work, capsys, monkeypatch):
    predictions.predict("test.bar", 40)
    ax, _ = drawn(monkeypatch, "test.bar", 60, "share", unit="%")
    assert [(bar.get_x(), bar.get_width()) for bar in ax.patches] == [(0, 40), (0, 60)]
    assert ax.get_xlim()[0] <= 0 and ax.get_xscale() == "linear"


def unwritten(x):
    raise NotImplementedError


def test_checks_diagnose_in_order_type_shape_value_cause():
    cases = [
        (None, "None: is the `return` missing"),
        ("text", "is a str"),
        ((np.ones(2), 3.0), "is a tuple; numbers are needed"),
        ([1.0 + 0j, 2.0], "is complex"),
        ([1.0, 2.0, 3.0], r"shape \(3,\)"),
        ([1.0, np.nan], "not finite"),
        ([1.0, 4.0], "forgot to halve"),
        ([1.0, 2.5], "is 2.5 at index .1,.; it should be 2"),
    ]
    for value, message in cases:
        with pytest.raises(AssertionError, match=message):
            checks.equal(value, [1.0, 2.0], "f(x)", mistakes={"you forgot to halve.": [1.0, 4.0]})
    checks.equal([1.0, 2.0 + 1e-12], [1.0, 2.0], "f(x)")


def test_a_call_is_quiet_and_explains_what_was_raised(capfd):
    def loud(x):
        print("noise")
        return np.log(x)

    assert checks.call(loud, np.zeros(1)) == -np.inf
    assert capfd.readouterr() == ("", "")
    with pytest.raises(AssertionError, match="unwritten is not written yet"):
        checks.call(unwritten, 1)
    with pytest.raises(AssertionError, match="returns None: is the `return` missing"):
        checks.call(print, 1)


def test_a_call_says_in_which_line_of_its_cell_a_function_failed():
    cell = "import numpy as np\ndef f(x):\n    y = 2 * x\n    return np.reshape(y, (5, 5))\n"
    namespace = {}
    exec(compile(cell, "<cell 7>", "exec"), namespace)
    with pytest.raises(AssertionError, match=r"f raised ValueError.*line 4 of its cell"):
        checks.call(namespace["f"], np.ones(3))


def test_a_call_says_what_a_function_was_given_when_it_failed():
    def f(*arguments, **options):
        raise ValueError("no")

    given = (r"no.*, given an array of shape \(3, 1\), 0\.5, None, a list of length 2, "
             "scale = 2, by = function")
    with pytest.raises(AssertionError, match=given):
        checks.call(f, np.ones((3, 1)), np.float64(0.5), None, [1, 2], scale=2, by=f)
    with pytest.raises(AssertionError, match=r"f raised ValueError: no[^,]*$"):
        checks.call(f)


def test_a_function_that_changes_its_input_is_told_and_harms_nothing():
    def spoil(x):
        x *= 2
        return x

    x = np.ones(3)
    with pytest.raises(AssertionError, match="in place"):
        checks.call(spoil, x)
    assert (x == 1).all()


def append(xs):
    xs.append(1)
    return xs


def fill(options):
    options["new"] = 1
    return options


def nested(parts):
    parts["a"][0][1][...] = 0
    return 1


def by_keyword(x, y=None):
    y += 1
    return x


def in_a_tuple(pair):
    pair[1][0] = 7
    return 1


def elsewhere(x):
    x.shape = (1, 3)
    return 1


def flips_a_zero(x):
    x *= -1
    return x


@pytest.mark.parametrize(("spoil", "arguments", "options"), [
    (append, [[1, 2]], {}), (fill, [{"a": 1}], {}), (nested, [{"a": [(0, np.ones(3))]}], {}),
    (by_keyword, [1], {"y": np.ones(3)}), (in_a_tuple, [(0, [1])], {}),
    (elsewhere, [np.ones(3)], {}), (flips_a_zero, [np.zeros(3)], {}), (append, [[np.nan]], {}),
    (nested, [{"a": [(0, np.array([1, "a"], dtype=object))]}], {}),
])
def test_changed_inputs_of_every_kind_are_told_and_restored(spoil, arguments, options):
    before = copy.deepcopy((arguments, options))
    with pytest.raises(AssertionError, match=f"{spoil.__name__} changes its input in place"):
        checks.call(spoil, *arguments, **options)
    assert repr((arguments, options)) == repr(before)
    with pytest.raises(AssertionError, match="changes its input in place"):
        checks.refuses(spoil, *arguments, because="it is so", **options)


def test_what_a_refusal_changed_before_it_is_told():
    def late(x):
        x[0] = 7
        raise ValueError

    with pytest.raises(AssertionError, match="in place"):
        checks.refuses(late, np.ones(3), because="it is so")


def test_inputs_that_nobody_changed_are_accepted():
    class Thing:
        pass

    given = [np.array([np.nan, 1]), [np.nan, "a", None, {1}], {"k": (1, np.float32(2))}, Thing(),
             np.random.default_rng(0), range(3), np.array(["a"]), (), np.ones((3, 0)), True]
    assert checks.call(lambda *given, **more: (len(given), more["z"].x), *given,
                       z=type("Z", (), {"x": 2})()) == (len(given), 2)


def test_the_same_array_twice_stays_the_same_array_twice():
    x = np.ones(3)
    assert checks.call(lambda a, b: a is b and a is not x, x, x)


def test_tensors_stay_leaves_and_changed_ones_are_told_and_restored():
    torch = pytest.importorskip("torch")
    leaf = torch.ones(3, requires_grad=True)
    checks.call(lambda z: (2 * z).sum(), leaf).backward()
    assert leaf.is_leaf and leaf.grad.tolist() == [2, 2, 2]
    checks.call(lambda z: z, torch.tensor([torch.nan, 1]))

    def descend(parts):
        with torch.no_grad():
            parts[0].mul_(2)
        return parts[0]

    with pytest.raises(AssertionError, match="in place"):
        checks.call(descend, [leaf])
    assert leaf.is_leaf and leaf.requires_grad and leaf.tolist() == [1, 1, 1]


def test_a_relative_tolerance_goes_with_each_number():
    checks.equal([1e8 + 1, 1e-8], [1e8, 1e-8 + 1e-17], "f(x)", atol=0, rtol=1e-7)
    with pytest.raises(AssertionError, match=r"is 2e-08 at index \(1,\); it should be 1e-08"):
        checks.equal([1e8 + 1, 2e-8], [1e8, 1e-8], "f(x)", atol=0, rtol=1e-7)


@pytest.mark.parametrize(("value", "single"), [
    (np.float32(0.1), True), (np.array([0.1, 0.3], np.float32).astype(float), True),
    (np.array([0.1, 0.3]) + 3e-8, False), (np.array([0.1, 0.3]) * (1 + 1e-7), False),
    (np.array([0.1, 0.31], np.float32), False),
])
def test_single_precision_is_named_only_where_it_is_the_cause(value, single):
    with pytest.raises(AssertionError) as told:
        checks.equal(value, [0.1, 0.3][:np.size(value)] if np.ndim(value) else 0.1, "f(x)")
    assert ("float32" in str(told.value)) == single


def test_two_numbers_are_told_with_the_digits_that_differ():
    with pytest.raises(AssertionError, match="is 0.10000003; it should be 0.1 "):
        checks.equal(0.1 + 3e-8, 0.1, "f(x)")
    rng = np.random.default_rng(0)
    matrix, x, y = rng.normal(size=(4, 6)), rng.normal(size=6), rng.normal(size=4)
    with pytest.raises(AssertionError, match=r"differ by \S+e-0[89] of .* allowed 1e-12") as told:
        checks.adjoint(lambda x: matrix @ x, lambda y: (matrix.T @ y).astype(np.float32), x, y, "t")
    numbers = str(told.value).split(" = ")
    assert numbers[1].split()[0] != numbers[2].split()[0]


def test_the_adjoint_check_passes_adjoints_and_names_the_ratio():
    rng = np.random.default_rng(0)
    matrix, x, y = rng.normal(size=(4, 6)), rng.normal(size=6), rng.normal(size=4)

    def forward(x):
        return matrix @ x

    checks.adjoint(forward, lambda y: matrix.T @ y, x, y, "transpose")
    with pytest.raises(AssertionError, match="forgot the 2"):
        checks.adjoint(forward, lambda y: 2 * matrix.T @ y, x, y, "transpose",
                       ratios={"you forgot the 2": 2})
    with pytest.raises(AssertionError, match="not the adjoint"):
        checks.adjoint(forward, lambda y: np.linalg.pinv(matrix) @ y, x, y, "transpose")
    with pytest.raises(AssertionError, match="scene's shape"):
        checks.adjoint(forward, lambda y: y, x, y, "transpose")
    with pytest.raises(AssertionError, match="^transpose raised ZeroDivisionError"):
        checks.adjoint(forward, lambda y: 1 / 0, x, y, "transpose")


def test_refuses_wants_a_value_error():
    def picky(x):
        if x < 0:
            raise ValueError
        if x == 0:
            raise TypeError
        assert x != 2

    checks.refuses(picky, -1, because="x is negative")
    for x, message in ((1, "must raise ValueError here"), (0, "not TypeError"),
                       (2, "not AssertionError")):
        with pytest.raises(AssertionError, match=message):
            checks.refuses(picky, x, because="x is too small")


def test_an_explorer_redraws_and_leaves_a_stand_in():
    def draw(height):
        return line_picture(f"A straight line that rises to {height} units.")

    slider = ipywidgets.IntSlider(value=1, min=0, max=5, description="height")
    explorer = base.Explorer(draw, height=slider)
    data, metadata = explorer._repr_mimebundle_()
    assert data["text/plain"] == "Figure: A straight line that rises to 1 units."
    assert "application/vnd.jupyter.widget-view+json" in data and "alt" in metadata["image/png"]
    slider.value = 3
    assert "rises to 3 units" in explorer.view.value


def test_panels_of_the_first_act_need_no_torch():
    act = ("base", "enhance", "image_formation", "deconvolution", "information_limit",
           "moving_the_limit")
    code = "".join(f"import course_lib.notebook.explorers.{name}\n" for name in act)
    subprocess.run([sys.executable, "-c", f"{code}import sys; assert 'torch' not in sys.modules"],
                   check=True, cwd=ROOT)


def test_all_pictures_between_the_candidates_leave_the_same_pixels():
    rng = np.random.default_rng(0)
    pixels = rng.random((3, 4, 4))
    sharp = [pixels.repeat(16, -1).repeat(16, -2), np.clip(rng.random((3, 64, 64)), 0, 1)]
    sharp[1] += (pixels - Downsample(16)(sharp[1])).repeat(16, -1).repeat(16, -2)
    explorer = enhance.sixteen_pixels(sharp, pixels)
    for position in (1.0, 1.5, 2.0):
        explorer.controls["position"].value = position
        gap = re.search(r"by at most (\S+)\.", explorer.view.value)[1]
        assert float(gap) < 1e-12


def test_best_guesses_panel_tells_what_it_draws():
    explorer = priors_and_best_guesses.best_guesses()

    def told():
        alt = re.search(r'alt="([^"]*)"', explorer.view.value).group(1)
        return {name: float(re.search(rf"{name} (-?[\d.]+\d)", alt.split("errors")[1]).group(1))
                for name in ("mean", "mode", "sample")}

    for odds, sigma, y in ((-5, 2.0, -2.0), (0, 0.1, 0.0), (5, 1.0, 1.5)):
        for name, value in {"odds": odds, "sigma": sigma, "y": y}.items():
            explorer.controls[name].value = value
        errors = told()
        assert errors["sample"] == pytest.approx(2 * errors["mean"], abs=1.1e-3)
        assert errors["mode"] >= errors["mean"]


def test_a_watched_loop_counts_and_shows_how_things_stand(monkeypatch):
    panels, seen = [], []
    monkeypatch.setattr(base, "display", panels.append)

    def draw():
        return line_picture(f"A straight line after {len(seen)} of the steps.")

    for step in base.watched(25, draw, pictures=5):
        seen.append(step)
        bar, view = panels[0].children
        assert bar.value == step // 5 * 5 and f"after {step // 5 * 5} of" in view.value
    assert seen == list(range(25)) and bar.value == 25 and "after 25 of" in view.value


def test_tiled_pictures_stand_in_reading_order():
    x = np.arange(6).reshape(6, 1, 1, 1) * np.ones((1, 3, 2, 4))
    sheet = figures.tiled(x, columns=3)
    assert sheet.shape == (3, 4, 12)
    assert sheet[0, ::2, ::4].tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_walk_keeps_to_the_shell_and_ends_where_it_should():
    torch = pytest.importorskip("torch", reason="needs PyTorch")
    from course_lib.generators import gan
    from course_lib.inference.classifiers import p_dark
    from course_lib.notebook.explorers.generators_and_modes import latent_walk

    generator = gan.load("share_50")
    explorer = latent_walk({"share_50": generator}, n_anchors=3)
    rng = torch.Generator().manual_seed(0)
    anchors, noise = torch.randn(3, gan.Z_DIM, generator=rng), generator.noise(1, rng)

    def told():
        return float(re.search(r"dark with probability ([\d.]+)\.", explorer.view.value)[1])

    for position, truncation in ((1, 1.0), (3, 1.0), (2, 0.5)):
        explorer.controls["position"].value = position
        explorer.controls["truncation"].value = truncation
        w = torch.lerp(generator.mean_w, generator.mapping(anchors[position - 1][None]), truncation)
        assert told() == pytest.approx(p_dark(generator.synthesis(w, noise).numpy())[0], abs=6e-3)
    explorer.controls["truncation"].value = 0.0  # every latent shows the mean style
    level = told()
    explorer.controls["position"].value = 2.5
    assert told() == level


def test_two_groups_panel_tells_recalls_and_the_flip_share():
    explorer = bias.two_groups()
    seen = []
    for percent, d, method in ((5, 1.0, "most probable form"), (5, 1.0, "draw from the posterior"),
                               (50, 3.0, "most probable form")):
        for name, value in {"percent": percent, "d": d, "method": method}.items():
            explorer.controls[name].value = value
        alt = re.search(r'alt="([^"]*)"', explorer.view.value).group(1)
        seen.append([float(number) for number in re.search(
            r"pale ([\d.]+), of dark ([\d.]+); ([\d.]+) %.*than ([\d.]+) %", alt).groups()])
    (_, by_map, shown_map, flip), (_, by_draw, shown_draw, _), even = seen
    assert by_map < by_draw and shown_map < shown_draw == pytest.approx(5, abs=0.05)
    assert flip == 62.2 and even[0] == even[1] and even[2] == 50
