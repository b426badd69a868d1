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


# %% wrong="larger_minus_smaller" exercise="fairness_gaps" says="not the larger minus the smaller"
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


# %% wrong="a_draw_is_the_most_probable" exercise="two_recalls" says="the most probable class again"
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


# %% wrong="in_the_order_of_the_changes" exercise="steps_in_every_order" says="listed in the order"
def steps_in_every_order(table):
    found = {}
    for order in permutations(range(3)):
        cell, added, before = [0, 0, 0], [], table[0, 0, 0]
        for factor in order:
            cell[factor] = 1
            added.append(table[tuple(cell)] - before)
            before = table[tuple(cell)]
        found[order] = np.array(added)
    return found


# %% wrong="each_alone" exercise="steps_in_every_order" says="earlier changes stay"
def steps_in_every_order(table):
    alone = np.array([table[1, 0, 0], table[0, 1, 0], table[0, 0, 1]]) - table[0, 0, 0]
    return {order: alone for order in permutations(range(3))}


# %% wrong="values_on_the_way" exercise="steps_in_every_order" says="return what each change"
def steps_in_every_order(table):
    found = {}
    for order in permutations(range(3)):
        cell, seen = [0, 0, 0], np.zeros(3)
        for factor in order:
            cell[factor] = 1
            seen[factor] = table[tuple(cell)]
        found[order] = seen
    return found


# %% wrong="since_the_beginning" exercise="steps_in_every_order" says="return each step by itself"
def steps_in_every_order(table):
    found = {}
    for order in permutations(range(3)):
        cell, seen = [0, 0, 0], np.zeros(3)
        for factor in order:
            cell[factor] = 1
            seen[factor] = table[tuple(cell)] - table[0, 0, 0]
        found[order] = seen
    return found


# %% wrong="sorted_back_wrongly" exercise="steps_in_every_order" says="sorted back the wrong way"
def steps_in_every_order(table):
    found = {}
    for order in permutations(range(3)):
        cell, values = [0, 0, 0], [table[0, 0, 0]]
        for factor in order:
            cell[factor] = 1
            values.append(table[tuple(cell)])
        found[order] = np.diff(values)[list(order)]
    return found


# %% wrong="one_array_for_all" exercise="steps_in_every_order" says="an array of its own"
def steps_in_every_order(table):
    found, added = {}, np.zeros(3)
    for order in permutations(range(3)):
        cell = [0, 0, 0]
        for factor in order:
            before = table[tuple(cell)]
            cell[factor] = 1
            added[factor] = table[tuple(cell)] - before
        found[order] = added
    return found


# %% wrong="right_but_for_one_order" exercise="steps_in_every_order" says="order .1, 2, 0."
def steps_in_every_order(table):
    found = {}
    for order in permutations(range(3)):
        cell, values = [0, 0, 0], [table[0, 0, 0]]
        for factor in order:
            cell[factor] = 1
            values.append(table[tuple(cell)])
        back = list(order) if order == (1, 2, 0) else np.argsort(order)
        found[order] = np.diff(values)[back]
    return found


# %% wrong="mean_over_the_orders" exercise="steps_in_every_order" says="order share, generator"
def steps_in_every_order(table):
    paths = []
    for order in permutations(range(3)):
        cell, added = [0, 0, 0], np.zeros(3)
        for factor in order:
            before = table[tuple(cell)]
            cell[factor] = 1
            added[factor] = table[tuple(cell)] - before
        paths.append(added)
    return {order: np.mean(paths, axis=0) for order in permutations(range(3))}


# %% right="by_who_came_before" exercise="steps_in_every_order"
def steps_in_every_order(table):
    def added(factor, order):
        before = order[:order.index(factor)]
        cell = [int(k in before) for k in range(3)]
        after = [int(k in before or k == factor) for k in range(3)]
        return table[tuple(after)] - table[tuple(cell)]

    return {order: np.array([added(k, order) for k in range(3)])
            for order in permutations((0, 1, 2))}
