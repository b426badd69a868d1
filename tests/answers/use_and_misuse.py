"""Wrong and right answers to the exercises of lesson `use_and_misuse`."""

# %% wrong="own_nuisance_for_each_place" exercise="marginals" says="evidence of .all. places"
def marginals(log_l, log_prior):
    joint = log_l + log_prior[:, None, None]
    return np.exp(logsumexp(joint, axis=0) - logsumexp(joint, axis=(0, 2))[:, None])


# %% wrong="forgets_the_prior" exercise="marginals" says="nuisance is left out"
def marginals(log_l, log_prior):
    seen = logsumexp(log_l, axis=2)
    log_weights = seen.sum(axis=1)
    weights = np.exp(log_weights - logsumexp(log_weights))
    return np.einsum("g,gkc->kc", weights, np.exp(log_l - seen[:, :, None]))


# %% wrong="best_nuisance_only" exercise="marginals" says="most probable nuisance alone"
def marginals(log_l, log_prior):
    seen = logsumexp(log_l, axis=2)
    best = np.argmax(log_prior + seen.sum(axis=1))
    return np.exp(log_l[best] - seen[best][:, None])


# %% wrong="weighs_by_the_prior" exercise="marginals" says="weigh by P.ν . y."
def marginals(log_l, log_prior):
    given = np.exp(log_l - logsumexp(log_l, axis=2, keepdims=True))
    return np.einsum("g,gkc->kc", np.exp(log_prior - logsumexp(log_prior)), given)


# %% wrong="averages_logarithms" exercise="marginals" says="add probabilities"
def marginals(log_l, log_prior):
    weights = np.exp(log_prior - logsumexp(log_prior))
    mean = np.einsum("g,gkc->kc", weights, log_l)
    return np.exp(mean - logsumexp(mean, axis=1, keepdims=True))


# %% wrong="underflows" exercise="marginals" says="subtract a maximum"
def marginals(log_l, log_prior):
    p = np.exp(log_l)
    seen = p.sum(axis=2)
    weights = np.exp(log_prior) * seen.prod(axis=1)
    return np.einsum("g,gkc->kc", weights / weights.sum(), p / seen[:, :, None])


# %% wrong="not_normalised" exercise="marginals" says="add up to 1"
def marginals(log_l, log_prior):
    return np.einsum("g,gkc->kc", np.exp(log_prior), np.exp(log_l))


# %% wrong="one_maximum_for_all" exercise="marginals" says="a maximum of its own"
def marginals(log_l, log_prior):
    p = np.exp(log_l - log_l.max())
    seen = p.sum(axis=2)
    weights = np.exp(log_prior) * seen.prod(axis=1)
    return np.einsum("g,gkc->kc", weights / weights.sum(), p / seen[:, :, None])


# %% wrong="maximum_not_added_again" exercise="marginals" says="add it again"
def marginals(log_l, log_prior):
    p = np.exp(log_l - log_l.max(axis=2, keepdims=True))
    seen = p.sum(axis=2)
    weights = np.exp(log_prior) * seen.prod(axis=1)
    return np.einsum("g,gkc->kc", weights / weights.sum(), p / seen[:, :, None])


# %% wrong="evidence_of_the_others" exercise="marginals" says="also of the one"
def marginals(log_l, log_prior):
    seen = logsumexp(log_l, axis=2)
    others = log_prior[:, None] + seen.sum(axis=1, keepdims=True) - seen
    weights = np.exp(others - logsumexp(others, axis=0))
    return np.einsum("gk,gkc->kc", weights, np.exp(log_l - seen[:, :, None]))


# %% right="one_place_left_out" exercise="marginals"
def marginals(log_l, log_prior):
    G, K, C = log_l.shape
    found = np.empty((K, C))
    for k in range(K):
        others = [logsumexp(log_l[:, j], axis=1) for j in range(K) if j != k]
        joint = log_prior + np.sum(others, axis=0) if others else log_prior
        column = logsumexp(joint[:, None] + log_l[:, k], axis=0)
        found[k] = np.exp(column - logsumexp(column))
    return found


# %% wrong="more_probable_than_not" exercise="read_or_refuse" says="the costs must decide"
def read_or_refuse(p, wrong, refused):
    read = p > 0.5
    return read, float(np.where(read, (1 - p) * wrong, refused).mean())


# %% wrong="cost_of_being_right" exercise="read_or_refuse" says="the two are exchanged"
def read_or_refuse(p, wrong, refused):
    read = p * wrong < refused
    return read, float(np.where(read, (1 - p) * wrong, refused).mean())


# %% wrong="threshold_upside_down" exercise="read_or_refuse" says="the surer you must be"
def read_or_refuse(p, wrong, refused):
    read = p > refused / wrong
    return read, float(np.where(read, (1 - p) * wrong, refused).mean())


# %% wrong="refusing_is_free" exercise="read_or_refuse" says="refused plates cost something"
def read_or_refuse(p, wrong, refused):
    of_reading = (1 - p) * wrong
    read = of_reading < refused
    return read, float(np.where(read, of_reading, 0).mean())


# %% wrong="cost_in_all" exercise="read_or_refuse" says="per plate"
def read_or_refuse(p, wrong, refused):
    of_reading = (1 - p) * wrong
    return of_reading < refused, float(np.minimum(of_reading, refused).sum())


# %% wrong="mean_over_the_read_ones" exercise="read_or_refuse" says="average over all"
def read_or_refuse(p, wrong, refused):
    of_reading = (1 - p) * wrong
    read = of_reading < refused
    return read, float(of_reading[read].mean()) if read.any() else 0.0


# %% wrong="reads_at_equal_cost" exercise="read_or_refuse" says="costs .less."
def read_or_refuse(p, wrong, refused):
    of_reading = (1 - p) * wrong
    return of_reading <= refused, np.minimum(of_reading, refused).mean()


# %% right="by_the_threshold" exercise="read_or_refuse"
def read_or_refuse(p, wrong, refused):
    read = p > 1 - refused / wrong
    cost = (np.sum(1 - p[read]) * wrong + np.sum(~read) * refused) / len(p)
    return read, float(cost)


# %% wrong="less_than_the_tolerance" exercise="compress" says="at most, not less than"
def compress(page, tolerance):
    stored, shown = [], []
    for place, symbol in enumerate(page):
        apart = [np.sum(page[i] != symbol) for i in stored]
        if apart and (min(apart) < tolerance or min(apart) == 0):
            shown.append(stored[int(np.argmin(apart))])
        else:
            stored.append(place)
            shown.append(place)
    return np.array(shown)


# %% wrong="first_that_is_near_enough" exercise="compress" says="not the first that is near enough"
def compress(page, tolerance):
    stored, shown = [], []
    for place, symbol in enumerate(page):
        near = [i for i in stored if np.sum(page[i] != symbol) <= tolerance]
        if not near:
            stored.append(place)
        shown.append(near[0] if near else place)
    return np.array(shown)


# %% wrong="compares_with_all_earlier_ones" exercise="compress" says="drift from 10 to 16"
def compress(page, tolerance):
    shown = []
    for place, symbol in enumerate(page):
        apart = [np.sum(page[i] != symbol) for i in range(place)]
        near = bool(apart) and min(apart) <= tolerance
        shown.append(shown[int(np.argmin(apart))] if near else place)
    return np.array(shown)


# %% wrong="place_in_the_list" exercise="compress" says="return places on the page"
def compress(page, tolerance):
    stored, shown = [], []
    for symbol in page:
        apart = [np.sum(other != symbol) for other in stored]
        if apart and min(apart) <= tolerance:
            shown.append(int(np.argmin(apart)))
        else:
            shown.append(len(stored))
            stored.append(symbol)
    return np.array(shown)


# %% wrong="place_in_the_list_of_repeats" exercise="compress" says="return places on the page"
def compress(page, tolerance):
    stored, shown = [], []
    for place, symbol in enumerate(page):
        apart = [np.sum(page[i] != symbol) for i in stored]
        if apart and min(apart) <= tolerance:
            shown.append(int(np.argmin(apart)))
        else:
            stored.append(place)
            shown.append(place)
    return np.array(shown)


# %% wrong="counts_the_ink" exercise="compress" says="count the pixels that .differ"
def compress(page, tolerance):
    ink, stored, shown = page.sum(axis=(1, 2)), [], []
    for place in range(len(page)):
        apart = [abs(int(ink[i]) - int(ink[place])) for i in stored]
        if apart and min(apart) <= tolerance:
            shown.append(stored[int(np.argmin(apart))])
        else:
            stored.append(place)
            shown.append(place)
    return np.array(shown)


# %% wrong="last_of_equals" exercise="compress" says="show the one stored first"
def compress(page, tolerance):
    stored, shown = [], []
    for place, symbol in enumerate(page):
        apart = [(np.sum(page[i] != symbol), -i) for i in stored]
        if apart and min(apart)[0] <= tolerance:
            shown.append(-min(apart)[1])
        else:
            stored.append(place)
            shown.append(place)
    return np.array(shown)


# %% right="with_a_table_of_distances" exercise="compress"
def compress(page, tolerance):
    flat = page.reshape(len(page), -1).astype(int)
    apart = flat @ (1 - flat).T + (1 - flat) @ flat.T
    stored = np.zeros(len(page), dtype=bool)
    shown = np.arange(len(page))
    for place in range(len(page)):
        row = np.where(stored, apart[place], 10**6)
        if row.min() <= tolerance:
            shown[place] = np.argmin(row)
        else:
            stored[place] = True
    return shown


# %% wrong="prosecutors_fallacy" exercise="match_evidence" says="prosecutor's fallacy"
def match_evidence(pool, false_match, miss, inside):
    return 1 - false_match, false_match * (pool - inside)


# %% wrong="odds_for_a_probability" exercise="match_evidence" says="odds/.1 . odds."
def match_evidence(pool, false_match, miss, inside):
    prior = inside / pool
    return prior / (1 - prior) * (1 - miss) / false_match, false_match * (pool - inside)


# %% wrong="forgets_the_misses" exercise="match_evidence" says="1 − miss"
def match_evidence(pool, false_match, miss, inside):
    prior = inside / pool
    return prior / (prior + (1 - prior) * false_match), false_match * (pool - inside)


# %% wrong="miss_for_match" exercise="match_evidence" says="1 − miss, not miss"
def match_evidence(pool, false_match, miss, inside):
    prior = inside / pool
    source = prior * miss
    return source / (source + (1 - prior) * false_match), false_match * (pool - inside)


# %% wrong="surely_in_the_pool" exercise="match_evidence" says="prior is inside/pool"
def match_evidence(pool, false_match, miss, inside):
    odds = (1 - miss) / false_match / (pool - 1)
    return odds / (1 + odds), false_match * (pool - inside)


# %% wrong="even_prior_odds" exercise="match_evidence" says="as if the prior odds were even"
def match_evidence(pool, false_match, miss, inside):
    return (1 - miss) / (1 - miss + false_match), false_match * (pool - inside)


# %% wrong="counts_the_whole_pool" exercise="match_evidence" says="count pool − inside people"
def match_evidence(pool, false_match, miss, inside):
    prior = inside / pool
    source, other = prior * (1 - miss), (1 - prior) * false_match
    return source / (source + other), false_match * pool


# %% wrong="chance_of_any" exercise="match_evidence" says="at least one"
def match_evidence(pool, false_match, miss, inside):
    prior = inside / pool
    source, other = prior * (1 - miss), (1 - prior) * false_match
    return source / (source + other), 1 - (1 - false_match) ** (pool - inside)


# %% right="by_odds" exercise="match_evidence"
def match_evidence(pool, false_match, miss, inside):
    odds = inside / (pool - inside) * (1 - miss) / false_match
    return 1 / (1 + 1 / odds), pool * false_match - inside * false_match


# %% wrong="forgets_the_one_bit" exercise="least_error" says="I . 1"
def least_error(bits, hypotheses):
    return max(0.0, 1 - bits / np.log2(hypotheses))


# %% wrong="natural_logarithm" exercise="least_error" says="natural one"
def least_error(bits, hypotheses):
    return max(0.0, 1 - (bits + 1) / np.log(hypotheses))


# %% wrong="negative_probability" exercise="least_error" says="can't be negative"
def least_error(bits, hypotheses):
    return 1 - (bits + 1) / np.log2(hypotheses)


# %% wrong="chance_of_being_right" exercise="least_error" says="chance of being right"
def least_error(bits, hypotheses):
    return min(1.0, (bits + 1) / np.log2(hypotheses))


# %% wrong="guesses_the_missing_bits" exercise="least_error" says="guesses the missing bits"
def least_error(bits, hypotheses):
    return max(0.0, 1 - 2**bits / hypotheses)


# %% right="missing_bits" exercise="least_error"
def least_error(bits, hypotheses):
    needed = np.log(hypotheses) / np.log(2)
    return float(np.clip((needed - bits - 1) / needed, 0, 1))
