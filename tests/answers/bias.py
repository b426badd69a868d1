"""Wrong and right answers to the exercises of lesson `bias`."""

# %% wrong="divides_by_columns" exercise="fairness_gaps" says="not by the column's"
def fairness_gaps(counts, share):
    pale, dark = counts[:, 0] / counts[:, 0].sum(), counts[:, 1] / counts[:, 1].sum()
    return pale[0] - dark[1], dark[1] - share, (1 - share) * dark[0] - share * pale[1]


# %% wrong="dark_minus_pale" exercise="fairness_gaps" says="the sign"
def fairness_gaps(counts, share):
    pale, dark = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    error = (1 - share) * pale[1] - share * dark[0]
    return dark[1] - pale[0], error, error


# %% wrong="share_of_the_table" exercise="fairness_gaps" says="the population's is the argument"
def fairness_gaps(counts, share):
    pale, dark = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    p = counts / counts.sum()
    return pale[0] - dark[1], p[:, 1].sum() - p[1].sum(), p[0, 1] - p[1, 0]


# %% wrong="forgets_pale_that_turn_dark" exercise="fairness_gaps" says="are outputs, too"
def fairness_gaps(counts, share):
    pale, dark = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    return pale[0] - dark[1], share * dark[1] - share, (1 - share) * pale[1] - share * dark[0]


# %% wrong="differences_of_error_rates" exercise="fairness_gaps" says="joint probabilities"
def fairness_gaps(counts, share):
    pale, dark = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    output = share * dark[1] + (1 - share) * pale[1]
    return pale[0] - dark[1], output - share, pale[1] - dark[0]


# %% wrong="outputs_as_counted" exercise="fairness_gaps" says="weight each row's recall"
def fairness_gaps(counts, share):
    pale, dark = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    output = counts[:, 1].sum() / counts.sum()
    return pale[0] - dark[1], output - share, (1 - share) * pale[1] - share * dark[0]


# %% wrong="weights_exchanged" exercise="fairness_gaps" says="belongs to the dark form"
def fairness_gaps(counts, share):
    pale, dark = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    output = (1 - share) * dark[1] + share * pale[1]
    return pale[0] - dark[1], output - share, share * pale[1] - (1 - share) * dark[0]


# %% wrong="sizes_of_the_gaps" exercise="fairness_gaps" says="Don't take its size"
def fairness_gaps(counts, share):
    pale, dark = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    error = abs((1 - share) * pale[1] - share * dark[0])
    return abs(pale[0] - dark[1]), error, error


# %% wrong="larger_minus_smaller" exercise="fairness_gaps" says="nor the larger minus the smaller"
def fairness_gaps(counts, share):
    rates = np.diag(counts) / counts.sum(axis=1)
    error = (1 - share) * (1 - rates[0]) - share * (1 - rates[1])
    return rates.max() - rates.min(), error, error


# %% wrong="broadcasts_along_columns" exercise="fairness_gaps" says="keepdims=True"
def fairness_gaps(counts, share):
    pale, dark = counts / counts.sum(axis=1)
    error = (1 - share) * pale[1] - share * dark[0]
    return pale[0] - dark[1], (1 - share) * pale[1] + share * dark[1] - share, error


# %% wrong="truths_minus_outputs" exercise="fairness_gaps" says="minus share of dark truths"
def fairness_gaps(counts, share):
    pale, dark = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    error = (1 - share) * pale[1] - share * dark[0]
    return pale[0] - dark[1], -error, error


# %% wrong="a_dictionary" exercise="fairness_gaps" says="must return three numbers"
def fairness_gaps(counts, share):
    pale, dark = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    error = (1 - share) * pale[1] - share * dark[0]
    return {"rdp": pale[0] - dark[1], "pr": error, "spe": error}


# %% right="with_a_joint_table" exercise="fairness_gaps"
def fairness_gaps(counts, share):
    joint = np.array([1 - share, share])[:, None] * counts / counts.sum(axis=1, keepdims=True)
    rates = np.diag(counts) / counts.sum(axis=1)
    return rates[0] - rates[1], joint[:, 1].sum() - joint[1].sum(), joint[0, 1] - joint[1, 0]


# %% wrong="share_of_the_pale_form" exercise="fairness_gaps" says="the PR gap"
def fairness_gaps(counts, share):
    pale, dark = counts[0] / counts[0].sum(), counts[1] / counts[1].sum()
    error = share * pale[1] - (1 - share) * dark[0]
    return pale[0] - dark[1], error, error


# %% wrong="rounds_recalls" exercise="fairness_gaps" says="random table|ten million"
def fairness_gaps(counts, share):
    pale, dark = np.round(counts[0] / counts[0].sum(), 2), np.round(counts[1] / counts[1].sum(), 2)
    error = (1 - share) * pale[1] - share * dark[0]
    return pale[0] - dark[1], error, error


# %% wrong="divides_in_place" exercise="fairness_gaps" says="in place|raised"
def fairness_gaps(counts, share):
    counts /= counts.sum(axis=1, keepdims=True)
    error = (1 - share) * counts[0, 1] - share * counts[1, 0]
    return counts[0, 0] - counts[1, 1], error, error


# %% wrong="whole_numbers_divide_to_whole_numbers" exercise="fairness_gaps" says="0.5|-0.28"
def fairness_gaps(counts, share):
    rates = np.zeros_like(counts)
    rates[:] = counts / counts.sum(axis=1, keepdims=True)
    error = (1 - share) * rates[0, 1] - share * rates[1, 0]
    return rates[0, 0] - rates[1, 1], error, error


# %% right="in_single_precision" exercise="fairness_gaps"
def fairness_gaps(counts, share):
    counts = np.asarray(counts, dtype=np.float32)
    rates = counts / counts.sum(axis=1, keepdims=True)
    error = (1 - share) * rates[0, 1] - share * rates[1, 0]
    return [rates[0, 0] - rates[1, 1], error, error]


# %% right="with_plain_numbers" exercise="fairness_gaps"
def fairness_gaps(counts, share):
    (a, b), (c, d) = counts.tolist()
    false_dark, false_pale = b / (a + b), c / (c + d)
    shown = (1 - share) * false_dark + share * (1 - false_pale)
    return np.array([false_pale - false_dark, shown - share, shown - share])


# %% wrong="sign_of_the_odds" exercise="two_recalls" says="the sign of L"
def two_recalls(d, share):
    odds = np.log(share / (1 - share))
    t = np.linspace(-6, d + 6, 4001)
    p_dark = expit(d * (t - d / 2) - odds)
    pale, dark = norm.pdf(t) / norm.pdf(t).sum(), norm.pdf(t, d) / norm.pdf(t, d).sum()
    return np.array([[ndtr(d / 2 + odds / d), ndtr(d / 2 - odds / d)],
                     [pale @ (1 - p_dark), dark @ p_dark]])


# %% wrong="odds_not_divided" exercise="two_recalls" says="L is divided by d"
def two_recalls(d, share):
    odds = np.log((1 - share) / share)
    t = np.linspace(-6, d + 6, 4001)
    p_dark = expit(d * (t - d / 2) - odds)
    pale, dark = norm.pdf(t) / norm.pdf(t).sum(), norm.pdf(t, d) / norm.pdf(t, d).sum()
    return np.array([[ndtr(d / 2 + odds), ndtr(d / 2 - odds)],
                     [pale @ (1 - p_dark), dark @ p_dark]])


# %% wrong="no_prior_in_the_decision" exercise="two_recalls" says="the prior is missing"
def two_recalls(d, share):
    odds = np.log((1 - share) / share)
    t = np.linspace(-6, d + 6, 4001)
    p_dark = expit(d * (t - d / 2) - odds)
    pale, dark = norm.pdf(t) / norm.pdf(t).sum(), norm.pdf(t, d) / norm.pdf(t, d).sum()
    return np.array([[ndtr(d / 2), ndtr(d / 2)], [pale @ (1 - p_dark), dark @ p_dark]])


# %% wrong="draw_at_the_mean" exercise="two_recalls" says="average it over all t"
def two_recalls(d, share):
    odds = np.log((1 - share) / share)
    return np.array([[ndtr(d / 2 + odds / d), ndtr(d / 2 - odds / d)],
                     [expit(d * d / 2 + odds), expit(d * d / 2 - odds)]])


# %% wrong="averages_over_everybody" exercise="two_recalls" says="over .all. beetles"
def two_recalls(d, share):
    odds = np.log((1 - share) / share)
    t = np.linspace(-6, d + 6, 4001)
    p_dark = expit(d * (t - d / 2) - odds)
    law = (1 - share) * norm.pdf(t) + share * norm.pdf(t, d)
    law = law / law.sum()
    return np.array([[ndtr(d / 2 + odds / d), ndtr(d / 2 - odds / d)],
                     [law @ (1 - p_dark), law @ p_dark]])


# %% wrong="a_draw_is_the_most_probable" exercise="two_recalls" says="belongs in the first row"
def two_recalls(d, share):
    odds = np.log((1 - share) / share)
    row = [ndtr(d / 2 + odds / d), ndtr(d / 2 - odds / d)]
    return np.array([row, row])


# %% wrong="forgets_the_spacing" exercise="two_recalls" says="spacing of its points"
def two_recalls(d, share):
    odds = np.log((1 - share) / share)
    t = np.linspace(-6, d + 6, 4001)
    p_dark = expit(d * (t - d / 2) - odds)
    return np.array([[ndtr(d / 2 + odds / d), ndtr(d / 2 - odds / d)],
                     [norm.pdf(t) @ (1 - p_dark), norm.pdf(t, d) @ p_dark]])


# %% wrong="sign_in_the_draw" exercise="two_recalls" says="sign of L in P"
def two_recalls(d, share):
    odds = np.log((1 - share) / share)
    t = np.linspace(-6, d + 6, 4001)
    p_dark = expit(d * (t - d / 2) + odds)
    pale, dark = norm.pdf(t) / norm.pdf(t).sum(), norm.pdf(t, d) / norm.pdf(t, d).sum()
    return np.array([[ndtr(d / 2 + odds / d), ndtr(d / 2 - odds / d)],
                     [pale @ (1 - p_dark), dark @ p_dark]])


# %% wrong="joint_probabilities" exercise="two_recalls" says="don't multiply by the share"
def two_recalls(d, share):
    odds = np.log((1 - share) / share)
    t = np.linspace(-6, d + 6, 4001)
    p_dark = expit(d * (t - d / 2) - odds)
    pale, dark = norm.pdf(t) / norm.pdf(t).sum(), norm.pdf(t, d) / norm.pdf(t, d).sum()
    return np.array([[ndtr(d / 2 + odds / d), ndtr(d / 2 - odds / d)],
                     [(1 - share) * pale @ (1 - p_dark), share * dark @ p_dark]])


# %% wrong="columns_exchanged" exercise="two_recalls" says="pale first, then dark"
def two_recalls(d, share):
    odds = np.log((1 - share) / share)
    t = np.linspace(-6, d + 6, 4001)
    p_dark = expit(d * (t - d / 2) - odds)
    pale, dark = norm.pdf(t) / norm.pdf(t).sum(), norm.pdf(t, d) / norm.pdf(t, d).sum()
    return np.array([[ndtr(d / 2 - odds / d), ndtr(d / 2 + odds / d)],
                     [dark @ p_dark, pale @ (1 - p_dark)]])


# %% right="by_quadrature" exercise="two_recalls"
def two_recalls(d, share):
    from scipy.integrate import quad

    odds, found = np.log1p(-share) - np.log(share), []
    for mean, sign in ((0.0, -1.0), (d, 1.0)):
        found.append(quad(
            lambda t, m=mean, s=sign: norm.pdf(t, m) * expit(s * (d * (t - d / 2) - odds)),
            mean - 9, mean + 9)[0])
    edge = d / 2 + odds / d
    return np.array([[norm.cdf(edge), norm.sf(edge, d)], found])


# %% wrong="grid_around_pale_only" exercise="two_recalls" says="recall of dark|output share|row"
def two_recalls(d, share):
    odds = np.log((1 - share) / share)
    t = np.linspace(-5, 5, 4001)
    p_dark = expit(d * (t - d / 2) - odds)
    pale, dark = norm.pdf(t) / norm.pdf(t).sum(), norm.pdf(t, d) / norm.pdf(t, d).sum()
    return np.array([[ndtr(d / 2 + odds / d), ndtr(d / 2 - odds / d)],
                     [pale @ (1 - p_dark), dark @ p_dark]])


# %% wrong="log_of_one_over_share" exercise="two_recalls" says="not of 1/"
def two_recalls(d, share):
    odds = np.log(1 / share)
    t = np.linspace(-6, d + 6, 4001)
    p_dark = expit(d * (t - d / 2) - odds)
    pale, dark = norm.pdf(t) / norm.pdf(t).sum(), norm.pdf(t, d) / norm.pdf(t, d).sum()
    return np.array([[ndtr(d / 2 + odds / d), ndtr(d / 2 - odds / d)],
                     [pale @ (1 - p_dark), dark @ p_dark]])


# %% wrong="log_to_base_ten" exercise="two_recalls" says="first row"
### INSTEAD OF odds = np.log((1 - share) / share)
odds = np.log10((1 - share) / share)

# %% wrong="rounds_d" exercise="two_recalls" says="two_recalls.0.3"
### INSTEAD OF odds = np.log((1 - share) / share)
d, odds = max(d, 1.0), np.log((1 - share) / share)

# %% wrong="clips_the_share" exercise="two_recalls" says="1e-06"
### INSTEAD OF odds = np.log((1 - share) / share)
odds = np.log((1 - np.clip(share, 0.01, 0.99)) / np.clip(share, 0.01, 0.99))

# %% right="with_a_rectangle_rule_and_erf" exercise="two_recalls"
def two_recalls(d, share):
    from math import erf, log, sqrt

    turn = log((1 - share) / share)
    first = [(1 + erf((d / 2 + s * turn / d) / sqrt(2))) / 2 for s in (1, -1)]
    t, step = np.linspace(-5, d + 5, 3000, retstep=True)
    says_dark = 1 / (1 + np.exp(turn - d * (t - d / 2)))
    bell = [np.exp(-((t - mean) ** 2) / 2) / np.sqrt(2 * np.pi) * step for mean in (0, d)]
    return [first, [np.sum(bell[0] * (1 - says_dark)), np.sum(bell[1] * says_dark)]]


# %% right="in_single_precision" exercise="two_recalls"
def two_recalls(d, share):
    odds = np.float32(np.log((1 - share) / share))
    t = np.linspace(-6, d + 6, 4001, dtype=np.float32)
    p_dark = expit(np.float32(d) * (t - np.float32(d / 2)) - odds)
    weights = [np.exp(-((t - np.float32(m)) ** 2) / 2) for m in (0, d)]
    pale, dark = (w / w.sum() for w in weights)
    return np.array([[ndtr(d / 2 + odds / d), ndtr(d / 2 - odds / d)],
                     [pale @ (1 - p_dark), dark @ p_dark]], dtype=np.float32)


# %% wrong="times_the_ratio" exercise="move_share" says="must add up to 1"
def move_share(p, old, new):
    return p * new / old


# %% wrong="odds_times_the_ratio" exercise="move_share" says="the pale form's share changes, too"
def move_share(p, old, new):
    odds = p / (1 - p) * new / old
    return odds / (1 + odds)


# %% wrong="adds_the_difference" exercise="move_share" says="log-odds"
def move_share(p, old, new):
    return p + new - old


# %% wrong="the_other_way" exercise="move_share" says="the direction"
def move_share(p, old, new):
    return expit(np.log(p / (1 - p)) + np.log(old / (1 - old)) - np.log(new / (1 - new)))


# %% wrong="forgets_the_old_share" exercise="move_share" says="is left out"
def move_share(p, old, new):
    return p * new / (p * new + (1 - p) * (1 - new))


# %% wrong="returns_odds" exercise="move_share" says="these are odds"
def move_share(p, old, new):
    return p / (1 - p) * new / (1 - new) * (1 - old) / old


# %% wrong="returns_log_odds" exercise="move_share" says="these are log-odds"
def move_share(p, old, new):
    return np.log(p / (1 - p) * new / (1 - new) * (1 - old) / old)


# %% wrong="adds_to_p" exercise="move_share" says="turn it into log-odds"
def move_share(p, old, new):
    return expit(p + np.log(new / (1 - new)) - np.log(old / (1 - old)))


# %% wrong="adds_the_old_share" exercise="move_share" says="subtracted, not added"
def move_share(p, old, new):
    return expit(np.log(p / (1 - p)) + np.log(new / (1 - new)) + np.log(old / (1 - old)))


# %% right="in_log_odds" exercise="move_share"
def move_share(p, old, new):
    from scipy.special import logit

    return expit(logit(p) + logit(new) - logit(old))


# %% wrong="only_half_and_tenth" exercise="move_share" says="left out"
def move_share(p, old, new):
    old = 0.5
    return p * new / old / (p * new / old + (1 - p) * (1 - new) / (1 - old))


# %% wrong="never_upwards" exercise="move_share" says="from 0.1 to 0.7|0.02 to 0.5"
def move_share(p, old, new):
    odds = p / (1 - p) * min(1, new * (1 - old) / ((1 - new) * old))
    return odds / (1 + odds)


# %% wrong="clips_p" exercise="move_share" says="near 0 and 1"
def move_share(p, old, new):
    p = np.clip(p, 1e-6, 1 - 1e-6)
    return p * new / old / (p * new / old + (1 - p) * (1 - new) / (1 - old))


# %% wrong="row_by_row_normalised" exercise="move_share" says="add up to 1|move_share.*should be"
def move_share(p, old, new):
    moved = p * new / old
    return moved / np.sum(moved, axis=-1, keepdims=True)


# %% wrong="flattens" exercise="move_share" says="shape"
def move_share(p, old, new):
    p = np.ravel(p)
    return p * new / old / (p * new / old + (1 - p) * (1 - new) / (1 - old))


# %% wrong="ratio_clipped_at_one" exercise="move_share" says="must add up to 1"
def move_share(p, old, new):
    return np.minimum(p * new / old, 1)


# %% right="in_odds" exercise="move_share"
def move_share(p, old, new):
    odds = p / (1 - p) * (new / (1 - new)) / (old / (1 - old))
    return odds / (1 + odds)


# %% right="in_single_precision" exercise="move_share"
def move_share(p, old, new):
    p = np.asarray(p, dtype=np.float64)
    dark, pale = p * (new / old), (1 - p) * ((1 - new) / (1 - old))
    return (dark / (dark + pale)).astype(np.float32)


# %% wrong="values_not_steps" exercise="ladder" says="the .change. from the rung before"
### INSTEAD OF np.diff(m, axis=1, prepend=0)
m

# %% wrong="since_the_first_rung" exercise="ladder" says="change since the first rung"
### INSTEAD OF np.diff(m, axis=1, prepend=0)
np.concatenate([m[:, :1], m[:, 1:] - m[:, :1]], axis=1)

# %% wrong="rows_exchanged" exercise="ladder" says="row 0 is dark"
### INSTEAD OF np.diff(m, axis=1, prepend=0)
np.diff(m[::-1], axis=1, prepend=0)

# %% wrong="forms_exchanged" exercise="ladder" says="0 is pale, 1 is dark"
### INSTEAD OF dark = truth == 1
dark = truth == 0

# %% wrong="recalls" exercise="ladder" says="come back .dark."
### INSTEAD OF np.mean(1 - outputs[:, dark], axis=1), np.mean(outputs[:, ~dark], axis=1)
np.mean(outputs[:, dark], axis=1), np.mean(1 - outputs[:, ~dark], axis=1)

# %% wrong="of_all_truths" exercise="ladder" says="not by that of all"
### INSTEAD OF np.mean(1 - outputs[:, dark], axis=1), np.mean(outputs[:, ~dark], axis=1)
np.mean((1 - outputs) * dark, axis=1), np.mean(outputs * ~dark, axis=1)

# %% wrong="sizes_of_the_steps" exercise="ladder" says="has a sign|dark → pale"
### INSTEAD OF np.diff(m, axis=1, prepend=0)
abs(np.diff(m, axis=1, prepend=0))

# %% wrong="no_first_column" exercise="ladder" says="has shape"
### INSTEAD OF np.diff(m, axis=1, prepend=0)
np.diff(m, axis=1)

# %% wrong="sorted_halves" exercise="ladder" says="the steps of"
### INSTEAD OF dark = truth == 1
dark = np.arange(len(truth)) >= len(truth) // 2

# %% wrong="decides_first" exercise="ladder" says="the steps of"
### INSTEAD OF dark = truth == 1
dark, outputs = truth == 1, np.round(outputs)

# %% wrong="signs_exchanged" exercise="ladder" says="the steps of|should be"
### INSTEAD OF np.diff(m, axis=1, prepend=0)
np.concatenate([m[:, :1], m[:, :-1] - m[:, 1:]], axis=1)

# %% wrong="four_rungs_only" exercise="ladder" says="shape|rungs|raised"
### INSTEAD OF np.diff(m, axis=1, prepend=0)
np.array([[a, b - a, c - b] for a, b, c in m[:, :3]])

# %% right="in_loops" exercise="ladder"
def ladder(truth, outputs):
    steps = []
    for form in (1, 0):
        before, row = 0.0, []
        for rung in outputs:
            lost = [abs(form - p) for p, t in zip(rung, truth, strict=True) if t == form]
            row.append(sum(lost) / len(lost) - before)
            before += row[-1]
        steps.append(row)
    return steps


# %% right="with_weights" exercise="ladder"
def ladder(truth, outputs):
    truth, outputs = np.asarray(truth, dtype=float), np.asarray(outputs, dtype=float)
    m = np.stack([(1 - outputs) @ truth / truth.sum(), outputs @ (1 - truth) / (1 - truth).sum()])
    m[:, 1:] = m[:, 1:] - m[:, :-1].copy()
    return m


# %% right="in_single_precision" exercise="ladder"
def ladder(truth, outputs):
    wrong = np.abs(np.asarray(outputs, np.float32) - np.asarray(truth, np.float32))
    m = np.array([wrong[:, truth == form].mean(axis=1) for form in (1, 0)])
    return np.hstack([m[:, :1], np.diff(m)])

# %% wrong="fresh_dark_first" exercise="two_recalls" says="or the columns"
def two_recalls(d, share):
    L = np.log((1 - share) / share)
    t = np.linspace(-6, d + 6, 6001)
    h = t[1] - t[0]
    p = expit(d * (t - d / 2) - L)
    draw = [np.sum((1 - p) * norm.pdf(t)) * h, np.sum(p * norm.pdf(t, d)) * h]
    best = [ndtr(d / 2 + L / d), ndtr(d / 2 - L / d)]
    return np.array([best[::-1], draw[::-1]])

# %% wrong="fresh_draw_first" exercise="two_recalls" says="belongs in the first row"
def two_recalls(d, share):
    L = np.log((1 - share) / share)
    t = np.linspace(-6, d + 6, 6001)
    h = t[1] - t[0]
    p = expit(d * (t - d / 2) - L)
    draw = [np.sum((1 - p) * norm.pdf(t)) * h, np.sum(p * norm.pdf(t, d)) * h]
    best = [ndtr(d / 2 + L / d), ndtr(d / 2 - L / d)]
    return np.array([draw, best])

# %% wrong="fresh_clipped_finely" exercise="move_share" says="divided by its value"
def move_share(p, old, new):
    q = np.clip(p, 1e-12, 1 - 1e-12)
    a, b = q * new / old, (1 - q) * (1 - new) / (1 - old)
    return a / (a + b)

# %% wrong="fresh_pedestal" exercise="move_share" says="divided by its value"
def move_share(p, old, new):
    a = np.log(p + 1e-12) - np.log(1 - p + 1e-12)
    a = a + np.log(new / (1 - new)) - np.log(old / (1 - old))
    return 1 / (1 + np.exp(-a))

# %% wrong="fresh_rounded" exercise="move_share" says="divided by its value"
def move_share(p, old, new):
    a, b = p * new / old, (1 - p) * (1 - new) / (1 - old)
    return np.round(a / (a + b), 6)

# %% right="fresh_odds" exercise="move_share"
def move_share(p, old, new):
    q = np.asarray(p, dtype=np.float64)
    with np.errstate(over='ignore'):
        against = (1 - q) / q * (old / (1 - old)) * ((1 - new) / new)
    return 1 / (1 + against)

# %% right="fresh_loops" exercise="move_share"
def move_share(p, old, new):
    q = np.asarray(p, dtype=float)
    out = np.empty(q.shape)
    for k in np.ndindex(q.shape):
        one = float(q[k])
        a, b = one * new / old, (1 - one) * (1 - new) / (1 - old)
        out[k] = a / (a + b)
    return out

# %% wrong="fresh_backwards" exercise="ladder" says="the sign of the steps"
def ladder(truth, outputs):
    truth, outputs = np.asarray(truth), np.asarray(outputs)
    m = np.array([(1 - outputs[:, truth == 1]).mean(axis=1), outputs[:, truth == 0].mean(axis=1)])
    return np.concatenate([m[:, :1], -np.diff(m, axis=1)], axis=1)

# %% right="fresh_differences_first" exercise="ladder"
def ladder(truth, outputs):
    dark = np.asarray(truth).astype(bool)
    wrong = np.where(dark, 1.0 - np.asarray(outputs, dtype=float), outputs)
    change = np.concatenate([wrong[:1], wrong[1:] - wrong[:-1]])
    return np.vstack([change[:, dark].mean(axis=1), change[:, ~dark].mean(axis=1)])
