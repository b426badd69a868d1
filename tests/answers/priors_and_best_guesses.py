"""Wrong and right answers to the exercises of lesson `priors_and_best_guesses`."""

# %% wrong="most_probable_class" exercise="posterior_mean" says="the mode; the mean weighs both"
def posterior_mean(y, weights, means, spreads, sigma):
    variances = spreads**2 + sigma**2
    off = y[..., None] - means
    log_p = np.log(weights) - off**2 / (2 * variances) - np.log(variances) / 2
    best = np.argmax(log_p, axis=-1)
    return means[best] + (spreads**2 / variances)[best] * (y - means[best])


# %% wrong="sigma_not_squared" exercise="posterior_mean" says="σ enters squared"
def posterior_mean(y, weights, means, spreads, sigma):
    variances = spreads**2 + sigma
    off = y[..., None] - means
    p = weights * np.exp(-(off**2) / (2 * variances)) / np.sqrt(variances)
    given = means + spreads**2 / variances * off
    return np.sum(p * given, axis=-1) / np.sum(p, axis=-1)


# %% wrong="forgets_the_prior" exercise="posterior_mean" says="the weights are missing"
def posterior_mean(y, weights, means, spreads, sigma):
    variances = spreads**2 + sigma**2
    off = y[..., None] - means
    p = np.exp(-(off**2) / (2 * variances)) / np.sqrt(variances)
    given = means + spreads**2 / variances * off
    return np.sum(p * given, axis=-1) / np.sum(p, axis=-1)


# %% wrong="keeps_the_prior_weights" exercise="posterior_mean" says="must depend on y"
def posterior_mean(y, weights, means, spreads, sigma):
    off = y[..., None] - means
    return np.sum(weights * (means + spreads**2 / (spreads**2 + sigma**2) * off), axis=-1)


# %% wrong="mixes_the_class_means" exercise="posterior_mean" says="within a class"
def posterior_mean(y, weights, means, spreads, sigma):
    variances = spreads**2 + sigma**2
    log_p = np.log(weights) - (y[..., None] - means) ** 2 / (2 * variances) - np.log(variances) / 2
    p = np.exp(log_p - log_p.max(axis=-1, keepdims=True))
    return np.sum(p * means, axis=-1) / np.sum(p, axis=-1)


# %% wrong="best_linear_estimate" exercise="posterior_mean" says="linear"
def posterior_mean(y, weights, means, spreads, sigma):
    centre = weights @ means
    spread = weights @ (spreads**2 + (means - centre) ** 2)
    return centre + spread / (spread + sigma**2) * (y - centre)


# %% wrong="densities_without_their_width" exercise="posterior_mean" says="divide each density"
def posterior_mean(y, weights, means, spreads, sigma):
    variances = spreads**2 + sigma**2
    off = y[..., None] - means
    log_p = np.log(weights) - off**2 / (2 * variances)
    p = np.exp(log_p - log_p.max(axis=-1, keepdims=True))
    return np.sum(p * (means + spreads**2 / variances * off), axis=-1) / np.sum(p, axis=-1)


# %% wrong="underflows_far_away" exercise="posterior_mean" says="largest of its K logarithms"
def posterior_mean(y, weights, means, spreads, sigma):
    variances = spreads**2 + sigma**2
    off = y[..., None] - means
    p = weights * np.exp(-(off**2) / (2 * variances)) / np.sqrt(variances)
    return np.sum(p * (means + spreads**2 / variances * off), axis=-1) / np.sum(p, axis=-1)


# %% wrong="one_maximum_for_all" exercise="posterior_mean" says="one maximum for all y"
def posterior_mean(y, weights, means, spreads, sigma):
    variances = spreads**2 + sigma**2
    off = y[..., None] - means
    log_p = np.log(weights) - off**2 / (2 * variances) - np.log(variances) / 2
    p = np.exp(log_p - log_p.max())
    return np.sum(p * (means + spreads**2 / variances * off), axis=-1) / np.sum(p, axis=-1)


# %% wrong="variance_for_the_width" exercise="posterior_mean" says="`norm.pdf`"
def posterior_mean(y, weights, means, spreads, sigma):
    from scipy.special import softmax
    from scipy.stats import norm

    variances = spreads**2 + sigma**2
    off = y[..., None] - means
    share = softmax(np.log(weights) + norm.logpdf(off, 0, variances), axis=-1)
    return np.sum(share * (means + spreads**2 / variances * off), axis=-1)


# %% wrong="noise_alone_names_the_class" exercise="posterior_mean" says="not σ² alone"
def posterior_mean(y, weights, means, spreads, sigma):
    off = y[..., None] - means
    log_p = np.log(weights) - off**2 / (2 * sigma**2)
    p = np.exp(log_p - log_p.max(axis=-1, keepdims=True))
    given = means + spreads**2 / (spreads**2 + sigma**2) * off
    return np.sum(p * given, axis=-1) / np.sum(p, axis=-1)


# %% wrong="nan_becomes_the_nearest_mean" exercise="posterior_mean" says="wide. class explains y"
def posterior_mean(y, weights, means, spreads, sigma):
    variances = spreads**2 + sigma**2
    off = np.asarray(y)[..., None] - means
    p = weights * np.exp(-(off**2) / (2 * variances)) / np.sqrt(variances)
    with np.errstate(invalid="ignore"):
        mean = np.sum(p * (means + spreads**2 / variances * off), axis=-1) / np.sum(p, axis=-1)
    return np.where(np.isfinite(mean), mean, means[np.argmin(np.abs(off), axis=-1)])


# %% wrong="cuts_far_measurements" exercise="posterior_mean" says="y = 60 and −45"
### INSTEAD OF off = y[..., None] - means
off = np.clip(np.asarray(y), -20, 20)[..., None] - means

# %% wrong="integers_stay_integers" exercise="posterior_mean" says="cut to integers"
def posterior_mean(y, weights, means, spreads, sigma):
    result, variances = np.zeros_like(y), spreads**2 + sigma**2
    for i in np.ndindex(np.shape(y)):
        log_p = np.log(weights) - (y[i] - means) ** 2 / (2 * variances) - np.log(variances) / 2
        share = np.exp(log_p - log_p.max())
        result[i] = share @ (means + spreads**2 / variances * (y[i] - means)) / share.sum()
    return result


# %% wrong="flattens_y" exercise="posterior_mean" says="has shape"
### INSTEAD OF off = y[..., None] - means
off = np.ravel(y)[:, None] - means

# %% wrong="a_small_number_in_the_variance" exercise="posterior_mean" says="in units of 1e-08"
### INSTEAD OF variances = spreads**2 + sigma**2
variances = spreads**2 + sigma**2 + 1e-9

# %% wrong="two_classes_only" exercise="posterior_mean" says="out of bounds|three classes"
def posterior_mean(y, weights, means, spreads, sigma):
    variances = spreads**2 + sigma**2
    off = np.asarray(y)[..., None] - means
    log_p = np.log(weights) - off**2 / (2 * variances) - np.log(variances) / 2
    first = 1 / (1 + np.exp(np.clip(log_p[..., 1] - log_p[..., 0], -700, 700)))
    given = means + spreads**2 / variances * off
    return first * given[..., 0] + (1 - first) * given[..., 1]


# %% wrong="shares_do_not_add_up" exercise="posterior_mean" says="should be"
### INSTEAD OF share = share / share.sum(axis=-1, keepdims=True)
share = share * 1.0

# %% right="single_precision" exercise="posterior_mean"
def posterior_mean(y, weights, means, spreads, sigma):
    y, weights, means, spreads = (np.asarray(a, dtype=np.float32)
                                  for a in (y, weights, means, spreads))
    variances = spreads**2 + np.float32(sigma) ** 2
    off = y[..., None] - means
    log_p = np.log(weights) - off * (off / (2 * variances)) - np.log(variances) / 2
    share = np.exp(log_p - log_p.max(axis=-1, keepdims=True))
    share /= share.sum(axis=-1, keepdims=True)
    return np.sum(share * (means + spreads**2 / variances * off), axis=-1)


# %% right="entry_by_entry" exercise="posterior_mean"
def posterior_mean(y, weights, means, spreads, sigma):
    from scipy.special import logsumexp

    def one(v):
        logs = [np.log(w) - np.log(np.hypot(s, sigma)) - ((v - m) / np.hypot(s, sigma)) ** 2 / 2
                for w, m, s in zip(weights, means, spreads, strict=True)]
        return sum(np.exp(log - logsumexp(logs)) * (m * sigma**2 + v * s**2) / (s**2 + sigma**2)
                   for log, m, s in zip(logs, means, spreads, strict=True))

    return np.array([one(float(v)) for v in np.ravel(y)]).reshape(np.shape(y))


# %% right="class_by_class" exercise="posterior_mean"
def posterior_mean(y, weights, means, spreads, sigma):
    from scipy.special import softmax
    from scipy.stats import norm

    log_p, estimates = [], []
    for w, m, s in zip(weights, means, spreads, strict=True):
        log_p.append(np.log(w) + norm.logpdf(y, m, np.hypot(s, sigma)))
        estimates.append((sigma**2 * m + s**2 * y) / (sigma**2 + s**2))
    return np.sum(softmax(log_p, axis=0) * estimates, axis=0)


# %% wrong="always_wiener" exercise="perception_distortion" says="Wiener gain"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError
    a = s**2 / (s**2 + sigma**2)
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% wrong="as_far_as_allowed" exercise="perception_distortion" says="longest way"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError
    a = (s - distance) / np.hypot(s, sigma)
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% wrong="spread_of_the_scene_only" exercise="perception_distortion" says="not a·s|y itself"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError
    a = max(s**2 / (s**2 + sigma**2), 1 - distance / s)
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% wrong="error_of_a_sample" exercise="perception_distortion" says="posterior .sample"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError
    a = max(s**2 / (s**2 + sigma**2), (s - distance) / np.hypot(s, sigma))
    return a, 2 * s**2 * sigma**2 / (s**2 + sigma**2)


# %% wrong="error_without_the_noise" exercise="perception_distortion" says="noise's part"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError
    a = max(s**2 / (s**2 + sigma**2), (s - distance) / np.hypot(s, sigma))
    return a, (1 - a) ** 2 * s**2


# %% wrong="accepts_any_distance" exercise="perception_distortion" says="must raise ValueError"
def perception_distortion(s, sigma, distance):
    a = max(s**2 / (s**2 + sigma**2), (s - distance) / np.hypot(s, sigma))
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% wrong="gain_of_the_noise" exercise="perception_distortion" says="are exchanged"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError
    a = max(sigma**2 / (s**2 + sigma**2), (s - distance) / np.hypot(s, sigma))
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% wrong="gain_without_squares" exercise="perception_distortion" says="enter squared"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError
    a = max(s / (s + sigma), (s - distance) / np.hypot(s, sigma))
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% wrong="distance_as_a_fraction" exercise="perception_distortion" says="not a fraction of s"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError
    a = max(s**2 / (s**2 + sigma**2), s * (1 - distance) / np.hypot(s, sigma))
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% wrong="bound_without_the_mmse" exercise="perception_distortion" says="distortion.1, 1, "
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError
    spread = np.hypot(s, sigma)
    a = max(s**2 / spread**2, (s - distance) / spread)
    return a, max(s - s**2 / spread - distance, 0) ** 2


# %% wrong="less_than_wiener" exercise="perception_distortion" says="perception_distortion.1, 1, "
### INSTEAD OF max(s**2 / (s**2 + sigma**2), (s - distance) / np.hypot(s, sigma))
min(s**2 / (s**2 + sigma**2), (s - distance) / np.hypot(s, sigma))

# %% wrong="refuses_no_small_negative" exercise="perception_distortion" says="must raise ValueError"
def perception_distortion(s, sigma, distance):
    if distance < -1e-3:
        raise ValueError
    a = max(s**2 / (s**2 + sigma**2), (s - distance) / np.hypot(s, sigma))
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% wrong="refuses_zero" exercise="perception_distortion" says="raised ValueError"
def perception_distortion(s, sigma, distance):
    if distance <= 0:
        raise ValueError
    a = max(s**2 / (s**2 + sigma**2), (s - distance) / np.hypot(s, sigma))
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% wrong="rounds_to_four_decimals" exercise="perception_distortion" says="for s = 0.0001"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError
    a = max(s**2 / (s**2 + sigma**2), round((s - distance) / np.hypot(s, sigma), 4))
    return a, round((1 - a) ** 2 * s**2 + a**2 * sigma**2, 4)


# %% wrong="law_of_the_noise" exercise="perception_distortion" says="distortion.1, 1, "
### INSTEAD OF (s - distance) / np.hypot(s, sigma)
(s - distance) / (s + sigma)

# %% wrong="distance_squared" exercise="perception_distortion" says="distortion.1, 1, 0.1"
### INSTEAD OF (s - distance)
(s - distance**2)


# %% right="by_a_search" exercise="perception_distortion"
def perception_distortion(s, sigma, distance):
    from scipy.optimize import minimize_scalar

    if distance < 0:
        raise ValueError("a distance is 0 or greater")
    r = np.hypot(s, sigma)
    least, most = max(0, (s - distance) / r), (s + distance) / r

    def error(a):
        return (1 - a) ** 2 * s**2 + a**2 * sigma**2

    if most - least < 1e-9:
        return least, error(least)
    a = minimize_scalar(error, bounds=(least, most), method="bounded", options={"xatol": 1e-9}).x
    return a, error(a)


# %% right="by_a_minimiser" exercise="perception_distortion"
def perception_distortion(s, sigma, distance):
    from scipy.optimize import minimize_scalar

    if distance < 0:
        raise ValueError("a distance is never negative")
    spread = np.hypot(s, sigma)
    ends = max(0, (s - distance) / spread), (s + distance) / spread
    found = minimize_scalar(lambda a: (1 - a) ** 2 * s**2 + a**2 * sigma**2, bounds=ends,
                            method="bounded")
    return found.x, found.fun


# %% right="by_freirichs_formula" exercise="perception_distortion"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError("a distance is 0 or greater")
    wide = (s**2 + sigma**2) ** 0.5
    gap = s - s**2 / wide
    missing = max(gap - distance, 0.0)
    return (s**2 / wide + missing) / wide, s**2 * sigma**2 / wide**2 + missing**2


# %% wrong="measures_without_noise" exercise="audit" says="have no noise"
### INSTEAD OF y = truth @ A.T + sigma * rng.standard_normal((cases, len(A)))
y = truth @ A.T

# %% wrong="takes_sigma_for_the_variance" exercise="audit" says="standard deviation"
### INSTEAD OF sigma * rng
sigma**0.5 * rng

# %% wrong="ranks_the_priors_density" exercise="audit" says="neither a coordinate nor the prior"
### INSTEAD OF -np.sum((y - x @ A.T) ** 2, axis=-1)
np.sum(x**2, axis=-1)

# %% wrong="fresh_noise_for_the_likelihood" exercise="audit" says="the same measurement"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    truth, _ = prior.sample(cases, rng)
    y = truth @ A.T + sigma * rng.standard_normal((cases, len(A)))
    found = sampler(y, draws, rng)
    p = [uniformity(column, draws)[2] for column in ranks(truth, found, rng).T]
    again = truth @ A.T + sigma * rng.standard_normal((cases, len(A)))
    fit, fits = -np.sum((y - truth @ A.T) ** 2, -1), -np.sum((again - found @ A.T) ** 2, -1)
    return np.array(p), uniformity(ranks(fit, fits, rng), draws)[2]


# %% wrong="one_measurement_at_a_time" exercise="audit" says="call it once"
### INSTEAD OF found = sampler(y, draws, rng)
found = np.concatenate([sampler(v[None], draws, rng) for v in y], axis=1)

# %% wrong="returns_the_smallest_p" exercise="audit" says="one p-value per coordinate"
### INSTEAD OF np.array([uniformity(column, draws)[2] for column in by_coordinate.T])
min(uniformity(column, draws)[2] for column in by_coordinate.T)

# %% wrong="compares_with_the_mean_of_the_draws" exercise="audit" says="twice too sure"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    from scipy.stats import ttest_1samp

    truth, _ = prior.sample(cases, rng)
    y = truth @ A.T + sigma * rng.standard_normal((cases, len(A)))
    found = sampler(y, draws, rng)
    fit, fits = (-np.sum((y - x @ A.T) ** 2, axis=-1) for x in (truth, found))
    off = found.mean(axis=0) - truth
    return ttest_1samp(off, 0).pvalue, uniformity(ranks(fit, fits, rng), draws)[2]


# %% wrong="one_noise_for_all_numbers" exercise="audit" says="each needs its own"
### INSTEAD OF (cases, len(A))
(cases, 1)

# %% wrong="looks_at_the_first_number" exercise="audit" says="only the first"
### INSTEAD OF -np.sum((y - x @ A.T) ** 2, axis=-1)
-((y - x @ A.T) ** 2)[..., 0]

# %% wrong="squares_the_sum" exercise="audit" says="only the sum"
### INSTEAD OF -np.sum((y - x @ A.T) ** 2, axis=-1)
-np.sum(y - x @ A.T, axis=-1) ** 2

# %% wrong="counts_the_truth_as_a_draw" exercise="audit" says="the number of draws"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    truth, _ = prior.sample(cases, rng)
    y = truth @ A.T + sigma * rng.standard_normal((cases, len(A)))
    found = sampler(y, draws, rng)
    fit, fits = (-np.sum((y - x @ A.T) ** 2, axis=-1) for x in (truth, found))
    p = [uniformity(column, draws + 1)[2] for column in ranks(truth, found, rng).T]
    return np.array(p), uniformity(ranks(fit, fits, rng), draws + 1)[2]


# %% wrong="always_19_draws" exercise="audit" says="asked for 19 draws"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    truth, _ = prior.sample(cases, rng)
    y = truth @ A.T + sigma * rng.standard_normal((cases, len(A)))
    found = sampler(y, 19, rng)
    fit, fits = (-np.sum((y - x @ A.T) ** 2, axis=-1) for x in (truth, found))
    p = [uniformity(column, 19)[2] for column in ranks(truth, found, rng).T]
    return np.array(p), uniformity(ranks(fit, fits, rng), 19)[2]


# %% wrong="chance_of_its_own" exercise="audit" says="must come from `rng`"
### INSTEAD OF truth, _ = prior.sample(cases, rng)
truth, _ = prior.sample(cases, rng := np.random.default_rng())

# %% wrong="returns_all_of_uniformity" exercise="audit" says="take the p-value"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    truth, _ = prior.sample(cases, rng)
    y = truth @ A.T + sigma * rng.standard_normal((cases, len(A)))
    found = sampler(y, draws, rng)
    fit, fits = (-np.sum((y - x @ A.T) ** 2, axis=-1) for x in (truth, found))
    p = [uniformity(column, draws) for column in ranks(truth, found, rng).T]
    return p, uniformity(ranks(fit, fits, rng), draws)


# %% wrong="sums_sizes_not_squares" exercise="audit" says="nothing else"
### INSTEAD OF -np.sum((y - x @ A.T) ** 2, axis=-1)
-np.sum(np.abs(y - x @ A.T), axis=-1)

# %% wrong="takes_the_largest_residual" exercise="audit" says="nothing else"
### INSTEAD OF -np.sum((y - x @ A.T) ** 2, axis=-1)
-np.max(np.abs(y - x @ A.T), axis=-1)

# %% wrong="correlates_y_with_A_x" exercise="audit" says="nothing else"
### INSTEAD OF -np.sum((y - x @ A.T) ** 2, axis=-1)
np.sum(y * (x @ A.T), axis=-1)

# %% wrong="adds_the_priors_log_density" exercise="audit" says="nothing else"
### INSTEAD OF -np.sum
prior.log_density(x) - np.sum

# %% wrong="noise_of_its_own" exercise="audit" says="must come from `rng`"
### INSTEAD OF rng.standard_normal
np.random.default_rng(0).standard_normal

# %% wrong="keeps_the_rng_from_the_sampler" exercise="audit" says="hand your `rng` on"
### INSTEAD OF found = sampler(y, draws, rng)
found = sampler(y, draws, np.random.default_rng(0))

# %% wrong="first_coordinate_for_all" exercise="audit" says="too sure of coordinate 0"
### INSTEAD OF np.array([uniformity(column, draws)[2] for column in by_coordinate.T])
np.full(truth.shape[1], uniformity(by_coordinate[:, 0], draws)[2])

# %% wrong="coordinates_in_reverse" exercise="audit" says="too sure of coordinate 0"
### INSTEAD OF by_coordinate.T
by_coordinate.T[::-1]

# %% wrong="two_coordinates_only" exercise="audit" says="errs in coordinate 2"
### INSTEAD OF np.array([uniformity(column, draws)[2] for column in by_coordinate.T])
np.array([uniformity(column, draws)[2] if i < 2 else 0.5
          for i, column in enumerate(by_coordinate.T)])

# %% wrong="smallest_for_all" exercise="audit" says="too sure of coordinate 0"
### INSTEAD OF np.array([uniformity(column, draws)[2] for column in by_coordinate.T])
np.full(truth.shape[1], min(uniformity(column, draws)[2] for column in by_coordinate.T))

# %% wrong="always_300_cases" exercise="audit" says="with 120 cases"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    truth, _ = prior.sample(300, rng)
    y = truth @ A.T + sigma * rng.standard_normal((300, len(A)))
    found = sampler(y, draws, rng)
    fit, fits = (-np.sum((y - x @ A.T) ** 2, axis=-1) for x in (truth, found))
    p = [uniformity(column, draws)[2] for column in ranks(truth, found, rng).T]
    return np.array(p), uniformity(ranks(fit, fits, rng), draws)[2]


# %% wrong="sigma_of_the_first_world" exercise="audit" says="sigma = 0.05"
### INSTEAD OF sigma * rng
0.6 * rng

# %% wrong="pair_the_other_way_round" exercise="audit" says="p_coordinates has shape"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    truth, _ = prior.sample(cases, rng)
    y = truth @ A.T + sigma * rng.standard_normal((cases, len(A)))
    found = sampler(y, draws, rng)
    fit, fits = (-np.sum((y - x @ A.T) ** 2, axis=-1) for x in (truth, found))
    p = [uniformity(column, draws)[2] for column in ranks(truth, found, rng).T]
    return uniformity(ranks(fit, fits, rng), draws)[2], np.array(p)


# %% right="gives_a_list" exercise="audit"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    truth, _ = prior.sample(cases, rng)
    y = truth @ A.T + sigma * rng.standard_normal((cases, len(A)))
    found = sampler(y, draws, rng)
    fit, fits = (-np.linalg.norm(y - x @ A.T, axis=-1) for x in (truth, found))
    p = [uniformity(column, draws)[2] for column in ranks(truth, found, rng).T]
    return [np.array(p), uniformity(ranks(fit, fits, rng), draws)[2]]


# %% right="counts_by_itself" exercise="audit"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    from scipy.stats import chisquare

    x, _ = prior.sample(cases, rng)
    y = np.einsum("mn,cn->cm", A, x) + rng.normal(0, sigma, (cases, A.shape[0]))
    everything = np.concatenate([x[None], sampler(y, draws, rng)])
    norm = np.linalg.norm(y - everything @ A.T, axis=-1, keepdims=True)
    table = np.concatenate([everything, -norm], axis=-1) + 1e-12 * rng.standard_normal(
        (draws + 1, cases, x.shape[1] + 1))
    position = np.sum(table[1:] < table[0], axis=0) * 5 // (draws + 1)
    p = np.array([chisquare(np.bincount(column, minlength=5)).pvalue for column in position.T])
    return p[:-1], p[-1]


# %% wrong="keeps_the_last_start" exercise="search_latents" says="best"
def search_latents(y, A, generator, k, restarts, rng):
    for _ in range(restarts):
        found = least_squares(lambda z: A @ generator(z) - y, rng.standard_normal(k))
    return found.x, np.linalg.norm(A @ generator(found.x) - y)


# %% wrong="starts_once" exercise="search_latents" says="every"
def search_latents(y, A, generator, k, restarts, rng):
    found = least_squares(lambda z: A @ generator(z) - y, np.zeros(k))
    return found.x, np.linalg.norm(A @ generator(found.x) - y)


# %% wrong="one_start_repeated" exercise="search_latents" says="draw a new start"
def search_latents(y, A, generator, k, restarts, rng):
    start = rng.standard_normal(k)
    found = [least_squares(lambda z: A @ generator(z) - y, start) for _ in range(restarts)]
    best = min(found, key=lambda result: result.cost)
    return best.x, np.linalg.norm(A @ generator(best.x) - y)


# %% wrong="returns_the_cost" exercise="search_latents" says="half the sum of squares"
def search_latents(y, A, generator, k, restarts, rng):
    found = [least_squares(lambda z: A @ generator(z) - y, rng.standard_normal(k))
             for _ in range(restarts)]
    best = min(found, key=lambda result: result.cost)
    return best.x, best.cost


# %% wrong="returns_the_picture" exercise="search_latents" says="the latents, not the picture"
def search_latents(y, A, generator, k, restarts, rng):
    found = [least_squares(lambda z: A @ generator(z) - y, rng.standard_normal(k))
             for _ in range(restarts)]
    best = min(found, key=lambda result: result.cost)
    return generator(best.x), np.sqrt(2 * best.cost)


# %% wrong="best_of_random_draws" exercise="search_latents" says="z for a linear generator"
def search_latents(y, A, generator, k, restarts, rng):
    trials = rng.standard_normal((1000 * restarts, k))
    norms = [np.linalg.norm(A @ generator(z) - y) for z in trials]
    return trials[np.argmin(norms)], np.min(norms)


# %% wrong="squares_the_residual" exercise="search_latents" says="residual was squared"
def search_latents(y, A, generator, k, restarts, rng):
    found = [least_squares(lambda z: (A @ generator(z) - y) ** 2, rng.standard_normal(k))
             for _ in range(restarts)]
    best = min(found, key=lambda result: result.cost)
    return best.x, np.linalg.norm(A @ generator(best.x) - y)


# %% wrong="searches_from_the_best_start_only" exercise="search_latents" says="minimise from"
def search_latents(y, A, generator, k, restarts, rng):
    starts = rng.standard_normal((restarts, k))
    start = min(starts, key=lambda z: np.linalg.norm(A @ generator(z) - y))
    best = least_squares(lambda z: A @ generator(z) - y, start)
    return best.x, np.linalg.norm(A @ generator(best.x) - y)


# %% wrong="starts_of_its_own" exercise="search_latents" says="draw the starts from `rng`"
def search_latents(y, A, generator, k, restarts, rng):
    found = [least_squares(lambda z: A @ generator(z) - y,
                           np.random.default_rng(seed).standard_normal(k))
             for seed in range(restarts)]
    best = min(found, key=lambda result: result.cost)
    return best.x, np.linalg.norm(A @ generator(best.x) - y)


# %% wrong="norm_of_the_last_start" exercise="search_latents" says="not that of this z"
def search_latents(y, A, generator, k, restarts, rng):
    found = [least_squares(lambda z: A @ generator(z) - y, rng.standard_normal(k))
             for _ in range(restarts)]
    best = min(found, key=lambda result: result.cost)
    return best.x, np.linalg.norm(A @ generator(found[-1].x) - y)


# %% wrong="one_start_too_few" exercise="search_latents" says="restarts = 1 |empty|None"
### INSTEAD OF range(restarts)
range(1, restarts)

# %% wrong="one_start_too_many" exercise="search_latents" says="begins from 2"
### INSTEAD OF range(restarts)
range(restarts + 1)

# %% wrong="always_a_hundred_starts" exercise="search_latents" says="begins from 100"
### INSTEAD OF range(restarts)
range(100)

# %% wrong="starts_from_a_box" exercise="search_latents" says="not from N"
### INSTEAD OF rng.standard_normal(k)
rng.uniform(-1, 1, k)

# %% wrong="narrow_starts" exercise="search_latents" says="not from N"
### INSTEAD OF rng.standard_normal(k)
0.5 * rng.standard_normal(k)

# %% wrong="same_number_in_every_latent" exercise="search_latents" says="not from N"
### INSTEAD OF rng.standard_normal(k)
np.full(k, rng.standard_normal())

# %% wrong="stops_when_it_is_good_enough" exercise="search_latents" says="begins from 1 |is missed"
def search_latents(y, A, generator, k, restarts, rng):
    best, least = None, np.inf
    for _ in range(restarts):
        found = least_squares(lambda z: A @ generator(z) - y, rng.standard_normal(k))
        norm = np.linalg.norm(A @ generator(found.x) - y)
        if norm < least:
            best, least = found.x, norm
        if least < 0.1:
            break
    return best, least


# %% wrong="bounded_latents" exercise="search_latents" says="5, −7"
def search_latents(y, A, generator, k, restarts, rng):
    found = [least_squares(lambda z: A @ generator(z) - y,
                           np.clip(rng.standard_normal(k), -2.9, 2.9), bounds=(-3, 3))
             for _ in range(restarts)]
    best = min(found, key=lambda result: result.cost)
    return best.x, np.linalg.norm(A @ generator(best.x) - y)


# %% wrong="forgets_the_camera" exercise="search_latents" says="raised ValueError|z for a linear"
def search_latents(y, A, generator, k, restarts, rng):
    found = [least_squares(lambda z: generator(z) - A.T @ y, rng.standard_normal(k))
             for _ in range(restarts)]
    best = min(found, key=lambda result: result.cost)
    return best.x, np.linalg.norm(A @ generator(best.x) - y)


# %% wrong="worst_start" exercise="search_latents" says="best of the minima"
### INSTEAD OF min(results, key=lambda result: result.cost)
max(results, key=lambda result: result.cost)

# %% right="all_starts_first" exercise="search_latents"
def search_latents(y, A, generator, k, restarts, rng):
    from scipy import optimize

    starts = rng.normal(size=(restarts, k))
    found = [optimize.least_squares(lambda z: np.dot(A, generator(z)) - y, z0, ftol=1e-12)
             for z0 in starts]
    cost = [result.cost for result in found]
    return [found[int(np.argmin(cost))].x, (2 * min(cost)) ** 0.5]


# %% right="a_norm_by_hand" exercise="search_latents"
def search_latents(y, A, generator, k, restarts, rng):
    tries = []
    for _ in range(restarts):
        z = least_squares(lambda z: (A @ generator(z)) - y, rng.standard_normal(k)).x
        tries.append((float(((A @ generator(z) - y) ** 2).sum()) ** 0.5, len(tries), z))
    norm, _, z = min(tries)
    return np.array(z), np.array(norm)


# %% right="minimises_the_sum_of_squares" exercise="search_latents"
def search_latents(y, A, generator, k, restarts, rng):
    best, least = None, np.inf
    for _ in range(restarts):
        z = least_squares(lambda z: y - A @ generator(z), rng.standard_normal(k), method="lm",
                          xtol=1e-12, ftol=1e-12).x
        norm = float(np.sqrt(np.sum((A @ generator(z) - y) ** 2)))
        if norm < least:
            best, least = z, norm
    return best, least


# %% wrong="only_for_rows" exercise="posterior_mean" says="shape"
def posterior_mean(y, weights, means, spreads, sigma):
    v = spreads**2 + sigma**2
    logs = np.log(weights) - np.log(v) / 2 - (y[:, None] - means) ** 2 / (2 * v)
    p = np.exp(logs - logs.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    return (p * (means + spreads**2 / v * (y[:, None] - means))).sum(1)


# %% wrong="gain_with_sigma" exercise="posterior_mean" says="should be"
def posterior_mean(y, weights, means, spreads, sigma):
    v = spreads**2 + sigma**2
    y = np.asarray(y, float)[..., None]
    logs = np.log(weights) - np.log(v) / 2 - (y - means) ** 2 / (2 * v)
    p = np.exp(logs - logs.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    return np.sum(p * (means + spreads**2 / (spreads**2 + sigma) * (y - means)), -1)


# %% wrong="clips_the_logarithms" exercise="posterior_mean" says="far away"
def posterior_mean(y, weights, means, spreads, sigma):
    v = spreads**2 + sigma**2
    y = np.asarray(y, float)[..., None]
    p = np.exp(np.maximum(np.log(weights) - np.log(v) / 2 - (y - means) ** 2 / (2 * v), -700))
    p /= p.sum(-1, keepdims=True)
    return np.sum(p * (means + spreads**2 / v * (y - means)), -1)


# %% wrong="adds_a_small_variance" exercise="posterior_mean" says="units of"
def posterior_mean(y, weights, means, spreads, sigma):
    v = spreads**2 + sigma**2 + 1e-9
    y = np.asarray(y, float)[..., None]
    logs = np.log(weights) - np.log(v) / 2 - (y - means) ** 2 / (2 * v)
    p = np.exp(logs - logs.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    return np.sum(p * (means + spreads**2 / v * (y - means)), -1)


# %% wrong="divides_by_the_class_width" exercise="posterior_mean" says="should be"
def posterior_mean(y, weights, means, spreads, sigma):
    v = spreads**2 + sigma**2
    y = np.asarray(y, float)[..., None]
    logs = np.log(weights) - np.log(spreads + 1e-30) - (y - means) ** 2 / (2 * v)
    p = np.exp(logs - logs.max(-1, keepdims=True))
    p /= p.sum(-1, keepdims=True)
    return np.sum(p * (means + spreads**2 / v * (y - means)), -1)


# %% right="softmax_of_norm" exercise="posterior_mean"
from scipy.special import softmax
from scipy.stats import norm


def posterior_mean(y, weights, means, spreads, sigma):
    y = np.asarray(y)[..., np.newaxis]
    p = softmax(norm.logpdf(y, means, np.hypot(spreads, sigma)) + np.log(weights), axis=-1)
    gain = 1 / (1 + (sigma / np.maximum(spreads, 1e-300)) ** 2)
    gain = np.where(spreads == 0, 0.0, gain)
    return (p * (gain * y + (1 - gain) * means)).sum(-1)


# %% right="logaddexp_over_classes" exercise="posterior_mean"
def posterior_mean(y, weights, means, spreads, sigma):
    y = np.asarray(y, dtype=float)
    logs = [np.log(w) - np.log(np.sqrt(s * s + sigma**2)) - 0.5 * (y - m) ** 2 / (s * s + sigma**2)
            for w, m, s in zip(weights, means, spreads, strict=True)]
    total = logs[0]
    for one in logs[1:]:
        total = np.logaddexp(total, one)
    return sum(np.exp(one - total) * (m + s * s / (s * s + sigma**2) * (y - m))
               for one, m, s in zip(logs, means, spreads, strict=True))


# %% wrong="slsqp_in_its_unit" exercise="perception_distortion" says="should be"
from scipy.optimize import minimize


def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError("negative")
    h = np.hypot(s, sigma)
    found = minimize(
        lambda a: (1 - a[0]) ** 2 * s**2 + a[0] ** 2 * sigma**2,
        [1.0],
        method="SLSQP",
        bounds=[(0, None)],
        constraints=[
            {"type": "ineq", "fun": lambda a: distance - s + a[0] * h},
            {"type": "ineq", "fun": lambda a: distance + s - a[0] * h},
        ],
    )
    return found.x[0], found.fun


# %% wrong="spreads_added" exercise="perception_distortion" says="standard deviation a√"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError("negative")
    a = max((s - distance) / (s + sigma), s**2 / (s**2 + sigma**2))
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% wrong="stretched_or_wiener" exercise="perception_distortion" says="should be"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError("negative")
    h = np.hypot(s, sigma)
    w = s**2 / h**2
    a = s / h if distance < s - w * h else w
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% wrong="edge_with_a_tolerance" exercise="perception_distortion" says="1e-08"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError("negative")
    a = s**2 / (s**2 + sigma**2)
    if abs(s - a * np.hypot(s, sigma)) > distance + 1e-6:
        a = (s - distance) / np.hypot(s, sigma)
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% right="in_single_precision" exercise="perception_distortion"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError("negative")
    s, sigma, distance = np.float32(s), np.float32(sigma), np.float32(distance)
    h2 = s * s + sigma * sigma
    a = np.clip(s * s / h2, (s - distance) / np.sqrt(h2), (s + distance) / np.sqrt(h2))
    return a, (1 - a) ** 2 * s**2 + a**2 * sigma**2


# %% right="four_decimals" exercise="perception_distortion"
def perception_distortion(s, sigma, distance):
    if distance < 0:
        raise ValueError("negative")
    h = np.hypot(s, sigma)
    w = s**2 / h**2
    short = s - w * h
    return round(max((s - distance) / h, w), 4), w * sigma**2 + max(short - distance, 0) ** 2


# %% wrong="judged_by_the_first_measurement" exercise="audit" says="own case"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    x = prior.sample(cases, rng)[0]
    y = x @ A.T + sigma * rng.standard_normal((cases, len(A)))
    d = sampler(y, draws, rng)
    p = np.array([uniformity(ranks(x[:, i], d[:, :, i], rng), draws)[2] for i in range(x.shape[1])])
    lt = -np.sum((y[0] - x @ A.T) ** 2, -1) / (2 * sigma**2)
    ld = -np.sum((y[0] - d @ A.T) ** 2, -1) / (2 * sigma**2)
    return p, uniformity(ranks(lt, ld, rng), draws)[2]


# %% wrong="one_noise_for_all_cases" exercise="audit" says="all the same"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    x = prior.sample(cases, rng)[0]
    y = x @ A.T + sigma * rng.standard_normal(len(A))
    d = sampler(y, draws, rng)
    p = np.array([uniformity(ranks(x[:, i], d[:, :, i], rng), draws)[2] for i in range(x.shape[1])])
    lt = -np.sum((y - x @ A.T) ** 2, -1)
    ld = -np.sum((y - d @ A.T) ** 2, -1)
    return p, uniformity(ranks(lt, ld, rng), draws)[2]


# %% wrong="measured_twice" exercise="audit" says="same measurement"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    x = prior.sample(cases, rng)[0]
    y = x @ A.T + sigma * rng.standard_normal((cases, len(A)))
    d = sampler(y, draws, rng)
    p = np.array([uniformity(ranks(x[:, i], d[:, :, i], rng), draws)[2] for i in range(x.shape[1])])
    y = x @ A.T + sigma * rng.standard_normal((cases, len(A)))
    lt = -np.sum((y - x @ A.T) ** 2, -1)
    ld = -np.sum((y - d @ A.T) ** 2, -1)
    return p, uniformity(ranks(lt, ld, rng), draws)[2]


# %% wrong="posterior_density_ranked" exercise="audit" says="nothing else"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    x = prior.sample(cases, rng)[0]
    y = x @ A.T + sigma * rng.standard_normal((cases, len(A)))
    d = sampler(y, draws, rng)
    p = np.array([uniformity(ranks(x[:, i], d[:, :, i], rng), draws)[2] for i in range(x.shape[1])])
    lt = -np.sum((y - x @ A.T) ** 2, -1) / (2 * sigma**2) + prior.log_density(x)
    ld = -np.sum((y - d @ A.T) ** 2, -1) / (2 * sigma**2) + prior.log_density(
        d.reshape(-1, x.shape[1])
    ).reshape(d.shape[:2])
    return p, uniformity(ranks(lt, ld, rng), draws)[2]


# %% wrong="sampler_with_a_fixed_seed" exercise="audit" says="hand your"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    x = prior.sample(cases, rng)[0]
    y = x @ A.T + sigma * rng.standard_normal((cases, len(A)))
    d = sampler(y, draws, np.random.default_rng(1))
    p = np.array([uniformity(ranks(x[:, i], d[:, :, i], rng), draws)[2] for i in range(x.shape[1])])
    lt = -np.sum((y - x @ A.T) ** 2, -1)
    ld = -np.sum((y - d @ A.T) ** 2, -1)
    return p, uniformity(ranks(lt, ld, rng), draws)[2]


# %% right="noise_drawn_transposed" exercise="audit"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    x = prior.sample(cases, rng)[0]
    y = (A @ x.T + sigma * rng.standard_normal((A.shape[0], cases))).T
    d = sampler(y, draws, rng)
    lt = -((y - np.einsum("mn,cn->cm", A, x)) ** 2).sum(-1)
    ld = -((y - np.einsum("mn,dcn->dcm", A, d)) ** 2).sum(-1)
    p = np.array([uniformity(one, draws)[-1] for one in ranks(x, d, rng).T])
    return [p, np.float64(uniformity(ranks(lt, ld, rng), draws)[-1])]


# %% right="likelihood_as_one_more_coordinate" exercise="audit"
def audit(sampler, prior, A, sigma, cases, draws, rng):
    x = prior.sample(cases, rng)[0]
    y = x @ A.T + rng.normal(scale=sigma, size=(cases, A.shape[0]))
    d = sampler(y, draws, rng)

    def more(s):
        return np.concatenate(
            [s, -np.sum((y - s @ A.T) ** 2, -1, keepdims=True) / (2 * sigma**2)], axis=-1
        )

    found = ranks(more(x), more(d), rng)
    p = [uniformity(found[:, i], draws)[2] for i in range(found.shape[1])]
    return np.array(p[:-1]), p[-1]


# %% wrong="starts_from_the_unit_interval" exercise="search_latents" says="N.0, 1"
def search_latents(y, A, generator, k, restarts, rng):
    found = min(
        (least_squares(lambda z: A @ generator(z) - y, rng.random(k)) for _ in range(restarts)),
        key=lambda f: f.cost,
    )
    return found.x, np.sqrt(2 * found.cost)


# %% wrong="first_start_at_zero" exercise="search_latents" says="every"
def search_latents(y, A, generator, k, restarts, rng):
    starts = [np.zeros(k)] + [rng.standard_normal(k) for _ in range(restarts - 1)]
    found = min(
        (least_squares(lambda z: A @ generator(z) - y, z0) for z0 in starts), key=lambda f: f.cost
    )
    return found.x, np.sqrt(2 * found.cost)


# %% wrong="best_begins_at_1" exercise="search_latents" says="should be"
def search_latents(y, A, generator, k, restarts, rng):
    best, best_norm = np.zeros(k), 1.0
    for _ in range(restarts):
        found = least_squares(lambda z: A @ generator(z) - y, rng.standard_normal(k))
        norm = np.linalg.norm(A @ generator(found.x) - y)
        if norm < best_norm:
            best, best_norm = found.x, norm
    return best, best_norm


# %% wrong="minimises_from_the_best_start" exercise="search_latents" says="every"
def search_latents(y, A, generator, k, restarts, rng):
    starts = rng.standard_normal((restarts, k))
    z0 = min(starts, key=lambda z: np.linalg.norm(A @ generator(z) - y))
    found = least_squares(lambda z: A @ generator(z) - y, z0)
    return found.x, np.sqrt(2 * found.cost)


# %% wrong="keeps_the_shortest_z" exercise="search_latents" says="best of the minima"
def search_latents(y, A, generator, k, restarts, rng):
    found = min(
        (
            least_squares(lambda z: A @ generator(z) - y, rng.standard_normal(k))
            for _ in range(restarts)
        ),
        key=lambda f: np.linalg.norm(f.x),
    )
    return found.x, np.sqrt(2 * found.cost)


# %% right="three_point_derivatives" exercise="search_latents"
def search_latents(y, A, generator, k, restarts, rng):
    def off(z):
        return y - A @ generator(z)
    ends = [least_squares(off, z0, jac="3-point").x for z0 in rng.normal(size=(restarts, k))]
    norms = [np.linalg.norm(off(z)) for z in ends]
    i = int(np.argmin(norms))
    return [ends[i], np.float64(norms[i])]


# %% right="dogbox_tight" exercise="search_latents"
def search_latents(y, A, generator, k, restarts, rng):
    best = None
    for _ in range(restarts):
        found = least_squares(
            lambda z: A.dot(generator(z)) - y,
            [rng.standard_normal() for _ in range(k)],
            xtol=1e-12,
            ftol=1e-12,
            gtol=1e-12,
            method="dogbox",
        )
        if best is None or found.cost < best.cost:
            best = found
    return best.x, float((2 * best.cost) ** 0.5)
