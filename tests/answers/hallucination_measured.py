"""Wrong and right answers to the exercises of lesson `hallucination_measured`."""

# %% wrong="shows_the_measured_part" exercise="three_maps" says="this is the .measured. part"
def three_maps(modes, x_hat, x, sigma, scale):
    kept = modes.values * scale > sigma
    invented, omitted = (modes.filtered(v, kept) for v in (x_hat, x))
    return invented, omitted, invented - omitted


# %% wrong="takes_the_null_space" exercise="three_maps" says="Null is what is below the .noise."
def three_maps(modes, x_hat, x, sigma, scale):
    kept = modes.values > 1e-14
    invented, omitted = (v - modes.filtered(v, kept) for v in (x_hat, x))
    return invented, omitted, invented - omitted


# %% wrong="forgets_the_scale" exercise="three_maps" says="`scale` is missing"
def three_maps(modes, x_hat, x, sigma, scale):
    kept = modes.values > sigma
    invented, omitted = (v - modes.filtered(v, kept) for v in (x_hat, x))
    return invented, omitted, invented - omitted


# %% wrong="divides_by_the_scale" exercise="three_maps" says="don't divide by it"
def three_maps(modes, x_hat, x, sigma, scale):
    kept = modes.values / scale > sigma
    invented, omitted = (v - modes.filtered(v, kept) for v in (x_hat, x))
    return invented, omitted, invented - omitted


# %% wrong="omitted_minus_invented" exercise="three_maps" says="the sign"
def three_maps(modes, x_hat, x, sigma, scale):
    kept = modes.values * scale > sigma
    invented, omitted = (v - modes.filtered(v, kept) for v in (x_hat, x))
    return invented, omitted, omitted - invented


# %% wrong="calls_the_whole_error_wrong" exercise="three_maps" says="can't be blamed on the data"
def three_maps(modes, x_hat, x, sigma, scale):
    kept = modes.values * scale > sigma
    invented, omitted = (v - modes.filtered(v, kept) for v in (x_hat, x))
    return invented, omitted, x_hat - x


# %% wrong="exchanges_picture_and_scene" exercise="three_maps" says="`x_hat` comes first"
def three_maps(modes, x_hat, x, sigma, scale):
    kept = modes.values * scale > sigma
    invented, omitted = (v - modes.filtered(v, kept) for v in (x, x_hat))
    return invented, omitted, invented - omitted


# %% wrong="compares_squares" exercise="three_maps" says="compare s"
def three_maps(modes, x_hat, x, sigma, scale):
    kept = modes.values**2 * scale > sigma
    invented, omitted = (v - modes.filtered(v, kept) for v in (x_hat, x))
    return invented, omitted, invented - omitted


# %% wrong="weights_by_singular_values" exercise="three_maps" says="weighted by s"
def three_maps(modes, x_hat, x, sigma, scale):
    kept = (modes.values * scale > sigma) * modes.values
    invented, omitted = (v - modes.filtered(v, kept) for v in (x_hat, x))
    return invented, omitted, invented - omitted


# %% right="by_the_rows_themselves" exercise="three_maps"
def three_maps(modes, x_hat, x, sigma, scale):
    rows = modes.inputs[: modes.rank][modes.values[: modes.rank] > sigma / scale]

    def hidden(v):
        flat = np.reshape(v, (-1, rows.shape[1]))
        return np.reshape(flat - flat @ rows.T @ rows, np.shape(v))

    return hidden(x_hat), hidden(x), hidden(x_hat - x)


# %% wrong="over_all_squares" exercise="invented_fraction" says="about the mean"
def invented_fraction(x_hat, s):
    c, h, w = x_hat.shape
    means = x_hat.reshape(c, h // s, s, w // s, s).mean(axis=(2, 4))
    hidden = x_hat - means.repeat(s, axis=1).repeat(s, axis=2)
    return float(np.sum(hidden**2) / np.sum(x_hat**2))


# %% wrong="root_of_the_fraction" exercise="invented_fraction" says="a root too many"
def invented_fraction(x_hat, s):
    c, h, w = x_hat.shape
    means = x_hat.reshape(c, h // s, s, w // s, s).mean(axis=(2, 4))
    hidden = x_hat - means.repeat(s, axis=1).repeat(s, axis=2)
    contrast = np.std(x_hat, axis=(1, 2))
    return float(np.sqrt(np.mean(hidden**2) / np.mean(contrast**2))) if contrast.any() else 0.0


# %% wrong="measured_fraction" exercise="invented_fraction" says="this is the measured fraction"
def invented_fraction(x_hat, s):
    c, h, w = x_hat.shape
    means = x_hat.reshape(c, h // s, s, w // s, s).mean(axis=(2, 4))
    contrast = np.sum((x_hat - x_hat.mean(axis=(1, 2), keepdims=True)) ** 2)
    off = means - x_hat.mean(axis=(1, 2))[:, None, None]
    return float(s**2 * np.sum(off**2) / contrast) if contrast > 0 else 0.0


# %% wrong="adjoint_for_inverse" exercise="invented_fraction" says="multiply by s²"
def invented_fraction(x_hat, s):
    hidden = x_hat - Downsample(s).T(Downsample(s)(x_hat))
    contrast = np.sum((x_hat - x_hat.mean(axis=(1, 2), keepdims=True)) ** 2)
    return float(np.sum(hidden**2) / contrast) if contrast > 0 else 0.0


# %% wrong="mean_over_channels" exercise="invented_fraction" says="averaged"
def invented_fraction(x_hat, s):
    c, h, w = x_hat.shape
    means = x_hat.reshape(c, h // s, s, w // s, s).mean(axis=(2, 4))
    hidden = x_hat - means.repeat(s, axis=1).repeat(s, axis=2)
    contrast = np.sum((x_hat - x_hat.mean(axis=(1, 2), keepdims=True)) ** 2, axis=(1, 2))
    if not contrast.any():
        return 0.0
    return float(np.mean(np.sum(hidden**2, axis=(1, 2)) / contrast))


# %% wrong="one_mean_for_all_channels" exercise="invented_fraction" says="its own mean"
def invented_fraction(x_hat, s):
    c, h, w = x_hat.shape
    means = x_hat.reshape(c, h // s, s, w // s, s).mean(axis=(2, 4))
    hidden = x_hat - means.repeat(s, axis=1).repeat(s, axis=2)
    contrast = np.sum((x_hat - x_hat.mean()) ** 2)
    return float(np.sum(hidden**2) / contrast) if contrast > 0 else 0.0


# %% wrong="nothing_over_nothing" exercise="invented_fraction" says="no contrast"
def invented_fraction(x_hat, s):
    c, h, w = x_hat.shape
    means = x_hat.reshape(c, h // s, s, w // s, s).mean(axis=(2, 4))
    hidden = x_hat - means.repeat(s, axis=1).repeat(s, axis=2)
    contrast = np.sum((x_hat - x_hat.mean(axis=(1, 2), keepdims=True)) ** 2)
    return float(np.sum(hidden**2) / contrast) if contrast > 0 else 1.0


# %% wrong="takes_rounding_for_contrast" exercise="invented_fraction" says="not with 0"
### INSTEAD OF contrast > 1e-12 * np.sum(x_hat**2)
contrast

# %% wrong="blocks_of_all_channels" exercise="invented_fraction" says="can't exceed 1"
def invented_fraction(x_hat, s):
    hidden = x_hat.astype(float)
    for i in range(0, x_hat.shape[1], s):
        for j in range(0, x_hat.shape[2], s):
            hidden[:, i : i + s, j : j + s] -= x_hat[:, i : i + s, j : j + s].mean()
    contrast = np.sum((x_hat - x_hat.mean(axis=(1, 2), keepdims=True)) ** 2)
    return np.sum(hidden**2) / contrast if contrast > 0 else 0.0


# %% right="by_variances" exercise="invented_fraction"
def invented_fraction(x_hat, s):
    """The variance splits into that between blocks and that within."""
    total = x_hat.var(axis=(1, 2)).sum()
    between = Downsample(s)(x_hat).var(axis=(1, 2)).sum()
    return max(1 - between / total, 0.0) if total > 1e-12 * np.mean(x_hat**2) else 0.0


# %% wrong="even_if_all_are_equal" exercise="invented_fraction" says="last bit"
def invented_fraction(x_hat, s):
    if np.all(np.ptp(x_hat, axis=(1, 2)) == 0):
        return 0
    hidden = x_hat - np.kron(Downsample(s)(x_hat), np.ones((1, s, s)))
    return np.sum(hidden**2) / np.sum((x_hat - x_hat.mean((1, 2), keepdims=True)) ** 2)


# %% wrong="counts_above" exercise="rank_test" says=".above. the truth"
def rank_test(truth, draws, rng):
    above, ties = np.sum(draws > truth, axis=0), np.sum(draws == truth, axis=0)
    counts = np.bincount(above + rng.integers(0, ties + 1), minlength=len(draws) + 1)
    return counts, chisquare(counts).pvalue


# %% wrong="ties_always_low" exercise="rank_test" says="isn't always 1"
def rank_test(truth, draws, rng):
    counts = np.bincount(np.sum(draws < truth, axis=0), minlength=len(draws) + 1)
    return counts, chisquare(counts).pvalue


# %% wrong="ties_always_high" exercise="rank_test" says="isn't always 3"
def rank_test(truth, draws, rng):
    counts = np.bincount(np.sum(draws <= truth, axis=0), minlength=len(draws) + 1)
    return counts, chisquare(counts).pvalue


# %% wrong="returns_the_ranks" exercise="rank_test" says="count how many cases"
def rank_test(truth, draws, rng):
    below, ties = np.sum(draws < truth, axis=0), np.sum(draws == truth, axis=0)
    found = below + rng.integers(0, ties + 1)
    return found, chisquare(np.bincount(found, minlength=len(draws) + 1)).pvalue


# %% wrong="forgets_empty_ranks" exercise="rank_test" says="shape"
def rank_test(truth, draws, rng):
    below, ties = np.sum(draws < truth, axis=0), np.sum(draws == truth, axis=0)
    counts = np.bincount(below + rng.integers(0, ties + 1))
    return counts, chisquare(counts).pvalue


# %% wrong="returns_chi_square" exercise="rank_test" says="return its p-value"
def rank_test(truth, draws, rng):
    below, ties = np.sum(draws < truth, axis=0), np.sum(draws == truth, axis=0)
    counts = np.bincount(below + rng.integers(0, ties + 1), minlength=len(draws) + 1)
    return counts, chisquare(counts).statistic


# %% wrong="one_minus_p" exercise="rank_test" says="1 − p"
def rank_test(truth, draws, rng):
    below, ties = np.sum(draws < truth, axis=0), np.sum(draws == truth, axis=0)
    counts = np.bincount(below + rng.integers(0, ties + 1), minlength=len(draws) + 1)
    return counts, 1 - chisquare(counts).pvalue


# %% wrong="ties_to_either_end" exercise="rank_test" says="a third each"
def rank_test(truth, draws, rng):
    below, ties = np.sum(draws < truth, axis=0), np.sum(draws == truth, axis=0)
    found = below + ties * rng.integers(0, 2, ties.shape)
    counts = np.bincount(found, minlength=len(draws) + 1)
    return counts, chisquare(counts).pvalue


# %% wrong="generator_of_its_own" exercise="rank_test" says="not from a generator of your own"
def rank_test(truth, draws, rng):
    below, ties = np.sum(draws < truth, axis=0), np.sum(draws == truth, axis=0)
    found = below + np.random.default_rng(0).integers(0, ties + 1)
    counts = np.bincount(found, minlength=len(draws) + 1)
    return counts, chisquare(counts).pvalue


# %% right="case_by_case" exercise="rank_test"
def rank_test(truth, draws, rng):
    from scipy.stats import chi2

    counts = np.zeros(len(draws) + 1, int)
    for value, column in zip(truth, draws.T, strict=True):
        order = sorted(range(len(column) + 1), key=lambda k: (
            value if k == 0 else column[k - 1], rng.random()))
        counts[order.index(0)] += 1
    expected = len(truth) / len(counts)
    return counts, chi2.sf(np.sum((counts - expected) ** 2) / expected, len(draws))


# %% wrong="each_pixel_for_itself" exercise="abstain" says="whose .own. sd is within"
def abstain(sd, tolerance):
    shown = sd[sd <= tolerance]
    return (float(shown.max()), shown.size / sd.size) if shown.size else (0.0, 0.0)


# %% wrong="share_painted_over" exercise="abstain" says="painted over"
def abstain(sd, tolerance):
    thresholds, counts = np.unique(sd, return_counts=True)
    shown = np.cumsum(counts)
    allowed = np.flatnonzero(np.sqrt(np.cumsum(counts * thresholds**2) / shown) <= tolerance)
    if len(allowed) == 0:
        return 0.0, 0.0
    return float(thresholds[allowed[-1]]), float(1 - shown[allowed[-1]] / sd.size)


# %% wrong="sum_of_squares" exercise="abstain" says="errors of the .sum."
def abstain(sd, tolerance):
    thresholds, counts = np.unique(sd, return_counts=True)
    allowed = np.flatnonzero(np.sqrt(np.cumsum(counts * thresholds**2)) <= tolerance)
    if len(allowed) == 0:
        return 0.0, 0.0
    return float(thresholds[allowed[-1]]), float(np.cumsum(counts)[allowed[-1]] / sd.size)


# %% wrong="mean_over_all_pixels" exercise="abstain" says="not over all pixels"
def abstain(sd, tolerance):
    thresholds, counts = np.unique(sd, return_counts=True)
    allowed = np.flatnonzero(np.sqrt(np.cumsum(counts * thresholds**2) / sd.size) <= tolerance)
    if len(allowed) == 0:
        return 0.0, 0.0
    return float(thresholds[allowed[-1]]), float(np.cumsum(counts)[allowed[-1]] / sd.size)


# %% wrong="splits_equal_ones" exercise="abstain" says="equal ones are shown together"
def abstain(sd, tolerance):
    ordered = np.sort(sd, axis=None)
    expected = np.sqrt(np.cumsum(ordered**2) / np.arange(1, ordered.size + 1))
    count = np.sum(expected <= tolerance)
    return (float(ordered[count - 1]), count / ordered.size) if count else (0.0, 0.0)


# %% wrong="variance_for_tolerance" exercise="abstain" says="taken for a variance"
def abstain(sd, tolerance):
    thresholds, counts = np.unique(sd, return_counts=True)
    shown = np.cumsum(counts)
    allowed = np.flatnonzero(np.cumsum(counts * thresholds**2) / shown <= tolerance)
    if len(allowed) == 0:
        return 0.0, 0.0
    return float(thresholds[allowed[-1]]), float(shown[allowed[-1]] / sd.size)


# %% wrong="mean_of_the_sds" exercise="abstain" says="averages the standard deviations"
def abstain(sd, tolerance):
    thresholds, counts = np.unique(sd, return_counts=True)
    shown = np.cumsum(counts)
    allowed = np.flatnonzero(np.cumsum(counts * thresholds) / shown <= tolerance)
    if len(allowed) == 0:
        return 0.0, 0.0
    return float(thresholds[allowed[-1]]), float(shown[allowed[-1]] / sd.size)


# %% wrong="scatter_of_the_sds" exercise="abstain" says="scatter"
def abstain(sd, tolerance):
    best = 0.0, 0.0
    for threshold in np.unique(sd):
        if np.std(sd[sd <= threshold]) <= tolerance:
            best = float(threshold), float(np.mean(sd <= threshold))
    return best


# %% wrong="ties_not_tested_again" exercise="abstain" says="must share the test"
def abstain(sd, tolerance):
    ordered = np.sort(sd, axis=None)
    expected = np.sqrt(np.cumsum(ordered**2) / np.arange(1, ordered.size + 1))
    count = np.sum(expected <= tolerance)
    if count == 0:
        return 0.0, 0.0
    return float(ordered[count - 1]), float(np.mean(sd <= ordered[count - 1]))


# %% right="by_trial" exercise="abstain"
def abstain(sd, tolerance):
    best = 0.0, 0.0
    for threshold in np.unique(sd):
        shown = sd <= threshold
        if np.mean(sd[shown] ** 2) <= tolerance**2:
            best = float(threshold), float(np.mean(shown))
    return best


# %% wrong="without_the_half" exercise="suspects" says="the ½ in the exponent"
def suspects(y, gallery, A, sigma):
    log_l = -np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3)) / sigma**2
    p = np.exp(log_l - log_l.max())
    return p / p.sum()


# %% wrong="sigma_not_squared" exercise="suspects" says="σ enters squared"
def suspects(y, gallery, A, sigma):
    log_l = -np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3)) / (2 * sigma)
    p = np.exp(log_l - log_l.max())
    return p / p.sum()


# %% wrong="mean_of_squares" exercise="suspects" says="not the mean"
def suspects(y, gallery, A, sigma):
    log_l = -np.mean((A(gallery) - y) ** 2, axis=(1, 2, 3)) / (2 * sigma**2)
    p = np.exp(log_l - log_l.max())
    return p / p.sum()


# %% wrong="names_one" exercise="suspects" says="return all probabilities"
def suspects(y, gallery, A, sigma):
    off = np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3))
    return (off == off.min()).astype(float)


# %% wrong="underflows" exercise="suspects" says="largest logarithm"
def suspects(y, gallery, A, sigma):
    p = np.exp(-np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3)) / (2 * sigma**2))
    return p / p.sum()


# %% wrong="one_channel_only" exercise="suspects" says="only the first channel"
def suspects(y, gallery, A, sigma):
    log_l = -np.sum((A(gallery) - y)[:, 0] ** 2, axis=(1, 2)) / (2 * sigma**2)
    p = np.exp(log_l - log_l.max())
    return p / p.sum()


# %% wrong="relative_weights" exercise="suspects" says="relative to the largest"
def suspects(y, gallery, A, sigma):
    log_l = -np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3)) / (2 * sigma**2)
    return np.exp(log_l - log_l.max())


# %% wrong="not_normalised" exercise="suspects" says="divide by their sum"
def suspects(y, gallery, A, sigma):
    return np.exp(-np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3)) / (2 * sigma**2))


# %% wrong="sign_of_the_distance" exercise="suspects" says="makes improbable"
def suspects(y, gallery, A, sigma):
    log_l = np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3)) / (2 * sigma**2)
    p = np.exp(log_l - log_l.max())
    return p / p.sum()


# %% right="by_inner_products" exercise="suspects"
def suspects(y, gallery, A, sigma):
    """‖y‖² is common to all: ⟨y, Ax⟩ − ‖Ax‖²/2 decides."""
    from scipy.special import softmax

    small = np.stack([A(x).ravel() for x in gallery])
    return softmax((small @ y.ravel() - np.sum(small**2, axis=1) / 2) / sigma**2)


# --- what the findings list, and more ---

# %% wrong="rounding_counts_as_measured" exercise="three_maps" says="σ = 0"
### INSTEAD OF kept = (modes.values * scale > sigma) & (np.arange(len(modes.values)) < modes.rank)
kept = modes.values * scale > sigma

# %% wrong="rank_only" exercise="three_maps" says="below σ|Null is what is below the .noise."
### INSTEAD OF kept = (modes.values * scale > sigma) & (np.arange(len(modes.values)) < modes.rank)
kept = np.arange(len(modes.values)) < modes.rank

# %% wrong="at_the_noise" exercise="three_maps" says="not above the noise"
### INSTEAD OF kept = (modes.values * scale > sigma) & (np.arange(len(modes.values)) < modes.rank)
kept = (modes.values * scale >= sigma) & (np.arange(len(modes.values)) < modes.rank)

# %% wrong="scale_only_if_noisy" exercise="three_maps" says="should be|`scale`"
### INSTEAD OF kept = (modes.values * scale > sigma) & (np.arange(len(modes.values)) < modes.rank)
kept = (modes.values * min(scale, 1.0) > sigma) & (np.arange(len(modes.values)) < modes.rank)

# %% wrong="absolute_cut_off" exercise="three_maps" says="light times|should be"
### INSTEAD OF kept = (modes.values * scale > sigma) & (np.arange(len(modes.values)) < modes.rank)
kept = (modes.values * scale > max(sigma, 1e-6)) & (np.arange(len(modes.values)) < modes.rank)

# %% wrong="clips_the_maps" exercise="three_maps" says="should be"
### INSTEAD OF invented, omitted = (v - modes.filtered(v, kept) for v in (x_hat, x))
invented, omitted = (np.clip(v - modes.filtered(v, kept), -1, 1) for v in (x_hat, x))

# %% wrong="absolute_maps" exercise="three_maps" says="should be"
def three_maps(modes, x_hat, x, sigma, scale):
    kept = (modes.values * scale > sigma) & (np.arange(len(modes.values)) < modes.rank)
    invented, omitted = (v - modes.filtered(v, kept) for v in (x_hat, x))
    return invented, omitted, abs(invented - omitted)


# %% wrong="first_picture_only" exercise="three_maps" says="three maps of that shape|shape"
def three_maps(modes, x_hat, x, sigma, scale):
    kept = (modes.values * scale > sigma) & (np.arange(len(modes.values)) < modes.rank)
    x_hat, x = (v.reshape(-1, *v.shape[-2:])[0] for v in (x_hat, x))
    invented, omitted = (v - modes.filtered(v, kept) for v in (x_hat, x))
    return invented, omitted, invented - omitted


# %% wrong="in_place" exercise="three_maps" says="in place"
def three_maps(modes, x_hat, x, sigma, scale):
    kept = (modes.values * scale > sigma) & (np.arange(len(modes.values)) < modes.rank)
    x_hat -= modes.filtered(x_hat, kept)
    x -= modes.filtered(x, kept)
    return x_hat, x, x_hat - x


# %% right="relative_threshold" exercise="three_maps"
def three_maps(modes, x_hat, x, sigma, scale):
    s = modes.values
    kept = ((s > sigma / scale) & (s > 1e-12 * s.max())).astype(float)
    parts = [np.asarray(v, float) for v in (x_hat, x, np.subtract(x_hat, x))]
    return [v - modes.filtered(v, kept) for v in parts]


# %% right="by_einsum_as_one_array" exercise="three_maps"
def three_maps(modes, x_hat, x, sigma, scale):
    count = min(int(np.sum(modes.values * scale > sigma)), modes.rank)
    v = modes.inputs[:count]
    flat = np.stack([x_hat, x, np.subtract(x_hat, x)]).reshape(3, -1, v.shape[1])
    return (flat - np.einsum("kn,pbn,km->pbm", v, flat, v)).reshape(3, *np.shape(x))


# %% wrong="in_the_type_of_the_picture" exercise="three_maps" says="whole numbers"
def three_maps(modes, x_hat, x, sigma, scale):
    f = (modes.values * scale > sigma) & (np.arange(len(modes.values)) < modes.rank)
    out = []
    for p in (x_hat, x, np.asarray(x_hat) - x):
        q = np.empty_like(p)
        q[...] = p - modes.filtered(p, f)
        out.append(q)
    return tuple(out)


# %% wrong="squares_the_scale" exercise="three_maps" says="without squares"
def three_maps(modes, x_hat, x, sigma, scale):
    f = (modes.values * scale**2 > sigma) & (np.arange(len(modes.values)) < modes.rank)
    return tuple(p - modes.filtered(p, f) for p in (x_hat, x, x_hat - x))


# %% wrong="largest_is_smallest" exercise="invented_fraction" says="another colour|last bit"
def invented_fraction(x_hat, s):
    c, h, w = x_hat.shape
    means = x_hat.reshape(c, h // s, s, w // s, s).mean(axis=(2, 4))
    hidden = x_hat - means.repeat(s, axis=1).repeat(s, axis=2)
    contrast = np.sum((x_hat - x_hat.mean(axis=(1, 2), keepdims=True)) ** 2)
    return float(np.sum(hidden**2) / contrast) if x_hat.max() != x_hat.min() else 0.0


# %% wrong="absolute_threshold" exercise="invented_fraction" says="times 1e-08|not with 0"
### INSTEAD OF 1e-12 * np.sum(x_hat**2)
1e-12

# %% wrong="allclose_to_its_mean" exercise="invented_fraction" says="times 1e-08|should be"
def invented_fraction(x_hat, s):
    c, h, w = x_hat.shape
    means = x_hat.reshape(c, h // s, s, w // s, s).mean(axis=(2, 4))
    hidden = x_hat - means.repeat(s, axis=1).repeat(s, axis=2)
    contrast = np.sum((x_hat - x_hat.mean(axis=(1, 2), keepdims=True)) ** 2)
    even = np.allclose(x_hat, x_hat.mean(axis=(1, 2), keepdims=True))
    return 0.0 if even else float(np.sum(hidden**2) / contrast)


# %% wrong="sum_of_cubes" exercise="invented_fraction" says="times"
### INSTEAD OF 1e-12 * np.sum(x_hat**2)
1e-12 * np.sum(x_hat**3)

# %% wrong="all_equal_per_channel" exercise="invented_fraction" says="last bit|not with 0"
### INSTEAD OF contrast > 1e-12 * np.sum(x_hat**2)
np.ptp(x_hat, axis=(1, 2)).any()

# %% wrong="square_pictures" exercise="invented_fraction" says="reshape|broadcast|should be|shape"
### INSTEAD OF means = x_hat.reshape(channels, height // s, s, width // s, s).mean(axis=(2, 4))
means = x_hat.reshape(channels, height // s, s, height // s, s).mean(axis=(2, 4))

# %% right="block_by_block" exercise="invented_fraction"
def invented_fraction(x_hat, s):
    x_hat = np.asarray(x_hat, float)
    hidden, c = 0.0, np.sum((x_hat - x_hat.mean(axis=(1, 2))[:, None, None]) ** 2)
    for i in range(0, x_hat.shape[1], s):
        for j in range(0, x_hat.shape[2], s):
            block = x_hat[:, i : i + s, j : j + s]
            hidden += np.sum((block - block.mean(axis=(1, 2), keepdims=True)) ** 2)
    return hidden / c if c > 1e-12 * np.sum(x_hat * x_hat) else 0.0


# %% wrong="empty_ranks_left_out_of_p" exercise="rank_test" says="p for the counts"
### INSTEAD OF chisquare(counts).pvalue
chisquare(counts[counts > 0]).pvalue

# %% wrong="close_is_equal" exercise="rank_test" says="counts for L"
### INSTEAD OF np.sum(draws == truth, axis=0)
np.sum(np.isclose(draws, truth), axis=0)

# %% wrong="ties_without_the_top" exercise="rank_test" says="isn't always 1|third"
### INSTEAD OF rng.integers(0, ties + 1)
np.where(ties > 0, rng.integers(0, np.maximum(ties, 1)), 0)

# %% wrong="one_coin_for_all" exercise="rank_test" says="isn't always|third each"
### INSTEAD OF rng.integers(0, ties + 1)
np.minimum(rng.integers(0, ties.max() + 1), ties)

# %% wrong="root_of_p" exercise="rank_test" says="p for"
### INSTEAD OF chisquare(counts).pvalue
chisquare(counts).pvalue ** 0.5

# %% wrong="kolmogorov" exercise="rank_test" says="p for"
def rank_test(truth, draws, rng):
    from scipy.stats import kstest

    below, ties = np.sum(draws < truth, axis=0), np.sum(draws == truth, axis=0)
    found = below + rng.integers(0, ties + 1)
    counts = np.bincount(found, minlength=len(draws) + 1)
    return counts, kstest((found + 0.5) / (len(draws) + 1), "uniform").pvalue


# %% wrong="ten_bins" exercise="rank_test" says="shape"
def rank_test(truth, draws, rng):
    below, ties = np.sum(draws < truth, axis=0), np.sum(draws == truth, axis=0)
    counts = np.histogram(below + rng.integers(0, ties + 1), bins=10)[0]
    return counts, chisquare(counts).pvalue


# %% right="by_histogram" exercise="rank_test"
def rank_test(truth, draws, rng):
    from scipy.stats import power_divergence

    low, high = (draws < truth).sum(0), (draws <= truth).sum(0)
    found = np.floor(low + rng.random(len(truth)) * (high - low + 1)).astype(int)
    counts = np.array([np.sum(found == k) for k in range(len(draws) + 1)])
    return [counts, float(power_divergence(counts, lambda_="pearson").pvalue)]


# %% right="shuffled_ties" exercise="rank_test"
def rank_test(truth, draws, rng):
    both = np.concatenate([truth[None], draws]).astype(float)
    order = np.lexsort((rng.random(both.shape), both), axis=0)
    counts = np.bincount(np.argmax(order == 0, axis=0), minlength=len(both))
    return counts, chisquare(counts).pvalue


# %% right="random_keys" exercise="rank_test"
def rank_test(truth, draws, rng):
    # a truth among t equal draws, all given random keys
    mine, others = rng.random(truth.shape), rng.random(draws.shape)
    below = (draws < truth) | ((draws == truth) & (others < mine))
    counts = np.bincount(below.sum(0), minlength=len(draws) + 1)
    return [counts, chisquare(counts).pvalue]


# %% wrong="less_than" exercise="abstain" says="at most!"
### INSTEAD OF allowed = np.flatnonzero(expected <= tolerance)
allowed = np.flatnonzero(expected < tolerance)

# %% wrong="with_some_slack" exercise="abstain" says="expected error of|should be"
### INSTEAD OF allowed = np.flatnonzero(expected <= tolerance)
allowed = np.flatnonzero(expected <= tolerance + 1e-3)

# %% wrong="absolute_slack" exercise="abstain" says="units"
### INSTEAD OF allowed = np.flatnonzero(expected <= tolerance)
allowed = np.flatnonzero(expected <= tolerance + 1e-8)

# %% wrong="sorts_in_place" exercise="abstain" says="in place"
def abstain(sd, tolerance):
    flat = sd.reshape(-1)
    flat.sort()
    best = 0.0, 0.0
    for threshold in np.unique(flat):
        if np.mean(flat[flat <= threshold] ** 2) <= tolerance**2:
            best = float(threshold), float(np.mean(flat <= threshold))
    return best


# %% wrong="next_threshold" exercise="abstain" says="should be"
### INSTEAD OF float(thresholds[allowed[-1]])
float(thresholds[min(allowed[-1] + 1, len(thresholds) - 1)])

# %% wrong="number_of_pixels" exercise="abstain" says="should be"
### INSTEAD OF float(shown[allowed[-1]] / np.size(sd))
float(shown[allowed[-1]])

# %% wrong="share_of_the_values" exercise="abstain" says="should be"
### INSTEAD OF float(shown[allowed[-1]] / np.size(sd))
float((allowed[-1] + 1) / len(thresholds))

# %% wrong="rows_only" exercise="abstain" says="should be"
### INSTEAD OF np.size(sd)
len(sd)

# %% wrong="median_for_mean" exercise="abstain" says="averages|expected error of"
def abstain(sd, tolerance):
    best = 0.0, 0.0
    for threshold in np.unique(sd):
        if np.sqrt(np.median(sd[sd <= threshold] ** 2)) <= tolerance:
            best = float(threshold), float(np.mean(sd <= threshold))
    return best


# %% right="backwards" exercise="abstain"
def abstain(sd, tolerance):
    values = np.asarray(sd, float).ravel()
    for threshold in np.unique(values)[::-1]:
        shown = values[values <= threshold]
        if np.sqrt((shown**2).mean()) <= tolerance:
            return [threshold, shown.size / values.size]
    return [0.0, 0.0]


# %% right="from_all_pixels_downwards" exercise="abstain"
def abstain(sd, tolerance):
    s = np.sort(np.asarray(sd, dtype=float), axis=None)
    n = len(s)
    total = np.cumsum(s * s)
    k = n
    while k > 0:
        if total[k - 1] <= tolerance**2 * k:
            return s[k - 1], k / n
        k = np.searchsorted(s, s[k - 1], "left")
    return 0.0, 0.0


# %% wrong="thresholds_on_a_grid" exercise="abstain" says="with the next sd"
def abstain(sd, tolerance):
    best = 0.0, 0.0
    for t in np.linspace(0, np.max(sd), 1001)[1:]:
        s = sd[sd <= t]
        if s.size and np.sqrt(np.mean(s**2)) <= tolerance:
            best = float(s.max()), s.size / sd.size
    return best


# %% wrong="block_means_whatever_the_camera" exercise="suspects" says="suspects,"
def suspects(y, gallery, A, sigma):
    s = gallery.shape[-1] // y.shape[-1], gallery.shape[-2] // y.shape[-2]
    small = Downsample((s[1], s[0]))(gallery)
    log_l = -np.sum((small - y) ** 2, axis=(1, 2, 3)) / (2 * sigma**2)
    p = np.exp(log_l - log_l.max())
    return p / p.sum()


# %% wrong="norm_not_squared" exercise="suspects" says="distances enter squared"
def suspects(y, gallery, A, sigma):
    log_l = -np.sqrt(np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3))) / (2 * sigma**2)
    p = np.exp(log_l - log_l.max())
    return p / p.sum()


# %% wrong="with_a_floor" exercise="suspects" says="should be|suspects"
def suspects(y, gallery, A, sigma):
    log_l = -np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3)) / (2 * sigma**2)
    p = np.exp(log_l - log_l.max()) + 1e-3
    return p / p.sum()


# %% wrong="fixed_sigma" exercise="suspects" says="is said to be it with"
def suspects(y, gallery, A, sigma):
    log_l = -np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3)) / (2 * 0.3**2)
    p = np.exp(log_l - log_l.max())
    return p / p.sum()


# %% wrong="adds_to_sigma" exercise="suspects" says="times 1e-06|should be"
def suspects(y, gallery, A, sigma):
    log_l = -np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3)) / (2 * sigma**2 + 1e-9)
    p = np.exp(log_l - log_l.max())
    return p / p.sum()


# %% wrong="squares_by_hand_in_place" exercise="suspects" says="in place"
def suspects(y, gallery, A, sigma):
    y *= -1
    log_l = -np.sum((A(gallery) + y) ** 2, axis=(1, 2, 3)) / (2 * sigma**2)
    p = np.exp(log_l - log_l.max())
    return p / p.sum()


# %% right="one_by_one" exercise="suspects"
def suspects(y, gallery, A, sigma):
    from scipy.special import logsumexp

    log_l = [-np.linalg.norm((A(x) - y) / sigma) ** 2 / 2 for x in gallery]
    return list(np.exp(np.array(log_l) - logsumexp(log_l)))


# %% right="odds" exercise="suspects"
def suspects(y, gallery, A, sigma):
    off = np.array([float(((A(x[None])[0] - y) ** 2).sum()) for x in gallery])
    with np.errstate(over="ignore"):
        return np.array([1 / np.exp((mine - off) / (2 * sigma**2)).sum() for mine in off])


# %% wrong="subtracts_the_smallest" exercise="suspects" says="largest logarithm"
def suspects(y, gallery, A, sigma):
    log_l = -np.sum((y - A(gallery)) ** 2, axis=(1, 2, 3)) / (2 * sigma**2)
    p = np.exp(log_l - log_l.min())
    return p / p.sum()


# %% wrong="clips_the_camera" exercise="suspects" says="suspects,|light and σ times"
def suspects(y, gallery, A, sigma):
    log_l = -np.sum((np.clip(y, 0, 1) - A(gallery)) ** 2, axis=(1, 2, 3)) / (2 * sigma**2)
    p = np.exp(log_l - log_l.max())
    return p / p.sum()


# %% right="ratios_of_pairs" exercise="suspects"
def suspects(y, gallery, A, sigma):
    d = np.array([((y - s) ** 2).sum() for s in A(gallery)]) / (2 * sigma**2)
    return np.array([1 / np.sum(np.exp(np.clip(d[i] - d, None, 700))) for i in range(len(d))])


# %% right="by_differences" exercise="invented_fraction"
def invented_fraction(x_hat, s):
    c, h, w = np.shape(x_hat)
    blocks = np.reshape(x_hat, (c, h // s, s, w // s, s)).swapaxes(2, 3).reshape(c, -1, s * s)
    contrast = np.var(x_hat, axis=(1, 2)).sum() * h * w
    even = contrast <= 1e-12 * np.vdot(x_hat, x_hat)
    return 0 if even else blocks.var(-1).sum() * s * s / contrast


# %% wrong="blocks_of_every_second_pixel" exercise="invented_fraction" says="neighbouring"
def invented_fraction(x_hat, s):
    C, H, W = x_hat.shape
    b = x_hat.reshape(C, s, H // s, s, W // s)
    null = b - b.mean((1, 3), keepdims=True)
    t = np.sum((x_hat - x_hat.mean((1, 2), keepdims=True)) ** 2)
    return 0.0 if t <= 1e-12 * np.sum(x_hat**2.) else float(np.sum(null**2) / t)


# %% right="in_single_precision" exercise="three_maps"
import numpy as np


def three_maps(modes, x_hat, x, sigma, scale):
    pairs = list(zip(modes.inputs, modes.values, strict=True))[:modes.rank]
    measured = [v.astype(np.float32) for v, s in pairs if s * scale > sigma]

    def null(picture):
        picture = np.asarray(picture)
        rest = picture.reshape(-1, modes.inputs.shape[1]).astype(np.float32)
        for row in range(len(rest)):
            for v in measured:
                rest[row] = rest[row] - np.dot(v, rest[row]) * v
        return rest.reshape(picture.shape)

    invented, omitted = null(x_hat), null(x)
    return invented, omitted, invented - omitted


# %% wrong="none_means_all" exercise="abstain" says="not even .1 meets"
import numpy as np


def abstain(sd, tolerance):
    values, how_many = np.unique(sd, return_counts=True)
    rms = np.sqrt(np.cumsum(how_many * values**2) / np.cumsum(how_many))
    last = np.sum(rms <= tolerance) - 1
    return float(values[last]), float(np.mean(sd <= values[last]))


# %% wrong="sorts_each_row" exercise="abstain" says="tolerance of 0.11"
import numpy as np


def abstain(sd, tolerance):
    ordered = np.sort(sd).reshape(-1)
    rms = np.sqrt(np.cumsum(ordered**2) / np.arange(1, ordered.size + 1))
    fine = ordered[rms <= tolerance]
    if fine.size == 0:
        return 0.0, 0.0
    return float(fine[-1]), fine.size / ordered.size


# %% wrong="underflows_to_nothing" exercise="suspects" says="every .exp. is 0"
import numpy as np


def suspects(y, gallery, A, sigma):
    p = np.exp(-np.sum((A(gallery) - y) ** 2, axis=(1, 2, 3)) / (2 * sigma**2))
    return p / (p.sum() + 1e-300)
