"""Wrong and right answers to the exercises of lesson `causes`."""

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


# %% wrong="adds_in_place" exercise="steps_in_every_order" says="changes its input"
def steps_in_every_order(table):
    first = dict(table)
    found = {}
    for order in permutations(range(3)):
        cell, added, before = [0, 0, 0], np.zeros(3), first[0, 0, 0]
        for factor in order:
            cell[factor] = 1
            added[factor] = first[tuple(cell)] - before
            before = first[tuple(cell)]
            table[tuple(cell)] = added[factor]
        found[order] = added
    return found


# %% wrong="whole_numbers_only" exercise="steps_in_every_order" says="share, generator, search is"
### INSTEAD OF np.zeros(3)
np.zeros(3, dtype=int)

# %% wrong="sizes_of_the_steps" exercise="steps_in_every_order" says="it should be"
### INSTEAD OF table[tuple(cell)] - before
abs(table[tuple(cell)] - before)

# %% wrong="all_orders_alike" exercise="steps_in_every_order" says="of the order share"
def steps_in_every_order(table):
    path = [table[c] for c in ((0, 0, 0), (1, 0, 0), (1, 1, 0), (1, 1, 1))]
    return {order: np.diff(path) for order in permutations(range(3))}


# %% right="with_lists_and_sets" exercise="steps_in_every_order"
def steps_in_every_order(table):
    import itertools

    found = {}
    for order in itertools.permutations([0, 1, 2]):
        changed, steps = set(), [None] * 3
        for factor in order:
            low = table[tuple(int(k in changed) for k in (0, 1, 2))]
            changed.add(factor)
            steps[factor] = table[tuple(int(k in changed) for k in (0, 1, 2))] - low
        found[order] = steps
    return found


# %% right="in_single_precision" exercise="steps_in_every_order"
def steps_in_every_order(table):
    found = {}
    for order in permutations(range(3)):
        cells = np.cumsum(np.eye(3, dtype=int)[list(order)], axis=0)
        values = [table[0, 0, 0]] + [table[tuple(int(k) for k in cell)] for cell in cells]
        found[order] = np.diff(values)[np.argsort(order)].astype(np.float32)
    return found


# %% wrong="either_is_enough" exercise="paired_contrast" says="both"
### INSTEAD OF kept = (off_before <= epsilon) & (off_after <= epsilon)
kept = (off_before <= epsilon) | (off_after <= epsilon)

# %% wrong="strictly_within" exercise="paired_contrast" says="an answer at ε counts"
### INSTEAD OF kept = (off_before <= epsilon) & (off_after <= epsilon)
kept = (off_before < epsilon) & (off_after < epsilon)

# %% wrong="keeps_all" exercise="paired_contrast" says="all truths were kept"
### INSTEAD OF (off_before <= epsilon) & (off_after <= epsilon)
np.ones(len(before), dtype=bool)

# %% wrong="only_the_first_residuals" exercise="paired_contrast" says="first condition"
### INSTEAD OF kept = (off_before <= epsilon) & (off_after <= epsilon)
kept = off_before <= epsilon

# %% wrong="epsilon_of_the_lesson" exercise="paired_contrast" says="kept"
### INSTEAD OF kept = (off_before <= epsilon) & (off_after <= epsilon)
kept = (off_before <= 0.002) & (off_after <= 0.002)

# %% wrong="mean_residual" exercise="paired_contrast" says="kept"
### INSTEAD OF kept = (off_before <= epsilon) & (off_after <= epsilon)
kept = (off_before + off_after) / 2 <= epsilon

# %% wrong="before_minus_after" exercise="paired_contrast" says="after minus before"
### INSTEAD OF after[kept].astype(float) - before[kept]
before[kept].astype(float) - after[kept]

# %% wrong="counts_changes" exercise="paired_contrast" says="how many truths .changed."
### INSTEAD OF after[kept].astype(float) - before[kept]
(after[kept] ^ before[kept]).astype(float)

# %% wrong="of_all_truths" exercise="paired_contrast" says="kept or not"
### INSTEAD OF after[kept].astype(float) - before[kept]
after.astype(float) - before

# %% wrong="counts_not_means" exercise="paired_contrast" says="return the mean"
### INSTEAD OF d.mean(), 1.96
d.sum(), 1.96

# %% wrong="subtracts_bools" exercise="paired_contrast" says="raised"
### INSTEAD OF after[kept].astype(float) - before[kept]
after[kept] - before[kept]

# %% wrong="independent_groups" exercise="paired_contrast" says="independent"
### INSTEAD OF 1.96 * d.std(ddof=1) / np.sqrt(kept.sum())
1.96 * np.sqrt((before[kept].var(ddof=1) + after[kept].var(ddof=1)) / kept.sum())

# %% wrong="spread_of_single_truths" exercise="paired_contrast" says="divide by √m: this"
### INSTEAD OF 1.96 * d.std(ddof=1) / np.sqrt(kept.sum())
1.96 * d.std(ddof=1)

# %% wrong="divides_by_m" exercise="paired_contrast" says="ddof=1"
### INSTEAD OF d.std(ddof=1)
d.std()

# %% wrong="standard_error_only" exercise="paired_contrast" says="standard error"
### INSTEAD OF 1.96 * d.std(ddof=1)
d.std(ddof=1)

# %% wrong="whole_width" exercise="paired_contrast" says="whole width"
### INSTEAD OF 1.96 * d.std(ddof=1)
2 * 1.96 * d.std(ddof=1)

# %% wrong="root_of_all_truths" exercise="paired_contrast" says="half the width for"
### INSTEAD OF np.sqrt(kept.sum())
np.sqrt(len(before))

# %% right="in_loops" exercise="paired_contrast"
def paired_contrast(before, after, off_before, off_after, epsilon):
    from statistics import mean, stdev

    pairs = zip(before, after, off_before, off_after, strict=True)
    moves = [int(a) - int(b) for b, a, r, s in pairs if max(r, s) <= epsilon]
    return [mean(moves), 1.96 * stdev(moves) / len(moves) ** 0.5, len(moves)]


# %% right="from_discordant_counts" exercise="paired_contrast"
def paired_contrast(before, after, off_before, off_after, epsilon):
    kept = np.maximum(off_before, off_after) <= epsilon
    m, b, c = kept.sum(), np.sum(after & ~before & kept), np.sum(before & ~after & kept)
    mean = (b - c) / m
    variance = (b + c - m * mean**2) / (m - 1)
    return np.array([mean, 1.96 * np.sqrt(variance / m), m])


# %% right="in_single_precision" exercise="paired_contrast"
def paired_contrast(before, after, off_before, off_after, epsilon):
    use = ~((off_before > epsilon) | (off_after > epsilon))
    d = (after.astype(np.int8) - before.astype(np.int8))[use].astype(np.float32)
    return d.mean(), np.float32(1.96) * np.std(d, ddof=1) / np.sqrt(np.float32(len(d))), len(d)


# %% wrong="as_it_is_now" exercise="if_only_the_start" says="what is lost now"
def if_only_the_start(began_dark, wrong, dark_starts):
    return wrong.mean()


# %% wrong="weights_exchanged" exercise="if_only_the_start" says="belongs to the dark starts"
### INSTEAD OF (1 - dark_starts) * lost[0] + dark_starts * lost[1]
dark_starts * lost[0] + (1 - dark_starts) * lost[1]

# %% wrong="joint_shares" exercise="if_only_the_start" says="of that form"
### INSTEAD OF lost = wrong[~began_dark].mean(), wrong[began_dark].mean()
lost = (wrong & ~began_dark).mean(), (wrong & began_dark).mean()

# %% wrong="forgets_pale_starts" exercise="if_only_the_start" says="only the dark starts"
### INSTEAD OF (1 - dark_starts) * lost[0] + dark_starts * lost[1]
dark_starts * lost[1]

# %% wrong="forgets_dark_starts" exercise="if_only_the_start" says="only the pale starts"
### INSTEAD OF (1 - dark_starts) * lost[0] + dark_starts * lost[1]
(1 - dark_starts) * lost[0]

# %% wrong="rightly" exercise="if_only_the_start" says="rightly|dark starts"
### INSTEAD OF lost = wrong[~began_dark].mean(), wrong[began_dark].mean()
lost = (~wrong)[~began_dark].mean(), (~wrong)[began_dark].mean()

# %% wrong="majority_of_starts" exercise="if_only_the_start" says="it should be"
### INSTEAD OF (1 - dark_starts) * lost[0] + dark_starts * lost[1]
lost[int(dark_starts > 0.5)]

# %% wrong="scales_what_is_lost_now" exercise="if_only_the_start" says="it should be"
def if_only_the_start(began_dark, wrong, dark_starts):
    return wrong.mean() * dark_starts / began_dark.mean()


# %% wrong="draws_starts_anew" exercise="if_only_the_start" says="it should be"
def if_only_the_start(began_dark, wrong, dark_starts):
    lost = wrong[~began_dark].mean(), wrong[began_dark].mean()
    k = round(dark_starts * len(wrong))
    return ((len(wrong) - k) * lost[0] + k * lost[1]) / len(wrong)


# %% right="with_weights_for_each_truth" exercise="if_only_the_start"
def if_only_the_start(began_dark, wrong, dark_starts):
    now = began_dark.mean()
    weights = np.where(began_dark, dark_starts / now, (1 - dark_starts) / (1 - now))
    return np.average(wrong, weights=weights) if weights.sum() else 0.0


# %% right="from_pale_towards_dark" exercise="if_only_the_start"
def if_only_the_start(began_dark, wrong, dark_starts):
    pale = sum(w for w, b in zip(wrong, began_dark, strict=True) if not b) / sum(~began_dark)
    dark = sum(w for w, b in zip(wrong, began_dark, strict=True) if b) / sum(began_dark)
    return float(pale + dark_starts * (dark - pale))


# %% right="in_single_precision" exercise="if_only_the_start"
def if_only_the_start(began_dark, wrong, dark_starts):
    wrong = wrong.astype(np.float32)
    q = np.float32(dark_starts)
    return q * wrong[began_dark].mean() + (1 - q) * wrong[np.logical_not(began_dark)].mean()


# %% wrong="rows_only" exercise="two_way_draws" says="only the rows"
### INSTEAD OF table[i][:, j].mean()
table[i].mean()

# %% wrong="columns_only" exercise="two_way_draws" says="only the columns"
### INSTEAD OF table[i][:, j].mean()
table[:, j].mean()

# %% wrong="single_cells" exercise="two_way_draws" says="single cells"
### INSTEAD OF table[i][:, j].mean()
rng.choice(table.ravel(), table.size).mean()

# %% wrong="other_columns_for_each_row" exercise="two_way_draws" says="variance"
### INSTEAD OF table[i][:, j].mean()
np.mean([table[k][rng.integers(columns, size=columns)].mean() for k in i])

# %% wrong="row_and_column_in_pairs" exercise="two_way_draws" says="raised|variance|mean"
### INSTEAD OF table[i][:, j].mean()
table[i, j].mean()

# %% wrong="without_replacement" exercise="two_way_draws" says="with replacement"
### INSTEAD OF i, j = rng.integers(rows, size=rows), rng.integers(columns, size=columns)
i, j = rng.permutation(rows), rng.permutation(columns)

# %% wrong="never_the_last_row" exercise="two_way_draws" says="mean|raised|variance"
### INSTEAD OF i, j = rng.integers(rows, size=rows), rng.integers(columns, size=columns)
i, j = rng.integers(max(rows - 1, 1), size=rows), rng.integers(columns, size=columns)

# %% wrong="sizes_exchanged" exercise="two_way_draws" says="variance"
### INSTEAD OF i, j = rng.integers(rows, size=rows), rng.integers(columns, size=columns)
i, j = rng.integers(rows, size=columns), rng.integers(columns, size=rows)

# %% wrong="own_seed" exercise="two_way_draws" says="different seeds"
### INSTEAD OF rows, columns = table.shape
rng, (rows, columns) = np.random.default_rng(0), table.shape

# %% wrong="no_seed_at_all" exercise="two_way_draws" says="same seed"
### INSTEAD OF rows, columns = table.shape
rng, (rows, columns) = np.random.default_rng(), table.shape

# %% wrong="a_normal_law" exercise="two_way_draws" says="of two rows|variance|mean"
def two_way_draws(table, draws, rng):
    rows, columns = table.shape
    error = np.sqrt(table.mean(1).var() / rows + table.mean(0).var() / columns)
    return table.mean() + error * rng.standard_normal(draws)


# %% wrong="spread_instead_of_draws" exercise="two_way_draws" says="has shape"
### INSTEAD OF np.array(means)
np.std(means)

# %% wrong="same_numbers_for_both" exercise="two_way_draws" says="raised|variance|mean"
def two_way_draws(table, draws, rng):
    means = []
    for _ in range(draws):
        u = rng.random(max(table.shape))
        i, j = ((u[:n] * n).astype(int) for n in table.shape)
        means.append(table[i][:, j].mean())
    return np.array(means)


# %% wrong="a_thousand_draws" exercise="two_way_draws" says="has shape"
### INSTEAD OF range(draws)
range(1000)

# %% wrong="medians" exercise="two_way_draws" says="mean|variance"
### INSTEAD OF table[i][:, j].mean()
np.median(table[i][:, j])

# %% right="with_multinomial_weights" exercise="two_way_draws"
def two_way_draws(table, draws, rng):
    r, c = table.shape
    rows = rng.multinomial(r, np.full(r, 1 / r), size=draws) / r
    columns = rng.multinomial(c, np.full(c, 1 / c), size=draws) / c
    return np.einsum("dr,rc,dc->d", rows, table.astype(float), columns)


# %% right="with_choice_and_ix" exercise="two_way_draws"
def two_way_draws(table, draws, rng):
    r, c = map(np.arange, table.shape)
    return [float(table[np.ix_(rng.choice(r, len(r)), rng.choice(c, len(c)))].mean())
            for _ in range(draws)]


# %% right="in_single_precision_all_at_once" exercise="two_way_draws"
def two_way_draws(table, draws, rng):
    r, c = table.shape
    i, j = rng.integers(0, r, (draws, r)), rng.integers(0, c, (draws, c))
    return table.astype(np.float32)[i[:, :, None], j[:, None, :]].mean(axis=(1, 2))

# %% wrong="fresh_mean_residual" exercise="paired_contrast" says="not their mean"
def paired_contrast(before, after, off_before, off_after, epsilon):
    kept = (np.asarray(off_before) + off_after) / 2 <= epsilon
    d = np.asarray(after)[kept].astype(float) - np.asarray(before)[kept]
    m = int(kept.sum())
    return d.mean(), 1.96 * d.std(ddof=1) / np.sqrt(m), m

# %% wrong="fresh_only_after" exercise="paired_contrast" says="only the second condition"
def paired_contrast(before, after, off_before, off_after, epsilon):
    kept = (np.asarray(off_after) <= epsilon)
    d = np.asarray(after)[kept].astype(float) - np.asarray(before)[kept]
    m = int(kept.sum())
    return d.mean(), 1.96 * d.std(ddof=1) / np.sqrt(m), m

# %% right="fresh_counts" exercise="paired_contrast"
def paired_contrast(before, after, off_before, off_after, epsilon):
    both = ~((off_before > epsilon) | (off_after > epsilon))
    up = np.sum(after & ~before & both)
    down = np.sum(before & ~after & both)
    m = np.count_nonzero(both)
    mean = (int(up) - int(down)) / m
    variance = (up + down - m * mean**2) / (m - 1)
    return mean, 1.96 * np.sqrt(max(variance, 0) / m), m

# %% wrong="fresh_rightly" exercise="if_only_the_start" says="rightly"
def if_only_the_start(began_dark, wrong, dark_starts):
    b, w, q = np.asarray(began_dark), np.asarray(wrong), dark_starts
    return 1 - (q * w[b].mean() + (1 - q) * w[~b].mean())

# %% wrong="fresh_average" exercise="if_only_the_start" says="count equally"
def if_only_the_start(began_dark, wrong, dark_starts):
    b, w = np.asarray(began_dark), np.asarray(wrong)
    return (w[b].mean() + w[~b].mean()) / 2

# %% right="fresh_weights" exercise="if_only_the_start"
def if_only_the_start(began_dark, wrong, dark_starts):
    b, w, q = np.asarray(began_dark), np.asarray(wrong), dark_starts
    return np.average(w, weights=np.where(b, q / b.mean(), (1 - q) / (1 - b.mean())))

# %% wrong="fresh_sorted" exercise="two_way_draws" says="come sorted"
def two_way_draws(table, draws, rng):
    a = np.asarray(table)
    r, c = a.shape
    out = np.empty(draws)
    for k in range(draws):
        rows = rng.integers(0, r, r)
        columns = rng.integers(0, c, c)
        out[k] = a[np.ix_(rows, columns)].mean()
    return np.sort(out)

# %% wrong="fresh_rounded" exercise="two_way_draws" says="round"
def two_way_draws(table, draws, rng):
    a = np.asarray(table)
    r, c = a.shape
    out = np.empty(draws)
    for k in range(draws):
        rows = rng.integers(0, r, r)
        columns = rng.integers(0, c, c)
        out[k] = a[np.ix_(rows, columns)].mean()
    return out.round(3)

# %% wrong="fresh_sums" exercise="two_way_draws" says="these are sums"
def two_way_draws(table, draws, rng):
    a = np.asarray(table)
    r, c = a.shape
    out = np.empty(draws)
    for k in range(draws):
        rows = rng.integers(0, r, r)
        columns = rng.integers(0, c, c)
        out[k] = a[np.ix_(rows, columns)].sum()
    return out

# %% wrong="fresh_no_last_column" exercise="two_way_draws" says="last column seems"
def two_way_draws(table, draws, rng):
    a = np.asarray(table)
    r, c = a.shape
    out = np.empty(draws)
    for k in range(draws):
        rows = rng.integers(0, r, r)
        columns = rng.integers(0, c - 1, c)
        out[k] = a[np.ix_(rows, columns)].mean()
    return out

# %% wrong="fresh_in_turn" exercise="two_way_draws" says="variance"
def two_way_draws(table, draws, rng):
    a = np.asarray(table)
    r, c = a.shape
    out = np.empty(draws)
    for k in range(draws):
        rows = rng.integers(0, r, r)
        columns = rng.integers(0, c, c)
        out[k] = (a[rows].mean() + a[:, columns].mean()) / 2
    return out

# %% wrong="fresh_chained" exercise="two_way_draws" says="mean"
def two_way_draws(table, draws, rng):
    a = np.asarray(table)
    r, c = a.shape
    out = np.empty(draws)
    for k in range(draws):
        rows = rng.integers(0, r, r)
        columns = rng.integers(0, c, c)
        out[k] = (a := a[rows][:, columns]).mean()
    return out

# %% right="fresh_floors" exercise="two_way_draws"
def two_way_draws(table, draws, rng):
    a = np.asarray(table, dtype=float)
    r, c = a.shape
    rows = (rng.random((draws, r)) * r).astype(int)
    columns = (rng.random((draws, c)) * c).astype(int)
    pairs = zip(rows, columns, strict=True)
    return np.array([np.take(np.take(a, i, axis=0), j, axis=1).mean() for i, j in pairs])

# %% right="fresh_whole" exercise="two_way_draws"
def two_way_draws(table, draws, rng):
    a = np.asarray(table)
    columns = rng.choice(a.shape[1], size=(draws, a.shape[1]))
    rows = rng.choice(a.shape[0], size=(draws, a.shape[0]))
    return a[rows[:, :, None], columns[:, None, :]].mean(axis=(1, 2), dtype=np.float32)

# %% wrong="fresh_before_minus_after" exercise="steps_in_every_order" says="the sign"
### INSTEAD OF added[factor] = table[tuple(cell)] - before
added[factor] = before - table[tuple(cell)]

# %% wrong="fresh_orders_as_ranks" exercise="steps_in_every_order" says="search, share, gen"
def steps_in_every_order(table):
    found = {}
    for order in permutations(range(3)):
        cell, added = [0, 0, 0], np.zeros(3)
        for time in range(3):
            factor = order.index(time)
            before = table[tuple(cell)]
            cell[factor] = 1
            added[factor] = table[tuple(cell)] - before
        found[order] = added
    return found

# %% wrong="fresh_columns_drawn_once" exercise="two_way_draws" says="mean|variance"
def two_way_draws(table, draws, rng):
    rows, columns = table.shape
    j = rng.integers(columns, size=columns)
    return np.array([table[rng.integers(rows, size=rows)][:, j].mean() for _ in range(draws)])

# %% wrong="fresh_added_to_the_whole" exercise="if_only_the_start" says="it should be"
def if_only_the_start(began_dark, wrong, dark_starts):
    return wrong.mean() + dark_starts * (wrong[began_dark].mean() - wrong[~began_dark].mean())
