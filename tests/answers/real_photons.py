"""Wrong and right answers to the exercises of lesson `real_photons`."""

# %% wrong="divides_the_numbers" exercise="divide" says="coin|too few"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts % 1):
        raise ValueError("no counts")
    first = np.rint(share * counts).astype(int)
    return first, counts.astype(int) - first


# %% wrong="two_separate_draws" exercise="divide" says="first \+ second|\+ second"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts % 1):
        raise ValueError("no counts")
    counts = counts.astype(int)
    return rng.binomial(counts, share), rng.binomial(counts, 1 - share)


# %% wrong="new_photons_instead_of_old" exercise="divide" says="negative|second"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts % 1):
        raise ValueError("no counts")
    first = rng.poisson(share * counts)
    return first, counts.astype(int) - first


# %% wrong="whole_pixels_go" exercise="divide" says="coin"
### INSTEAD OF first = rng.binomial(counts, share)
first = counts * (rng.random(counts.shape) < share)

# %% wrong="share_ignored" exercise="divide" says="share = 1"
### INSTEAD OF first = rng.binomial(counts, share)
first = rng.binomial(counts, 0.5)

# %% wrong="sets_swapped" exercise="divide" says="share = 1"
### INSTEAD OF first, counts - first
counts - first, first

# %% wrong="own_seed" exercise="divide" says="each time"
### INSTEAD OF first = rng.binomial(counts, share)
first = np.random.default_rng(0).binomial(counts, share)

# %% wrong="no_generator_at_all" exercise="divide" says="one seed"
### INSTEAD OF first = rng.binomial(counts, share)
first = np.random.default_rng().binomial(counts, share)

# %% wrong="fractions_are_cut_off" exercise="divide" says="ValueError"
### INSTEAD OF np.any(counts != np.floor(counts))
False

# %% wrong="negative_ones_become_none" exercise="divide" says="ValueError"
### INSTEAD OF counts = np.asarray(counts)
counts = np.maximum(counts, 0)

# %% wrong="one_set_only" exercise="divide" says="two arrays"
### INSTEAD OF first, counts - first
first

# %% wrong="floats" exercise="divide" says="integers"
### INSTEAD OF first, counts - first
first.astype(float), (counts - first).astype(float)

# %% right="each_photon_by_itself" exercise="divide"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if (counts < 0).any() or (counts % 1 != 0).any():
        raise ValueError("these are no counts")
    whole = counts.astype(np.int64)
    if whole.sum() > 10**6:
        kept = rng.binomial(whole, share)
    else:
        owner = np.repeat(np.arange(whole.size), whole.ravel())
        kept = np.bincount(owner[rng.random(owner.size) < share], minlength=whole.size)
        kept = kept.reshape(whole.shape)
    return kept, whole - kept


# %% right="a_list_of_two" exercise="divide"
### INSTEAD OF first, counts - first
[np.array(first), np.array(counts - first)]

# %% wrong="mean_stays" exercise="rings" says="gain and offset|power"
### INSTEAD OF np.fft.fft2(x - np.mean(x))
np.fft.fft2(x)

# %% wrong="size_of_the_sum" exercise="rings" says="real part"
### INSTEAD OF found[j] = np.sum(A[ring] * np.conj(B[ring])).real / power
found[j] = np.abs(np.sum(A[ring] * np.conj(B[ring]))) / power

# %% wrong="sum_of_sizes" exercise="rings" says="real part"
### INSTEAD OF found[j] = np.sum(A[ring] * np.conj(B[ring])).real / power
found[j] = np.sum(np.abs(A[ring] * B[ring])) / power

# %% wrong="no_root" exercise="rings" says="rings"
### INSTEAD OF power = np.sqrt(np.sum(np.abs(A[ring]) ** 2) * np.sum(np.abs(B[ring]) ** 2))
power = np.sum(np.abs(A[ring]) ** 2) * np.sum(np.abs(B[ring]) ** 2)

# %% wrong="one_picture_only" exercise="rings" says="rings"
### INSTEAD OF power = np.sqrt(np.sum(np.abs(A[ring]) ** 2) * np.sum(np.abs(B[ring]) ** 2))
power = np.sum(np.abs(A[ring]) ** 2)

# %% wrong="mean_of_ratios" exercise="rings" says="rings"
def rings(a, b, edges):
    A, B = (np.fft.fft2(x - np.mean(x)) for x in (np.asarray(a, float), np.asarray(b, float)))
    radius = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))
    ratio = (A * np.conj(B)).real / np.maximum(np.abs(A * B), 1e-300)
    inside = [(low <= radius) & (radius < high)
              for low, high in zip(edges[:-1], edges[1:], strict=True)]
    return np.array([ratio[ring].mean() if ring.any() else 0 for ring in inside])


# %% wrong="nan_in_empty_rings" exercise="rings" says="finite|power"
### INSTEAD OF power > 0
True

# %% wrong="upper_edge_belongs_to_the_ring" exercise="rings" says="rings"
### INSTEAD OF ring = (edges[j] <= radius) & (radius < edges[j + 1])
ring = (edges[j] < radius) & (radius <= edges[j + 1])

# %% wrong="both_edges" exercise="rings" says="rings"
### INSTEAD OF ring = (edges[j] <= radius) & (radius < edges[j + 1])
ring = (edges[j] <= radius) & (radius <= edges[j + 1])

# %% wrong="one_length_for_both_axes" exercise="rings" says="rings|raised"
### INSTEAD OF radius = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))
radius = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[0])[: A.shape[1]])

# %% wrong="along_one_axis" exercise="rings" says="rings"
### INSTEAD OF radius = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))
radius = np.maximum(np.abs(np.fft.fftfreq(A.shape[0])[:, None]), np.abs(np.fft.fftfreq(A.shape[1])))

# %% wrong="half_the_plane_with_equal_weights" exercise="rings" says="rings"
def rings(a, b, edges):
    A, B = (np.fft.rfft2(x - np.mean(x)) for x in (np.asarray(a, float), np.asarray(b, float)))
    radius = np.hypot(np.fft.fftfreq(np.shape(a)[0])[:, None], np.fft.rfftfreq(np.shape(a)[1]))
    found = np.zeros(len(edges) - 1)
    for j in range(len(found)):
        ring = (edges[j] <= radius) & (radius < edges[j + 1])
        power = np.sqrt(np.sum(np.abs(A[ring]) ** 2) * np.sum(np.abs(B[ring]) ** 2))
        if power > 0:
            found[j] = np.sum(A[ring] * np.conj(B[ring])).real / power
    return found


# %% right="with_digitize" exercise="rings"
def rings(a, b, edges):
    a, b = (np.asarray(x, float) - np.mean(x) for x in (a, b))
    A, B = np.fft.fft2(a).ravel(), np.fft.fft2(b).ravel()
    axes = (np.fft.fftfreq(n) for n in a.shape)
    radius = np.hypot(*np.meshgrid(*axes, indexing="ij")).ravel()
    place = np.digitize(radius, edges)

    def total(values):
        return np.bincount(place, values, len(edges) + 1)[1:len(edges)]

    power = np.sqrt(total(np.abs(A) ** 2) * total(np.abs(B) ** 2))
    cross = total((A * B.conj()).real)
    return np.where(power > 0, cross / np.where(power > 0, power, 1), 0)


# %% right="a_plain_list" exercise="rings"
### INSTEAD OF np.zeros(len(edges) - 1)
[0.0] * (len(edges) - 1)

# %% wrong="judges_by_the_seen" exercise="stop" says="always like more|likelihood"
### INSTEAD OF score[k] = np.sum(unseen * np.log(mean) - mean)
score[k] = np.sum(seen * np.log(mean) - mean)

# %% wrong="halves_swapped" exercise="stop" says="swapped|is it the others that judge"
def stop(seen, unseen, A, most):
    score = {}

    def keep(k, estimate):
        mean = np.clip(A(estimate), 1e-9, None)
        score[k] = np.sum(seen * np.log(mean) - mean)

    richardson_lucy(np.asarray(unseen, float), A, most, callback=keep)
    return max(score, key=score.get)


# %% wrong="counts_from_zero" exercise="stop" says="counted from 1|not among"
### INSTEAD OF max(score, key=score.get)
max(score, key=score.get) - 1

# %% wrong="squares_instead_of_likelihood" exercise="stop" says="iterations"
### INSTEAD OF score[k] = np.sum(unseen * np.log(mean) - mean)
score[k] = -np.sum((unseen - mean) ** 2)

# %% wrong="compares_with_the_estimate" exercise="stop" says="iterations"
### INSTEAD OF mean = np.clip(A(estimate), 1e-9, None)
mean = np.clip(estimate, 1e-9, None)

# %% wrong="always_the_last" exercise="stop" says="always like more|likelihood"
### INSTEAD OF max(score, key=score.get)
most

# %% wrong="always_two" exercise="stop" says="iterations"
### INSTEAD OF max(score, key=score.get)
min(2, most)

# %% wrong="first_fall_ends_it" exercise="stop" says="whole number|iterations"
### INSTEAD OF max(score, key=score.get)
min(score, key=score.get)

# %% wrong="returns_the_score" exercise="stop" says="whole number"
### INSTEAD OF max(score, key=score.get)
max(score.values())

# %% wrong="accelerated" exercise="stop" says="not accelerated"
### INSTEAD OF richardson_lucy(np.asarray(seen, float), A, most, callback=keep)
richardson_lucy(np.asarray(seen, float), A, most, callback=keep, accelerate=True)

# %% right="one_run_for_each_number" exercise="stop"
def stop(seen, unseen, A, most):
    from scipy.stats import poisson

    means = [A(richardson_lucy(seen.astype(float), A, k)) for k in range(1, most + 1)]
    return int(np.argmax([poisson.logpmf(unseen, np.maximum(m, 1e-9)).sum() for m in means])) + 1


# %% right="numpy_integer" exercise="stop"
### INSTEAD OF max(score, key=score.get)
np.int64(max(score, key=score.get))

# %% wrong="the_share_itself" exercise="real_at_least" says="lower end"
### INSTEAD OF lowest = beta.ppf(0.05, confirmed, found - confirmed + 1) if confirmed else 0.0
lowest = confirmed / found

# %% wrong="two_sided" exercise="real_at_least" says="two-sided"
### INSTEAD OF 0.05, confirmed, found - confirmed + 1
0.025, confirmed, found - confirmed + 1

# %% wrong="upper_end" exercise="real_at_least" says="confirmed"
### INSTEAD OF lowest = beta.ppf(0.05, confirmed, found - confirmed + 1) if confirmed else 0.0
lowest = beta.ppf(0.95, confirmed + 1, found - confirmed) if confirmed < found else 1.0

# %% wrong="subtracts_chance_only" exercise="real_at_least" says="divide by 1"
### INSTEAD OF float((lowest - chance) / (1 - chance))
float(lowest - chance)

# %% wrong="may_be_negative" exercise="real_at_least" says="should be 0"
### INSTEAD OF max(0.0, float((lowest - chance) / (1 - chance)))
float((lowest - chance) / (1 - chance))

# %% wrong="normal_approximation" exercise="real_at_least" says="should be"
### INSTEAD OF lowest = beta.ppf(0.05, confirmed, found - confirmed + 1) if confirmed else 0.0
lowest = confirmed / found - 1.645 * (confirmed / found * (1 - confirmed / found) / found) ** 0.5

# %% wrong="beta_off_by_one" exercise="real_at_least" says="should be|raised"
### INSTEAD OF beta.ppf(0.05, confirmed, found - confirmed + 1)
beta.ppf(0.05, confirmed + 1, found - confirmed + 1)

# %% wrong="accepts_anything" exercise="real_at_least" says="ValueError"
### INSTEAD OF not (found > 0 and 0 <= confirmed <= found and 0 <= chance < 1)
False

# %% wrong="chance_of_one_passes" exercise="real_at_least" says="ValueError|raised"
### INSTEAD OF confirmed <= found and 0 <= chance < 1
confirmed <= found and 0 <= chance <= 1

# %% wrong="none_confirmed_is_refused" exercise="real_at_least" says="raised ValueError"
### INSTEAD OF not (found > 0 and 0 <= confirmed <= found and 0 <= chance < 1)
not (found > 0 and 0 < confirmed <= found and 0 <= chance < 1)

# %% right="with_binomtest" exercise="real_at_least"
def real_at_least(found, confirmed, chance):
    from scipy.stats import binomtest

    if found <= 0 or confirmed < 0 or confirmed > found or not 0 <= chance < 1:
        raise ValueError("impossible")
    low = binomtest(confirmed, found, alternative="greater").proportion_ci(0.95, method="exact").low
    return max((low - chance) / (1 - chance), 0)


# %% wrong="all_below_q" exercise="publish" says="all boxes with p"
### INSTEAD OF usable & (p <= ordered[allowed].max())
usable & (p <= q)

# %% wrong="bonferroni" exercise="publish" says="Bonferroni"
### INSTEAD OF usable & (p <= ordered[allowed].max())
usable & (p <= q / ordered.size)

# %% wrong="stops_at_the_first_failure" exercise="publish" says="largest k"
### INSTEAD OF ordered <= q * np.arange(1, ordered.size + 1) / ordered.size
np.logical_and.accumulate(ordered <= q * np.arange(1, ordered.size + 1) / ordered.size)

# %% wrong="strictly_more" exercise="publish" says="so many or more"
### INSTEAD OF poisson.sf(counts[usable] - 1, mean[usable])
poisson.sf(counts[usable], mean[usable])

# %% wrong="gaps_are_counted" exercise="publish" says="boxes are claimed"
### INSTEAD OF allowed = ordered <= q * np.arange(1, ordered.size + 1) / ordered.size
allowed = ordered <= q * np.arange(1, ordered.size + 1) / counts.size

# %% wrong="gaps_are_claimed" exercise="publish" says="boxes are claimed"
### INSTEAD OF usable & (p <= ordered[allowed].max())
~usable | (p <= ordered[allowed].max())

# %% wrong="other_tail" exercise="publish" says="boxes are claimed"
### INSTEAD OF p[usable] = poisson.sf(counts[usable] - 1, mean[usable])
p[usable] = poisson.cdf(counts[usable], mean[usable])

# %% wrong="normal_instead_of_poisson" exercise="publish" says="boxes are claimed"
def publish(counts, sky, q):
    from scipy.stats import norm

    counts, sky = np.asarray(counts), np.asarray(sky, float)
    usable = sky > 0
    p = np.ones(counts.shape)
    p[usable] = norm.sf((counts[usable] - sky[usable]) / np.sqrt(sky[usable]))
    ordered = np.sort(p[usable])
    allowed = ordered <= q * np.arange(1, ordered.size + 1) / ordered.size
    return usable & (p <= (ordered[allowed].max() if allowed.any() else -1))


# %% wrong="ranks_from_zero" exercise="publish" says="boxes are claimed"
### INSTEAD OF np.arange(1, ordered.size + 1)
np.arange(ordered.size)

# %% wrong="twice_as_strict" exercise="publish" says="boxes are claimed"
### INSTEAD OF allowed = ordered <= q * np.arange(1, ordered.size + 1) / ordered.size
allowed = ordered <= q / 2 * np.arange(1, ordered.size + 1) / ordered.size

# %% wrong="numbers_of_boxes" exercise="publish" says="shape|True or False"
### INSTEAD OF usable & (p <= ordered[allowed].max())
np.flatnonzero(usable & (p <= ordered[allowed].max()))

# %% wrong="nothing_claimed" exercise="publish" says="boxes are claimed"
### INSTEAD OF usable & (p <= ordered[allowed].max())
np.zeros(counts.shape, bool)

# %% right="step_by_step" exercise="publish"
def publish(counts, sky, q):
    from scipy.stats import poisson

    counts, sky = np.asarray(counts), np.asarray(sky, float)
    flat, mean = counts.ravel(), sky.ravel()
    used = [i for i in range(flat.size) if mean[i] > 0]
    tails = dict(zip(used, poisson.sf(flat[used] - 1, mean[used]), strict=True))
    order = sorted(used, key=tails.get)
    claimed = np.zeros(flat.size, dtype=bool)
    for k in range(len(order), 0, -1):
        if tails[order[k - 1]] <= q * k / len(order):
            limit = tails[order[k - 1]]
            claimed[[i for i in used if tails[i] <= limit]] = True
            break
    return claimed.reshape(counts.shape)

# %% wrong="one_number_for_all_rings" exercise="rings" says="rings|waves"
def rings(a, b, edges):
    overall = np.nan_to_num(np.corrcoef(np.ravel(a), np.ravel(b))[0, 1])
    return np.full(len(edges) - 1, overall)


# %% wrong="rings_in_reverse_order" exercise="rings" says="rings|waves"
### INSTEAD OF ring = (edges[j] <= radius) & (radius < edges[j + 1])
ring = (edges[-2 - j] <= radius) & (radius < edges[-1 - j])

# %% wrong="forgotten_one_in_beta" exercise="real_at_least" says="should be|second parameter"
### INSTEAD OF beta.ppf(0.05, confirmed, found - confirmed + 1)
beta.ppf(0.05, confirmed, max(found - confirmed, 1))

# %% wrong="fixed_total" exercise="divide" says="coin of its own"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts % 1):
        raise ValueError("no counts")
    whole = counts.astype(np.int64)
    kept = round(share * int(whole.sum()))
    first = rng.multivariate_hypergeometric(whole.ravel(), kept, method="marginals")
    first = first.reshape(whole.shape)
    return first, whole - first

# %% wrong="coin_per_pixel" exercise="divide" says="go together"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("counts")
    n = counts.astype(int)
    first = np.where(rng.random(n.shape) < share, n, 0)
    return first, n - first

# %% wrong="own_generator" exercise="divide" says="from the rng"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("counts")
    n = counts.astype(int)
    first = np.random.default_rng(0).binomial(n, share)
    return first, n - first

# %% wrong="fixed_total_again" exercise="divide" says="nearly the same number"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("counts")
    n = counts.astype(int)
    k = int(round(share * n.sum()))
    first = (
        rng.multivariate_hypergeometric(n.ravel(), k, method="marginals").reshape(n.shape)
        if n.size
        else n
    )
    return first, n - first

# %% wrong="normal" exercise="divide" says="too many"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("counts")
    n = counts.astype(int)
    first = np.clip(np.rint(rng.normal(share * n, np.sqrt(n * share * (1 - share)))), 0, n).astype(
        int
    )
    return first, n - first

# %% wrong="one_draw_per_row" exercise="divide" says="every photon"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("counts")
    n = counts.astype(int)
    first = np.zeros_like(n)
    for i in range(len(n)):
        first[i] = np.minimum(n[i], rng.binomial(n[i].max() if np.size(n[i]) else 0, share))
    return first, n - first

# %% wrong="bytes" exercise="divide" says="first . second"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("counts")
    n = counts.astype(int)
    first = rng.binomial(n, share).astype(np.uint8)
    return first, (n - first).astype(np.uint8)

# %% right="coins_loop" exercise="divide"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("counts")
    n = counts.astype(int)
    first = np.zeros(n.shape, dtype=int)
    for place, k in np.ndenumerate(n):
        first[place] = np.sum(rng.random(k) < share)
    return first, n - first

# %% right="photon_list" exercise="divide"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("counts")
    n = counts.astype(int)
    who = np.repeat(np.arange(n.size), n.ravel())
    first = np.bincount(who[rng.random(who.size) < share], minlength=n.size).reshape(n.shape)
    return first, n - first

# %% right="second_first" exercise="divide"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("counts")
    n = counts.astype(int)
    second = rng.binomial(n, 1 - share).astype(np.int32)
    return [(n - second).astype(np.int32), second]

# %% right="multinomial" exercise="divide"
def divide(counts, share, rng):
    counts = np.asarray(counts)
    if np.any(counts < 0) or np.any(counts != np.floor(counts)):
        raise ValueError("counts")
    n = counts.astype(int)
    both = rng.multinomial(n, [share, 1 - share])
    return both[..., 0], both[..., 1]

# %% wrong="last_closed" exercise="rings" says="edges"
def rings(a, b, edges):
    A = np.fft.fft2(a - np.mean(a))
    B = np.fft.fft2(b - np.mean(b))
    f = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))

    out = []
    edges = edges
    for lo, hi in zip(edges[:-1], edges[1:], strict=False):
        m = (f >= lo) & ((f < hi) | ((hi == edges[-1]) & (f <= hi)))
        top = np.real(np.sum(A[m] * np.conj(B[m])))
        bottom = np.sqrt(np.sum(np.abs(A[m]) ** 2) * np.sum(np.abs(B[m]) ** 2))
        out.append(top / bottom if bottom > 0 else 0.0)
    return np.array(out)

# %% wrong="amplitudes" exercise="rings" says="rings for"
def rings(a, b, edges):
    A = np.fft.fft2(a - np.mean(a))
    B = np.fft.fft2(b - np.mean(b))
    f = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))

    out = []
    edges = edges
    for lo, hi in zip(edges[:-1], edges[1:], strict=False):
        m = (f >= lo) & (f < hi)
        top = np.real(np.sum(A[m] * np.conj(B[m])))
        bottom = np.sum(np.abs(A[m]) * np.abs(B[m]))
        out.append(top / bottom if bottom > 0 else 0.0)
    return np.array(out)

# %% wrong="absolute_power" exercise="rings" says="dark"
def rings(a, b, edges):
    A = np.fft.fft2(a - np.mean(a))
    B = np.fft.fft2(b - np.mean(b))
    f = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))

    out = []
    edges = edges
    for lo, hi in zip(edges[:-1], edges[1:], strict=False):
        m = (f >= lo) & (f < hi)
        top = np.real(np.sum(A[m] * np.conj(B[m])))
        bottom = np.sqrt(np.sum(np.abs(A[m]) ** 2) * np.sum(np.abs(B[m]) ** 2))
        out.append(top / bottom if bottom > 1e-9 else 0.0)
    return np.array(out)

# %% wrong="eps" exercise="rings" says="dark"
def rings(a, b, edges):
    A = np.fft.fft2(a - np.mean(a))
    B = np.fft.fft2(b - np.mean(b))
    f = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))

    out = []
    edges = edges
    for lo, hi in zip(edges[:-1], edges[1:], strict=False):
        m = (f >= lo) & (f < hi)
        top = np.real(np.sum(A[m] * np.conj(B[m])))
        bottom = np.sqrt(np.sum(np.abs(A[m]) ** 2) * np.sum(np.abs(B[m]) ** 2))
        out.append(top / (bottom + 1e-9))
    return np.array(out)

# %% wrong="clipped" exercise="rings" says="it should be -1"
def rings(a, b, edges):
    A = np.fft.fft2(a - np.mean(a))
    B = np.fft.fft2(b - np.mean(b))
    f = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))

    out = []
    edges = edges
    for lo, hi in zip(edges[:-1], edges[1:], strict=False):
        m = (f >= lo) & (f < hi)
        top = np.real(np.sum(A[m] * np.conj(B[m])))
        bottom = np.sqrt(np.sum(np.abs(A[m]) ** 2) * np.sum(np.abs(B[m]) ** 2))
        out.append(max(top / bottom, 0.0) if bottom > 0 else 0.0)
    return np.array(out)

# %% wrong="real_parts" exercise="rings" says="it should be"
def rings(a, b, edges):
    A = np.fft.fft2(a - np.mean(a))
    B = np.fft.fft2(b - np.mean(b))
    f = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))

    out = []
    edges = edges
    for lo, hi in zip(edges[:-1], edges[1:], strict=False):
        m = (f >= lo) & (f < hi)
        top = np.sum(A[m].real * B[m].real)
        bottom = np.sqrt(np.sum(np.abs(A[m]) ** 2) * np.sum(np.abs(B[m]) ** 2))
        out.append(top / bottom if bottom > 0 else 0.0)
    return np.array(out)

# %% wrong="powers_add" exercise="rings" says="gain"
def rings(a, b, edges):
    A = np.fft.fft2(a - np.mean(a))
    B = np.fft.fft2(b - np.mean(b))
    f = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))

    out = []
    edges = edges
    for lo, hi in zip(edges[:-1], edges[1:], strict=False):
        m = (f >= lo) & (f < hi)
        top = np.real(np.sum(A[m] * np.conj(B[m])))
        bottom = 0.5 * (np.sum(np.abs(A[m]) ** 2) + np.sum(np.abs(B[m]) ** 2))
        out.append(top / bottom if bottom > 0 else 0.0)
    return np.array(out)

# %% right="loop" exercise="rings"
def rings(a, b, edges):
    A = np.fft.fft2(a - np.mean(a))
    B = np.fft.fft2(b - np.mean(b))
    f = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))

    out = []
    edges = edges
    for lo, hi in zip(edges[:-1], edges[1:], strict=False):
        m = (f >= lo) & (f < hi)
        top = np.real(np.sum(A[m] * np.conj(B[m])))
        bottom = np.sqrt(np.sum(np.abs(A[m]) ** 2) * np.sum(np.abs(B[m]) ** 2))
        out.append(top / bottom if bottom > 0 else 0.0)
    return np.array(out)

# %% right="digitize" exercise="rings"
def rings(a, b, edges):
    A = np.fft.fft2(a - np.mean(a))
    B = np.fft.fft2(b - np.mean(b))
    f = np.hypot(np.fft.fftfreq(A.shape[0])[:, None], np.fft.fftfreq(A.shape[1]))

    place = np.digitize(f, edges).ravel() - 1
    inside = (place >= 0) & (place < len(edges) - 1)
    def total(v):
        return np.bincount(place[inside], v.ravel()[inside], minlength=len(edges) - 1)
    top = total((A * B.conj()).real)
    bottom = np.sqrt(total(np.abs(A) ** 2)) * np.sqrt(total(np.abs(B) ** 2))
    return np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0)

# %% right="rfft_weighted" exercise="rings"
def rings(a, b, edges):
    H, W = np.shape(a)
    A, B = np.fft.rfft2(a - np.mean(a)), np.fft.rfft2(b - np.mean(b))
    f = np.hypot(np.fft.fftfreq(H)[:, None], np.fft.rfftfreq(W))
    w = np.full(f.shape, 2.0)
    w[:, 0] = 1
    if W % 2 == 0:
        w[:, -1] = 1
    out = np.zeros(len(edges) - 1)
    for j in range(len(out)):
        m = (f >= edges[j]) & (f < edges[j + 1])
        p, q = np.sum(w[m] * abs(A[m]) ** 2), np.sum(w[m] * abs(B[m]) ** 2)
        if p > 0 and q > 0:
            out[j] = np.sum(w[m] * (A[m] * B[m].conj()).real) / np.sqrt(p) / np.sqrt(q)
    return list(out)

# %% right="filtered_pictures" exercise="rings"
def rings(a, b, edges):
    H, W = np.shape(a)
    f = np.hypot(np.fft.fftfreq(H)[:, None], np.fft.fftfreq(W))
    out = []
    for lo, hi in zip(edges[:-1], edges[1:], strict=False):
        m = (f >= lo) & (f < hi)
        p, q = (np.fft.ifft2(m * np.fft.fft2(v - np.mean(v))).real for v in (a, b))
        n = np.linalg.norm(p) * np.linalg.norm(q)
        out.append(np.sum(p * q) / n if n > 0 else 0.0)
    return np.array(out)

# %% wrong="no_floor" exercise="stop" says="iterations"
def stop(seen, unseen, A, most):
    values = []

    def note(k, x):
        mu = A(x)
        values.append(np.nansum(unseen * np.log(mu) - mu))

    richardson_lucy(seen.astype(float), A, most, callback=note)
    return int(np.argmax(values)) + 1

# %% right="no_light" exercise="stop"
# After each iteration the means add up to the photons used, so their sum is the same for all k.
def stop(seen, unseen, A, most):
    values = []

    def note(k, x):
        mu = np.clip(A(x), 1e-9, None)
        values.append(np.sum(unseen * np.log(mu)))

    richardson_lucy(seen.astype(float), A, most, callback=note)
    return int(np.argmax(values)) + 1

# %% wrong="chi2" exercise="stop" says="Poisson likelihood"
def stop(seen, unseen, A, most):
    values = []

    def note(k, x):
        mu = np.clip(A(x), 1e-9, None)
        values.append(-np.sum((unseen - mu) ** 2 / mu))

    richardson_lucy(seen.astype(float), A, most, callback=note)
    return int(np.argmax(values)) + 1

# %% wrong="first_fall" exercise="stop" says="iterations"
def stop(seen, unseen, A, most):
    values = []

    def note(k, x):
        mu = np.clip(A(x), 1e-9, None)
        values.append(np.sum(unseen * np.log(mu) - mu))

    richardson_lucy(seen.astype(float), A, most, callback=note)
    return next((k for k in range(1, len(values)) if values[k] < values[k - 1]), len(values))

# %% wrong="at_most_hundred" exercise="stop" says="iterations"
def stop(seen, unseen, A, most):
    values = []

    def note(k, x):
        mu = np.clip(A(x), 1e-9, None)
        values.append(np.sum(unseen * np.log(mu) - mu))

    richardson_lucy(seen.astype(float), A, min(most, 100), callback=note)
    return int(np.argmax(values)) + 1

# %% right="rescaled" exercise="stop"
def stop(seen, unseen, A, most):
    values = []

    def note(k, x):
        mu = np.clip(A(x), 1e-9, None) * unseen.sum() / A(x).sum()
        values.append(np.sum(unseen * np.log(mu) - mu))

    richardson_lucy(seen.astype(float), A, most, callback=note)
    return int(np.argmax(values)) + 1

# %% right="logpmf" exercise="stop"
def stop(seen, unseen, A, most):
    from scipy.stats import poisson

    values = []

    def note(k, x):
        mu = np.clip(A(x), 1e-9, None)
        values.append(poisson.logpmf(unseen, mu).sum())

    richardson_lucy(seen.astype(float), A, most, callback=note)
    return int(np.argmax(values)) + 1

# %% right="separate_runs" exercise="stop"
def stop(seen, unseen, A, most):
    best, found = -np.inf, 1
    for k in range(1, most + 1):
        mu = np.maximum(A(richardson_lucy(seen.astype(float), A, k)), 1e-9)
        value = np.sum(unseen * np.log(mu)) - np.sum(mu)
        if value > best:
            best, found = value, k
    return found

# %% right="library" exercise="stop"
def stop(seen, unseen, A, most):
    from course_lib.imaging.photons import held_out_log_likelihood

    values = []

    def note(k, x):
        mu = np.clip(A(x), 1e-9, None)
        values.append(held_out_log_likelihood(unseen, mu))

    richardson_lucy(seen.astype(float), A, most, callback=note)
    return np.argmax(values) + 1

# %% wrong="wilson" exercise="real_at_least" says="it should be"
def real_at_least(found, confirmed, chance):
    if found <= 0 or confirmed < 0 or confirmed > found or not 0 <= chance < 1:
        raise ValueError
    z = 1.6448536
    n = found
    p = confirmed / n
    q = (p + z * z / 2 / n - z * np.sqrt(p * (1 - p) / n + z * z / 4 / n / n)) / (1 + z * z / n)
    return max(0.0, (q - chance) / (1 - chance))

# %% wrong="all_confirmed" exercise="real_at_least" says="below 1"
def real_at_least(found, confirmed, chance):
    from scipy.stats import beta

    if found <= 0 or confirmed < 0 or confirmed > found or not 0 <= chance < 1:
        raise ValueError
    q = (
        1.0
        if confirmed == found
        else (beta.ppf(0.05, confirmed, found - confirmed + 1) if confirmed else 0.0)
    )
    return max(0.0, (q - chance) / (1 - chance))

# %% wrong="found_zero" exercise="real_at_least" says="must raise"
def real_at_least(found, confirmed, chance):
    from scipy.stats import beta

    if confirmed < 0 or confirmed > found or not 0 <= chance < 1:
        raise ValueError
    if found == 0:
        return 0.0
    q = beta.ppf(0.05, confirmed, found - confirmed + 1) if confirmed else 0.0
    return max(0.0, (q - chance) / (1 - chance))

# %% wrong="chance_zero_refused" exercise="real_at_least" says="raised"
def real_at_least(found, confirmed, chance):
    from scipy.stats import beta

    if found <= 0 or confirmed < 0 or confirmed > found or not 0 < chance < 1:
        raise ValueError
    q = beta.ppf(0.05, confirmed, found - confirmed + 1) if confirmed else 0.0
    return max(0.0, (q - chance) / (1 - chance))

# %% wrong="parameter" exercise="real_at_least" says="below 1"
def real_at_least(found, confirmed, chance):
    from scipy.stats import beta

    if found <= 0 or confirmed < 0 or confirmed > found or not 0 <= chance < 1:
        raise ValueError
    q = beta.ppf(0.05, confirmed, found - confirmed) if 0 < confirmed < found else confirmed / found
    return max(0.0, (q - chance) / (1 - chance))

# %% wrong="chance_is_number" exercise="real_at_least" says="it should be"
def real_at_least(found, confirmed, chance):
    from scipy.stats import beta

    if found <= 0 or confirmed < 0 or confirmed > found or not 0 <= chance < 1:
        raise ValueError
    q = beta.ppf(0.05, confirmed, found - confirmed + 1) if confirmed else 0.0
    chance = chance / found
    return max(0.0, (q - chance) / (1 - chance))

# %% wrong="jeffreys" exercise="real_at_least" says="it should be"
def real_at_least(found, confirmed, chance):
    from scipy.stats import beta

    if found <= 0 or confirmed < 0 or confirmed > found or not 0 <= chance < 1:
        raise ValueError
    q = beta.ppf(0.05, confirmed + 0.5, found - confirmed + 0.5)
    return max(0.0, (q - chance) / (1 - chance))

# %% wrong="negative_chance" exercise="real_at_least" says="must raise"
def real_at_least(found, confirmed, chance):
    from scipy.stats import beta

    if found <= 0 or confirmed < 0 or confirmed > found or chance >= 1:
        raise ValueError
    q = beta.ppf(0.05, confirmed, found - confirmed + 1) if confirmed else 0.0
    return max(0.0, (q - chance) / (1 - chance))

# %% right="binomtest" exercise="real_at_least"
def real_at_least(found, confirmed, chance):
    from scipy.stats import binomtest

    if found <= 0 or confirmed < 0 or confirmed > found or not 0 <= chance < 1:
        raise ValueError
    q = binomtest(int(confirmed), int(found), alternative="greater").proportion_ci(0.95).low
    return max(0.0, (q - chance) / (1 - chance))

# %% right="root" exercise="real_at_least"
def real_at_least(found, confirmed, chance):
    from scipy.optimize import brentq
    from scipy.stats import binom

    if found <= 0 or confirmed < 0 or confirmed > found or not 0 <= chance < 1:
        raise ValueError
    q = (
        0.0
        if confirmed == 0
        else brentq(lambda p: binom.sf(confirmed - 1, found, p) - 0.05, 0, 1, xtol=1e-13)
    )
    return max(0.0, (q - chance) / (1 - chance))

# %% right="betaincinv" exercise="real_at_least"
def real_at_least(found, confirmed, chance):
    from scipy.special import betaincinv

    if found <= 0 or confirmed < 0 or confirmed > found or not 0 <= chance < 1:
        raise ValueError
    q = np.float64(0.0) if confirmed == 0 else betaincinv(confirmed, found - confirmed + 1, 0.05)
    return np.clip((q - chance) / (1 - chance), 0, 1)

# %% right="bisect" exercise="real_at_least"
def real_at_least(found, confirmed, chance):
    from math import comb

    if found <= 0 or confirmed < 0 or confirmed > found or not 0 <= chance < 1:
        raise ValueError

    lo, hi = 0.0, 1.0
    for _ in range(60):
        p = (lo + hi) / 2
        tail = 1 - sum(
            comb(int(found), i) * p**i * (1 - p) ** (int(found) - i) for i in range(int(confirmed))
        )
        lo, hi = (p, hi) if tail < 0.05 else (lo, p)
    q = lo if confirmed else 0.0
    return max(0.0, (q - chance) / (1 - chance))

# %% wrong="gaps_dilute" exercise="publish" says="by the rule"
def publish(counts, sky, q):
    from scipy.stats import poisson

    counts, sky = np.asarray(counts), np.asarray(sky, dtype=float)
    valid = sky > 0
    p = np.ones(counts.shape)
    p[valid] = poisson.sf(counts[valid] - 1, sky[valid])
    m = valid.sum()
    if m == 0:
        return np.zeros(counts.shape, dtype=bool)

    order = np.sort(p[valid])
    passed = np.flatnonzero(order <= q * np.arange(1, m + 1) / p.size)
    limit = order[passed[-1]] if passed.size else -1.0
    return valid & (p <= limit)

# %% wrong="each_for_itself" exercise="publish" says="by the rule"
def publish(counts, sky, q):
    from scipy.stats import poisson

    counts, sky = np.asarray(counts), np.asarray(sky, dtype=float)
    valid = sky > 0
    p = np.ones(counts.shape)
    p[valid] = poisson.sf(counts[valid] - 1, sky[valid])
    m = valid.sum()
    if m == 0:
        return np.zeros(counts.shape, dtype=bool)

    flat = p[valid]
    rank = np.argsort(np.argsort(flat, kind="stable"), kind="stable") + 1
    out = np.zeros(p.shape, dtype=bool)
    out[valid] = flat <= q * rank / m
    return out

# %% wrong="yekutieli" exercise="publish" says="by the rule"
def publish(counts, sky, q):
    from scipy.stats import poisson

    counts, sky = np.asarray(counts), np.asarray(sky, dtype=float)
    valid = sky > 0
    p = np.ones(counts.shape)
    p[valid] = poisson.sf(counts[valid] - 1, sky[valid])
    m = valid.sum()
    if m == 0:
        return np.zeros(counts.shape, dtype=bool)

    order = np.sort(p[valid])
    passed = np.flatnonzero(order <= q * np.arange(1, m + 1) / m / np.sum(1 / np.arange(1, m + 1)))
    limit = order[passed[-1]] if passed.size else -1.0
    return valid & (p <= limit)

# %% wrong="mean_sky" exercise="publish" says="by the rule"
def publish(counts, sky, q):
    from scipy.stats import poisson

    counts, sky = np.asarray(counts), np.asarray(sky, dtype=float)
    valid = sky > 0
    p = np.ones(counts.shape)
    p[valid] = poisson.sf(counts[valid] - 1, sky[valid].mean())
    m = valid.sum()
    if m == 0:
        return np.zeros(counts.shape, dtype=bool)

    order = np.sort(p[valid])
    passed = np.flatnonzero(order <= q * np.arange(1, m + 1) / m)
    limit = order[passed[-1]] if passed.size else -1.0
    return valid & (p <= limit)

# %% wrong="in_place" exercise="publish" says="in place"
def publish(counts, sky, q):
    from scipy.stats import poisson

    gap = sky == 0
    sky[gap] = 1e-9
    counts[gap] = 0
    p = poisson.sf(counts - 1, sky)
    m = np.sum(~gap)
    order = np.sort(p[~gap])
    passed = np.flatnonzero(order <= q * np.arange(1, m + 1) / m)
    return ~gap & (p <= (order[passed[-1]] if passed.size else -1.0))

# %% wrong="mid_p" exercise="publish" says="by the rule"
def publish(counts, sky, q):
    from scipy.stats import poisson

    counts, sky = np.asarray(counts), np.asarray(sky, dtype=float)
    valid = sky > 0
    p = np.ones(counts.shape)
    p[valid] = poisson.sf(counts[valid], sky[valid]) + 0.5 * poisson.pmf(counts[valid], sky[valid])
    m = valid.sum()
    if m == 0:
        return np.zeros(counts.shape, dtype=bool)

    order = np.sort(p[valid])
    passed = np.flatnonzero(order <= q * np.arange(1, m + 1) / m)
    limit = order[passed[-1]] if passed.size else -1.0
    return valid & (p <= limit)

# %% wrong="too_many_k" exercise="publish" says="by the rule"
def publish(counts, sky, q):
    from scipy.stats import poisson

    counts, sky = np.asarray(counts), np.asarray(sky, dtype=float)
    valid = sky > 0
    p = np.ones(counts.shape)
    p[valid] = poisson.sf(counts[valid] - 1, sky[valid])
    m = valid.sum()
    if m == 0:
        return np.zeros(counts.shape, dtype=bool)

    order = np.sort(p[valid])
    k = np.sum(order <= q * np.arange(1, m + 1) / m)
    passed = np.arange(k)
    limit = order[passed[-1]] if passed.size else -1.0
    return valid & (p <= limit)

# %% right="plain" exercise="publish"
def publish(counts, sky, q):
    from scipy.stats import poisson

    counts, sky = np.asarray(counts), np.asarray(sky, dtype=float)
    valid = sky > 0
    p = np.ones(counts.shape)
    p[valid] = poisson.sf(counts[valid] - 1, sky[valid])
    m = valid.sum()
    if m == 0:
        return np.zeros(counts.shape, dtype=bool)

    order = np.sort(p[valid])
    passed = np.flatnonzero(order <= q * np.arange(1, m + 1) / m)
    limit = order[passed[-1]] if passed.size else -1.0
    return valid & (p <= limit)

# %% right="gammainc" exercise="publish"
def publish(counts, sky, q):
    from scipy.special import gammainc

    counts, sky = np.asarray(counts), np.asarray(sky, dtype=float)
    valid = sky > 0
    p = np.ones(counts.shape)
    p[valid] = gammainc(counts[valid], sky[valid])
    m = valid.sum()
    if m == 0:
        return np.zeros(counts.shape, dtype=bool)

    order = np.sort(p[valid])
    passed = np.flatnonzero(order <= q * np.arange(1, m + 1) / m)
    limit = order[passed[-1]] if passed.size else -1.0
    return valid & (p <= limit)

# %% right="adjusted" exercise="publish"
def publish(counts, sky, q):
    from scipy.stats import poisson

    counts, sky = np.asarray(counts), np.asarray(sky, dtype=float)
    valid = sky > 0
    p = np.ones(counts.shape)
    p[valid] = poisson.sf(counts[valid] - 1, sky[valid])
    m = valid.sum()
    if m == 0:
        return np.zeros(counts.shape, dtype=bool)

    flat = p[valid]
    order = np.argsort(flat)
    adjusted = np.minimum.accumulate((flat[order] * m / np.arange(1, m + 1))[::-1])[::-1]
    out = np.zeros(p.shape, dtype=bool)
    inside = np.zeros(m, dtype=bool)
    inside[order] = adjusted <= q
    out[valid] = inside
    return out

# %% right="loop" exercise="publish"
def publish(counts, sky, q):
    from scipy.stats import poisson

    p = poisson.sf(np.asarray(counts) - 1, np.where(np.asarray(sky) > 0, sky, 1))
    todo = sorted((p[i], i) for i in np.ndindex(*p.shape) if sky[i] > 0)
    best = 0
    for k, (p, _) in enumerate(todo, start=1):
        if p <= q * k / len(todo):
            best = k
    out = np.zeros(np.shape(counts), bool)
    for _, i in todo[:best]:
        out[i] = True
    return out


# %% wrong="below_their_own_line" exercise="publish" says="own line"
def publish(counts, sky, q):
    counts, sky = np.asarray(counts), np.asarray(sky)
    claimed = np.zeros(counts.shape, dtype=bool)
    seen = sky > 0
    p = poisson.sf(counts[seen] - 1, sky[seen])
    order = np.argsort(p, kind="stable")
    below = np.zeros(len(p), dtype=bool)
    below[order] = p[order] <= q * np.arange(1, len(p) + 1) / len(p)
    claimed[seen] = below
    return claimed


# %% wrong="dark_means_stay" exercise="stop" says="in the place of a mean of 0"
def stop(seen, unseen, A, most):
    scores = []

    def note(k, x_hat):
        mu = A(x_hat)
        scores.append(np.sum(unseen * np.log(mu) - mu))

    with np.errstate(all="ignore"):
        richardson_lucy(seen.astype(float), A, most, callback=note)
    return int(np.argmax(scores)) + 1
