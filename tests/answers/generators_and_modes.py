"""Answers to `generators_and_modes`: what goes wrong when generators are trained and measured."""


# %% wrong="saturating" exercise="gan_losses" says="It saturates"
def gan_losses(real_logits, fake_logits):
    loss_d = np.logaddexp(0, -real_logits).mean() + np.logaddexp(0, fake_logits).mean()
    return loss_d, -np.logaddexp(0, fake_logits).mean()


# %% wrong="plays_minus_the_others_loss" exercise="gan_losses" says="the game isn't played that way"
def gan_losses(real_logits, fake_logits):
    loss_d = np.logaddexp(0, -real_logits).mean() + np.logaddexp(0, fake_logits).mean()
    return loss_d, -loss_d


# %% wrong="overflows" exercise="gan_losses" says="infinity or NaN"
def gan_losses(real_logits, fake_logits):
    p_real, p_fake = 1 / (1 + np.exp(-real_logits)), 1 / (1 + np.exp(-fake_logits))
    return -np.log(p_real).mean() - np.log(1 - p_fake).mean(), -np.log(p_fake).mean()


# %% wrong="clips_probabilities" exercise="gan_losses" says="clipping, or a small number"
def gan_losses(real_logits, fake_logits):
    from scipy.special import expit

    loss_d = (-np.log(np.maximum(expit(real_logits), 1e-12)).mean()
              - np.log(np.maximum(expit(-fake_logits), 1e-12)).mean())
    return loss_d, -np.log(np.maximum(expit(fake_logits), 1e-12)).mean()


# %% wrong="sums" exercise="gan_losses" says="these are sums"
def gan_losses(real_logits, fake_logits):
    loss_d = np.logaddexp(0, -real_logits).sum() + np.logaddexp(0, fake_logits).sum()
    return loss_d, np.logaddexp(0, -fake_logits).sum()


# %% wrong="one_mean_over_all" exercise="gan_losses" says="each mean is over its own"
def gan_losses(real_logits, fake_logits):
    every = np.concatenate([np.logaddexp(0, -real_logits), np.logaddexp(0, fake_logits)])
    return every.mean(), np.logaddexp(0, -fake_logits).mean()


# %% wrong="halves" exercise="gan_losses" says="mean of the two means"
def gan_losses(real_logits, fake_logits):
    loss_d = np.logaddexp(0, -real_logits).mean() + np.logaddexp(0, fake_logits).mean()
    return loss_d / 2, np.logaddexp(0, -fake_logits).mean()


# %% wrong="exchanged" exercise="gan_losses" says="comes first"
def gan_losses(real_logits, fake_logits):
    loss_d = np.logaddexp(0, -real_logits).mean() + np.logaddexp(0, fake_logits).mean()
    return np.logaddexp(0, -fake_logits).mean(), loss_d


# %% wrong="signs_turned" exercise="gan_losses" says="both signs are turned"
def gan_losses(real_logits, fake_logits):
    loss_d = np.logaddexp(0, real_logits).mean() + np.logaddexp(0, -fake_logits).mean()
    return loss_d, np.logaddexp(0, fake_logits).mean()


# %% wrong="generator_wants_to_be_caught" exercise="gan_losses" says="called .real"
def gan_losses(real_logits, fake_logits):
    loss_d = np.logaddexp(0, -real_logits).mean() + np.logaddexp(0, fake_logits).mean()
    return loss_d, np.logaddexp(0, fake_logits).mean()


# %% wrong="sign_of_the_real_part" exercise="gan_losses" says="sign of the real part"
def gan_losses(real_logits, fake_logits):
    loss_d = np.logaddexp(0, real_logits).mean() + np.logaddexp(0, fake_logits).mean()
    return loss_d, np.logaddexp(0, -fake_logits).mean()


# %% wrong="clips_logits" exercise="gan_losses" says="clipping, or a small number"
def gan_losses(real_logits, fake_logits):
    real_logits, fake_logits = np.clip(real_logits, -50, 50), np.clip(fake_logits, -50, 50)
    loss_d = np.log1p(np.exp(-real_logits)).mean() + np.log1p(np.exp(fake_logits)).mean()
    return loss_d, np.log1p(np.exp(-fake_logits)).mean()


# %% wrong="adds_a_small_number" exercise="gan_losses" says="clipping, or a small number"
def gan_losses(real_logits, fake_logits):
    p_real, p_fake = 1 / (1 + np.exp(-real_logits)), 1 / (1 + np.exp(-fake_logits))
    loss_d = -np.log(p_real + 1e-8).mean() - np.log(1 - p_fake + 1e-8).mean()
    return loss_d, -np.log(p_fake + 1e-8).mean()


# %% wrong="infinity_becomes_1000" exercise="gan_losses" says="over 30|over 40|over 300"
def gan_losses(real_logits, fake_logits):
    with np.errstate(all="ignore"):
        p_real, p_fake = 1 / (1 + np.exp(-real_logits)), 1 / (1 + np.exp(-fake_logits))
        parts = [np.nan_to_num(-np.log(p), posinf=1000).mean()
                 for p in (p_real, 1 - p_fake, p_fake)]
    return parts[0] + parts[1], parts[2]


# %% wrong="large_logits_are_1000" exercise="gan_losses" says="over 300|over 800"
def gan_losses(real_logits, fake_logits):
    def soft(t):
        return np.where(t > 100, 1000.0, np.log1p(np.exp(np.minimum(t, 100)))).mean()

    return soft(-real_logits) + soft(fake_logits), soft(-fake_logits)


# %% wrong="small_costs_vanish" exercise="gan_losses" says="other logits|over log"
def gan_losses(real_logits, fake_logits):
    def soft(t):
        return np.where(t < -5, 0.0, np.logaddexp(0, t)).mean()

    return soft(-real_logits) + soft(fake_logits), soft(-fake_logits)


# %% wrong="first_pictures_only" exercise="gan_losses" says="should be"
def gan_losses(real_logits, fake_logits):
    loss_d = np.logaddexp(0, -real_logits[0]) + np.logaddexp(0, fake_logits[0])
    return loss_d, np.logaddexp(0, -fake_logits[0])


# %% wrong="base_2" exercise="gan_losses" says="should be"
def gan_losses(real_logits, fake_logits):
    loss_d = np.logaddexp2(0, -real_logits).mean() + np.logaddexp2(0, fake_logits).mean()
    return loss_d, np.logaddexp2(0, -fake_logits).mean()


# %% right="single_precision" exercise="gan_losses"
def gan_losses(real_logits, fake_logits):
    real, fake = np.asarray(real_logits, np.float32), np.asarray(fake_logits, np.float32)
    zero = np.float32(0)
    return (np.logaddexp(zero, -real).mean() + np.logaddexp(zero, fake).mean(),
            np.logaddexp(zero, -fake).mean())


# %% right="with_torch" exercise="gan_losses"
def gan_losses(real_logits, fake_logits):
    import torch
    from torch.nn.functional import binary_cross_entropy_with_logits as loss

    real, fake = torch.as_tensor(real_logits).double(), torch.as_tensor(fake_logits).double()
    d = loss(real, torch.ones_like(real)) + loss(fake, torch.zeros_like(fake))
    return np.array([d, loss(fake, torch.ones_like(fake))])


# %% right="with_scipy" exercise="gan_losses"
def gan_losses(real_logits, fake_logits):
    from scipy.special import log_expit

    return (-np.mean(log_expit(real_logits)) - np.mean(log_expit(-fake_logits)),
            -np.mean(log_expit(fake_logits)))


# %% right="by_cases" exercise="gan_losses"
def gan_losses(real_logits, fake_logits):
    def soft(t):
        return np.maximum(t, 0) + np.log1p(np.exp(-np.abs(t)))

    return [np.mean(soft(-real_logits)) + np.mean(soft(fake_logits)), np.mean(soft(-fake_logits))]


# %% wrong="counts_the_point_itself" exercise="coverage_of" says="the point itself"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    within = np.linalg.norm(real[:, None] - real, axis=-1)
    across = np.linalg.norm(real[:, None] - generated, axis=-1)
    return np.mean(across.min(axis=1) < np.sort(within, axis=1)[:, k - 1])


# %% wrong="precision" exercise="coverage_of" says="this is precision"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    within = np.linalg.norm(real[:, None] - real, axis=-1)
    across = np.linalg.norm(real[:, None] - generated, axis=-1)
    return np.mean((across < np.sort(within, axis=1)[:, k, None]).any(axis=0))


# %% wrong="recall" exercise="coverage_of" says="around the .real. points"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    within = np.linalg.norm(generated[:, None] - generated, axis=-1)
    across = np.linalg.norm(generated[:, None] - real, axis=-1)
    radius = np.sort(within, axis=1)[:, min(k, len(generated) - 1)]
    return np.mean((across < radius[:, None]).any(axis=0))


# %% wrong="one_neighbour_too_many" exercise="coverage_of" says="should be 0.4"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    within = np.linalg.norm(real[:, None] - real, axis=-1)
    across = np.linalg.norm(real[:, None] - generated, axis=-1)
    return np.mean(across.min(axis=1) < np.sort(within, axis=1)[:, min(k + 1, len(real) - 1)])


# %% wrong="counts" exercise="coverage_of" says="divide by the number"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    within = np.linalg.norm(real[:, None] - real, axis=-1)
    across = np.linalg.norm(real[:, None] - generated, axis=-1)
    return np.sum(across.min(axis=1) < np.sort(within, axis=1)[:, k])


# %% wrong="takes_any_k" exercise="coverage_of" says="must raise ValueError"
def coverage_of(generated, real, k):
    within = np.linalg.norm(real[:, None] - real, axis=-1)
    across = np.linalg.norm(real[:, None] - generated, axis=-1)
    return np.mean(across.min(axis=1) < np.sort(within, axis=1)[:, min(k, len(real) - 1)])


# %% wrong="one_radius_for_all" exercise="coverage_of" says="mean coverage of 40 pairs"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    within = np.linalg.norm(real[:, None] - real, axis=-1)
    across = np.linalg.norm(real[:, None] - generated, axis=-1)
    return np.mean(across.min(axis=1) < np.sort(within, axis=1)[:, k].max())


# %% wrong="city_blocks" exercise="coverage_of" says="Euclidean"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    within = np.abs(real[:, None] - real).sum(axis=-1)
    across = np.abs(real[:, None] - generated).sum(axis=-1)
    return np.mean(across.min(axis=1) < np.sort(within, axis=1)[:, k])


# %% wrong="first_coordinate" exercise="coverage_of" says="not the first alone"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    within = np.abs(real[:, None, 0] - real[:, 0])
    across = np.abs(real[:, None, 0] - generated[:, 0])
    return np.mean(across.min(axis=1) < np.sort(within, axis=1)[:, k])


# %% wrong="edge_of_the_ball" exercise="coverage_of" says="edge of a ball"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    within = np.linalg.norm(real[:, None] - real, axis=-1)
    across = np.linalg.norm(real[:, None] - generated, axis=-1)
    return np.mean(across.min(axis=1) <= np.sort(within, axis=1)[:, k])


# %% wrong="leaves_out_distance_zero" exercise="coverage_of" says="another real point may lie there"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    within = np.linalg.norm(real[:, None] - real, axis=-1)
    across = np.linalg.norm(real[:, None] - generated, axis=-1)
    within[within == 0] = np.inf
    return np.mean(across.min(axis=1) < np.sort(within, axis=1)[:, k - 1])


# %% wrong="three_coordinates" exercise="coverage_of" says="in coordinate|dimensions"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    generated, real = generated[:, :3], real[:, :3]
    within = np.linalg.norm(real[:, None] - real, axis=-1)
    across = np.linalg.norm(real[:, None] - generated, axis=-1)
    return np.mean(across.min(axis=1) < np.sort(within, axis=1)[:, k])


# %% wrong="nearest_generated_in_order" exercise="coverage_of" says="should be|raised"
### INSTEAD OF np.mean(across.min(axis=1) < radius)
np.mean(across[:, 0] < radius)

# %% wrong="a_small_number_in_the_radius" exercise="coverage_of" says="1e-08 times"
### INSTEAD OF np.mean(across.min(axis=1) < radius)
np.mean(across.min(axis=1) < radius - 1e-9)

# %% wrong="farthest_generated" exercise="coverage_of" says="should be"
### INSTEAD OF across.min(axis=1)
across.max(axis=1)

# %% wrong="always_five_neighbours" exercise="coverage_of" says="should be|raised IndexError"
### INSTEAD OF np.sort(within, axis=1)[:, k]
np.sort(within, axis=1)[:, min(5, len(real) - 1)]

# %% wrong="refuses_the_largest_k" exercise="coverage_of" says="raised ValueError"
def coverage_of(generated, real, k):
    if k >= len(real) - 1:
        raise ValueError
    within = np.linalg.norm(real[:, None] - real, axis=-1)
    across = np.linalg.norm(real[:, None] - generated, axis=-1)
    return np.mean(across.min(axis=1) < np.sort(within, axis=1)[:, k])


# %% right="with_trees" exercise="coverage_of"
def coverage_of(generated, real, k):
    from scipy.spatial import cKDTree

    if not k < len(real):
        raise ValueError("too few real points")
    radius = cKDTree(real).query(real, k + 1)[0][:, k]
    return float(np.mean(cKDTree(generated).query(real)[0] < radius))


# %% right="in_a_loop" exercise="coverage_of"
def coverage_of(generated, real, k):
    n = len(real)
    if k > n - 1:
        raise ValueError("too few real points")
    hits = 0
    for i in range(n):
        others = np.delete(real, i, axis=0)
        radius = np.partition(np.sum((others - real[i]) ** 2, axis=1), k - 1)[k - 1]
        hits += np.any(np.sum((generated - real[i]) ** 2, axis=1) < radius)
    return hits / n


# %% wrong="counts_different_labels" exercise="birthday_estimate" says="number of different labels"
def birthday_estimate(labels):
    duplicated = len(np.unique(labels)) < len(labels)
    return float(len(np.unique(labels))) if duplicated else np.inf


# %% wrong="extra_draws" exercise="birthday_estimate" says="not two duplicates"
def birthday_estimate(labels):
    duplicates = len(labels) - len(np.unique(labels))
    return len(labels) * (len(labels) - 1) / 2 / duplicates if duplicates else np.inf


# %% wrong="duplicated_labels" exercise="birthday_estimate" says="three pairs, not one"
def birthday_estimate(labels):
    duplicates = np.sum(np.unique(labels, return_counts=True)[1] > 1)
    return len(labels) * (len(labels) - 1) / 2 / duplicates if duplicates else np.inf


# %% wrong="pairs_with_itself" exercise="birthday_estimate" says="paired with itself"
def birthday_estimate(labels):
    counts = np.unique(labels, return_counts=True)[1]
    return len(labels) ** 2 / np.sum(counts**2) if counts.max() > 1 else np.inf


# %% wrong="ordered_pairs_over_pairs" exercise="birthday_estimate" says="counted twice"
def birthday_estimate(labels):
    counts = np.unique(labels, return_counts=True)[1]
    duplicates = np.sum(counts * (counts - 1)) / 2
    return len(labels) * (len(labels) - 1) / duplicates if duplicates else np.inf


# %% wrong="number_of_duplicates" exercise="birthday_estimate" says="divide all pairs by it"
def birthday_estimate(labels):
    counts = np.unique(labels, return_counts=True)[1]
    return np.sum(counts * (counts - 1)) / 2 or np.inf


# %% wrong="upside_down" exercise="birthday_estimate" says="pairs over duplicates"
def birthday_estimate(labels):
    counts = np.unique(labels, return_counts=True)[1]
    share = np.sum(counts * (counts - 1)) / (len(labels) * (len(labels) - 1))
    return share or np.inf


# %% wrong="divides_by_zero" exercise="birthday_estimate" says="no duplicate pair"
def birthday_estimate(labels):
    counts = np.unique(labels, return_counts=True)[1]
    duplicates = np.sum(counts * (counts - 1)) / 2
    return len(labels) * (len(labels) - 1) / 2 / duplicates if duplicates else 0.0


# %% wrong="neighbours_in_the_list" exercise="birthday_estimate" says="should be"
def birthday_estimate(labels):
    duplicates = np.sum(labels[1:] == labels[:-1])
    return len(labels) * (len(labels) - 1) / 2 / duplicates if duplicates else np.inf


# %% wrong="always_infinite" exercise="birthday_estimate" says="the answer is finite"
def birthday_estimate(labels):
    return np.inf


# %% wrong="counts_up_to_the_largest" exercise="birthday_estimate" says="raised"
def birthday_estimate(labels):
    counts = np.bincount(labels)
    duplicates = np.sum(counts * (counts - 1)) / 2
    return len(labels) * (len(labels) - 1) / 2 / duplicates if duplicates else np.inf


# %% wrong="labels_are_subtracted" exercise="birthday_estimate" says="should be|of one byte"
def birthday_estimate(labels):
    gaps = np.abs(np.asarray(labels)[:, None] - labels)
    duplicates = (np.sum(gaps < 2) - len(labels)) / 2
    return len(labels) * (len(labels) - 1) / 2 / duplicates if duplicates else np.inf


# %% wrong="all_ordered_pairs" exercise="birthday_estimate" says="counted twice|each pair once"
def birthday_estimate(labels):
    counts = np.unique(labels, return_counts=True)[1]
    duplicates = np.sum(counts * (counts - 1))
    return len(labels) * (len(labels) - 1) / 2 / duplicates if duplicates else np.inf


# %% right="all_pairs" exercise="birthday_estimate"
def birthday_estimate(labels):
    labels = np.asarray(labels)
    same = np.triu(labels[:, None] == labels, k=1).sum()
    return float("inf") if same == 0 else len(labels) * (len(labels) - 1) / (2 * same)


# %% right="with_a_counter" exercise="birthday_estimate"
def birthday_estimate(labels):
    from collections import Counter
    from math import comb, inf

    same = sum(comb(count, 2) for count in Counter(labels.tolist()).values())
    return comb(len(labels), 2) / same if same else inf


# %% wrong="textbook_interval" exercise="share_drift" says="no width where nothing was seen"
def share_drift(dark, shown):
    p = np.mean(dark)
    half = 1.96 * np.sqrt(p * (1 - p) / len(dark))
    return p - shown, p - half - shown, p + half - shown


# %% wrong="interval_of_the_share" exercise="share_drift" says="subtract"
def share_drift(dark, shown):
    n, p, z = len(dark), np.mean(dark), 1.96
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p - shown, centre - half, centre + half


# %% wrong="shown_minus_generated" exercise="share_drift" says="not shown minus generated"
def share_drift(dark, shown):
    n, p, z = len(dark), np.mean(dark), 1.96
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return shown - p, shown - centre - half, shown - centre + half


# %% wrong="returns_the_share" exercise="share_drift" says="minus .shown"
def share_drift(dark, shown):
    n, p, z = len(dark), np.mean(dark), 1.96
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p, centre - half - shown, centre + half - shown


# %% wrong="absolute_drift" exercise="share_drift" says="who is drawn too often|not shown minus"
def share_drift(dark, shown):
    n, p, z = len(dark), np.mean(dark), 1.96
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return abs(p - shown), centre - half - shown, centre + half - shown


# %% wrong="ninety_percent" exercise="share_drift" says="1.645 leaves"
def share_drift(dark, shown):
    n, p, z = len(dark), np.mean(dark), 1.6448536
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p - shown, centre - half - shown, centre + half - shown


# %% wrong="error_of_the_share_shown" exercise="share_drift" says="which no share is"
def share_drift(dark, shown):
    p = np.mean(dark)
    half = 1.96 * np.sqrt(shown * (1 - shown) / len(dark))
    return p - shown, p - half - shown, p + half - shown


# %% wrong="wilson_of_the_drift" exercise="share_drift" says="not from p̂ before"
def share_drift(dark, shown):
    n, p, z = len(dark), np.mean(dark) - shown, 1.96
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p, centre - half, centre + half


# %% wrong="ends_exchanged" exercise="share_drift" says="lower one comes first"
def share_drift(dark, shown):
    n, p, z = len(dark), np.mean(dark), 1.96
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p - shown, centre + half - shown, centre - half - shown


# %% wrong="times_n_in_the_centre" exercise="share_drift" says="without the brackets"
def share_drift(dark, shown):
    n, p, z = len(dark), np.mean(dark), 1.96
    centre = (p + z**2 / 2 * n) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p - shown, centre - half - shown, centre + half - shown


# %% wrong="times_n_twice" exercise="share_drift" says="without the brackets"
def share_drift(dark, shown):
    n, p, z = len(dark), np.mean(dark), 1.96
    centre = (p + z**2 / 2 * n) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / 4 * n**2)
    return p - shown, centre - half - shown, centre + half - shown


# %% wrong="z_is_2" exercise="share_drift" says="should be"
### INSTEAD OF 1.96
2

# %% wrong="clips_the_ends" exercise="share_drift" says="should be|standard errors"
def share_drift(dark, shown):
    n, p, z = len(dark), np.mean(dark), 1.96
    half = z * np.sqrt(p * (1 - p) / n)
    return p - shown, max(p - half, 0) - shown, min(p + half, 1) - shown


# %% wrong="counts_by_a_hundred" exercise="share_drift" says="should be"
def share_drift(dark, shown):
    n, p, z = 100, np.mean(dark), 1.96
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p - shown, centre - half - shown, centre + half - shown


# %% wrong="in_percent" exercise="share_drift" says="should be"
def share_drift(dark, shown):
    n, p, z = len(dark), np.mean(dark), 1.96
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return tuple(100 * np.array([p - shown, centre - half - shown, centre + half - shown]))


# %% right="exact_z" exercise="share_drift"
def share_drift(dark, shown):
    from scipy.stats import norm

    n, p, z = len(dark), np.mean(dark), norm.ppf(0.975)
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    return p - shown, centre - half - shown, centre + half - shown



# %% right="by_the_quadratic" exercise="share_drift"
def share_drift(dark, shown):
    n, p, z = len(dark), float(np.mean(dark)), 1.96
    low, high = np.sort(np.roots([n + z**2, -(2 * n * p + z**2), n * p**2]).real)
    return np.array([p, low, high]) - shown


# %% right="by_a_search" exercise="share_drift"
def share_drift(dark, shown):
    from scipy.optimize import brentq

    n, p = len(dark), float(np.mean(dark))

    def off(q):
        return (p - q) ** 2 * n - 1.96**2 * q * (1 - q)

    low = 0.0 if p == 0 else brentq(off, 0, p - 1e-12, xtol=1e-12)
    high = 1.0 if p == 1 else brentq(off, p + 1e-12, 1, xtol=1e-12)
    return p - shown, low - shown, high - shown


# %% wrong="psi_turned_round" exercise="truncation_curve" says="turned round"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [mean + (1 - psi) * (w - mean) for psi in psis]
    return np.array([(measures.coverage(x, real, k), np.mean(is_rare(x))) for x in moved])


# %% wrong="towards_zero" exercise="truncation_curve" says="not towards 0"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [psi * w for psi in psis]
    return np.array([(measures.coverage(x, real, k), np.mean(is_rare(x))) for x in moved])


# %% wrong="share_before_truncation" exercise="truncation_curve" says="among the .truncated"
def truncation_curve(w, mean, real, is_rare, psis, k):
    return np.array([(measures.coverage(mean + psi * (w - mean), real, k), np.mean(is_rare(w)))
                     for psi in psis])


# %% wrong="share_first" exercise="truncation_curve" says="coverage stands first"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [mean + psi * (w - mean) for psi in psis]
    return np.array([(np.mean(is_rare(x)), measures.coverage(x, real, k)) for x in moved])


# %% wrong="lying_on_its_side" exercise="truncation_curve" says="one .row. for each"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [mean + psi * (w - mean) for psi in psis]
    return np.array([(measures.coverage(x, real, k), np.mean(is_rare(x))) for x in moved]).T


# %% wrong="recall_instead" exercise="truncation_curve" says="or this is recall"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [mean + psi * (w - mean) for psi in psis]
    return np.array([(measures.recall(x, real, k), np.mean(is_rare(x))) for x in moved])


# %% wrong="clips_styles" exercise="truncation_curve" says="truncation .scales."
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [np.clip(w, mean - psi, mean + psi) for psi in psis]
    return np.array([(measures.coverage(x, real, k), np.mean(is_rare(x))) for x in moved])


# %% wrong="truncates_again_and_again" exercise="truncation_curve" says="not with those"
def truncation_curve(w, mean, real, is_rare, psis, k):
    curve = []
    for psi in psis:
        w = mean + psi * (w - mean)
        curve.append((measures.coverage(w, real, k), np.mean(is_rare(w))))
    return np.array(curve)


# %% wrong="one_neighbour_always" exercise="truncation_curve" says="curve for k = 1"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [mean + psi * (w - mean) for psi in psis]
    return np.array([(measures.coverage(x, real, 1), np.mean(is_rare(x))) for x in moved])


# %% wrong="as_whole_as_psi" exercise="truncation_curve" says="curve of integers"
def truncation_curve(w, mean, real, is_rare, psis, k):
    curve = np.zeros((len(psis), 2), dtype=np.asarray(psis).dtype)
    for row, psi in enumerate(psis):
        x = mean + psi * (w - mean)
        curve[row] = measures.coverage(x, real, k), np.mean(is_rare(x))
    return curve


# %% wrong="as_whole_as_w" exercise="truncation_curve" says="curve of integers"
def truncation_curve(w, mean, real, is_rare, psis, k):
    x, curve = np.empty_like(w), []
    for psi in psis:
        x[:] = mean + psi * (w - mean)
        curve.append((measures.coverage(x, real, k), np.mean(is_rare(x))))
    return np.array(curve)


# %% wrong="towards_its_own_mean" exercise="truncation_curve" says="should be"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [w.mean(axis=0) + psi * (w - w.mean(axis=0)) for psi in psis]
    return np.array([(measures.coverage(x, real, k), np.mean(is_rare(x))) for x in moved])


# %% wrong="never_above_one" exercise="truncation_curve" says="another curve|curve of integers"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [mean + min(psi, 1) * (w - mean) for psi in psis]
    return np.array([(measures.coverage(x, real, k), np.mean(is_rare(x))) for x in moved])


# %% wrong="sorts_psi" exercise="truncation_curve" says="should be"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [mean + psi * (w - mean) for psi in sorted(psis)]
    return np.array([(measures.coverage(x, real, k), np.mean(is_rare(x))) for x in moved])


# %% wrong="share_of_the_real" exercise="truncation_curve" says="should be"
### INSTEAD OF np.mean(is_rare(x))
np.mean(is_rare(real))


# %% right="list_of_pairs" exercise="truncation_curve"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [mean + psi * (w - mean) for psi in psis]
    return [(coverage_of(x, real, k), np.mean(is_rare(x))) for x in moved]



# %% right="weighted_mean_and_own_coverage" exercise="truncation_curve"
def truncation_curve(w, mean, real, is_rare, psis, k):
    curve = np.empty((len(psis), 2))
    for row, psi in enumerate(psis):
        x = psi * w + (1 - psi) * mean
        curve[row] = coverage_of(x, real, k), np.count_nonzero(is_rare(x)) / len(x)
    return curve


# %% wrong="cut_to_the_shorter" exercise="gan_losses" says="should be"
def gan_losses(real_logits, fake_logits):
    r, f = np.asarray(real_logits, float), np.asarray(fake_logits, float)
    n = min(len(r), len(f))
    return np.mean(np.logaddexp(0, -r[:n]) + np.logaddexp(0, f[:n])), np.logaddexp(0, -f).mean()


# %% wrong="loss_of_the_mean_logit" exercise="gan_losses" says="should be"
def gan_losses(real_logits, fake_logits):
    r, f = np.mean(real_logits), np.mean(fake_logits)
    return np.logaddexp(0, -r) + np.logaddexp(0, f), np.logaddexp(0, -f)


# %% wrong="divided_by_the_real_ones" exercise="gan_losses" says="should be"
def gan_losses(real_logits, fake_logits):
    r, f = np.asarray(real_logits, float), np.asarray(fake_logits, float)
    n = len(r)
    return np.logaddexp(0, -r).sum() / n + np.logaddexp(0, f).sum() / n, np.logaddexp(
        0, -f
    ).sum() / n


# %% right="torch_binary_cross_entropy" exercise="gan_losses"
import torch


def gan_losses(real_logits, fake_logits):
    r, f = (torch.as_tensor(np.asarray(one, np.float32)) for one in (real_logits, fake_logits))
    bce = torch.nn.functional.binary_cross_entropy_with_logits
    loss_d = bce(r, torch.ones_like(r)) + bce(f, torch.zeros_like(f))
    return loss_d.item(), bce(f, torch.ones_like(f)).item()


# %% wrong="with_a_tolerance" exercise="coverage_of" says="times as large"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    own = np.sort(np.linalg.norm(real[:, None] - real, axis=-1), 1)[:, k]
    return np.mean(np.linalg.norm(real[:, None] - generated, axis=-1).min(1) < own - 1e-6)


# %% wrong="one_radius_for_all_too" exercise="coverage_of" says="should be"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    own = np.sort(np.linalg.norm(real[:, None] - real, axis=-1), 1)[:, k].mean()
    return np.mean(np.linalg.norm(real[:, None] - generated, axis=-1).min(1) < own)


# %% wrong="square_against_distance" exercise="coverage_of" says="squares"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    own = np.sort(np.linalg.norm(real[:, None] - real, axis=-1), 1)[:, k]
    return np.mean(((real[:, None] - generated) ** 2).sum(-1).min(1) < own)


# %% wrong="mean_of_k_distances" exercise="coverage_of" says="should be"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError
    own = np.sort(np.linalg.norm(real[:, None] - real, axis=-1), 1)[:, 1 : k + 1].mean(1)
    return np.mean(np.linalg.norm(real[:, None] - generated, axis=-1).min(1) < own)


# %% right="trees" exercise="coverage_of"
from scipy.spatial import cKDTree


def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError("too few real points")
    own = cKDTree(real).query(real, [k + 1])[0][:, 0]
    return float(np.mean(cKDTree(generated).query(real)[0] < own))


# %% right="single_precision_share" exercise="coverage_of"
def coverage_of(generated, real, k):
    if k >= len(real):
        raise ValueError("k")
    scale = np.abs(real).max() or 1
    g, r = (generated / scale).astype(np.float32), (real / scale).astype(np.float32)
    d = ((r[:, None] - r) ** 2).sum(-1)
    return np.float32((((r[:, None] - g) ** 2).sum(-1).min(1) < np.sort(d, 1)[:, k]).mean())


# %% wrong="label_zero_left_out" exercise="birthday_estimate" says="4000"
def birthday_estimate(labels):
    m, n = len(labels), np.unique(labels[labels != 0], return_counts=True)[1]
    same = np.sum(n * (n - 1)) / 2
    return m * (m - 1) / 2 / same if same else np.inf


# %% wrong="draws_with_a_twin" exercise="birthday_estimate" says="twin"
def birthday_estimate(labels):
    m, n = len(labels), np.unique(labels, return_counts=True)[1]
    same = np.sum(n[n > 1])
    return m * (m - 1) / 2 / same if same else np.inf


# %% wrong="sums_in_the_labels_type" exercise="birthday_estimate" says="one byte"
def birthday_estimate(labels):
    same = np.triu(labels[:, None] - labels == 0, 1).sum(dtype=labels.dtype)
    m = len(labels)
    return m * (m - 1) / 2 / same if same else np.inf


# %% wrong="agresti_coull" exercise="share_drift" says="should be"
def share_drift(dark, shown):
    k, n = np.sum(dark), len(dark)
    n4 = n + 1.96**2
    c = (k + 1.96**2 / 2) / n4
    w = 1.96 * np.sqrt(c * (1 - c) / n4)
    return k / n - shown, c - w - shown, c + w - shown


# %% wrong="ends_not_negative" exercise="share_drift" says="should be"
def share_drift(dark, shown):
    p, n, z = np.mean(dark), len(dark), 1.96
    c, w = (
        (p + z**2 / 2 / n) / (1 + z**2 / n),
        z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / 4 / n**2),
    )
    return p - shown, max(c - w - shown, 0), min(c + w - shown, 1)


# %% wrong="clopper_pearson" exercise="share_drift" says="should be"
def share_drift(dark, shown):
    from scipy.stats import beta
    k, n = int(np.sum(dark)), len(dark)
    low = beta.ppf(0.025, k, n - k + 1) if k else 0
    high = beta.ppf(0.975, k + 1, n - k) if k < n else 1
    return k / n - shown, low - shown, high - shown


# %% right="bisection" exercise="share_drift"
def share_drift(dark, shown):
    p, n = np.count_nonzero(dark) / np.size(dark), np.size(dark)
    def end(a, b):  # a outside or on the edge, b = p inside
        for _ in range(60):
            c = (a + b) / 2
            inside = (c - p) ** 2 <= 1.96**2 * c * (1 - c) / n
            a, b = (a, c) if inside else (c, b)
        return b
    return np.array([p, end(0, p), end(1, p)]) - shown


# %% wrong="written_into_integers" exercise="truncation_curve" says="curve of integers"
def truncation_curve(w, mean, real, is_rare, psis, k):
    out = []
    for psi in psis:
        x = np.empty_like(w)
        x[:] = mean + psi * (w - mean)
        out.append([measures.coverage(x, real, k), np.mean(is_rare(x))])
    return np.array(out)


# %% wrong="covers_the_rare_only" exercise="truncation_curve" says="should be"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [mean + psi * (w - mean) for psi in psis]
    return np.array(
        [
            [
                measures.coverage(x, real[is_rare(real)] if is_rare(real).sum() > k else real, k),
                np.mean(is_rare(x)),
            ]
            for x in moved
        ]
    )


# %% wrong="drops_far_styles" exercise="truncation_curve" says="should be"
def truncation_curve(w, mean, real, is_rare, psis, k):
    out = []
    far = np.linalg.norm(w - mean, axis=1)
    for psi in psis:
        x = w[far <= psi * far.max()]
        out.append(
            [measures.coverage(x, real, k) if len(x) else 0, np.mean(is_rare(x)) if len(x) else 0]
        )
    return np.array(out)


# %% wrong="own_idea_of_rare" exercise="truncation_curve" says="should be"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = [mean + psi * (w - mean) for psi in psis]
    return np.array([[measures.coverage(x, real, k), np.mean(x[:, 0] > 2)] for x in moved])


# %% right="float32_table" exercise="truncation_curve"
def truncation_curve(w, mean, real, is_rare, psis, k):
    out = np.zeros((len(psis), 2), np.float32)
    for i, psi in enumerate(psis):
        x = (1 - psi) * mean + psi * w
        rare = is_rare(x)
        out[i] = coverage_of(x, real, k), np.count_nonzero(rare) / len(rare)
    return out


# %% right="all_at_once" exercise="truncation_curve"
def truncation_curve(w, mean, real, is_rare, psis, k):
    moved = mean + np.asarray(psis)[:, None, None] * (w - mean)
    rare = np.asarray(is_rare(moved.reshape(-1, w.shape[1]))).reshape(len(moved), len(w)).mean(1)
    own = np.sort(np.linalg.norm(real[:, None] - real, axis=-1), 1)[:, k]
    cover = [
        np.mean([(np.linalg.norm(x - r, axis=1) < own[i]).any() for i, r in enumerate(real)])
        for x in moved
    ]
    return np.stack([cover, rare], axis=1)
