"""Interactive panels: move a control, see the trade-off; one per lesson.

Each panel is an `Explorer`.  In a notebook it is a set of labelled, keyboard-operable ipywidgets
controls above a picture; wherever no kernel runs (exported pages, slides) its first picture stands
in, with the same alt text.

`watched` is for loops that are worth watching: a progress bar above a picture that keeps up.
"""

import ipywidgets
import numpy as np
from IPython.display import display
from scipy.stats import norm

from course_lib.audits import fairness
from course_lib.audits.hallucination import abstention_curve, paint
from course_lib.audits.identification import after_match
from course_lib.data import data_path
from course_lib.imaging import optics
from course_lib.imaging.operators import Blur, Downsample
from course_lib.imaging.recovery import low_frequencies, recover_spikes, spikes
from course_lib.inference.posterior import Mixture, prior_log_odds
from course_lib.notebook import figures


class Explorer:
    """Controls above a picture that is drawn anew whenever one of them moves.

    Parameters
    ----------
    draw : callable
        Takes the controls' values by name, returns a `figures.Picture`.
    **controls : ipywidgets.Widget
        One labelled control per argument of `draw`.
    """

    def __init__(self, draw, **controls):
        self.draw, self.controls = draw, controls
        for control in controls.values():
            control.style.description_width = "12em"
            control.layout.width = "32em"
            control.observe(self._update, names="value")
        self.first = draw(**self.values)
        self.view = ipywidgets.HTML(self.first.img())
        self.panel = ipywidgets.VBox([*controls.values(), self.view])

    @property
    def values(self):
        """Current values of the controls, by name."""
        return {name: control.value for name, control in self.controls.items()}

    def _update(self, _change):
        self.view.value = self.draw(**self.values).img()

    def _repr_mimebundle_(self, **_options):
        # The widget is shown where a kernel runs; the picture stays where none does.
        data, metadata = self.first._repr_mimebundle_()
        data.pop("text/html")
        live = self.panel._repr_mimebundle_()
        live = live[0] if isinstance(live, tuple) else live
        view = "application/vnd.jupyter.widget-view+json"
        return {**data, view: live[view]}, metadata


def watched(steps, draw, pictures=10):
    """Count from 0 to steps − 1 and show how far a loop has come, in a notebook.

    Parameters
    ----------
    steps : int
    draw : callable
        Returns a `figures.Picture` of how things stand; called at the start and `pictures` times.
    pictures : int

    Yields
    ------
    int
        The step that is due. Only a live notebook keeps the panel: show the last picture anew.
    """
    bar, view = ipywidgets.IntProgress(max=steps), ipywidgets.HTML(draw().img())
    bar.description = f"0 of {steps}"
    bar.style.description_width = "8em"
    display(ipywidgets.VBox([bar, view]))
    for step in range(steps):
        yield step
        if (step + 1) * pictures // steps > step * pictures // steps:
            bar.value, bar.description = step + 1, f"{step + 1} of {steps}"
            view.value = draw().img()


def sixteen_pixels(candidates, pixels):
    """Lesson 00: fade between pictures that all leave the same pixels.

    Parameters
    ----------
    candidates : sequence of arrays (3, H, W)
        Sharp pictures, linear light, that shrink to `pixels`.
    pixels : array (3, h, w)
        What the camera kept.
    """
    shrink = Downsample(candidates[0].shape[-1] // pixels.shape[-1])

    def draw(position):
        first = min(int(position) - 1, len(candidates) - 2)
        share = position - 1 - first
        x = (1 - share) * candidates[first] + share * candidates[first + 1]
        small = shrink(x)
        gap = np.abs(small - pixels).max()
        fig, axes = figures.figure(1, 2, size=(6.4, 3.9))
        figures.draw_image(axes[0], x, "the scene")
        figures.draw_image(axes[1], small, f"its pixels: off by {gap:.1g}")
        return figures.show(fig, alt=(
            f"Left: a sharp picture, {100 * (1 - share):.0f} % candidate {first + 1} and "
            f"{100 * share:.0f} % candidate {first + 2}. Right: its sixteen pixels, which "
            f"differ from the measured ones by at most {gap:.1g}."))

    slider = ipywidgets.FloatSlider(
        value=1.0, min=1, max=len(candidates), step=0.05, description="candidate")
    return Explorer(draw, position=slider)


def image_formation(scene):
    """Lesson 01: lens cutoff, pixel size and light against what is recorded and what folds back.

    Parameters
    ----------
    scene : array (1, H, W)
        Linear light; 8 must divide H and W.
    """
    spectrum, bright = np.fft.rfft2(scene), np.quantile(scene, 0.995)
    radius = np.hypot(np.fft.fftfreq(scene.shape[-2])[:, None], np.fft.rfftfreq(scene.shape[-1]))
    f = np.linspace(0, 0.5, 301)

    def draw(cutoff, s, log_photons):
        blurred = np.fft.irfft2(spectrum * optics.airy_otf(radius, cutoff), s=scene.shape[-2:])
        photons = 10**log_photons * s**2  # a larger pixel collects more of the same light
        y = optics.photon_noise(np.maximum(Downsample(s)(blurred), 0), photons, rng=0)
        passed = optics.airy_otf(f, cutoff) * optics.pixel_mtf(f, s)
        nyquist = 1 / (2 * s)
        fig, axes = figures.figure(1, 3, size=(8.4, 2.9))
        figures.draw_image(axes[0], scene, "scene x", limits=(0, bright))
        figures.draw_image(axes[1], y, "recorded y", limits=(0, bright))
        axes[2].plot(f, passed)
        axes[2].fill_between(f, passed, where=f >= nyquist, color=figures.COLOURS["vermilion"],
                             alpha=0.5)
        axes[2].axvline(nyquist, color="black", linestyle=":")
        axes[2].set(xlabel="frequency (cycles/scene px)", ylabel="lens × pixel",
                    title="transfer", xlim=(0, 0.52), ylim=(0, 1.02))
        edge = float(np.interp(nyquist, f, passed))
        return figures.show(fig, alt=(
            f"The scene; the picture recorded by {scene.shape[-2] // s} × {scene.shape[-1] // s} "
            f"pixels with {photons:.0f} photons for white; the transfer of lens and pixel, which "
            f"still is {edge:.2f} at the Nyquist frequency {nyquist:.3f}."))

    return Explorer(
        draw,
        cutoff=ipywidgets.FloatSlider(value=0.25, min=0.04, max=0.5, step=0.01,
                                      description="lens cutoff fc"),
        s=ipywidgets.Dropdown(value=4, options=[1, 2, 4, 8], description="pixel size s"),
        log_photons=ipywidgets.FloatSlider(value=2, min=0, max=4, step=0.25,
                                           description="log₁₀ photons/scene px"),
    )


def information_limit(scene):
    """Lesson 03: noise level against the components that survive, what they show and what is lost.

    Parameters
    ----------
    scene : array (1, H, W)
        Linear light; 8 must divide H and W.

    Notes
    -----
    Periodic blur and block means turn every frequency of the small picture into itself, so AAᵀ is
    diagonal there: its eigenvalues sᵢ² are the spectrum of its answer to a single bright pixel.
    """
    scale, shape = float(scene.std()), scene.shape[-2:]

    def draw(log_sigma, width, s):
        sigma = 10**log_sigma
        A = Downsample(s) @ Blur.from_otf(lambda f: optics.gaussian_otf(f, width))
        exact = A(scene)
        point = np.zeros(exact.shape)
        point[0, 0, 0] = 1
        squares = np.maximum(np.fft.fft2(A(A.T(point))).real, 1e-30)
        kept = np.sqrt(squares) * scale > sigma
        kept[..., 0, 0] = True  # the mean brightness, far above the scale of all the rest
        noise = np.random.default_rng(0).standard_normal(exact.shape)

        def estimate(y):
            return A.T(np.fft.ifft2(np.fft.fft2(y) * kept / squares).real)

        guess, invisible = estimate(exact + sigma * noise), scene - estimate(exact)
        values = np.sort(np.sqrt(squares).ravel())[::-1] * scale
        counts = int(kept.sum()), int(kept.size - kept.sum()), scene.size - kept.size
        fig, axes = figures.figure(1, 4, size=(9.6, 2.8))
        figures.draw_image(axes[0], scene, "scene")
        figures.draw_image(axes[1], guess, f"rebuilt from {counts[0]}")
        figures.draw_image(axes[2], invisible, f"lost {counts[1]}, null {counts[2]}", (-0.3, 0.3),
                           "RdBu_r")
        axes[3].semilogy(np.arange(1, len(values) + 1), values, label="sᵢ · scale")
        axes[3].axhline(sigma, color=figures.COLOURS["vermilion"], label="σ")
        axes[3].set(xlabel="component i", ylim=(1e-5, 1))
        axes[3].legend(loc="lower left")
        axes[3].minorticks_off()
        lost = np.sqrt(np.mean(invisible**2))
        return figures.show(fig, alt=(
            f"Noise {sigma:.2g}: {counts[0]} of {scene.size} components of the scene stand above "
            f"it, {counts[1]} are measured but lost in the noise, {counts[2]} lie in the null "
            f"space. Shown: the {shape[0]} × {shape[1]} scene, the picture rebuilt from the "
            f"surviving components, and the invisible rest, {lost:.3f} RMS."))

    return Explorer(
        draw,
        log_sigma=ipywidgets.FloatSlider(value=-2, min=-4, max=-0.5, step=0.25,
                                         description="noise, log₁₀ σ"),
        width=ipywidgets.FloatSlider(value=1.5, min=0.5, max=4, step=0.25,
                                     description="blur width, px"),
        s=ipywidgets.Dropdown(value=2, options=[1, 2, 4, 8], description="pixel size s"),
    )


def moving_the_limit():
    """Lesson 04: distance of two spikes, noise and the assumption against what comes back."""
    cutoff, n = 10, 400
    A = low_frequencies(n, cutoff)
    position = (np.arange(n) - n // 2) * cutoff / n
    noise = np.random.default_rng(0).standard_normal((1, 2 * cutoff + 1))
    cases = {"two lights, x ≥ 0 assumed": (1, True), "two lights, few spikes assumed": (1, False),
             "+ and −, few spikes assumed": (-1, False), "+ and −, x ≥ 0 assumed": (-1, True)}

    def draw(distance, log_sigma, case):
        second, positive = cases[case]
        steps, sigma = round(distance * n / cutoff), 0.0 if log_sigma < -6 else 10**log_sigma
        places = np.array([n // 2 - steps // 2, n // 2 - steps // 2 + steps])
        y = A(spikes(places, [1, second], n)) + sigma * noise
        fig, ax = figures.figure(size=(8, 3.2))
        ax.plot(position, A.T(y)[0] / (2 * cutoff + 1), color=figures.COLOURS["sky"],
                label="what the lens shows")
        ax.plot(position[places], [1, second], "o", mfc="none", color="black", ms=10,
                label="truth")
        try:
            x_hat = recover_spikes(y, A, positive, tolerance=3 * sigma)[0]
        except ValueError:
            title = "refuted: no such scene explains the data"
        else:
            at = [slice(place - 1, place + 2) for place in places]  # a grid step is 1/40 fc
            right = (x_hat[at[0]].clip(0).sum()
                     + (second * x_hat[at[1]]).clip(0).sum()) / np.abs(x_hat).sum()
            verdict = "found" if right >= 0.99 else "not found"
            title = f"{verdict}: {100 * right:.1f} % of the strength within 0.025/fc of the truth"
            found = np.abs(x_hat) > 1e-4
            ax.vlines(position[found], 0, x_hat[found], color=figures.COLOURS["vermilion"],
                      lw=2.5, label="recovered")
        ax.set(xlabel="position (units of 1/fc)", ylabel="strength", xlim=(-2, 2), title=title)
        ax.legend(loc="upper right", fontsize=9)
        told = f"noise σ {sigma:.1g}" if sigma else "no noise"
        return figures.show(fig, alt=(
            f"Two spikes {steps * cutoff / n:.3g}/fc apart, {told}; {case}. {title[0].upper()}"
            f"{title[1:]}."))

    return Explorer(
        draw,
        distance=ipywidgets.FloatSlider(value=0.4, min=0.1, max=1.5, step=0.05,
                                        description="distance (1/fc)"),
        log_sigma=ipywidgets.FloatSlider(value=-6.5, min=-6.5, max=-0.5, step=0.5,
                                         description="noise, log₁₀ σ (−6.5: none)"),
        case=ipywidgets.Dropdown(options=list(cases), value="two lights, x ≥ 0 assumed",
                                 description="truth and assumption"),
    )


def who_pays(budget, wide, margin=16):
    """Lesson 02: what noise, border, wrong PSF and regularisation add to one picture's error.

    Parameters
    ----------
    budget : callable
        The lesson's ``error_budget(x, seen, y, A, believed, lam)``: four error maps by name.
    wide : array (1, H, W)
        Linear light; the camera sees all but `margin` pixels on every side.
    """
    inside = (slice(None), slice(margin, -margin), slice(margin, -margin))
    blur = Blur(optics.gaussian_psf(1.5))
    x, seen = wide[inside], blur(wide)[inside]
    grain = np.random.default_rng(0).standard_normal(x.shape)
    colours = ("blue", "orange", "green", "purple")

    def draw(log_lam, width, log_sigma, border):
        believed = Blur(optics.gaussian_psf(1.5 * (1 + width / 100)))
        y = seen + 10**log_sigma * grain
        scene, clean, noisy = (x, seen, y) if border == "periodic" else map(_mirrored, (x, seen, y))
        parts = budget(scene, clean, noisy, blur, believed, 10**log_lam)
        parts = {name: p[..., : x.shape[-2], : x.shape[-1]] for name, p in parts.items()}
        error = sum(parts.values())
        sizes = {name: float(np.sqrt(np.mean(part**2)))
                 for name, part in (parts | {"all": error}).items()}
        fig, axes = figures.figure(1, 3, size=(8.4, 3.2), width_ratios=(1, 1, 1.1))
        figures.draw_image(axes[0], y, "recorded y")
        figures.draw_image(axes[1], x + error, "estimate")
        axes[2].barh(list(sizes), list(sizes.values()),
                     color=[figures.COLOURS[c] for c in (*colours, "black")])
        for row, size in enumerate(sizes.values()):
            axes[2].annotate(f" {size:.4f}", (max(size, 1.01e-3), row), va="center", fontsize=9)
        axes[2].set(xscale="log", xlim=(1e-3, 3), xlabel="error (rms, 1 = white)")
        axes[2].minorticks_off()
        axes[2].invert_yaxis()
        told = ", ".join(f"{name} {size:.4f}" for name, size in sizes.items())
        return figures.show(fig, alt=f"Recorded page, its estimate, and bars of the error: {told}.")

    return Explorer(
        draw,
        log_lam=ipywidgets.FloatSlider(value=-2, min=-5, max=0, step=0.25, description="log₁₀ λ"),
        width=ipywidgets.IntSlider(value=10, min=-30, max=30, step=5,
                                   description="believed PSF width, % off"),
        log_sigma=ipywidgets.FloatSlider(value=-2, min=-4, max=-1, step=0.25,
                                         description="log₁₀ noise σ"),
        border=ipywidgets.Dropdown(value="mirrored", options=["periodic", "mirrored"],
                                   description="believed border"),
    )


def _mirrored(x):
    """Continue a picture by its mirror image: to a periodic method its borders are mirrors."""
    x = np.concatenate([x, x[..., ::-1]], axis=-1)
    return np.concatenate([x, x[..., ::-1, :]], axis=-2)


def best_guesses():
    """Lesson 05: prior odds, noise and measurement against mean, mode and sample of one posterior.

    The scene is one number, near +1 or near −1, each with standard deviation 0.15.
    """
    grid = np.linspace(-2.2, 2.2, 881)[:, None]

    def draw(odds, sigma, y):
        share = 2.0**odds / (1 + 2.0**odds)
        prior = Mixture([1 - share, share], [[-1.0], [1.0]], np.full((2, 1, 1), 0.15**2))
        seen = prior.posterior([y], np.eye(1), sigma)
        density, before = np.exp(seen.log_density(grid)), np.exp(prior.log_density(grid))
        mean, spread = float(seen.mean[0]), float(seen.sd[0] ** 2)
        mode = float(grid[np.argmax(density), 0])
        samples = seen.sample(12, rng=0)[0][:, 0]
        errors = {"mean": spread, "mode": spread + (mode - mean) ** 2, "sample": 2 * spread}
        colours = [figures.COLOURS[name] for name in ("blue", "vermilion", "green")]
        fig, axes = figures.figure(1, 2, size=(9, 3.3), width_ratios=(1.7, 1))
        axes[0].plot(grid, before / before.max(), ":", color="gray", label="prior")
        axes[0].fill_between(grid[:, 0], density / density.max(), alpha=0.25, color="gray",
                             label="posterior")
        axes[0].axvline(mean, color=colours[0], label="mean")
        axes[0].axvline(mode, color=colours[1], ls="--", label="mode")
        axes[0].plot(samples, np.full(12, -0.08), "|", color=colours[2], ms=11, mew=2,
                     label="12 samples")
        axes[0].plot(y, -0.08, "v", color="black", label="y")
        axes[0].set(xlabel="x", ylabel="density (highest = 1)", ylim=(-0.16, 1.05),
                    xlim=(-2.2, 2.2))
        axes[0].legend(loc="lower center", bbox_to_anchor=(0.5, 1), ncols=6, fontsize=8,
                       columnspacing=1.0, handlelength=1.5)
        times = [value / spread for value in errors.values()]
        axes[1].barh(list(errors), times, color=colours)
        for row, value in enumerate(errors.values()):
            axes[1].annotate(f" {value:.3f}", (times[row], row), va="center", fontsize=9)
        axes[1].set(xlabel="expected squared error ÷ the mean's",
                    xlim=(0, max(2.6, 1.3 * max(times))))
        axes[1].invert_yaxis()
        rare = float(seen.weights[1])
        told = ", ".join(f"{name} {value:.3f}" for name, value in errors.items())
        return figures.show(fig, alt=(
            f"Prior odds {2.0**odds:.3g} to 1 for +1, noise {sigma:.1f}, y = {y:.1f}: posterior "
            f"{100 * rare:.0f} % near +1. Its mean is {mean:.2f}, its mode {mode:.2f}; "
            f"{np.sum(samples > 0)} of twelve samples are positive. Expected squared errors, "
            f"given y: {told}."))

    return Explorer(
        draw,
        odds=ipywidgets.FloatSlider(value=1, min=-5, max=5, step=0.5,
                                    description="log₂ prior odds for +1"),
        sigma=ipywidgets.FloatSlider(value=0.5, min=0.1, max=2, step=0.1, description="noise σ"),
        y=ipywidgets.FloatSlider(value=0.6, min=-2, max=2, step=0.1, description="measurement y"),
    )


def latent_walk(generators, n_anchors=4, seed=0):
    """Lesson 06: a walk among latents of one generator, and truncation, against what is drawn.

    Parameters
    ----------
    generators : dict
        Name → `gan.Generator`.
    n_anchors : int
        Random latents that the walk visits; from one to the next it goes along a great circle,
        since all latents lie on a shell.
    seed : int
    """
    import torch

    from course_lib.inference.classifiers import p_rare

    first = next(iter(generators.values()))
    rng = torch.Generator().manual_seed(seed)
    anchors = torch.randn(n_anchors, len(first.mean_w), generator=rng)
    noise = first.noise(1, rng)
    stations = np.linspace(1, n_anchors, 8 * (n_anchors - 1) + 1)

    def latent(position):
        i = min(int(position) - 1, n_anchors - 2)
        a, b = anchors[i], anchors[i + 1]
        angle = torch.arccos(a @ b / (a.norm() * b.norm()))
        t = position - 1 - i
        return (torch.sin((1 - t) * angle) * a + torch.sin(t * angle) * b) / torch.sin(angle)

    def pictures(generator, positions, truncation):
        z = torch.stack([latent(float(position)) for position in positions])
        w = torch.lerp(generator.mean_w, generator.mapping(z), truncation)
        with torch.inference_mode():
            return z, generator.synthesis(w, [maps.expand(len(z), -1, -1, -1) for maps in noise])

    def draw(generator, position, truncation):
        chosen = generators[generator]
        z, x = pictures(chosen, [position, *stations], truncation)
        rare = p_rare(x.numpy())
        fig, axes = figures.figure(1, 2, size=(8.2, 3.3), width_ratios=(1, 1.7))
        figures.draw_image(axes[0], x[0].numpy(), f"‖z‖ = {float(z[0].norm()):.1f}")
        axes[1].plot(stations, rare[1:], color=figures.COLOURS["blue"])
        axes[1].plot(position, rare[0], "o", ms=10, color=figures.COLOURS["vermilion"])
        axes[1].set(xlabel="position on the walk", ylabel="P(rare) of the picture",
                    ylim=(-0.05, 1.05), title=f"the walk at ψ = {truncation:.2f}")
        return figures.show(fig, alt=(
            f"Left: what {generator} draws at position {position:.1f} with truncation "
            f"{truncation:.2f}, a ladybird, rare with probability {rare[0]:.2f}. Right: this "
            f"probability along the whole walk, between {rare[1:].min():.2f} and "
            f"{rare[1:].max():.2f}."))

    return Explorer(
        draw,
        generator=ipywidgets.Dropdown(options=list(generators), description="generator"),
        position=ipywidgets.FloatSlider(value=1, min=1, max=n_anchors, step=0.1,
                                        description="position on the walk"),
        truncation=ipywidgets.FloatSlider(value=1, min=0, max=1.4, step=0.05,
                                          description="truncation ψ"),
    )


def enhance():
    """Lesson 07: what PULSE makes of a scene, by size, start and generator (recorded searches)."""
    from course_lib.generators import pulse  # PyTorch; the panels of Act I do without

    records = {path.stem: pulse.recorded(path.stem)
               for path in sorted(data_path("pulse").glob("*.npz"))}
    names = {"share_50": "half rare", "share_10": "10 % rare", "share_02": "2 % rare",
             "share_90": "90 % rare", "collapsed": "collapsed"}
    starts = next(iter(records.values()))["explorer_residual"].shape[-1]

    def draw(scene, factor, start, generator, reveal):
        record, row = records[generator], list(pulse.TRUTHS).index(scene)
        at = row, (8, 16).index(factor), start - 1
        truth = pulse.truth(scene)
        residual = float(record["explorer_residual"][at])
        met = "met" if residual <= pulse.EPSILON else "not met"
        told = f"{255 * residual**0.5:.1f} grey levels RMS: ε {met}"
        fig, axes = figures.figure(1, 3, size=(8.4, 3.3))
        figures.draw_image(axes[0], Downsample(factor)(truth), "input")
        figures.draw_image(axes[1], pulse.recorded_picture(record, *at), told)
        figures.draw_image(axes[2], truth if reveal else np.full((3, 64, 64), 0.8),
                           "the truth" if reveal else "the truth: not shown")
        return figures.show(fig, alt=(
            f"{scene.capitalize()}, {64 // factor} × {64 // factor} pixels, start {start}, "
            f"generator {generator}: PULSE's answer, whose small version differs from the input "
            f"by {told}; {'beside the truth' if reveal else 'the truth is not shown'}."))

    return Explorer(
        draw,
        scene=ipywidgets.Dropdown(options=list(pulse.TRUTHS), value="rare 1", description="scene"),
        factor=ipywidgets.Dropdown(options=[("8: 8 × 8 pixels", 8), ("16: 4 × 4 pixels", 16)],
                                   value=8, description="factor"),
        start=ipywidgets.IntSlider(value=1, min=1, max=starts, description="start"),
        generator=ipywidgets.Dropdown(
            options=[(names.get(name, name), name) for name in records],
            value=pulse.MAIN if pulse.MAIN in records else next(iter(records)),
            description="generator trained on"),
        reveal=ipywidgets.Checkbox(value=False, description="show the truth", indent=True),
    )


def abstention(means, sds, truths):
    """Lesson 08: case and threshold against what is shown, its expected and its true error.

    Parameters
    ----------
    means, truths : arrays (n, 3, H, W)
        Posterior means and scenes, linear light.
    sds : array (n, H, W)
        Posterior standard deviation of every pixel.
    """
    errors = np.sqrt(np.mean((means - truths) ** 2, axis=-3))

    def draw(case, threshold, truth):
        x_hat, x, sd, error = (values[case - 1] for values in (means, truths, sds, errors))
        kept, level, expected, actual = abstention_curve(sd, error)
        shown = np.searchsorted(level, threshold, side="right") - 1
        fig, axes = figures.figure(1, 3, size=(9.4, 3.2), width_ratios=(1, 1, 1.4))
        figures.draw_image(axes[0], paint(x_hat, sd > threshold), "shown")
        figures.draw_image(axes[1], x if truth else np.ones_like(x),
                           "the scene" if truth else "the scene: hidden")
        axes[2].plot(100 * kept, expected, "--", color=figures.COLOURS["blue"], label="expected")
        told = "nothing is shown"
        if shown >= 0:
            axes[2].plot(100 * kept[shown], expected[shown], "o", color=figures.COLOURS["blue"])
            told = (f"{100 * kept[shown]:.0f} % of the pixels are shown, with an expected error of "
                    f"{expected[shown]:.3f} RMS")
        if truth:
            axes[2].plot(100 * kept, actual, color=figures.COLOURS["vermilion"], label="true")
            told += f" and a true one of {actual[shown]:.3f}" if shown >= 0 else ""
        axes[2].set(xlabel="pixels shown (%)", ylabel="RMS error of what is shown", xlim=(0, 101),
                    ylim=(0, 1.15 * (max(expected[-1], actual[-1]) if truth else expected[-1])))
        axes[2].legend(loc="upper left", fontsize=9)
        return figures.show(fig, alt=(
            f"Case {case}, stripes where the posterior's standard deviation exceeds "
            f"{threshold:.3f}: {told}."))

    return Explorer(
        draw,
        case=ipywidgets.IntSlider(value=1, min=1, max=len(means), description="case"),
        threshold=ipywidgets.FloatSlider(value=0.08, min=0.01, max=0.25, step=0.005,
                                         readout_format=".3f", description="largest sd shown"),
        truth=ipywidgets.Checkbox(value=False, description="show the truth"),
    )


def two_groups():
    """Lesson 09: share, separation and method against the recall of two groups.

    What the pixels say is one number: N(0, 1) for pale beetles, N(d, 1) for dark ones.
    """
    methods = {"most probable form": fairness.map_recalls,
               "draw from the posterior": fairness.sampling_recalls}
    shares = np.linspace(0.01, 0.99, 99)  # of the pale form
    t = np.linspace(-4, 8, 601)

    def draw(percent, d, method):
        share, flip = percent / 100, 1 - float(fairness.flip_share(d))
        curves = np.array([methods[method](d, 1 - pale) for pale in shares]).T
        recalls = methods[method](d, share)
        shown = float(fairness.output_share(recalls, share))
        colours = figures.COLOURS["orange"], figures.COLOURS["blue"]
        fig, axes = figures.figure(1, 2, size=(9, 3.4))
        for x, weight, colour, name in zip((0, d), (1 - share, share), colours, ("pale", "dark"),
                                           strict=True):
            axes[0].fill_between(t, weight * norm.pdf(t, x), alpha=0.4, color=colour, label=name)
        edge = d / 2 - float(prior_log_odds(share)) / d
        axes[0].axvline(edge, color="black", ls="--", lw=1.2, label="equally probable")
        axes[0].set(xlabel="what the pixels say, t", ylabel="share × density", xlim=(-4, 8))
        axes[0].legend(fontsize=9)
        for curve, recall, colour, name in zip(curves, recalls, colours, ("pale", "dark"),
                                               strict=True):
            axes[1].plot(100 * shares, curve, color=colour, label=f"recall of {name}")
            axes[1].plot(100 - percent, recall, "o", ms=9, color=colour)
        axes[1].axvline(100 * flip, color="black", ls=":", label="flip share")
        axes[1].set(xlabel="share of the pale form (%)", ylabel="recall", ylim=(-0.03, 1.03),
                    title=f"dark: {percent:g} % of truths, {100 * shown:.1f} % of outputs")
        axes[1].title.set_fontsize(10)
        axes[1].legend(fontsize=9, loc="lower center")
        return figures.show(fig, alt=(
            f"{method[0].upper()}{method[1:]}, {percent:g} % dark, separation {d:.1f}: recall of "
            f"pale {recalls[0]:.3f}, of dark {recalls[1]:.3f}; {100 * shown:.1f} % of the outputs "
            f"are dark. The average dark picture flips where more than {100 * flip:.1f} % are "
            "pale."))

    return Explorer(
        draw,
        percent=ipywidgets.FloatSlider(value=20, min=1, max=99, step=1,
                                       description="share of dark (%)"),
        d=ipywidgets.FloatSlider(value=2, min=0.2, max=4, step=0.1,
                                 description="separation d"),
        method=ipywidgets.Dropdown(options=list(methods), description="method"),
    )


def use_and_misuse():
    """Lesson 10: likelihood ratio and pool size against posterior and coincidental matches.

    The test has no misses, so that its likelihood ratio is one over the rate of false matches.
    """
    pools = np.logspace(1, 8, 141).round().astype(int)

    def draw(log_ratio, log_pool, inside):
        rate, pool = 10.0**-log_ratio, round(10**log_pool)
        posterior, others = after_match(pool, rate, inside=inside)
        curve = [after_match(int(n), rate, inside=inside) for n in pools]
        fig, axes = figures.figure(1, 2, size=(9, 3.3))
        for ax, values, value, label in zip(
                axes, zip(*curve, strict=True), (posterior, others),
                ("P(source | match)", "coincidental matches"), strict=True):
            ax.plot(pools, values)
            ax.plot(pool, value, "o", ms=10, color=figures.COLOURS["vermilion"])
            ax.set(xscale="log", xlabel="people in the pool", ylabel=label)
        axes[0].set(ylim=(-0.03, 1.03), title=f"the match is the source: {100 * posterior:.3g} %")
        axes[1].set(yscale="log", ylim=(1e-4, 1e8), title=f"others expected to match: {others:.3g}")
        axes[1].axhline(1, color="black", ls=":", label="one other match")
        axes[1].legend()
        return figures.show(fig, alt=(
            f"Likelihood ratio {10.0**log_ratio:.3g}, a pool of {pool:,} that holds the source "
            f"with probability {inside:.1f}: a match is the source with probability "
            f"{100 * posterior:.3g} %, and {others:.3g} coincidental matches are expected. The "
            "probability falls as the pool grows, the number of matches grows in proportion."))

    return Explorer(
        draw,
        log_ratio=ipywidgets.FloatSlider(value=4, min=0, max=9, step=0.25,
                                         description="log₁₀ likelihood ratio"),
        log_pool=ipywidgets.FloatSlider(value=6, min=1, max=8, step=0.25,
                                        description="log₁₀ people in the pool"),
        inside=ipywidgets.FloatSlider(value=1, min=0.1, max=1, step=0.1,
                                      description="P(source in the pool)"),
    )
