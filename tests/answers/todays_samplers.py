"""Wrong and right answers to the exercises of lesson `todays_samplers`."""


# %% wrong="stops_at_the_last_level" exercise="flow" says="last level's guess is missing"
def flow(denoise, x, levels):
    for t, s in zip(levels[:-1], levels[1:], strict=False):
        guess = denoise(x, t)
        x = guess + s / t * (x - guess)
    return x


# %% wrong="first_guess_only" exercise="flow" says="first guess; go on"
def flow(denoise, x, levels):
    return denoise(x, levels[0])


# %% wrong="variances_for_levels" exercise="flow" says="the end of the flow in a Gaussian"
### INSTEAD OF s / t * (x - guess)
s**2 / t**2 * (x - guess)


# %% wrong="always_from_the_start" exercise="flow" says="the end of the flow in a Gaussian"
def flow(denoise, x, levels):
    start = x
    for t, s in zip(levels, [*levels[1:], 0], strict=True):
        guess = denoise(start, t)
        x = guess + s / t * (start - guess)
    return x


# %% wrong="asks_at_the_lower_level" exercise="flow" says="raised|the end of the flow in a Gaussian"
def flow(denoise, x, levels):
    for t, s in zip(levels, levels[1:], strict=False):
        guess = denoise(x, s)
        x = guess + s / t * (x - guess)
    return denoise(x, levels[-1])


# %% wrong="the_step_upside_down" exercise="flow" says="the end of the flow in a Gaussian"
### INSTEAD OF s / t * (x - guess)
s / t * (guess - x)


# %% wrong="the_score_without_the_square" exercise="flow" says="the end of the flow in a Gaussian"
def flow(denoise, x, levels):
    for t, s in zip(levels, [*levels[1:], 0], strict=True):
        score = (denoise(x, t) - x) / t**2
        x = x + (t - s) * score
    return x


# %% wrong="fresh_noise_at_every_level" exercise="flow" says="the end of the flow in a Gaussian"
def flow(denoise, x, levels):
    rng = np.random.default_rng(0)
    for t, s in zip(levels, [*levels[1:], 0], strict=True):
        guess = denoise(x, t)
        x = (
            guess
            + s**2 / t**2 * (x - guess)
            + s * np.sqrt(1 - s**2 / t**2) * rng.normal(size=x.shape)
        )
    return x


# %% wrong="asks_twice" exercise="flow" says="once at each"
### INSTEAD OF x = guess + s / t * (x - guess)
x = denoise(x, t) + s / t * (x - guess)


# %% wrong="asks_the_last_level_again" exercise="flow" says="once at each"
def flow(denoise, x, levels):
    for t, s in zip(levels, [*levels[1:], 0], strict=True):
        guess = denoise(x, t)
        last, x = guess, guess + s / t * (x - guess)
    denoise(x, levels[-1])
    return last


# %% wrong="in_the_x_that_was_given" exercise="flow" says="changes its input in place"
def flow(denoise, x, levels):
    for t, s in zip(levels, [*levels[1:], 0], strict=True):
        guess = denoise(x, t)
        x -= guess
        x *= s / t
        x += guess
    return x


# %% wrong="adds_nought_to_an_array" exercise="flow" says="with 40 levels"
def flow(denoise, x, levels):
    following = (levels + [0])[1:] if len(levels) > 1 else [0]
    for t, s in zip(levels, following, strict=False):
        guess = denoise(x, t)
        x = guess + s / t * (x - guess)
    return x


# %% wrong="three_levels_only" exercise="flow" says="the end of the flow with|raised"
def flow(denoise, x, levels):
    for k in range(2):
        guess = denoise(x, levels[k])
        x = guess + levels[k + 1] / levels[k] * (x - guess)
    return denoise(x, levels[2])


# %% wrong="clips_like_a_picture" exercise="flow" says="the end of the flow"
### INSTEAD OF guess = denoise(x, t)
guess = np.clip(denoise(x, t), -1, 1)


# %% wrong="rising_levels" exercise="flow" says="asked at the levels"
def flow(denoise, x, levels):
    for t, s in zip(sorted(levels), [0, *sorted(levels)[:-1]], strict=True):
        guess = denoise(x, t)
        x = guess + s / t * (x - guess)
    return x


# %% right="with_an_index" exercise="flow"
def flow(denoise, x, levels):
    here = np.array(x, dtype=float)
    for k in range(len(levels) - 1):
        ratio = levels[k + 1] / levels[k]
        here = (1 - ratio) * denoise(here, levels[k]) + ratio * here
    return denoise(here, levels[-1])


# %% right="by_the_score" exercise="flow"
def flow(denoise, x, levels):
    for k, t in enumerate(levels):
        s = levels[k + 1] if k + 1 < len(levels) else 0.0
        score = (denoise(x, t) - x) / t**2
        x = x + t * (t - s) * score
    return x


# %% right="recursive" exercise="flow"
def flow(denoise, x, levels):
    guess = denoise(x, levels[0])
    if len(levels) == 1:
        return guess
    return flow(denoise, guess + (x - guess) * (levels[1] / levels[0]), levels[1:])


# %% right="in_a_copy" exercise="flow"
def flow(denoise, x, levels):
    x = np.copy(x)
    below = np.append(levels, 0)[1:]
    for t, s in zip(levels, below, strict=False):
        guess = denoise(x, t)
        x -= guess
        x *= s / t
        x += guess
    return x


# %% wrong="guess_less_measured" exercise="block_guidance" says="the sign"
### INSTEAD OF y - A(guess)
A(guess) - y


# %% wrong="a_a_t_is_one" exercise="block_guidance" says="number of pixels in a block, factor²[.]"
def block_guidance(guess, y, factor, sigma, r):
    A = Downsample(factor)
    return A.T((y - A(guess)) / (r**2 + sigma**2))


# %% wrong="by_factor" exercise="block_guidance" says="not by factor"
### INSTEAD OF r**2 / factor**2
r**2 / factor

# %% wrong="nothing_squared" exercise="block_guidance" says="enter squared"
### INSTEAD OF r**2 / factor**2 + sigma**2
r / factor**2 + sigma


# %% wrong="repeats" exercise="block_guidance" says="this repeats each block"
def block_guidance(guess, y, factor, sigma, r):
    from course_lib.imaging.operators import Downsample

    v = (y - Downsample(factor)(guess)) / (r**2 / factor**2 + sigma**2)
    return v.repeat(factor, axis=-1).repeat(factor, axis=-2)


# %% wrong="sigma_not_squared" exercise="block_guidance" says="v for a picture of 4"
### INSTEAD OF sigma**2
sigma


# %% wrong="r_not_squared" exercise="block_guidance" says="v for a picture of 4"
def block_guidance(guess, y, factor, sigma, r):
    A = Downsample(factor)
    return A.T((y - A(guess)) / (r / factor**2 + sigma**2))


# %% wrong="without_the_guess" exercise="block_guidance" says="v for a picture of 4"
### INSTEAD OF y - A(guess)
y


# %% wrong="without_sigma" exercise="block_guidance" says="v for a picture of 4"
def block_guidance(guess, y, factor, sigma, r):
    A = Downsample(factor)
    return A.T((y - A(guess)) / (r**2 / factor**2 + 0))


# %% wrong="multiplies" exercise="block_guidance" says="v for a picture of 4"
### INSTEAD OF (y - A(guess)) / (r**2 / factor**2 + sigma**2)
(y - A(guess)) * (r**2 / factor**2 + sigma**2)

# %% wrong="left_small" exercise="block_guidance" says="it should be that of guess"
### INSTEAD OF A.T((y - A(guess)) / (r**2 / factor**2 + sigma**2))
(y - A(guess)) / (r**2 / factor**2 + sigma**2)


# %% wrong="tiled" exercise="block_guidance" says="v for a picture of 4"
def block_guidance(guess, y, factor, sigma, r):
    from course_lib.imaging.operators import Downsample

    v = (y - Downsample(factor)(guess)) / (r**2 / factor**2 + sigma**2) / factor**2
    return np.tile(v, (factor, factor))


# %% wrong="factor_two" exercise="block_guidance" says="v with factor"
### INSTEAD OF r**2 / factor**2
r**2 / 4


# %% wrong="first_axes" exercise="block_guidance" says="raised|v of one channel"
def block_guidance(guess, y, factor, sigma, r):
    h, w = guess.shape[0] // factor, guess.shape[1] // factor
    small = guess.reshape(h, factor, w, factor).mean(axis=(1, 3))
    return np.kron((y - small) / (r**2 + factor**2 * sigma**2), np.ones((factor, factor)))


# %% wrong="square_pictures" exercise="block_guidance" says="raised|shape"
def block_guidance(guess, y, factor, sigma, r):
    n = guess.shape[-2]
    S = np.kron(np.eye(n // factor), np.ones((1, factor)) / factor)
    miss = y - S @ guess @ S.T
    return S.T @ (miss / (r**2 / factor**2 + sigma**2)) @ S


# %% wrong="into_the_guess" exercise="block_guidance" says="changes its input"
def block_guidance(guess, y, factor, sigma, r):
    from course_lib.imaging.operators import Downsample

    A = Downsample(factor)
    y -= A(guess)
    y /= r**2 / factor**2 + sigma**2
    return A.T(y)


# %% wrong="bright_misses_only" exercise="block_guidance" says="v for a picture of 4"
### INSTEAD OF y - A(guess)
abs(y - A(guess))


# %% right="with_kron" exercise="block_guidance"
def block_guidance(guess, y, factor, sigma, r):
    h, w = y.shape[-2:]
    small = guess.reshape(*guess.shape[:-2], h, factor, w, factor).mean(axis=(-3, -1))
    return np.kron((y - small) / (r**2 + factor**2 * sigma**2), np.ones((factor, factor)))


# %% right="with_matrices" exercise="block_guidance"
def block_guidance(guess, y, factor, sigma, r):
    (h, w), ones = y.shape[-2:], np.ones((1, factor)) / factor
    M = np.kron(np.kron(np.eye(h), ones), np.kron(np.eye(w), ones))
    miss = y.reshape(-1, h * w) - guess.reshape(-1, M.shape[1]) @ M.T
    v = np.linalg.solve(r**2 * M @ M.T + sigma**2 * np.eye(h * w), miss.T).T @ M
    return v.reshape(guess.shape)


# %% right="with_einsum" exercise="block_guidance"
def block_guidance(guess, y, factor, sigma, r):
    h, w = y.shape[-2:]
    blocks = guess.reshape(guess.shape[:-2] + (h, factor, w, factor))
    miss = y - np.einsum("...afbg->...ab", blocks) / factor**2
    v = np.einsum("...ab,f,g->...afbg", miss, np.ones(factor), np.ones(factor))
    return (v / (r**2 + (factor * sigma) ** 2)).reshape(guess.shape)


# %% right="measures_a_a_t" exercise="block_guidance"
def block_guidance(guess, y, factor, sigma, r):
    from course_lib.imaging.operators import Downsample

    A = Downsample(factor)
    one = A(A.T(np.ones_like(y)))
    return A.T((y - A(guess)) / (r**2 * one + sigma**2))


# %% wrong="mean_of_ratios" exercise="twice_law" says="own ratios|ratio of 50|cases differ"
def twice_law(draws, means, truths):
    a, b = np.sum((draws - truths) ** 2, axis=1), np.sum((means - truths) ** 2, axis=1)
    ratio = np.mean(a / b)
    return ratio, np.std(a - ratio * b, ddof=1) / (b.mean() * np.sqrt(len(a)))


# %% wrong="not_squared" exercise="twice_law" says="errors are squared"
### INSTEAD OF a, b = np.sum((draws - truths) ** 2, axis=1), np.sum((means - truths) ** 2, axis=1)
a, b = np.linalg.norm(draws - truths, axis=1), np.linalg.norm(means - truths, axis=1)

# %% wrong="draws_against_means" exercise="twice_law" says="compares draws with means"
### INSTEAD OF (draws - truths)
(draws - means)

# %% wrong="upside_down" exercise="twice_law" says="upside down"
### INSTEAD OF a.sum() / b.sum()
b.sum() / a.sum()

# %% wrong="with_n" exercise="twice_law" says="with n − 1"
### INSTEAD OF ddof=1
ddof = 0

# %% wrong="of_single_cases" exercise="twice_law" says="spread of single cases"
### INSTEAD OF (b.mean() * np.sqrt(len(a)))
b.mean()

# %% wrong="a_alone" exercise="twice_law" says="a case's a and b go together"
### INSTEAD OF a - ratio * b
a

# %% wrong="around_two" exercise="twice_law" says="standard error"
### INSTEAD OF a - ratio * b
a - 2 * b


# %% wrong="over_cases" exercise="twice_law" says="standard error|raised"
def twice_law(draws, means, truths):
    a, b = np.sum((draws - truths) ** 2, axis=0), np.sum((means - truths) ** 2, axis=0)
    ratio = a.sum() / b.sum()
    return ratio, np.std(a - ratio * b, ddof=1) / (b.mean() * np.sqrt(len(a)))


# %% wrong="every_coordinate_a_case" exercise="twice_law" says="standard error of three"
def twice_law(draws, means, truths):
    a, b = ((draws - truths) ** 2).ravel(), ((means - truths) ** 2).ravel()
    ratio = a.sum() / b.sum()
    return ratio, np.std(a - ratio * b, ddof=1) / (b.mean() * np.sqrt(len(a)))


# %% wrong="not_over_b" exercise="twice_law" says="divide by the mean of the b"
### INSTEAD OF b.mean() * np.sqrt(len(a))
np.sqrt(len(a))

# %% wrong="by_n" exercise="twice_law" says="standard error of three"
### INSTEAD OF np.sqrt(len(a))
len(a)

# %% wrong="of_the_ratios" exercise="twice_law" says="standard error"
### INSTEAD OF np.std(a - ratio * b, ddof=1) / (b.mean() * np.sqrt(len(a)))
np.std(a / b, ddof=1) / np.sqrt(len(a))

# %% wrong="a_variance" exercise="twice_law" says="standard error of three"
### INSTEAD OF np.std(a - ratio * b, ddof=1)
np.var(a - ratio * b, ddof=1)


# %% wrong="truths_at_nought" exercise="twice_law" says="the ratio of 50"
def twice_law(draws, means, truths):
    a, b = np.sum(draws**2, axis=1), np.sum(means**2, axis=1)
    ratio = a.sum() / b.sum()
    return ratio, np.std(a - ratio * b, ddof=1) / (b.mean() * np.sqrt(len(a)))


# %% wrong="ratio_alone" exercise="twice_law" says="must return two numbers"
def twice_law(draws, means, truths):
    a, b = np.sum((draws - truths) ** 2, axis=1), np.sum((means - truths) ** 2, axis=1)
    ratio = a.sum() / b.sum()
    return ratio


# %% wrong="root_of_the_ratio" exercise="twice_law" says="the ratio of three"
### INSTEAD OF a.sum() / b.sum()
np.sqrt(a.sum() / b.sum())


# %% right="case_by_case" exercise="twice_law"
def twice_law(draws, means, truths):
    a = [
        sum((u - v) ** 2 for u, v in zip(d, x, strict=False))
        for d, x in zip(draws, truths, strict=False)
    ]
    b = [
        sum((u - v) ** 2 for u, v in zip(m, x, strict=False))
        for m, x in zip(means, truths, strict=False)
    ]
    n, q = len(a), sum(a) / sum(b)
    s = (sum((u - q * v) ** 2 for u, v in zip(a, b, strict=False)) / (n - 1)) ** 0.5
    return q, s / (sum(b) / n * n**0.5)


# %% right="with_einsum" exercise="twice_law"
def twice_law(draws, means, truths):
    a = np.einsum("nd,nd->n", draws - truths, draws - truths)
    b = np.einsum("nd,nd->n", means - truths, means - truths)
    q = np.mean(a) / np.mean(b)
    return np.array([q, np.sqrt(len(a) / (len(a) - 1) * np.sum((a - q * b) ** 2)) / b.sum()])


# %% right="with_scipy" exercise="twice_law"
def twice_law(draws, means, truths):
    from scipy.stats import sem

    a = np.linalg.norm(draws - truths, axis=-1) ** 2
    b = np.linalg.norm(means - truths, axis=-1) ** 2
    q = a.sum() / b.sum()
    return q, sem(a - q * b) / b.mean()


# %% right="means_over_coordinates" exercise="twice_law"
def twice_law(draws, means, truths):
    a, b = np.mean((draws - truths) ** 2, axis=1), np.mean((means - truths) ** 2, axis=1)
    q = a.sum() / b.sum()
    return q, np.std((a - q * b) / b.mean(), ddof=1) / len(b) ** 0.5


# %% right="from_covariances" exercise="twice_law"
def twice_law(draws, means, truths):
    a, b = np.sum((draws - truths) ** 2, axis=1), np.sum((means - truths) ** 2, axis=1)
    q = a.sum() / b.sum()
    c = np.cov(a, b)
    variance = c[0, 0] - 2 * q * c[0, 1] + q**2 * c[1, 1]
    return q, np.sqrt(max(variance, 0) / len(a)) / b.mean()


# %% wrong="a_count" exercise="return_rate" says="share, not a count"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=(-2, -1), keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((answers - absent) * local, axis=axes) > np.sum(d * local, axis=axes) / 2
    return (back.sum(), *share_interval(int(back.sum()), len(back)))


# %% wrong="any_way_towards" exercise="return_rate" says="nearer to the scene without"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=(-2, -1), keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((answers - absent) * local, axis=axes) > 1e-6
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="what_did_not_return" exercise="return_rate" says="the share of seven"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=(-2, -1), keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((answers - absent) * local, axis=axes) < np.sum(d * local, axis=axes) / 2
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="mean_kept" exercise="return_rate" says="darker picture isn't a spot"
### INSTEAD OF local = d - d.mean(axis=(-2, -1), keepdims=True)
local = d


# %% wrong="nearer_by_distance" exercise="return_rate" says="darker picture isn't a spot"
def return_rate(answers, present, absent):
    far = np.sum((answers - absent) ** 2, axis=(1, 2, 3))
    back = np.sum((answers - present) ** 2, axis=(1, 2, 3)) < far
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="all_of_it" exercise="return_rate" says="the share of seven"
### INSTEAD OF np.sum(d * local, axis=axes) / 2
np.sum(d * local, axis=axes)


# %% wrong="half_inside_twice" exercise="return_rate" says="nearer to the scene without"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=(-2, -1), keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((answers - absent) * local, axis=axes) > np.sum(d * local, axis=axes) / 4
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="absent_not_taken_off" exercise="return_rate" says="share"
### INSTEAD OF (answers - absent) * local
answers * local

# %% wrong="from_present" exercise="return_rate" says="share"
### INSTEAD OF (answers - absent) * local
(answers - present) * local

# %% wrong="mean_over_cases" exercise="return_rate" says="share"
### INSTEAD OF d.mean(axis=(-2, -1), keepdims=True)
d.mean(axis=0)

# %% wrong="one_mean_for_all" exercise="return_rate" says="share"
### INSTEAD OF d.mean(axis=(-2, -1), keepdims=True)
d.mean()

# %% wrong="channels_are_cases" exercise="return_rate" says="raised|share"
### INSTEAD OF axes = (1, 2, 3)
axes = (2, 3)


# %% wrong="dark_spots_only" exercise="return_rate" says="share of 9|share of 40"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=(-2, -1), keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((absent - answers) * (local < -abs(local).max() / 2), axis=axes) - np.sum(
        (absent - answers) * (local > -abs(local).max() / 2), axis=axes
    ) / 8 > 0.5 * np.sum(-d * (d < 0), axis=axes)
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="interval_by_the_normal_law" exercise="return_rate" says="share and interval"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=(-2, -1), keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((answers - absent) * local, axis=axes) > np.sum(d * local, axis=axes) / 2
    return (
        back.mean(),
        back.mean() - 1.96 * back.std() / len(back) ** 0.5,
        back.mean() + 1.96 * back.std() / len(back) ** 0.5,
    )


# %% wrong="high_before_low" exercise="return_rate" says="share and interval"
### INSTEAD OF *share_interval(int(back.sum()), len(back))
*share_interval(int(back.sum()), len(back))[::-1]


# %% wrong="interval_of_the_others" exercise="return_rate" says="share and interval"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=(-2, -1), keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((answers - absent) * local, axis=axes) > np.sum(d * local, axis=axes) / 2
    return (back.mean(), *share_interval(int((~back).sum()), len(back)))


# %% wrong="interval_nested" exercise="return_rate" says="three numbers|raised"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=(-2, -1), keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((answers - absent) * local, axis=axes) > np.sum(d * local, axis=axes) / 2
    return (back.mean(), share_interval(int(back.sum()), len(back)))


# %% wrong="mean_for_a_sum" exercise="return_rate" says="share"
### INSTEAD OF np.sum(d * local, axis=axes) / 2
np.mean(d * local, axis=axes) / 2


# %% right="nearer_without_brightness" exercise="return_rate"
def return_rate(answers, present, absent):
    def flat(x):
        return x - x.mean((2, 3))[..., None, None]

    a, p, x = flat(absent), flat(present), flat(answers)
    back = ((x - p) ** 2).sum((1, 2, 3)) < ((x - a) ** 2).sum((1, 2, 3))
    return [np.mean(back), *share_interval(np.count_nonzero(back), len(back))]


# %% right="case_by_case" exercise="return_rate"
def return_rate(answers, present, absent):
    count = 0
    for x, p, a in zip(answers, present, absent, strict=False):
        along = due = 0.0
        for c in range(len(x)):
            d = p[c] - a[c]
            local = d - np.mean(d)
            along += np.vdot(x[c] - a[c], local)
            due += np.vdot(local, local)
        count += bool(along > 0.5 * due)
    low, high = share_interval(count, len(answers))
    return count / len(answers), low, high


# %% right="with_einsum" exercise="return_rate"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean((2, 3), keepdims=True)
    way = np.einsum("nchw,nchw->n", answers - absent, local)
    whole = np.einsum("nchw,nchw->n", d, local)
    n, count = len(way), int(np.sum(2 * way > whole))
    return np.array([count / n, *share_interval(count, n)])


# %% right="single_precision_sums" exercise="return_rate"
def return_rate(answers, present, absent):
    d = (present - absent).astype(np.float32)
    d -= d.mean(axis=(2, 3), keepdims=True)
    midpoint = ((answers - absent) - (present - absent) / 2).astype(np.float32)
    back = (midpoint * d).reshape(len(d), -1).sum(axis=1) > 0
    return (back.mean(), *share_interval(int(back.sum()), back.size))


# %% wrong="dark_first" exercise="form_sets" says="columns are pale, dark"
### INSTEAD OF [new <= limits[0], 1 - new <= limits[1]]
[1 - new <= limits[1], new <= limits[0]]

# %% wrong="n_for_n_plus_one" exercise="form_sets" says="n . 1"
### INSTEAD OF (len(scores) + 1) * level
len(scores) * level


# %% wrong="per_form_ignored" exercise="form_sets" says="one threshold serves both"
def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)

    def threshold(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        return np.sort(scores)[k - 1] if k <= len(scores) else np.inf

    if False:
        limits = [threshold(own[form == each]) for each in (0, 1)]
    else:
        limits = [threshold(own)] * 2
    return np.stack([new <= limits[0], 1 - new <= limits[1]], axis=1)


# %% wrong="thresholds_swapped" exercise="form_sets" says="thresholds are swapped"
def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)

    def threshold(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        return np.sort(scores)[k - 1] if k <= len(scores) else np.inf

    if per_form:
        limits = [threshold(own[form == each]) for each in (1, 0)]
    else:
        limits = [threshold(own)] * 2
    return np.stack([new <= limits[0], 1 - new <= limits[1]], axis=1)


# %% wrong="always_per_form" exercise="form_sets" says="the sets at a level of .6 .k = 5"
def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)

    def threshold(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        return np.sort(scores)[k - 1] if k <= len(scores) else np.inf

    if True:
        limits = [threshold(own[form == each]) for each in (0, 1)]
    else:
        limits = [threshold(own)] * 2
    return np.stack([new <= limits[0], 1 - new <= limits[1]], axis=1)


# %% wrong="score_is_the_probability" exercise="form_sets" says="probability of the true form"
### INSTEAD OF np.where(form == 1, 1 - p, p)
np.where(form == 1, p, 1 - p)

# %% wrong="p_for_every_form" exercise="form_sets" says="probability of the true form"
### INSTEAD OF np.where(form == 1, 1 - p, p)
p

# %% wrong="strictly_below" exercise="form_sets" says="equal the threshold"
### INSTEAD OF [new <= limits[0], 1 - new <= limits[1]]
[new < limits[0], 1 - new < limits[1]]


# %% wrong="largest_if_too_few" exercise="form_sets" says="k > n|per form where neither"
def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)

    def threshold(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        return np.sort(scores)[k - 1] if k <= len(scores) else np.max(scores)

    if per_form:
        limits = [threshold(own[form == each]) for each in (0, 1)]
    else:
        limits = [threshold(own)] * 2
    return np.stack([new <= limits[0], 1 - new <= limits[1]], axis=1)


# %% wrong="nothing_if_too_few" exercise="form_sets" says="k > n|per form where neither"
def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)

    def threshold(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        return np.sort(scores)[k - 1] if k <= len(scores) else -np.inf

    if per_form:
        limits = [threshold(own[form == each]) for each in (0, 1)]
    else:
        limits = [threshold(own)] * 2
    return np.stack([new <= limits[0], 1 - new <= limits[1]], axis=1)


# %% wrong="off_by_one" exercise="form_sets" says="wrong in all three cases|raised"
### INSTEAD OF np.sort(scores)[k - 1]
np.sort(scores)[min(k, len(scores) - 1)]

# %% wrong="falling_order" exercise="form_sets" says="the sets at a level of .6 .k = 5"
### INSTEAD OF np.sort(scores)[k - 1]
np.sort(scores)[::-1][k - 1]

# %% wrong="floor" exercise="form_sets" says="the sets at a level"
### INSTEAD OF np.ceil((len(scores) + 1) * level)
np.floor((len(scores) + 1) * level)

# %% wrong="floor_plus_one" exercise="form_sets" says="wrong in all three cases"
### INSTEAD OF np.ceil((len(scores) + 1) * level)
np.floor((len(scores) + 1) * level) + 1

# %% wrong="nearest" exercise="form_sets" says="k is rounded up"
### INSTEAD OF np.ceil((len(scores) + 1) * level)
np.round((len(scores) + 1) * level)


# %% wrong="k_below_n" exercise="form_sets" says="the sets"
def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)

    def threshold(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        return np.sort(scores)[k - 1] if k < len(scores) else np.inf

    if per_form:
        limits = [threshold(own[form == each]) for each in (0, 1)]
    else:
        limits = [threshold(own)] * 2
    return np.stack([new <= limits[0], 1 - new <= limits[1]], axis=1)


# %% wrong="never_empty" exercise="form_sets" says="the sets at a level of .6 .k = 5"
def form_sets(p, form, new, level, per_form):
    def limit(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        return np.sort(scores)[k - 1] if k <= len(scores) else np.inf

    own = np.where(form == 1, 1 - p, p)
    pale, dark = (limit(own[form == 0]), limit(own[form == 1])) if per_form else (limit(own),) * 2
    sets = np.stack([new <= pale, 1 - new <= dark], axis=1)
    sets[~sets.any(axis=1)] = True
    return sets


# %% wrong="two_rows" exercise="form_sets" says="returns an array of shape"
def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)

    def threshold(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        return np.sort(scores)[k - 1] if k <= len(scores) else np.inf

    if per_form:
        limits = [threshold(own[form == each]) for each in (0, 1)]
    else:
        limits = [threshold(own)] * 2
    return np.stack([new <= limits[0], 1 - new <= limits[1]], axis=0)


# %% wrong="numbers_not_bool" exercise="form_sets" says="it should be bool"
def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)

    def threshold(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        return np.sort(scores)[k - 1] if k <= len(scores) else np.inf

    if per_form:
        limits = [threshold(own[form == each]) for each in (0, 1)]
    else:
        limits = [threshold(own)] * 2
    return np.stack([new <= limits[0], 1 - new <= limits[1]], axis=1).astype(int)


# %% wrong="all_cases_counted" exercise="form_sets" says="thresholds per form"
def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)
    k = int(np.ceil((len(p) + 1) * level - 1e-9))

    def limit(scores):
        return np.sort(scores)[k - 1] if k <= len(scores) else np.inf

    pale, dark = (limit(own[form == 0]), limit(own[form == 1])) if per_form else (limit(own),) * 2
    return np.stack([new <= pale, 1 - new <= dark], axis=1)


# %% wrong="numpy_quantile" exercise="form_sets" says="the sets"
def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)
    if per_form:
        pale, dark = np.quantile(own[form == 0], level), np.quantile(own[form == 1], level)
    else:
        pale = dark = np.quantile(own, level)
    return np.stack([new <= pale, 1 - new <= dark], axis=1)


# %% wrong="likelier_than_half" exercise="form_sets" says="the sets"
def form_sets(p, form, new, level, per_form):
    return np.stack([new <= 0.5, new > 0.5], axis=1)


# %% right="with_partition" exercise="form_sets"
def form_sets(p, form, new, level, per_form):
    import math

    def limit(scores):
        n = len(scores)
        k = math.ceil((n + 1) * level)
        return math.inf if k > n else np.partition(scores, k - 1)[k - 1]

    own = np.abs(form - p)
    scores = [own[form == 0], own[form == 1]] if per_form else [own, own]
    return np.column_stack([new, 1 - new]) <= np.array([limit(s) for s in scores])


# %% right="padded_with_inf" exercise="form_sets"
def form_sets(p, form, new, level, per_form):
    def limit(scores):
        return sorted([*scores, float("inf")])[int(np.ceil((len(scores) + 1) * level)) - 1]

    own = [q if f == 0 else 1 - q for q, f in zip(p, form, strict=False)]
    pale = limit([s for s, f in zip(own, form, strict=False) if f == 0] if per_form else own)
    dark = limit([s for s, f in zip(own, form, strict=False) if f == 1] if per_form else own)
    return np.array([[q <= pale, 1 - q <= dark] for q in new])


# %% right="one_for_infinity" exercise="form_sets"
def form_sets(p, form, new, level, per_form):
    both = np.stack([1 - p, p], axis=1)
    own = 1 - both[np.arange(len(p)), form] + 0.0
    own[form == 0] = p[form == 0]
    limits = []
    for each in (0, 1):
        scores = np.sort(own[form == each] if per_form else own)
        k = int(np.ceil((scores.size + 1) * level))
        limits.append(scores[k - 1] if k <= scores.size else 1.0)
    return np.stack([new, 1 - new], axis=1) <= limits


# %% right="by_probabilities" exercise="form_sets"
def form_sets(p, form, new, level, per_form):
    def least(probabilities):
        """Return the smallest probability that still belongs."""
        k = int(np.ceil((len(probabilities) + 1) * level))
        return -1.0 if k > len(probabilities) else np.sort(probabilities)[::-1][k - 1]

    of_truth = np.where(form == 1, p, 1 - p)
    pale = least(of_truth[form == 0] if per_form else of_truth)
    dark = least(of_truth[form == 1] if per_form else of_truth)
    return np.stack([1 - new >= pale, new >= dark], axis=1)


# %% right="scipy_quantile" exercise="form_sets"
def form_sets(p, form, new, level, per_form):
    from scipy.stats import scoreatpercentile  # noqa: F401

    def limit(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        if k > len(scores):
            return np.inf
        return np.quantile(scores, (k - 0.5) / len(scores), method="inverted_cdf")

    own = np.where(form, 1 - p, p)
    groups = (own[form == 0], own[form == 1]) if per_form else (own, own)
    return np.stack([new <= limit(groups[0]), 1 - new <= limit(groups[1])], axis=-1)


# %% wrong="rounding_the_wrong_way" exercise="form_sets" says="the sets"
### INSTEAD OF np.ceil((len(scores) + 1) * level)
np.ceil((len(scores) + 1) * level + 1e-9)


# %% wrong="repeats_the_miss" exercise="block_guidance" says="v "
def block_guidance(guess, y, factor, sigma, r):
    A = Downsample(factor)
    return A.T(y - A(guess)) * factor**2


# %% wrong="towards_or_away" exercise="return_rate" says="the share of seven"
### INSTEAD OF np.sum((answers - absent) * local, axis=axes)
abs(np.sum((answers - absent) * local, axis=axes))


# %% wrong="correlated" exercise="return_rate" says="share"
def return_rate(answers, present, absent):
    d, x = present - absent, answers - absent
    d, x = (u - u.mean(axis=(-2, -1), keepdims=True) for u in (d, x))
    size = np.sqrt((d**2).sum((1, 2, 3)) * (x**2).sum((1, 2, 3))) + 1e-300
    back = (d * x).sum((1, 2, 3)) / size > 0.5
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="all_pictures_at_once" exercise="return_rate" says="share|raised"
### INSTEAD OF axes = (1, 2, 3)
axes = None

# %% wrong="median_of_the_channel" exercise="return_rate" says="share"
### INSTEAD OF d.mean(axis=(-2, -1), keepdims=True)
np.median(d, axis=(-2, -1), keepdims=True)


# %% wrong="largest_pixel" exercise="return_rate" says="share"
def return_rate(answers, present, absent):
    d = present - absent
    d - d.mean(axis=(-2, -1), keepdims=True)
    axes = (1, 2, 3)
    back = np.max(abs(answers - absent), axis=axes) > np.max(abs(d), axis=axes) / 2
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="higher_quantile" exercise="form_sets" says="the sets"
def form_sets(p, form, new, level, per_form):
    def limit(scores):
        n = len(scores)
        q = min(1, np.ceil((n + 1) * level) / n)
        return np.quantile(scores, q, method="higher")

    own = np.where(form == 1, 1 - p, p)
    groups = (own[form == 0], own[form == 1]) if per_form else (own, own)
    return np.stack([new <= limit(groups[0]), 1 - new <= limit(groups[1])], axis=1)


# %% wrong="either_form_too_few" exercise="form_sets" says="only the dark form has too few"
def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)
    groups = (own[form == 0], own[form == 1]) if per_form else (own, own)
    ks = [int(np.ceil((len(g) + 1) * level - 1e-9)) for g in groups]
    if any(k > len(g) for k, g in zip(ks, groups, strict=False)):
        return np.ones((len(new), 2), dtype=bool)
    limits = [np.sort(g)[k - 1] for k, g in zip(ks, groups, strict=False)]
    return np.stack([new <= limits[0], 1 - new <= limits[1]], axis=1)


# %% wrong="equal_scores_once" exercise="form_sets" says="the sets|raised"
def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)

    def threshold(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        return np.unique(scores)[k - 1] if k <= len(np.unique(scores)) else np.inf

    if per_form:
        limits = [threshold(own[form == each]) for each in (0, 1)]
    else:
        limits = [threshold(own)] * 2
    return np.stack([new <= limits[0], 1 - new <= limits[1]], axis=1)


# %% wrong="error_without_truths" exercise="twice_law" says="standard error"
def twice_law(draws, means, truths):
    ratio = np.sum((draws - truths) ** 2) / np.sum((means - truths) ** 2)
    a, b = np.sum(draws**2, axis=1), np.sum(means**2, axis=1)
    return ratio, np.std(a - ratio * b, ddof=1) / (b.mean() * np.sqrt(len(a)))


# %% wrong="one_mean_for_all_channels" exercise="return_rate" says="share"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=(1, 2, 3), keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((answers - absent) * local, axis=axes) > np.sum(d * local, axis=axes) / 2
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="mean_of_each_row" exercise="return_rate" says="share"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=-1, keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((answers - absent) * local, axis=axes) > np.sum(d * local, axis=axes) / 2
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="mean_of_each_column" exercise="return_rate" says="share"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=-2, keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((answers - absent) * local, axis=axes) > np.sum(d * local, axis=axes) / 2
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="every_channel" exercise="return_rate" says="share"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=(-2, -1), keepdims=True)
    back = np.all(
        np.sum((answers - absent) * local, axis=(2, 3)) > np.sum(d * local, axis=(2, 3)) / 2, axis=1
    )
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="most_channels" exercise="return_rate" says="share"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=(-2, -1), keepdims=True)
    back = (
        np.mean(
            np.sum((answers - absent) * local, axis=(2, 3)) > np.sum(d * local, axis=(2, 3)) / 2,
            axis=1,
        )
        > 0.5
    )
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="half_is_enough" exercise="return_rate" says="share"
def return_rate(answers, present, absent):
    d = present - absent
    local = d - d.mean(axis=(-2, -1), keepdims=True)
    axes = (1, 2, 3)
    back = np.sum((answers - absent) * local, axis=axes) >= np.sum(d * local, axis=axes) / 2
    return (back.mean(), *share_interval(int(back.sum()), len(back)))


# %% wrong="cut_to_whole_numbers" exercise="return_rate" says="share"
### INSTEAD OF int(back.sum())
int(back.mean() * len(back))


# %% wrong="forms_that_were_seen" exercise="form_sets" says="the sets|raised"
def form_sets(p, form, new, level, per_form):
    own, limits = np.where(form == 1, 1 - p, p), [-1.0, -1.0]
    for each in np.unique(form):
        scores = np.sort(own[form == each] if per_form else own)
        k = int(np.ceil((len(scores) + 1) * level))
        limits[each] = scores[k - 1] if k <= len(scores) else np.inf
    return np.stack([new <= limits[0], 1 - new <= limits[1]], axis=1)


# %% wrong="stops_when_settled" exercise="flow" says="at every level"
import numpy as np


def flow(denoise, x, levels):
    for k in range(len(levels) - 1):
        t, s = levels[k], levels[k + 1]
        guess = denoise(x, t)
        if np.allclose(x, guess):
            return guess
        x = guess + s / t * (x - guess)
    return denoise(x, levels[-1])


# %% wrong="twin_without_noise" exercise="flow" says="as in the stochastic twin"
def flow(denoise, x, levels):
    for k in range(len(levels) - 1):
        guess = denoise(x, levels[k])
        x = guess + (levels[k + 1] / levels[k]) ** 2 * (x - guess)
    return denoise(x, levels[-1])


# %% right="appends_zero" exercise="flow"
import numpy as np


def flow(denoise, x, levels):
    for t, s in zip(levels, np.append(levels[1:], 0.0), strict=False):
        guess = denoise(x, t)
        x = guess + s / t * (x - guess)
    return x


# %% right="while_loop" exercise="flow"
def flow(denoise, x, levels):
    k, now = 0, x
    while True:
        guess = denoise(now, levels[k])
        k = k + 1
        if k == len(levels):
            return guess
        kept = levels[k] / levels[k - 1]
        now = (1 - kept) * guess + kept * now


# %% right="recursion" exercise="flow"
def flow(denoise, x, levels):
    t, *rest = levels
    guess = denoise(x, t)
    if not rest:
        return guess
    return flow(denoise, guess + rest[0] / t * (x - guess), rest)


# %% right="ode_by_the_score" exercise="flow"
import itertools


def flow(denoise, x, levels):
    def score(x, t):
        return (denoise(x, t) - x) / t**2

    for t, s in itertools.pairwise(levels):
        x = x - (s - t) * t * score(x, t)
    t = levels[-1]
    return x + t**2 * score(x, t)


# %% right="reduce" exercise="flow"
from functools import reduce


def flow(denoise, x, levels):
    def step(x, pair):
        t, s = pair
        guess = denoise(x, t)
        return guess + (s / t) * (x - guess)

    return reduce(step, zip(levels, [*levels[1:], 0], strict=False), x)


# %% right="torch" exercise="flow"
import numpy as np
import torch


def flow(denoise, x, levels):
    now = torch.tensor(np.asarray(x), dtype=torch.float64)
    steps = torch.tensor([float(t) for t in levels], dtype=torch.float64)
    for k in range(len(steps)):
        guess = torch.as_tensor(
            np.array(denoise(now.numpy().copy(), float(steps[k]))), dtype=torch.float64
        )
        s = steps[k + 1] if k + 1 < len(steps) else torch.tensor(0.0, dtype=torch.float64)
        now = torch.lerp(guess, now, s / steps[k])
    return now.numpy()


# %% right="weighted_average" exercise="flow"
import numpy as np


def flow(denoise, x, levels):
    levels = np.asarray(levels, float)
    shrink = np.concatenate([levels[1:] / levels[:-1], [0.0]])
    x = np.array(x, float)
    for t, part in zip(levels, shrink, strict=False):
        both = np.stack([denoise(x, t), x])
        x = np.einsum("k,kij->ij", [1 - part, part], both)
    return x


# %% right="lists" exercise="flow"
import numpy as np


def flow(denoise, x, levels):
    now = [[float(value) for value in row] for row in x]
    for k, t in enumerate(levels):
        s = levels[k + 1] if k < len(levels) - 1 else 0.0
        guess = denoise(np.array(now), t)
        now = [
            [g + s / t * (v - g) for v, g in zip(row, row_guess, strict=False)]
            for row, row_guess in zip(now, guess, strict=False)
        ]
    return np.array(now)


# %% wrong="squeezes" exercise="block_guidance" says="that of guess"
import numpy as np


def block_guidance(guess, y, factor, sigma, r):
    A = Downsample(factor)
    return np.squeeze(A.T(y - A(guess)) / (r**2 / factor**2 + sigma**2))


# %% wrong="nan_guard" exercise="block_guidance" says="little noise"
import numpy as np


def block_guidance(guess, y, factor, sigma, r):
    A = Downsample(factor)
    miss = y - A(guess)
    miss[np.abs(miss) < 1e-3] = 0
    return A.T(miss) / (r**2 / factor**2 + sigma**2)


# %% right="by_the_formula" exercise="block_guidance"
def block_guidance(guess, y, factor, sigma, r):
    A = Downsample(factor)
    return A.T((y - A(guess)) / (r * r / factor / factor + sigma * sigma))


# %% right="numpy_reshape" exercise="block_guidance"
import numpy as np


def block_guidance(guess, y, factor, sigma, r):
    *batch, H, W = np.shape(guess)
    h, w = H // factor, W // factor
    means = np.reshape(guess, (*batch, h, factor, w, factor)).mean(axis=(-3, -1))
    u = (y - means) / (r**2 + factor**2 * sigma**2)
    return np.broadcast_to(u[..., :, None, :, None], (*batch, h, factor, w, factor)).reshape(
        *batch, H, W
    )


# %% right="probes_with_ones" exercise="block_guidance"
import numpy as np


def block_guidance(guess, y, factor, sigma, r):
    A = Downsample(factor)
    AAt = A(A.T(np.ones_like(y)))
    return A.T((y - A(guess)) / (r**2 * AAt + sigma**2))


# %% right="dense_solve" exercise="block_guidance"
import numpy as np


def block_guidance(guess, y, factor, sigma, r):
    *batch, H, W = guess.shape
    M = Downsample(factor).dense((H, W))
    inverse_of = r**2 * M @ M.T + sigma**2 * np.eye(len(M))
    miss = np.reshape(y, (-1, len(M))).T - M @ guess.reshape(-1, H * W).T
    return (M.T @ np.linalg.solve(inverse_of, miss)).T.reshape(*batch, H, W)


# %% right="torch_pooling" exercise="block_guidance"
import numpy as np
import torch
import torch.nn.functional as F


def block_guidance(guess, y, factor, sigma, r):
    g = torch.tensor(np.asarray(guess), dtype=torch.float64)
    miss = torch.tensor(np.asarray(y), dtype=torch.float64) - F.avg_pool2d(
        g.reshape(-1, 1, *g.shape[-2:]), factor
    ).reshape(*np.shape(y))
    up = F.interpolate(
        miss.reshape(-1, 1, *miss.shape[-2:]), scale_factor=factor, mode="nearest"
    ).reshape(g.shape)
    return (up / factor**2 / (r**2 / factor**2 + sigma**2)).numpy()


# %% right="loops" exercise="block_guidance"
import numpy as np


def block_guidance(guess, y, factor, sigma, r):
    guess, y = np.asarray(guess, float), np.asarray(y, float)
    v = np.empty(guess.shape)
    c = 1 / (r**2 / factor**2 + sigma**2)
    for i in range(y.shape[-2]):
        for j in range(y.shape[-1]):
            place = (..., slice(i * factor, (i + 1) * factor), slice(j * factor, (j + 1) * factor))
            v[place] = (c * (y[..., i, j] - guess[place].mean(axis=(-1, -2))) / factor**2)[
                ..., None, None
            ]
    return v


# %% right="einsum" exercise="block_guidance"
import numpy as np


def block_guidance(guess, y, factor, sigma, r):
    H, W = guess.shape[-2:]
    P = np.kron(np.eye(H // factor), np.full(factor, 1 / factor))
    Q = np.kron(np.eye(W // factor), np.full(factor, 1 / factor))
    miss = y - np.einsum("ih,...hw,jw->...ij", P, guess, Q)
    return np.einsum("ih,...ij,jw->...hw", P, miss, Q) / (sigma**2 + (r / factor) ** 2)


# %% right="kron_and_reduceat" exercise="block_guidance"
import numpy as np


def block_guidance(guess, y, factor, sigma, r):
    rows, columns = (np.arange(0, n, factor) for n in guess.shape[-2:])
    total = np.add.reduceat(np.add.reduceat(guess, rows, axis=-2), columns, axis=-1)
    u = (factor**2 * np.asarray(y) - total) / factor**2 / (r**2 + (factor * sigma) ** 2)
    return np.kron(u, np.ones((factor, factor)))


# %% right="skimage_block_reduce" exercise="block_guidance"
import numpy as np
from skimage.measure import block_reduce


def block_guidance(guess, y, factor, sigma, r):
    shape = np.shape(guess)
    pictures = np.reshape(guess, (-1, *shape[-2:]))
    seen = np.reshape(y, (-1, shape[-2] // factor, shape[-1] // factor))
    out = []
    for picture, small in zip(pictures, seen, strict=False):
        u = (small - block_reduce(picture, (factor, factor), np.mean)) / (
            r**2 / factor**2 + sigma**2
        )
        out.append(np.repeat(np.repeat(u, factor, 0), factor, 1) / factor**2)
    return np.reshape(out, shape)


# %% wrong="squeezed_rows" exercise="twice_law" says="four numbers"
import numpy as np


def twice_law(draws, means, truths):
    e, f = np.squeeze(draws - truths), np.squeeze(means - truths)
    a, b = np.sum(e**2, axis=-1), np.sum(f**2, axis=-1)
    q = np.sum(a) / np.sum(b)
    s = np.std(a - q * b, ddof=1) if np.ndim(a) else 0.0
    return q, s / (np.mean(b) * np.sqrt(len(draws)))


# %% right="einsum" exercise="twice_law"
import numpy as np


def twice_law(draws, means, truths):
    miss, off = np.asarray(draws) - truths, np.asarray(means) - truths
    a, b = np.einsum("ki,ki->k", miss, miss), np.einsum("ki,ki->k", off, off)
    ratio = np.einsum("k->", a) / np.einsum("k->", b)
    return ratio, np.std(a - ratio * b, ddof=1) / (np.mean(b) * len(a) ** 0.5)


# %% right="loops_and_statistics" exercise="twice_law"
import math
import statistics


def twice_law(draws, means, truths):
    a, b = [], []
    for draw, mean, truth in zip(draws, means, truths, strict=False):
        a.append(sum(float(u - v) ** 2 for u, v in zip(draw, truth, strict=False)))
        b.append(sum(float(u - v) ** 2 for u, v in zip(mean, truth, strict=False)))
    q = math.fsum(a) / math.fsum(b)
    s = statistics.stdev([u - q * v for u, v in zip(a, b, strict=False)])
    return q, s / (statistics.fmean(b) * math.sqrt(len(a)))


# %% right="torch" exercise="twice_law"
import numpy as np
import torch


def twice_law(draws, means, truths):
    draws, means, truths = (
        torch.tensor(np.asarray(x), dtype=torch.float64) for x in (draws, means, truths)
    )
    a, b = (draws - truths).square().sum(dim=1), (means - truths).square().sum(dim=1)
    q = a.sum() / b.sum()
    return q.item(), ((a - q * b).std() / b.mean() / len(a) ** 0.5).item()


# %% right="factor_d_cancels" exercise="twice_law"
import numpy as np


def twice_law(draws, means, truths):
    a = np.mean((draws - truths) ** 2, axis=1)
    b = np.mean((means - truths) ** 2, axis=1)
    q = a.mean() / b.mean()
    return q, np.std(a - q * b, ddof=1) / (b.mean() * np.sqrt(len(a)))


# %% right="delta_method" exercise="twice_law"
import numpy as np


def twice_law(draws, means, truths):
    a = np.linalg.norm(draws - truths, axis=1) ** 2
    b = np.linalg.norm(means - truths, axis=1) ** 2
    q = a.sum() / b.sum()
    (va, c), (_, vb) = np.cov(a, b)
    return float(q), float(np.sqrt(va - 2 * q * c + q**2 * vb) / (b.mean() * np.sqrt(a.size)))


# %% right="scipy_sem" exercise="twice_law"
import numpy as np
from scipy.stats import sem


def twice_law(draws, means, truths):
    a = np.square(draws - truths).sum(axis=-1)
    b = np.square(means - truths).sum(axis=-1)
    q = np.sum(a) / np.sum(b)
    return np.array([q, sem((a - q * b) / np.mean(b))])


# %% right="root_mean_square_of_the_rest" exercise="twice_law"
import math

import numpy as np


def twice_law(draws, means, truths):
    n = len(truths)
    a = [np.dot(e, e) for e in draws - truths]
    b = [np.dot(e, e) for e in means - truths]
    q = sum(a) / sum(b)
    squares = sum((u - q * v) ** 2 for u, v in zip(a, b, strict=False))
    return [q, math.sqrt(squares / (n - 1) * n) / sum(b)]


# %% wrong="brightness_too" exercise="return_rate" says="is a case, too"
import numpy as np

from course_lib.audits.measures import share_interval


def return_rate(answers, present, absent):
    d = present - absent
    e = d - d.mean(axis=(2, 3), keepdims=True)
    back = np.sum((answers - absent) * e, axis=(1, 2, 3)) > 0.5 * np.sum(d * e, axis=(1, 2, 3))
    has = np.abs(d).sum(axis=(1, 2, 3)) > 0
    count = int(np.sum(back & has))
    return count / has.sum(), *share_interval(count, int(has.sum()))


# %% right="einsum" exercise="return_rate"
import numpy as np

from course_lib.audits.measures import share_interval


def return_rate(answers, present, absent):
    d = present - absent
    e = d - np.einsum("nchw->nc", d)[:, :, None, None] / (d.shape[2] * d.shape[3])
    went = np.einsum("nchw,nchw->n", answers - absent, e)
    way = np.einsum("nchw,nchw->n", d, e)
    count = int((went > way / 2).sum())
    low, high = share_interval(count, len(d))
    return count / len(d), low, high


# %% right="loops" exercise="return_rate"
import numpy as np

from course_lib.audits.measures import share_interval


def return_rate(answers, present, absent):
    n = 0
    count = 0
    for x_hat, p, a in zip(answers, present, absent, strict=False):
        left = right = 0.0
        for c in range(len(p)):
            d = p[c] - a[c]
            rest = d - np.mean(d)
            left += np.vdot(x_hat[c] - a[c], rest)
            right += np.vdot(d, rest)
        n += 1
        if left > right / 2:
            count += 1
    return [count / n, *share_interval(count, n)]


# %% right="torch" exercise="return_rate"
import numpy as np
import torch

from course_lib.audits import measures


def return_rate(answers, present, absent):
    answers, present, absent = (
        torch.tensor(np.asarray(x), dtype=torch.float64) for x in (answers, present, absent)
    )
    d = present - absent
    e = d - d.mean(dim=(-2, -1), keepdim=True)
    back = ((answers - absent) * e).sum(dim=(1, 2, 3)) > 0.5 * (d * e).sum(dim=(1, 2, 3))
    low, high = measures.share_interval(int(back.sum().item()), len(back))
    return back.double().mean().item(), low, high


# %% right="float32" exercise="return_rate"
import numpy as np

from course_lib.audits.measures import share_interval


def return_rate(answers, present, absent):
    answers, present, absent = (np.asarray(x, dtype=np.float32) for x in (answers, present, absent))
    d = present - absent
    e = d - d.mean(axis=(2, 3), keepdims=True)
    back = ((answers - absent) * e).sum((1, 2, 3)) > 0.5 * (d * e).sum((1, 2, 3))
    return back.mean(), *share_interval(int(back.sum()), len(back))


# %% right="centred_twice" exercise="return_rate"
import numpy as np

from course_lib.audits.measures import share_interval


def centred(x):
    return x - x.mean(axis=(-2, -1), keepdims=True)


def return_rate(answers, present, absent):
    e = centred(present - absent)
    x = centred(answers - absent)
    back = np.sum(x * e, axis=(1, 2, 3)) - 0.5 * np.sum(e * e, axis=(1, 2, 3)) > 0
    return np.mean(back), *share_interval(np.count_nonzero(back), len(back))


# %% right="centred_distances" exercise="return_rate"
import numpy as np

from course_lib.audits.measures import share_interval


def return_rate(answers, present, absent):
    flat = [np.reshape(x, (*x.shape[:2], -1)) for x in (answers, present, absent)]
    x, p, a = [each - each.mean(axis=2, keepdims=True) for each in flat]
    back = np.linalg.norm(x - p, axis=(1, 2)) < np.linalg.norm(x - a, axis=(1, 2))
    return float(back.mean()), *share_interval(int(back.sum()), len(back))


# %% right="own_wilson" exercise="return_rate"
import numpy as np
from scipy.stats import norm


def return_rate(answers, present, absent):
    n = len(answers)
    d = np.reshape(present - absent, (n, np.shape(present)[1], -1))
    e = d - d.mean(axis=-1, keepdims=True)
    went = (np.reshape(answers - absent, d.shape) * e).sum(axis=(1, 2))
    p = np.mean(2 * went > (d * e).sum(axis=(1, 2)))
    z = norm.ppf(0.975)
    middle = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p, max(middle - half, 0.0), min(middle + half, 1.0)


# %% right="matrix_products" exercise="return_rate"
import numpy as np

from course_lib.audits.measures import share_interval


def return_rate(answers, present, absent):
    back = []
    for x, p, a in zip(answers, present, absent, strict=False):
        d = p - a
        e = d - np.average(d, axis=(1, 2))[:, None, None]
        back.append(np.mean((x - a) * e) > np.mean(d * e) * 0.5)
    return np.array([np.mean(back), *share_interval(sum(map(int, back)), len(back))])


# %% right="broadcast_with_subtract_outer" exercise="return_rate"
import numpy as np

from course_lib.audits.measures import share_interval


def return_rate(answers, present, absent):
    x, p, a = (np.moveaxis(np.array(s, dtype=float), 1, -1) for s in (answers, present, absent))
    p -= a
    x -= a
    e = p - p.mean(axis=(1, 2), keepdims=True)
    x -= p / 2
    count = int(np.count_nonzero(np.tensordot(x, e, axes=([1, 2, 3], [1, 2, 3])).diagonal() > 0))
    return count / len(p), *share_interval(count, len(p))


# %% right="fraction_of_the_way" exercise="return_rate"
import numpy as np

from course_lib.audits.measures import share_interval


def return_rate(answers, present, absent):
    d = present - absent
    e = d - d.mean(axis=(2, 3), keepdims=True)
    part = np.sum((answers - absent) * e, axis=(1, 2, 3)) / np.sum(d * e, axis=(1, 2, 3))
    back = part > 0.5
    count = int(np.sum(back))
    return count / len(back), *share_interval(count, len(back))


# %% right="all_at_once_boolean" exercise="return_rate"
import numpy as np

from course_lib.audits.measures import share_interval


def return_rate(answers, present, absent):
    count = sum(
        float(np.sum((x - a - (p - a) / 2) * ((p - a) - (p - a).mean((1, 2), keepdims=True)))) > 0
        for x, p, a in zip(answers, present, absent, strict=False)
    )
    n = len(answers)
    return (count / n,) + share_interval(count, n)


# %% wrong="one_for_infinity_strict" exercise="form_sets" says="threshold is infinite"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)
    limit = []
    for f in (0, 1):
        s = own[form == f] if per_form else own
        n = len(s)
        k = math.ceil((n + 1) * level)
        limit.append(np.sort(s)[k - 1] if k <= n else np.nextafter(1, 0))
    return np.column_stack([new <= limit[0], 1 - new <= limit[1]])


# %% wrong="bars_ties" exercise="form_sets" says="known cases"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p) + 1e-6 * np.random.default_rng(0).standard_normal(len(p))
    limit = []
    for f in (0, 1):
        s = own[form == f] if per_form else own
        n = len(s)
        k = math.ceil((n + 1) * level)
        limit.append(np.sort(s)[k - 1] if k <= n else np.inf)
    return np.column_stack([new <= limit[0], 1 - new <= limit[1]])


# %% wrong="confidence_for_score" exercise="form_sets" says="probability of the true form"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    own = 1 - np.maximum(p, 1 - p)
    limit = []
    for f in (0, 1):
        s = own[form == f] if per_form else own
        n = len(s)
        k = math.ceil((n + 1) * level)
        limit.append(np.sort(s)[k - 1] if k <= n else np.inf)
    return np.column_stack([new <= limit[0], 1 - new <= limit[1]])


# %% wrong="never_both" exercise="form_sets" says="may hold both"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)
    limit = []
    for f in (0, 1):
        s = own[form == f] if per_form else own
        n = len(s)
        k = math.ceil((n + 1) * level)
        limit.append(np.sort(s)[k - 1] if k <= n else np.inf)
    return np.column_stack([(new <= limit[0]) & (new <= 0.5), (1 - new <= limit[1]) & (new > 0.5)])


# %% wrong="by_predicted_form" exercise="form_sets" says="true form, not of the likelier"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)
    limit = []
    for f in (0, 1):
        s = own[(p > 0.5) == f] if per_form else own
        n = len(s)
        k = math.ceil((n + 1) * level)
        limit.append(np.sort(s)[k - 1] if k <= n else np.inf)
    return np.column_stack([new <= limit[0], 1 - new <= limit[1]])


# %% wrong="index_for_mask" exercise="form_sets" says="takes the first two"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)
    limit = []
    for f in (0, 1):
        s = own[form] if per_form and f else own[1 - form] if per_form else own
        n = len(s)
        k = math.ceil((n + 1) * level)
        limit.append(np.sort(s)[k - 1] if k <= n else np.inf)
    return np.column_stack([new <= limit[0], 1 - new <= limit[1]])


# %% right="append_infinity" exercise="form_sets"
import numpy as np


def form_sets(p, form, new, level, per_form):
    p, form, new = np.asarray(p), np.asarray(form), np.asarray(new)
    own = np.where(form == 0, p, 1 - p)

    def threshold(scores):
        k = int(np.ceil((len(scores) + 1) * level))
        return np.sort(np.append(scores, np.inf))[k - 1]

    q = [threshold(own[form == f]) if per_form else threshold(own) for f in range(2)]
    return np.stack([new, 1 - new], axis=1) <= q


# %% right="counts_smaller_ones" exercise="form_sets"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    scores_new = np.stack([np.asarray(new), 1 - np.asarray(new)], axis=1)
    own = np.abs(np.asarray(form) - p)
    out = np.empty(scores_new.shape, dtype=bool)
    for f in (0, 1):
        some = own[np.equal(form, f)] if per_form else own
        k = math.ceil((len(some) + 1) * level)
        below = (some[None, :] < scores_new[:, f, None]).sum(axis=1)
        out[:, f] = (below < k) | (k > len(some))
    return out


# %% right="lists_and_heapq" exercise="form_sets"
import heapq
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    def limit(scores):
        k = math.ceil((len(scores) + 1) * level)
        return math.inf if k > len(scores) else heapq.nsmallest(k, scores)[-1]

    own = {0: [], 1: []}
    for probability, f in zip(p, form, strict=False):
        own[int(f)].append(1 - probability if f else probability)
    if per_form:
        pale, dark = limit(own[0]), limit(own[1])
    else:
        pale = dark = limit(own[0] + own[1])
    return np.array([(x <= pale, 1 - x <= dark) for x in new], dtype=bool).reshape(-1, 2)


# %% right="torch_kthvalue" exercise="form_sets"
import math

import numpy as np
import torch


def form_sets(p, form, new, level, per_form):
    p = torch.tensor(np.asarray(p), dtype=torch.float64)
    new = torch.tensor(np.asarray(new), dtype=torch.float64)
    form = torch.tensor(np.asarray(form)).long()
    own = 1 - torch.stack([1 - p, p], dim=1).gather(1, form[:, None])[:, 0]

    def limit(scores):
        k = math.ceil((len(scores) + 1) * level)
        return (
            torch.kthvalue(scores, k).values
            if k <= len(scores)
            else torch.tensor(torch.inf, dtype=torch.float64)
        )

    limits = torch.stack([limit(own[form == f] if per_form else own) for f in (0, 1)])
    return (1 - torch.stack([1 - new, new], dim=1) <= limits).numpy()


# %% right="partition" exercise="form_sets"
import numpy as np


def form_sets(p, form, new, level, per_form):
    own = p * (1 - form) + (1 - p) * form
    sets = np.ones((len(new), 2), bool)
    for f in 0, 1:
        some = own[form == f] if per_form else own
        k = -int(-(len(some) + 1) * level // 1)
        if k <= len(some):
            score = new if f == 0 else 1 - new
            sets[:, f] = score <= np.partition(some, k - 1)[k - 1]
    return sets


# %% right="kth_largest_probability" exercise="form_sets"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    p, form, new = np.array(p), np.array(form).astype(bool), np.array(new)
    of_truth = np.where(form, p, 1 - p)

    def least(probabilities):
        n = len(probabilities)
        k = math.ceil((n + 1) * level)
        return -np.inf if k > n else np.sort(probabilities)[::-1][k - 1]

    if per_form:
        pale, dark = least(of_truth[~form]), least(of_truth[form])
    else:
        pale = dark = least(of_truth)
    return np.array([1 - new >= pale, new >= dark]).T


# %% right="float32" exercise="form_sets"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    p, new = np.asarray(p, np.float32), np.asarray(new, np.float32)
    form = np.asarray(form)
    own = np.where(form == 1, 1 - p, p)
    limits = np.full(2, np.inf, np.float32)
    for f in range(2):
        some = np.sort(own[form == f] if per_form else own)
        k = math.ceil((some.size + 1) * level)
        if k <= some.size:
            limits[f] = some[k - 1]
    return np.column_stack((new, 1 - new)) <= limits


# %% right="robust_ceiling" exercise="form_sets"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    own = np.where(np.asarray(form) == 1, 1 - np.asarray(p), p)
    thresholds = []
    for f in (0, 1):
        s = sorted(own[np.asarray(form) == f]) if per_form else sorted(own)
        k = math.ceil((len(s) + 1) * level - 1e-9)
        thresholds.append(s[k - 1] if k <= len(s) else float("inf"))
    new = np.asarray(new)
    return np.array([new <= thresholds[0], 1 - new <= thresholds[1]]).T


# %% right="masked_loop" exercise="form_sets"
import bisect
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    scores = [
        sorted(
            float(q) if f == 0 else 1 - float(q)
            for q, f in zip(p, form, strict=False)
            if not per_form or f == form_wanted
        )
        for form_wanted in (0, 1)
    ]
    result = np.zeros((len(new), 2), dtype=bool)
    for i, q in enumerate(new):
        for j, score in enumerate((float(q), 1 - float(q))):
            n = len(scores[j])
            k = math.ceil((n + 1) * level)
            result[i, j] = k > n or bisect.bisect_left(scores[j], score) <= k - 1
    return result


# %% right="one_is_enough" exercise="form_sets"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)
    limit = []
    for f in (0, 1):
        s = own[form == f] if per_form else own
        n = len(s)
        k = math.ceil((n + 1) * level)
        limit.append(np.sort(s)[k - 1] if k <= n else 1.0)
    return np.column_stack([new <= limit[0], 1 - new <= limit[1]])


# %% right="inverted_cdf" exercise="form_sets"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)
    limit = []
    for f in (0, 1):
        s = own[form == f] if per_form else own
        n = len(s)
        k = math.ceil((n + 1) * level)
        limit.append(np.quantile(s, (k - 0.5) / n, method="inverted_cdf") if k <= n else np.inf)
    return np.column_stack([new <= limit[0], 1 - new <= limit[1]])


# %% right="complement_of_a_quantile_from_the_top" exercise="form_sets"
import math

import numpy as np


def form_sets(p, form, new, level, per_form):
    own = np.where(form == 1, 1 - p, p)
    limit = []
    for f in (0, 1):
        s = own[form == f] if per_form else own
        n = len(s)
        k = math.ceil((n + 1) * level)
        limit.append(np.sort(s)[::-1][n - k] if k <= n else np.inf)
    return np.column_stack([new <= limit[0], 1 - new <= limit[1]])
