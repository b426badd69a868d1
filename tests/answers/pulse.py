"""Wrong and right answers to the exercises of lesson `pulse`."""

# %% wrong="no_tolerance" exercise="data_term" says="tolerance is missing"
def data_term(small, y, epsilon):
    return (small - y).square().mean((1, 2, 3))


# %% wrong="smaller_of_both" exercise="data_term" says="the smaller of error and ε"
def data_term(small, y, epsilon):
    return (small - y).square().mean((1, 2, 3)).clamp(max=epsilon)


# %% wrong="sums_over_pixels" exercise="data_term" says="take the mean"
def data_term(small, y, epsilon):
    return (small - y).square().sum((1, 2, 3)).clamp(min=epsilon)


# %% wrong="root_mean_square" exercise="data_term" says="no root"
def data_term(small, y, epsilon):
    return (small - y).square().mean((1, 2, 3)).sqrt().clamp(min=epsilon)


# %% wrong="mean_of_the_batch" exercise="data_term" says="one number for the whole batch"
def data_term(small, y, epsilon):
    return (small - y).square().mean().clamp(min=epsilon)


# %% wrong="clamped_then_averaged" exercise="data_term" says="return one for each item"
def data_term(small, y, epsilon):
    return (small - y).square().mean((1, 2, 3)).clamp(min=epsilon).mean()


# %% wrong="signs_cancel" exercise="data_term" says="signs cancel"
def data_term(small, y, epsilon):
    return (small - y).mean((1, 2, 3)).square().clamp(min=epsilon)


# %% wrong="gradient_cut_off" exercise="data_term" says="gradient is lost"
def data_term(small, y, epsilon):
    return (small.detach() - y).square().mean((1, 2, 3)).clamp(min=epsilon)


# %% wrong="floor_for_every_pixel" exercise="data_term" says="not for every pixel"
def data_term(small, y, epsilon):
    return (small - y).square().clamp(min=epsilon).mean((1, 2, 3))


# %% wrong="absolute_differences" exercise="data_term" says="square before you average"
def data_term(small, y, epsilon):
    return (small - y).abs().mean((1, 2, 3)).clamp(min=epsilon)


# %% wrong="always_002" exercise="data_term" says="floor is `epsilon`"
def data_term(small, y, epsilon):
    return (small - y).square().mean((1, 2, 3)).clamp(min=0.002)


# %% wrong="through_floats" exercise="data_term" says="gradient is lost"
def data_term(small, y, epsilon):
    errors = [float((a - b).square().mean()) for a, b in zip(small, y, strict=True)]
    return torch.tensor([max(error, epsilon) for error in errors])


# %% wrong="through_numpy" exercise="data_term" says="gradient is lost"
def data_term(small, y, epsilon):
    import numpy as np

    return np.maximum(((small - y) ** 2).mean((1, 2, 3)).detach().numpy(), epsilon)


# %% right="item_by_item" exercise="data_term"
def data_term(small, y, epsilon):
    terms = [torch.nn.functional.mse_loss(a, b) for a, b in zip(small, y, strict=True)]
    return torch.maximum(torch.stack(terms), torch.tensor(epsilon))


# %% wrong="root_of_d" exercise="back_to_sphere" says="all get √d"
def back_to_sphere(x, start):
    return x / x.norm(dim=-1, keepdim=True) * x.shape[-1] ** 0.5


# %% wrong="unit_length" exercise="back_to_sphere" says="rows of length 1"
def back_to_sphere(x, start):
    return torch.nn.functional.normalize(x, dim=-1)


# %% wrong="whole_tensor" exercise="back_to_sphere" says="whole tensor is scaled"
def back_to_sphere(x, start):
    return x * start.norm() / x.norm()


# %% wrong="exchanged" exercise="back_to_sphere" says="exchanged"
def back_to_sphere(x, start):
    return start * (x.norm(dim=-1, keepdim=True) / start.norm(dim=-1, keepdim=True))


# %% wrong="upside_down" exercise="back_to_sphere" says="upside down"
def back_to_sphere(x, start):
    return x * (x.norm(dim=-1, keepdim=True) / start.norm(dim=-1, keepdim=True))


# %% right="by_sums_of_squares" exercise="back_to_sphere"
def back_to_sphere(x, start):
    ratio = (start**2).sum(-1) / (x**2).sum(-1)
    return x * ratio.sqrt()[..., None]


# %% wrong="relu_stays" exercise="fit_gaussian" says="not undone"
def fit_gaussian(w):
    return w.mean(0), w.std(0)


# %% wrong="relu_again" exercise="fit_gaussian" says="applied again"
def fit_gaussian(w):
    v = torch.nn.functional.leaky_relu(w, 0.2)
    return v.mean(0), v.std(0)


# %% wrong="variances" exercise="fit_gaussian" says="this is the variance"
def fit_gaussian(w):
    v = torch.where(w < 0, w / 0.2, w)
    return v.mean(0), v.var(0)


# %% wrong="one_gaussian_for_all" exercise="fit_gaussian" says="share one mean|shape"
def fit_gaussian(w):
    v = torch.where(w < 0, w / 0.2, w)
    return v.mean().expand(w.shape[1]), v.std().expand(w.shape[1])


# %% right="by_moments" exercise="fit_gaussian"
def fit_gaussian(w):
    v = torch.nn.functional.leaky_relu(w, 5.0)
    mean = v.sum(0) / len(v)
    return mean, ((v - mean) ** 2).mean(0) ** 0.5


# %% wrong="without_itself" exercise="crossing" says="each row with itself included"
def crossing(w):
    n, rows, d = w.shape
    a, b = w[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return d / 8 * (2 * torch.atan2(apart, along)).square().sum((1, 2)) / (rows * (rows - 1))


# %% wrong="half_angle" exercise="crossing" says="the 2 in θ"
def crossing(w):
    a, b = w[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return w.shape[-1] / 8 * torch.atan2(apart, along).square().mean((1, 2))


# %% wrong="theta_not_squared" exercise="crossing" says="θ enters squared"
def crossing(w):
    a, b = w[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return w.shape[-1] / 8 * (2 * torch.atan2(apart, along)).mean((1, 2))


# %% wrong="arguments_exchanged" exercise="crossing" says="takes ‖a − b‖ first"
def crossing(w):
    a, b = w[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return w.shape[-1] / 8 * (2 * torch.atan2(along, apart)).square().mean((1, 2))


# %% wrong="d_left_out" exercise="crossing" says="factor d/8 is missing"
def crossing(w):
    a, b = w[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return (2 * torch.atan2(apart, along)).square().mean((1, 2))


# %% wrong="true_angle" exercise="crossing" says="use the formula as it stands"
def crossing(w):
    unit = torch.nn.functional.normalize(w, dim=-1)
    cosine = (unit @ unit.transpose(1, 2)).clamp(-1 + 1e-7, 1 - 1e-7)
    return w.shape[-1] / 8 * torch.acos(cosine).square().mean((1, 2))


# %% wrong="infinite_gradient" exercise="crossing" says="gradient is not finite"
def crossing(w):
    a, b = w[:, None], w[:, :, None]
    theta = 2 * torch.atan2((a - b).square().sum(-1).sqrt(), (a + b).square().sum(-1).sqrt())
    return w.shape[-1] / 8 * theta.square().mean((1, 2))


# %% wrong="rows_for_d" exercise="crossing" says="not the number of rows"
def crossing(w):
    a, b = w[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return w.shape[1] / 8 * (2 * torch.atan2(apart, along)).square().mean((1, 2))


# %% wrong="sum_over_pairs" exercise="crossing" says="not their sum"
def crossing(w):
    a, b = w[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return w.shape[-1] / 8 * (2 * torch.atan2(apart, along)).square().sum((1, 2))


# %% wrong="eight" exercise="crossing" says="it isn't 8"
def crossing(w):
    a, b = w[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return 8 * (2 * torch.atan2(apart, along)).square().mean((1, 2))


# %% right="pair_by_pair" exercise="crossing"
def crossing(w):
    def length(x):
        return torch.sqrt((x * x + 1e-9).sum(-1))

    rows, total = range(w.shape[1]), torch.zeros(len(w))
    for i in rows:
        for j in rows:
            a, b = w[:, i], w[:, j]
            total = total + (2 * torch.atan2(length(a - b), length(a + b))) ** 2
    return total * w.shape[-1] / (8 * len(rows) ** 2)


# %% wrong="forgets_the_sphere" exercise="search_loop" says="not put back on their lengths"
### INSTEAD OF x.mul_(lengths / x.norm(dim=-1, keepdim=True))
pass

# %% wrong="sphere_of_root_d" exercise="search_loop" says="not to √d"
### INSTEAD OF x.mul_(lengths / x.norm(dim=-1, keepdim=True))
x.mul_(x.shape[-1] ** 0.5 / x.norm(dim=-1, keepdim=True))

# %% wrong="returns_the_last" exercise="search_loop" says="return its best picture"
### INSTEAD OF better = loss < least
better = loss < float("inf")

# %% wrong="best_step_of_the_batch" exercise="search_loop" says="each item keeps its own best"
### INSTEAD OF better = loss < least
better = (loss.sum() < least.sum()).expand(len(x))

# %% wrong="never_looks_at_the_end" exercise="search_loop" says="look again after|11 times"
### INSTEAD OF range(steps + 1)
range(steps)

# %% wrong="no_tolerance_in_the_loop" exercise="search_loop" says="the data must not pull"
### INSTEAD OF loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
loss = 100 * mse + 0.05 * pulse.geocross(styles)

# %% wrong="data_weight_10" exercise="search_loop" says="weights 100 and 0.05"
### INSTEAD OF loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
loss = 10 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)

# %% wrong="data_weight_1000" exercise="search_loop" says="weights 100 and 0.05"
### INSTEAD OF loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
loss = 1000 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)

# %% wrong="rows_pulled_too_little" exercise="search_loop" says="weights 100 and 0.05"
### INSTEAD OF loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
loss = 100 * mse.clamp(min=epsilon) + 0.002 * pulse.geocross(styles)

# %% wrong="rows_pulled_too_hard" exercise="search_loop" says="weights 100 and 0.05"
### INSTEAD OF loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
loss = 100 * mse.clamp(min=epsilon) + 1.0 * pulse.geocross(styles)

# %% wrong="one_rate_for_all_steps" exercise="search_loop" says="set anew"
### INSTEAD OF adam.param_groups[0]["lr"] = pulse.learning_rate(step, steps)
adam.param_groups[0]["lr"] = pulse.learning_rate(0, steps)

# %% wrong="least_error_instead_of_least_loss" exercise="search_loop" says="GEOCROSS belongs"
### INSTEAD OF better = loss < least
better = mse < errors

# %% wrong="gradients_add_up" exercise="search_loop" says="zero_grad"
### INSTEAD OF adam.zero_grad()
pass

# %% wrong="geocross_left_out" exercise="search_loop" says="GEOCROSS belongs"
### INSTEAD OF loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
loss = 100 * mse.clamp(min=epsilon)

# %% wrong="geocross_times_5" exercise="search_loop" says="the weights are 100"
### INSTEAD OF loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
loss = 100 * mse.clamp(min=epsilon) + 5 * pulse.geocross(styles)

# %% wrong="data_weight_1" exercise="search_loop" says="the weights are 100"
### INSTEAD OF loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
loss = mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)

# %% wrong="returns_the_floored_error" exercise="search_loop" says="these are max"
### INSTEAD OF pictures[better], mse[better]
pictures[better], mse[better].clamp(min=epsilon)

# %% wrong="floor_after_the_weight" exercise="search_loop" says="before it is multiplied"
### INSTEAD OF loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
loss = (100 * mse).clamp(min=epsilon) + 0.05 * pulse.geocross(styles)

# %% wrong="floor_of_the_whole_loss" exercise="search_loop" says="before it is multiplied"
### INSTEAD OF loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
loss = (100 * mse + 0.05 * pulse.geocross(styles)).clamp(min=epsilon)

# %% wrong="new_adam_at_every_step" exercise="search_loop" says="make one Adam"
### INSTEAD OF adam.param_groups[0]["lr"] = pulse.learning_rate(step, steps)
adam = torch.optim.Adam([x], lr=pulse.learning_rate(step, steps))

# %% wrong="rate_not_set" exercise="search_loop" says="rate isn't set"
### INSTEAD OF adam.param_groups[0]["lr"] = pulse.learning_rate(step, steps)
pass

# %% wrong="rate_of_the_next_step" exercise="search_loop" says="that of k = 1"
### INSTEAD OF adam.param_groups[0]["lr"] = pulse.learning_rate(step, steps)
adam.param_groups[0]["lr"] = pulse.learning_rate(step + 1, steps)

# %% wrong="always_002_in_the_loop" exercise="search_loop" says="as it is given"
### INSTEAD OF loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
loss = 100 * mse.clamp(min=2e-3) + 0.05 * pulse.geocross(styles)

# %% wrong="not_detached" exercise="search_loop" says="detach what you return"
def search_loop(draw, shrink, latents, y, steps, epsilon):
    x = latents.clone().requires_grad_(True)
    lengths, adam, history = latents.norm(dim=-1, keepdim=True), torch.optim.Adam([x]), []
    for step in range(steps + 1):
        pictures, styles = draw(x)
        mse = (shrink(pictures) - y).square().mean((1, 2, 3))
        loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
        history.append((loss, mse, pictures))
        if step < steps:
            adam.param_groups[0]["lr"] = pulse.learning_rate(step, steps)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            with torch.no_grad():
                x.mul_(lengths / x.norm(dim=-1, keepdim=True))
    losses, errors, shown = (torch.stack(values) for values in zip(*history, strict=True))
    at, item = losses.argmin(0), torch.arange(len(latents))
    return shown[at, item], errors[at, item]


# %% right="adam_by_hand" exercise="search_loop"
def search_loop(draw, shrink, latents, y, steps, epsilon):
    x, lengths = latents.clone(), latents.norm(dim=-1, keepdim=True)
    first, second, history = torch.zeros_like(x), torch.zeros_like(x), []
    for step in range(steps + 1):
        x = x.detach().requires_grad_(True)
        pictures, styles = draw(x)
        mse = (shrink(pictures) - y).square().mean((1, 2, 3))
        loss = 100 * torch.maximum(mse, torch.tensor(epsilon)) + 0.05 * pulse.geocross(styles)
        history.append((loss.detach(), mse.detach(), pictures.detach()))
        (slope,) = torch.autograd.grad(loss.sum(), x)
        with torch.no_grad():
            first, second = 0.9 * first + 0.1 * slope, 0.999 * second + 0.001 * slope**2
            k = step + 1
            x = x - pulse.learning_rate(step, steps) * (first / (1 - 0.9**k)) / (
                (second / (1 - 0.999**k)).sqrt() + 1e-8)
            x = x * lengths / x.norm(dim=-1, keepdim=True)
    losses, errors, shown = (torch.stack(values) for values in zip(*history, strict=True))
    at, item = losses.argmin(0), torch.arange(len(latents))
    return shown[at, item], errors[at, item]


# %% right="keeps_pictures_without_a_copy" exercise="search_loop"
def search_loop(draw, shrink, latents, y, steps, epsilon):
    x = latents.clone().requires_grad_(True)
    lengths = latents.norm(dim=-1, keepdim=True)
    adam = torch.optim.Adam([x])
    for step in range(steps + 1):
        pictures, styles = draw(x)
        mse = (shrink(pictures) - y).square().mean((1, 2, 3))
        loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
        with torch.no_grad():
            if step == 0:
                best, errors, least = pictures.detach(), mse.detach(), loss
            else:
                better = loss < least
                best[better], errors[better] = pictures[better], mse[better]
                least = torch.minimum(least, loss)
        if step < steps:
            adam.param_groups[0]["lr"] = pulse.learning_rate(step, steps)
            adam.zero_grad()
            loss.sum().backward()
            adam.step()
            with torch.no_grad():
                x.mul_(lengths / x.norm(dim=-1, keepdim=True))
    return best, errors


# %% right="history_without_copies" exercise="search_loop"
def search_loop(draw, shrink, latents, y, steps, epsilon):
    x = torch.nn.Parameter(latents.clone())
    adam, history = torch.optim.Adam([x]), []

    def look():
        pictures, styles = draw(x)
        mse = (shrink(pictures) - y).square().mean((1, 2, 3))
        loss = 100 * torch.where(mse > epsilon, mse, epsilon) + 0.05 * pulse.geocross(styles)
        history.append((loss.detach(), mse.detach(), pictures.detach()))
        return loss

    loss = look()
    for step in range(steps):
        adam.param_groups[0]["lr"] = pulse.learning_rate(step, steps)
        adam.zero_grad()
        loss.mean().backward()
        adam.step()
        x.data = torch.nn.functional.normalize(x.data, dim=-1) * latents.norm(dim=-1, keepdim=True)
        loss = look()
    losses, errors, shown = (torch.stack(values) for values in zip(*history, strict=True))
    at, item = losses.argmin(0), torch.arange(len(latents))
    return shown[at, item], errors[at, item]


# %% wrong="tries_seed_one_only" exercise="check_seeds" says="try the seed 0 twice"
def check_seeds(run):
    assert np.allclose(run(reachable, seed=1).pictures, run(reachable, seed=1).pictures)
    assert not np.allclose(run(reachable, seed=1).pictures, run(reachable, seed=2).pictures)


# %% wrong="repeats_but_never_compares_seeds" exercise="check_seeds" says="are the same seed"
def check_seeds(run):
    for seed in (0, 1, 2):
        assert np.allclose(run(reachable, seed=seed).pictures, run(reachable, seed=seed).pictures)


# %% wrong="compares_with_stored_pictures" exercise="check_seeds" says="other random numbers"
def check_seeds(run):
    for seed in (0, 1, 2):
        assert np.allclose(run(reachable, seed=seed).pictures, sound(reachable, seed=seed).pictures)


# %% wrong="never_asserts" exercise="check_seeds" says="try the seed 0 twice"
def check_seeds(run):
    run(reachable, seed=0)
    run(reachable, seed=0)


# %% wrong="returns_a_verdict" exercise="check_seeds" says="returns False"
def check_seeds(run):
    return np.allclose(run(reachable, seed=0).pictures, run(reachable, seed=0).pictures)


# %% wrong="tries_seed_zero_only" exercise="check_seeds" says="1 and 2 are the same seed"
def check_seeds(run):
    assert np.array_equal(run(reachable, seed=0).pictures, run(reachable, seed=0).pictures)


# %% right="by_distances" exercise="check_seeds"
def check_seeds(run):
    y = np.stack([reachable, unreachable])
    one, other = ([run(y, starts=3, seed=seed).pictures for seed in range(10)] for _ in range(2))
    for a in range(10):
        for b in range(10):
            distance = np.abs(one[a] - other[b]).max()
            if a == b and distance > 1e-9:
                raise AssertionError(f"seed {a} can't be repeated")
            if a != b and distance < 1e-9:
                raise AssertionError(f"seeds {a} and {b} are one")


# %% wrong="one_input_only" exercise="check_residuals" says="third input"
def check_residuals(run):
    found = run(reachable, starts=4)
    assert np.allclose(found.residuals, residual(found.pictures, reachable), rtol=1e-6)


# %% wrong="one_start_only" exercise="check_residuals" says="residual of the last"
def check_residuals(run):
    for seed in range(10):
        y = np.stack([reachable, unreachable])
        found = run(y, starts=1, seed=seed)
        assert np.allclose(found.residuals, residual(found.pictures, y[:, None]), rtol=1e-6)


# %% wrong="to_the_last_bit" exercise="check_residuals" says="in single precision"
def check_residuals(run):
    y = np.stack([reachable, unreachable])
    found = run(y, starts=4)
    assert np.abs(found.residuals - residual(found.pictures, y[:, None])).max() < 1e-15


# %% wrong="small_is_good_enough" exercise="check_residuals" says="compute the error of the picture"
def check_residuals(run):
    assert (run(reachable, starts=4).residuals < EPSILON).all()


# %% wrong="expects_known_numbers" exercise="check_residuals" says="uses other random numbers"
def check_residuals(run):
    y = np.stack([reachable, unreachable])
    assert np.allclose(run(y, starts=4).residuals, sound(y, starts=4).residuals)


# %% wrong="means_only" exercise="check_residuals" says="residual of the last"
def check_residuals(run):
    y = np.stack([reachable, unreachable])
    found = run(y, starts=4)
    assert np.isclose(found.residuals.mean(), residual(found.pictures, y[:, None]).mean())


# %% right="one_by_one" exercise="check_residuals"
def check_residuals(run):
    rng = np.random.default_rng(3)
    for y in (rng.random((3, 8)), np.stack([reachable, unreachable, reachable])):
        found = run(y, starts=5, seed=11)
        for pictures, told, goal in zip(found.pictures, found.residuals, y, strict=True):
            for picture, number in zip(pictures, told, strict=True):
                error = np.mean((block_averages(picture) - goal) ** 2)
                assert abs(error - number) < 1e-7 * max(error, 1e-3)


# %% wrong="alone_only" exercise="check_verdict" says="sum"
def check_verdict(run):
    assert run(reachable).met.all() and not run(unreachable).met.any()


# %% wrong="all_reachable" exercise="check_verdict" says="lets a program pass"
def check_verdict(run):
    found = run(np.stack([reachable] * 8), starts=4)
    assert found.met.all() == (found.residuals <= EPSILON).all()


# %% wrong="some_met" exercise="check_verdict" says="lets a program pass"
def check_verdict(run):
    found = run(np.stack([reachable, unreachable]), starts=4)
    assert found.met.any() and not found.met.all()


# %% wrong="expects_the_sound_ones" exercise="check_verdict" says="refuses a sound program"
def check_verdict(run):
    y = np.stack([reachable, unreachable, 0.5 * unreachable])
    for epsilon in np.quantile(sound(y, starts=9).residuals, (0.1, 0.5, 0.9)):
        assert np.array_equal(run(y, starts=9, epsilon=epsilon).met,
                              sound(y, starts=9, epsilon=epsilon).met)


# %% wrong="default_epsilon_only" exercise="check_verdict" says="try another `epsilon`"
def check_verdict(run):
    found = run(np.stack([reachable] * 3 + [unreachable]), starts=4)
    assert np.array_equal(found.met, found.residuals <= EPSILON)


# %% right="by_thresholds_between_residuals" exercise="check_verdict"
def check_verdict(run):
    y = np.stack([unreachable, reachable, 0.3 * unreachable, reachable])
    values = np.unique(run(y, starts=3, seed=5).residuals)
    for low, high in zip(values[:-1], values[1:], strict=True):
        found = run(y, starts=3, seed=5, epsilon=(low + high) / 2)
        for told, residual in zip(found.met.ravel(), found.residuals.ravel(), strict=True):
            assert bool(told) == bool(residual <= (low + high) / 2)

# --- what the findings list, and more ---

# %% wrong="changes_y" exercise="data_term" says="in place|changes"
def data_term(small, y, epsilon):
    y -= small
    return y.square().mean((1, 2, 3)).clamp(min=epsilon)


# %% wrong="floor_detached_half_the_slope" exercise="data_term" says="gradient"
def data_term(small, y, epsilon):
    mse = (small - y).square().mean((1, 2, 3))
    return (0.5 * mse + 0.5 * mse.detach()).clamp(min=epsilon)


# %% wrong="floor_without_a_kink" exercise="data_term" says="the pull on an item within"
def data_term(small, y, epsilon):
    mse = (small - y).square().mean((1, 2, 3))
    return mse + (mse.clamp(min=epsilon) - mse).detach()


# %% wrong="divides_by_48" exercise="data_term" says="should be"
def data_term(small, y, epsilon):
    return ((small - y).square().sum((1, 2, 3)) / 48).clamp(min=epsilon)


# %% wrong="rounds_to_six_digits" exercise="data_term" says="gradient|should be"
def data_term(small, y, epsilon):
    return (((small - y).square().mean((1, 2, 3)) * 1e6).round() / 1e6).clamp(min=epsilon)


# %% right="with_where" exercise="data_term"
def data_term(small, y, epsilon):
    mse = ((small - y) ** 2).flatten(1).mean(1)
    return torch.where(mse > epsilon, mse, torch.full_like(mse, epsilon))


# %% right="in_double_precision" exercise="data_term"
def data_term(small, y, epsilon):
    return torch.nn.functional.relu((small.double() - y).pow(2).mean([1, 2, 3]) - epsilon) + epsilon


# %% right="constants_within_the_tolerance" exercise="data_term"
def data_term(small, y, epsilon):
    e = (small - y).pow(2).mean(dim=(1, 2, 3))
    return torch.stack([v if v > epsilon else torch.zeros_like(v) + epsilon for v in e])


# %% right="larger_of_two_tensors" exercise="data_term"
def data_term(small, y, epsilon):
    floor = torch.tensor(epsilon)
    return torch.stack([max(item.mean(), floor) for item in (small - y) ** 2])


# %% wrong="pulls_within_the_tolerance" exercise="data_term" says="pull on an item within"
def data_term(small, y, epsilon):
    e = (small - y).square().mean((1, 2, 3))
    return e + (e.clamp(min=epsilon) - e).detach()


# %% wrong="third_axis" exercise="back_to_sphere" says="Dimension|IndexError"
def back_to_sphere(x, start):
    return x * (start.norm(dim=2, keepdim=True) / x.norm(dim=2, keepdim=True))


# %% wrong="in_place" exercise="back_to_sphere" says="in place|changes"
def back_to_sphere(x, start):
    return x.mul_(start.norm(dim=-1, keepdim=True) / x.norm(dim=-1, keepdim=True))


# %% wrong="in_place_division" exercise="back_to_sphere" says="in place|changes"
def back_to_sphere(x, start):
    x /= x.norm(dim=-1, keepdim=True)
    return x * start.norm(dim=-1, keepdim=True)


# %% wrong="without_keepdim" exercise="back_to_sphere" says="size of tensor|should be"
def back_to_sphere(x, start):
    return x * (start.norm(dim=-1) / x.norm(dim=-1))


# %% wrong="columns" exercise="back_to_sphere" says="should be|not finite|shape"
def back_to_sphere(x, start):
    return x * (start.norm(dim=-2, keepdim=True) / x.norm(dim=-2, keepdim=True))


# %% wrong="with_a_large_epsilon" exercise="back_to_sphere" says="lengths over those of the start"
def back_to_sphere(x, start):
    return x * (start.norm(dim=-1, keepdim=True) / (x.norm(dim=-1, keepdim=True) + 1e-6))


# %% wrong="largest_number_for_length" exercise="back_to_sphere" says="should be"
def back_to_sphere(x, start):
    return x * (start.abs().amax(-1, keepdim=True) / x.abs().amax(-1, keepdim=True))


# %% wrong="sums_for_lengths" exercise="back_to_sphere" says="should be|not finite"
def back_to_sphere(x, start):
    return x * (start.abs().sum(-1, keepdim=True) / x.abs().sum(-1, keepdim=True))


# %% right="with_normalize" exercise="back_to_sphere"
def back_to_sphere(x, start):
    lengths = torch.linalg.vector_norm(start, dim=-1, keepdim=True)
    return torch.nn.functional.normalize(x, dim=-1) * lengths


# %% right="in_double_precision" exercise="back_to_sphere"
def back_to_sphere(x, start):
    x, start = x.double(), start.double()
    squares = torch.einsum("...d,...d->...", x, x)
    return (x * (start.norm(dim=-1) / squares.sqrt())[..., None]).float()


# %% wrong="in_place" exercise="fit_gaussian" says="in place|changes"
def fit_gaussian(w):
    w[w < 0] /= 0.2
    return w.mean(0), w.std(0)


# %% wrong="all_divided" exercise="fit_gaussian" says="should be"
def fit_gaussian(w):
    return (w / 0.2).mean(0), (w / 0.2).std(0)


# %% wrong="slope_of_a_hundredth" exercise="fit_gaussian" says="should be"
def fit_gaussian(w):
    v = torch.where(w < 0, w / 0.01, w)
    return v.mean(0), v.std(0)


# %% wrong="negative_ones_dropped" exercise="fit_gaussian" says="should be"
def fit_gaussian(w):
    v = w.clamp(min=0)
    return v.mean(0), v.std(0)


# %% wrong="exchanged" exercise="fit_gaussian" says="should be"
def fit_gaussian(w):
    v = torch.where(w < 0, w / 0.2, w)
    return v.std(0), v.mean(0)


# %% wrong="items_for_coordinates" exercise="fit_gaussian" says="shape"
def fit_gaussian(w):
    v = torch.where(w < 0, w / 0.2, w)
    return v.mean(1), v.std(1)


# %% wrong="median" exercise="fit_gaussian" says="should be"
def fit_gaussian(w):
    v = torch.where(w < 0, w / 0.2, w)
    return v.median(0).values, v.std(0)


# %% right="minimum_of_both" exercise="fit_gaussian"
def fit_gaussian(w):
    v = torch.minimum(w, 5 * w)
    return [v.mean(dim=0), v.std(dim=0, correction=0)]


# %% right="on_a_copy" exercise="fit_gaussian"
def fit_gaussian(w):
    v = w.clone()
    v[v < 0] /= 0.2
    return v.mean(0), torch.sqrt(v.var(0))


# %% wrong="no_gradient" exercise="crossing" says="gradient is lost"
def crossing(w):
    w = w.detach()
    a, b = w[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return w.shape[-1] / 8 * (2 * torch.atan2(apart, along)).square().mean((1, 2))


# %% wrong="half_the_gradient" exercise="crossing" says="the gradient, against"
def crossing(w):
    a, b = w.detach()[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return w.shape[-1] / 8 * (2 * torch.atan2(apart, along)).square().mean((1, 2))


# %% wrong="zero_gradient" exercise="crossing" says="the gradient, against"
def crossing(w):
    a, b = w.detach()[:, None], w.detach()[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return w.shape[-1] / 8 * (2 * torch.atan2(apart, along)).square().mean((1, 2)) + 0 * w.sum()


# %% wrong="through_floats" exercise="crossing" says="gradient is lost"
def crossing(w):
    total = [sum(float(2 * torch.atan2((a - b).norm(), (a + b).norm())) ** 2
                 for a in item for b in item) for item in w]
    return torch.tensor(total) * w.shape[-1] / 8 / w.shape[1] ** 2


# %% wrong="unit_rows_in_place" exercise="crossing" says="place|changes|as it stands"
def crossing(w):
    with torch.no_grad():
        w /= w.norm(dim=-1, keepdim=True)
    a, b = w[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return w.shape[-1] / 8 * (2 * torch.atan2(apart, along)).square().mean((1, 2))


# %% wrong="epsilon_too_large" exercise="crossing" says="should be"
def crossing(w):
    a, b = w[:, None], w[:, :, None]
    apart, along = (((x.square() + 1e-3).sum(-1)).sqrt() for x in (a - b, a + b))
    return w.shape[-1] / 8 * (2 * torch.atan2(apart, along)).square().mean((1, 2))


# %% wrong="neighbours_only" exercise="crossing" says="each row with itself included"
def crossing(w):
    a, b = w, w.roll(1, 1)
    apart, along = (((x.square() + 1e-9).sum(-1)).sqrt() for x in (a - b, a + b))
    return w.shape[-1] / 8 * (2 * torch.atan2(apart, along)).square().mean(1)


# %% right="with_norms" exercise="crossing"
def crossing(w):
    apart = torch.linalg.vector_norm(w[:, :, None] - w[:, None] + 1e-6, dim=-1)
    along = torch.linalg.vector_norm(w[:, :, None] + w[:, None] + 1e-6, dim=-1)
    return w.shape[-1] / 8 * (2 * torch.atan2(apart, along)).pow(2).flatten(1).mean(1)


# %% right="torch_norm" exercise="crossing"
def crossing(w):
    apart = torch.norm(w[:, :, None] - w[:, None], dim=-1)
    along = torch.norm(w[:, :, None] + w[:, None], dim=-1)
    return w.shape[-1] / 8 * (2 * torch.atan2(apart, along)).pow(2).mean((1, 2))


# %% wrong="ignores_shrink" exercise="search_loop" says="shrink"
### INSTEAD OF (shrink(pictures) - y)
(pictures.mean((2, 3), keepdim=True) - y)

# %% wrong="stops_early" exercise="search_loop" says="stop early|looked at"
def search_loop(draw, shrink, latents, y, steps, epsilon):
    x = latents.clone().requires_grad_(True)
    lengths = latents.norm(dim=-1, keepdim=True)
    adam, history = torch.optim.Adam([x]), []
    for step in range(steps + 1):
        pictures, styles = draw(x)
        mse = (shrink(pictures) - y).square().mean((1, 2, 3))
        loss = 100 * mse.clamp(min=epsilon) + 0.05 * pulse.geocross(styles)
        history.append((loss.detach(), mse.detach(), pictures.detach()))
        if step == steps or (mse <= epsilon).all():
            break
        adam.param_groups[0]["lr"] = pulse.learning_rate(step, steps)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        with torch.no_grad():
            x.mul_(lengths / x.norm(dim=-1, keepdim=True))
    losses, errors, shown = (torch.stack(values) for values in zip(*history, strict=True))
    at, item = losses.argmin(0), torch.arange(len(latents))
    return shown[at, item], errors[at, item]


# %% wrong="freezes_within_epsilon" exercise="search_loop" says="should be|GEOCROSS"
### INSTEAD OF step < steps
step < steps and (mse > epsilon).any()

# %% wrong="constant_rate_after_ten" exercise="search_loop" says="rate anew"
### INSTEAD OF adam.param_groups[0]["lr"] = pulse.learning_rate(step, steps)
adam.param_groups[0]["lr"] = pulse.learning_rate(min(step, 10), steps)

# %% wrong="constant_rate_for_long_searches" exercise="search_loop" says="rate anew"
### INSTEAD OF adam.param_groups[0]["lr"] = pulse.learning_rate(step, steps)
adam.param_groups[0]["lr"] = pulse.learning_rate(step, steps) if steps <= 10 else 0.2

# %% wrong="changes_the_latents" exercise="search_loop" says="work on a copy|in place|changes"
### INSTEAD OF latents.clone().requires_grad_(True)
latents.requires_grad_(True)

# %% wrong="mean_loss_for_all" exercise="search_loop" says="each item keeps its own best|shape"
### INSTEAD OF better = loss < least
better = (loss.mean() < least.mean()).expand(len(x))

# %% wrong="signed_loss" exercise="search_loop" says="should be|mse"
### INSTEAD OF (shrink(pictures) - y).square().mean((1, 2, 3))
(shrink(pictures) - y).mean((1, 2, 3)).square()

# %% wrong="sum_instead_of_mean" exercise="search_loop" says="should be|errors|mse"
### INSTEAD OF (shrink(pictures) - y).square().mean((1, 2, 3))
(shrink(pictures) - y).square().sum((1, 2, 3))

# %% wrong="gradient_descent" exercise="search_loop" says="should be|rate"
### INSTEAD OF torch.optim.Adam([x])
torch.optim.SGD([x], lr=0.1)


# %% wrong="penalty_of_the_latents" exercise="search_loop" says="smallest loss"
### INSTEAD OF pulse.geocross(styles)
pulse.geocross(x)


# %% right="a_parameter_and_its_data" exercise="search_loop"
def search_loop(draw, shrink, latents, y, steps, epsilon):
    x = torch.nn.Parameter(latents.detach().clone())
    lengths = x.detach().norm(dim=-1, keepdim=True)
    adam = torch.optim.Adam([x])

    def look():
        pictures, styles = draw(x)
        mse = (shrink(pictures) - y).square().flatten(1).mean(1)
        beyond = torch.relu(mse - epsilon)
        return pictures, mse, 100 * (beyond + epsilon) + 0.05 * pulse.geocross(styles)

    pictures, mse, loss = look()
    kept, errors, best = pictures.detach().clone(), mse.detach().clone(), loss.detach().clone()
    for k in range(steps):
        adam.param_groups[0]["lr"] = pulse.learning_rate(k, steps)
        adam.zero_grad()
        loss.sum().backward()
        adam.step()
        x.data = torch.nn.functional.normalize(x.data, dim=-1) * lengths
        pictures, mse, loss = look()
        better = loss.detach() < best
        best = torch.where(better, loss.detach(), best)
        errors = torch.where(better, mse.detach(), errors)
        kept = torch.where(better[:, None, None, None], pictures.detach(), kept)
    return kept, errors


# %% wrong="neighbours_only" exercise="check_seeds" says="lets a program pass"
def check_seeds(run):
    pictures = [run(reachable, starts=2, seed=seed).pictures for seed in range(10)]
    for seed, x in enumerate(pictures):
        assert np.allclose(x, run(reachable, starts=2, seed=seed).pictures)
        assert seed == 0 or not np.allclose(x, pictures[seed - 1])


# %% wrong="repeats_zero_only" exercise="check_seeds" says="lets a program pass"
def check_seeds(run):
    pictures = [run(reachable, seed=seed).pictures for seed in range(10)]
    assert np.array_equal(pictures[0], run(reachable, seed=0).pictures)
    for i in range(10):
        for j in range(i):
            assert not np.array_equal(pictures[i], pictures[j])


# %% wrong="three_digits_of_residuals" exercise="check_seeds" says="refuses a sound program"
def check_seeds(run):
    residuals = [run(reachable, seed=seed).residuals.round(3).tolist() for seed in range(10)]
    assert all(residuals.count(r) == 1 for r in residuals)


# %% wrong="first_three_only" exercise="check_seeds" says="lets a program pass"
def check_seeds(run):
    pictures = [run(reachable, seed=seed).pictures for seed in range(3)]
    for i in range(3):
        assert np.array_equal(pictures[i], run(reachable, seed=i).pictures)
        for j in range(i):
            assert not np.array_equal(pictures[i], pictures[j])


# %% right="as_a_set_of_bytes" exercise="check_seeds"
def check_seeds(run):
    def of(seed):
        return run(unreachable, seed=seed).pictures.round(9).tobytes()

    assert len({of(seed) for seed in range(10)}) == 10, "two seeds are one"
    for seed in range(10):
        assert of(seed) == of(seed), f"{seed} is not repeatable"


# %% right="a_class" exercise="check_seeds"
class Seeds:
    """Remembers what each seed gave."""

    def __init__(self):
        self.seen = {}

    def __call__(self, run):
        self.seen = {seed: run(reachable, seed=seed).pictures for seed in range(10)}
        for seed, pictures in self.seen.items():
            assert np.allclose(pictures, run(reachable, seed=seed).pictures)
            others = [x for other, x in self.seen.items() if other != seed]
            assert not any(np.allclose(pictures, x) for x in others)


check_seeds = Seeds()

# %% wrong="first_and_last_start" exercise="check_residuals" says="second and its third start"
def check_residuals(run):
    y = np.stack([reachable, unreachable, 0.5 * reachable])
    found = run(y, starts=4)
    own = residual(found.pictures, y[:, None])
    for k in (0, -1):
        assert np.allclose(found.residuals[:, k], own[:, k], rtol=1e-5)


# %% wrong="five_percent" exercise="check_residuals" says="lets a program pass"
def check_residuals(run):
    y = np.stack([reachable, unreachable, 0.5 * reachable])
    for seed in range(3):
        found = run(y, starts=4, seed=seed)
        assert np.allclose(found.residuals, residual(found.pictures, y[:, None]), rtol=0.05)


# %% wrong="sorted_first" exercise="check_residuals" says="lets a program pass"
def check_residuals(run):
    y = np.stack([reachable, unreachable, 0.5 * reachable])
    found = run(y, starts=4)
    own = residual(found.pictures, y[:, None])
    assert np.allclose(np.sort(found.residuals), np.sort(own), rtol=1e-5)


# %% wrong="default_tolerance_of_allclose" exercise="check_residuals" says="lets a program pass"
def check_residuals(run):
    y = np.stack([reachable, 0.9 * reachable, 1.1 * reachable])
    found = run(y, starts=4)
    assert np.allclose(found.residuals, residual(found.pictures, y[:, None]), atol=1e-2)


# %% wrong="first_two_inputs" exercise="check_residuals" says="third input"
def check_residuals(run):
    y = np.stack([reachable, unreachable, 0.5 * reachable])
    found = run(y, starts=4)
    own = residual(found.pictures, y[:, None])
    assert np.allclose(found.residuals[0], own[0], rtol=1e-5)


# %% right="relative_by_hand" exercise="check_residuals"
def check_residuals(run):
    y = np.random.default_rng(0).random((4, 8))
    for seed in (3, 4):
        found = run(y, starts=6, seed=seed)
        own = ((block_averages(found.pictures) - y[:, None]) ** 2).mean(-1)
        assert (abs(found.residuals / own - 1) < 1e-5).all()


# %% wrong="to_a_thousandth" exercise="check_residuals" says="too large"
def check_residuals(run):
    y = np.stack([reachable, unreachable, 1 - unreachable])
    f = run(y, starts=4)
    np.testing.assert_allclose(f.residuals, residual(f.pictures, y[:, None]), rtol=1e-3)


# %% wrong="to_an_absolute_ten_thousandth" exercise="check_residuals" says="too large"
def check_residuals(run):
    y = np.stack([reachable, unreachable, 1 - unreachable])
    f = run(y, starts=4)
    assert np.allclose(f.residuals, residual(f.pictures, y[:, None]), atol=1e-4)


# %% wrong="right_numbers_only" exercise="check_verdict" says="wrong starts|wrong inputs"
def check_verdict(run):
    y = np.stack([reachable, unreachable, 0.3 * unreachable, reachable])
    residuals = run(y, starts=4).residuals
    for epsilon in (EPSILON, *np.quantile(residuals, (0.1, 0.3, 0.5, 0.7, 0.9))):
        found = run(y, starts=4, epsilon=epsilon)
        assert found.met.sum() == (found.residuals <= epsilon).sum()


# %% wrong="right_numbers_for_every_input" exercise="check_verdict" says="wrong starts"
def check_verdict(run):
    y = np.stack([reachable, unreachable, 0.3 * unreachable, reachable])
    residuals = run(y, starts=4).residuals
    for epsilon in (EPSILON, 1e-6, *np.quantile(residuals, (0.1, 0.3, 0.5, 0.7, 0.9))):
        found = run(y, starts=4, epsilon=epsilon)
        assert np.array_equal(found.met.sum(1), (found.residuals <= epsilon).sum(1))


# %% wrong="large_epsilons_only" exercise="check_verdict" says="below .002"
def check_verdict(run):
    y = np.stack([reachable, unreachable, 0.3 * unreachable, unreachable[::-1]])
    values = run(y, starts=4).residuals
    for epsilon in np.quantile(values[values > EPSILON], (0.1, 0.3, 0.5, 0.7, 0.9)):
        found = run(y, starts=4, epsilon=epsilon)
        assert np.array_equal(found.met, found.residuals <= epsilon)


# %% wrong="first_input_only" exercise="check_verdict" says="lets a program pass"
def check_verdict(run):
    y = np.stack([reachable, unreachable])
    for epsilon in np.quantile(run(y, starts=4).residuals, (0.1, 0.5, 0.9)):
        found = run(y, starts=4, epsilon=epsilon)
        assert np.array_equal(found.met[0], found.residuals[0] <= epsilon)


# %% right="many_mixtures" exercise="check_verdict"
def check_verdict(run):
    y = np.stack([reachable, unreachable, 0.7 * reachable + 0.3 * unreachable])
    for seed in range(2):
        residuals = run(y, starts=4, seed=seed).residuals
        for epsilon in [0.0, *np.sort(residuals, axis=None)[::3] * 1.001, 10.0]:
            found = run(y, starts=4, seed=seed, epsilon=epsilon)
            assert (found.met == (found.residuals <= epsilon)).all()


# %% wrong="only_small_tolerances" exercise="check_verdict" says="nothing above"
def check_verdict(run):
    y = np.stack([reachable, unreachable, reachable, 1 - unreachable])
    r = np.unique(run(y, starts=4).residuals)
    for epsilon in [EPSILON, *((r[1:] + r[:-1]) / 2)]:
        if epsilon <= EPSILON:
            f = run(y, starts=4, epsilon=epsilon)
            assert np.array_equal(f.met, f.residuals <= epsilon)
