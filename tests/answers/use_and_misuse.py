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


# %% wrong="tests_own_reference" exercise="marginals" says="by_trying_all"
def marginals(log_l, log_prior):
    return by_trying_all(log_l, log_prior)


# %% wrong="two_places_only" exercise="marginals" says="."
def marginals(log_l, log_prior):
    seen = logsumexp(log_l, axis=2)
    log_weights = log_prior + seen[:, :2].sum(axis=1)
    weights = np.exp(log_weights - logsumexp(log_weights))
    return np.einsum("g,gkc->kc", weights, np.exp(log_l - seen[:, :, None]))


# %% wrong="mean_evidence_of_the_places" exercise="marginals" says="it should be"
### INSTEAD OF seen.sum(axis=1)
seen.mean(axis=1)

# %% wrong="best_character_as_evidence" exercise="marginals" says="it should be"
### INSTEAD OF log_weights = log_prior + seen.sum(axis=1)
log_weights = log_prior + log_l.max(axis=2).sum(axis=1)

# %% wrong="in_place" exercise="marginals" says="changes its input"
### INSTEAD OF seen = logsumexp(log_l, axis=2)
seen = np.subtract(log_l, 1, out=log_l).sum(axis=2)

# %% wrong="over_the_wrong_axis" exercise="marginals" says="."
### INSTEAD OF seen = logsumexp(log_l, axis=2)
seen = logsumexp(log_l, axis=1)

# %% right="in_steps_with_own_maxima" exercise="marginals"
def marginals(log_l, log_prior):
    top = log_l.max(axis=2, keepdims=True)
    p = np.exp(log_l - top)
    total = p.sum(axis=2, keepdims=True)
    log_w = np.asarray(log_prior) + (np.log(total) + top).sum(axis=(1, 2))
    w = np.exp(log_w - log_w.max())
    return ((w / w.sum())[:, None, None] * p / total).sum(axis=0)


# %% right="as_lists" exercise="marginals"
def marginals(log_l, log_prior):
    G, K, C = np.shape(log_l)
    log_w = [log_prior[g] + sum(logsumexp(log_l[g][k]) for k in range(K)) for g in range(G)]
    norm = logsumexp(log_w)
    return [[sum(np.exp(log_w[g] - norm + log_l[g][k][c] - logsumexp(log_l[g][k]))
                 for g in range(G)) for c in range(C)] for k in range(K)]


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


# %% wrong="refuses_everything" exercise="read_or_refuse" says="you read"
def read_or_refuse(p, wrong, refused):
    return np.zeros(len(p), dtype=bool), float(refused)


# %% wrong="reads_everything" exercise="read_or_refuse" says="you read"
def read_or_refuse(p, wrong, refused):
    return np.ones(len(p), dtype=bool), float(np.mean((1 - p) * wrong))


# %% wrong="comparison_turned_round" exercise="read_or_refuse" says="turn the comparison round"
def read_or_refuse(p, wrong, refused):
    of_reading = (1 - p) * wrong
    return of_reading > refused, float(np.minimum(of_reading, refused).mean())


# %% wrong="charged_in_full" exercise="read_or_refuse" says="charged in full"
def read_or_refuse(p, wrong, refused):
    read = (1 - p) * wrong < refused
    return read, float(np.where(read, wrong, refused).mean())


# %% wrong="decides_once_for_all" exercise="read_or_refuse" says="you read|array of booleans"
def read_or_refuse(p, wrong, refused):
    read = np.full(len(p), (1 - p.mean()) * wrong < refused)
    return read, float(np.where(read, (1 - p) * wrong, refused).mean())


# %% wrong="zeros_and_ones" exercise="read_or_refuse" says="array of booleans"
def read_or_refuse(p, wrong, refused):
    of_reading = (1 - p) * wrong
    return (of_reading < refused).astype(int), float(np.minimum(of_reading, refused).mean())


# %% wrong="threshold_of_four_fifths" exercise="read_or_refuse" says="you read|read that should not"
def read_or_refuse(p, wrong, refused):
    read = p >= 0.96
    return read, float(np.where(read, (1 - p) * wrong, refused).mean())


# %% wrong="costs_of_whole_numbers" exercise="read_or_refuse" says="read that should not|cost"
def read_or_refuse(p, wrong, refused):
    of_reading = (1 - p) * int(wrong)
    return of_reading < int(refused), float(np.minimum(of_reading, int(refused)).mean())


# %% right="a_list_of_two" exercise="read_or_refuse"
def read_or_refuse(p, wrong, refused):
    read = [bool((1 - q) * wrong < refused) for q in p]
    cost = sum((1 - q) * wrong if r else refused for q, r in zip(p, read, strict=True)) / len(p)
    return [np.array(read), cost]


# %% right="ratio_of_costs" exercise="read_or_refuse"
def read_or_refuse(p, wrong, refused):
    loss = wrong * (1 - np.asarray(p))
    read = refused / loss.clip(1e-300) > 1
    return read, np.where(read, loss, refused).mean()


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


# %% wrong="floats" exercise="compress" says="places are integers"
### INSTEAD OF np.array(shown)
np.array(shown, dtype=float)

# %% wrong="unsigned_integers_wrap" exercise="compress" says="unsigned integers"
def compress(page, tolerance):
    page = page.astype(np.uint8)
    stored, shown = [], []
    for place, symbol in enumerate(page):
        apart = [int(np.abs(symbol - page[i]).sum()) for i in stored]
        if apart and min(apart) <= tolerance:
            shown.append(stored[int(np.argmin(apart))])
        else:
            stored.append(place)
            shown.append(place)
    return np.array(shown)


# %% wrong="missing_ink_only" exercise="compress" says="counts as much as the reverse|it should be"
def compress(page, tolerance):
    stored, shown = [], []
    for place, symbol in enumerate(page):
        apart = [int(np.sum(symbol & ~page[i])) for i in stored]
        if apart and min(apart) <= tolerance:
            shown.append(stored[int(np.argmin(apart))])
        else:
            stored.append(place)
            shown.append(place)
    return np.array(shown)


# %% wrong="last_stored_only" exercise="compress" says="it should be|stored"
def compress(page, tolerance):
    stored, shown = [], []
    for place, symbol in enumerate(page):
        if stored and np.sum(page[stored[-1]] != symbol) <= tolerance:
            shown.append(stored[-1])
        else:
            stored.append(place)
            shown.append(place)
    return np.array(shown)


# %% wrong="stores_everything" exercise="compress" says="stored|it should be"
def compress(page, tolerance):
    return np.arange(len(page))


# %% right="a_list_of_places" exercise="compress"
def compress(page, tolerance):
    stored, shown = {}, []
    for place, symbol in enumerate(page):
        best = min(stored, key=lambda i: (np.count_nonzero(stored[i] ^ symbol), i), default=None)
        if best is None or np.count_nonzero(stored[best] ^ symbol) > tolerance:
            stored[place] = symbol
            best = place
        shown.append(best)
    return shown


# %% right="unsigned_but_compared" exercise="compress"
def compress(page, tolerance):
    flat = np.asarray(page).reshape(len(page), 35)
    stored, shown = [0], np.zeros(len(page), dtype=np.uint16)
    for place in range(1, len(flat)):
        apart = (flat[stored] != flat[place]).sum(axis=1)
        if apart.min() > tolerance:
            stored.append(place)
            shown[place] = place
        else:
            shown[place] = stored[apart.argmin()]
    return shown


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


# %% wrong="prior_as_odds" exercise="match_evidence" says="taken as the odds"
def match_evidence(pool, false_match, miss, inside):
    odds = inside / pool * (1 - miss) / false_match
    return odds / (1 + odds), false_match * (pool - inside)


# %% wrong="inside_times_the_posterior" exercise="match_evidence" says="not multiply the posterior"
def match_evidence(pool, false_match, miss, inside):
    odds = (1 - miss) / false_match / (pool - 1)
    return inside * odds / (1 + odds), false_match * (pool - inside)


# %% wrong="one_is_surely_the_source" exercise="match_evidence" says="not pool − 1"
def match_evidence(pool, false_match, miss, inside):
    prior = inside / pool
    source, other = prior * (1 - miss), (1 - prior) * false_match
    return source / (source + other), false_match * (pool - 1)


# %% wrong="counts_the_true_match" exercise="match_evidence" says="true match as well"
def match_evidence(pool, false_match, miss, inside):
    prior = inside / pool
    source, other = prior * (1 - miss), (1 - prior) * false_match
    return source / (source + other), false_match * (pool - inside) + inside * (1 - miss)


# %% wrong="exchanged" exercise="match_evidence" says="posterior"
def match_evidence(pool, false_match, miss, inside):
    prior = inside / pool
    source, other = prior * (1 - miss), (1 - prior) * false_match
    return false_match * (pool - inside), source / (source + other)


# %% wrong="posterior_alone" exercise="match_evidence" says="two numbers"
def match_evidence(pool, false_match, miss, inside):
    prior = inside / pool
    source, other = prior * (1 - miss), (1 - prior) * false_match
    return source / (source + other)


# %% wrong="rounds_the_people" exercise="match_evidence" says="coincidental"
def match_evidence(pool, false_match, miss, inside):
    prior = inside / pool
    source, other = prior * (1 - miss), (1 - prior) * false_match
    return source / (source + other), round(false_match * (pool - inside))


# %% right="a_list" exercise="match_evidence"
def match_evidence(pool, false_match, miss, inside):
    n, f, m, q = (float(v) for v in (pool, false_match, miss, inside))
    hit = q * (1 - m) / n
    return [hit / (hit + f - f * q / n), f * (n - q)]


# %% right="an_array" exercise="match_evidence"
def match_evidence(pool, false_match, miss, inside):
    people = np.array([inside, pool - inside]) / pool
    match = people * np.array([1 - miss, false_match])
    return np.array([match[0] / match.sum(), pool * match[1]])


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


# %% wrong="base_ten" exercise="least_error" says="base 10"
def least_error(bits, hypotheses):
    return max(0.0, 1 - (bits + 1) / np.log10(hypotheses))


# %% wrong="always_zero" exercise="least_error" says="it should be"
def least_error(bits, hypotheses):
    return 0.0


# %% wrong="minus_for_plus" exercise="least_error" says="it should be"
### INSTEAD OF (bits + 1)
(bits - 1)

# %% wrong="divides_by_the_hypotheses" exercise="least_error" says="divides by log"
def least_error(bits, hypotheses):
    return max(0.0, 1 - (bits + 1) / hypotheses)


# %% wrong="sharp_form" exercise="least_error" says="it should be|off limits"
def least_error(bits, hypotheses):
    from course_lib.imaging.limits import fano_error

    return fano_error(bits, hypotheses)


# %% wrong="absolute_value" exercise="least_error" says="it should be"
def least_error(bits, hypotheses):
    return abs(1 - (bits + 1) / np.log2(hypotheses))


# %% wrong="whole_bits" exercise="least_error" says="it should be"
def least_error(bits, hypotheses):
    return max(0.0, 1 - (int(bits) + 1) / np.log2(hypotheses))


# %% right="single_precision" exercise="least_error"
def least_error(bits, hypotheses):
    return np.float32(max(0, 1 - (bits + 1) / np.log2(hypotheses)))


# %% right="with_mathematics" exercise="least_error"
def least_error(bits, hypotheses):
    import math

    return max(math.log2(hypotheses) - bits - 1, 0) / math.log2(hypotheses)


# %% right="missing_bits" exercise="least_error"
def least_error(bits, hypotheses):
    needed = np.log(hypotheses) / np.log(2)
    return float(np.clip((needed - bits - 1) / needed, 0, 1))


# %% right="logaddexp" exercise="marginals"
import numpy as np


def marginals(log_l, log_prior):
    evidence = np.logaddexp.reduce(log_l, axis=2)
    seen = log_prior + evidence.sum(1)
    w = np.exp(seen - np.logaddexp.reduce(seen))
    return np.tensordot(w, np.exp(log_l - evidence[:, :, None]), 1)


# %% wrong="threshold_not_below_zero" exercise="read_or_refuse" says="should not be, or refused"
import numpy as np


def read_or_refuse(p, wrong, refused):
    read = p > max(0, 1 - refused / wrong)
    cost = np.where(read, (1 - p) * wrong, refused).mean()
    return read, float(cost)


# %% wrong="weighs_wrong_against_right" exercise="read_or_refuse" says="reading costs"
import numpy as np


def read_or_refuse(p, wrong, refused):
    read = (1 - p) * wrong < p * refused
    cost = np.where(read, (1 - p) * wrong, refused).mean()
    return read, float(cost)


# %% wrong="free_if_nothing_is_read" exercise="read_or_refuse" says="."
import numpy as np


def read_or_refuse(p, wrong, refused):
    read = (1 - p) * wrong < refused
    cost = np.where(read, (1 - p) * wrong, refused).mean()
    return read, float(cost) if read.any() else 0.0


# %% wrong="mean_of_what_is_read_is_nan" exercise="read_or_refuse" says="not finite|NaN"
def read_or_refuse(p, wrong, refused):
    read = (1 - p) * wrong < refused
    cost = (1 - p[read]).mean() * wrong * read.mean() + refused * (1 - read.mean())
    return read, float(cost)


# %% right="odds_against" exercise="match_evidence"
def match_evidence(pool, false_match, miss, inside):
    others = false_match * (pool - inside)
    against = (pool - inside) / inside * false_match / (1 - miss)
    return 1 / (1 + against), others


# %% wrong="source_taken_to_be_inside" exercise="match_evidence" says="it should be"
def match_evidence(pool, false_match, miss, inside):
    others = false_match * (pool - inside)
    return (1 - miss) / ((1 - miss) + others), others


# %% wrong="guesses_without_data" exercise="least_error" says="it should be"
import numpy as np


def least_error(bits, hypotheses):
    if bits == 0:
        return 1 - 1 / hypotheses
    return max(0.0, 1 - (bits + 1) / np.log2(hypotheses))


# %% wrong="a_coin_for_two" exercise="least_error" says="it should be"
import numpy as np


def least_error(bits, hypotheses):
    if hypotheses <= 2:
        return 0.5
    return max(0.0, 1 - (bits + 1) / np.log2(hypotheses))


# %% right="single_precision_again" exercise="least_error"
import numpy as np


def least_error(bits, hypotheses):
    value = np.float32(1) - np.float32(bits + 1) / np.log2(np.float32(hypotheses))
    return value if value > 0 else 0
