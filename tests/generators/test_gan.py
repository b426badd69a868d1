"""Laws of the generator, and of training: what was interrupted goes on as if it had not been."""

import pytest

torch = pytest.importorskip("torch")

from course_lib.generators import gan  # noqa: E402


@pytest.fixture(scope="module")
def generator():
    torch.manual_seed(0)
    return gan.Generator(64).requires_grad_(False)


def latents(n, seed=0):
    return torch.randn(n, gan.Z_DIM, generator=torch.Generator().manual_seed(seed))


def trained(network):
    """The network with every parameter, biases too, moved away from its first value."""
    torch.manual_seed(4)
    with torch.no_grad():
        for value in network.parameters():
            value.add_(0.1 * torch.randn(value.shape))
    return network


def test_pictures_are_linear_light_of_the_stated_size(generator):
    x = generator(latents(3))
    assert x.shape == (3, 3, 64, 64) and 0 <= x.min() and x.max() <= 1 and x.std() > 0.01


def test_only_the_direction_of_a_latent_counts(generator):
    z = latents(4)
    torch.testing.assert_close(generator.mapping(5 * z), generator.mapping(z))


def test_one_style_is_the_same_style_in_every_row(generator):
    w, noise = generator.mapping(latents(2)), generator.noise(2)
    rows = w[:, None].expand(-1, generator.n_layers, -1)
    assert torch.equal(generator.synthesis(w, noise), generator.synthesis(rows, noise))


def test_each_style_row_reaches_the_picture(generator):
    rows = generator.mapping(latents(1))[:, None].repeat(1, generator.n_layers, 1)
    noise, other = generator.noise(1), generator.mapping(latents(1, seed=1))
    x = generator.synthesis(rows, noise)
    for layer in range(generator.n_layers):
        changed = rows.clone()
        changed[:, layer] = other
        assert not torch.allclose(generator.synthesis(changed, noise), x, atol=1e-4)


def test_no_truncation_changes_nothing_and_full_truncation_leaves_one_style(generator):
    z = latents(4)
    rng = [torch.Generator().manual_seed(1) for _ in range(2)]
    w = generator.synthesis(generator.mapping(z), generator.noise(4, rng[0]))
    torch.testing.assert_close(generator(z, generator=rng[1]), w)
    mean = generator(z, truncation=0.0)
    assert (mean - mean[:1]).abs().max() < 1e-6  # the noise has strength 0 before training


def test_the_discriminator_sees_a_batch_that_repeats_itself():
    judge = trained(gan.Discriminator(32))
    x = torch.rand(4, 3, 32, 32)
    alone, repeated = judge(x), judge(x[:1].expand(4, -1, -1, -1))
    assert (alone[0] - repeated[0]).abs() > 1e-4  # the first picture is the same in both
    blind = trained(gan.Discriminator(32, minibatch=False))
    torch.testing.assert_close(blind(x)[0], blind(x[:1].expand(4, -1, -1, -1))[0])


def test_a_grown_generator_draws_what_the_smaller_one_drew():
    torch.manual_seed(3)
    small = trained(gan.Generator(16))
    grown = gan.grow_generator(small).double()
    small.double()  # colours near black and white have large logits
    w = small.mapping(latents(3).double())
    noise = [x.double() for x in grown.noise(3, torch.Generator().manual_seed(0))]
    before = small.display(w, noise[:6]).logit()  # colours are added up before the sigmoid
    enlarged = torch.nn.functional.interpolate(before, scale_factor=2, mode="bilinear")
    torch.testing.assert_close(grown.display(w, noise).logit(), enlarged)
    for name, value in small.state_dict().items():
        assert torch.equal(grown.state_dict()[name], value), name
    # It can learn to draw what the smaller one can't.
    grown.display(w, noise).sum().backward()
    assert grown.to_rgb[-1].weight.grad.abs().max() > 0


def test_a_grown_discriminator_gives_the_scores_of_the_smaller_one():
    small = trained(gan.Discriminator(16))
    x = torch.rand(5, 3, 32, 32, generator=torch.Generator().manual_seed(0))
    shrunken = torch.nn.functional.avg_pool2d(x, 2)
    torch.testing.assert_close(gan.grow_discriminator(small)(x), small(shrunken))
    grown = gan.grow_discriminator(small)
    grown(x).sum().backward()
    # It can learn to see what the smaller one can't.
    assert grown.blocks["32"].second.weight.grad.abs().max() > 0


def weights(trainer):
    return torch.cat([p.detach().flatten() for p in trainer.average.parameters()])


GROWING = gan.Recipe(0.5, stages=((8, 2), (16, 3)), seed=3)


def trainer():
    made = gan.Trainer(GROWING)
    made.warm_up = 1
    return made


@pytest.mark.parametrize("stop", [1, 2, 3])  # before, at and after the growth
def test_a_resumed_run_is_the_run_that_was_not_interrupted(tmp_path, stop):
    whole = trainer()
    while whole.step < GROWING.steps:
        whole.advance()
    first = trainer()
    for _ in range(stop):
        first.advance()
    first.save(tmp_path / "run.safetensors")
    second = gan.Trainer.load(tmp_path / "run.safetensors")
    second.warm_up = 1
    assert second.step == stop and second.recipe == GROWING and second.size == first.size
    while second.step < GROWING.steps:
        second.advance()
    assert second.size == 16
    torch.testing.assert_close(weights(second), weights(whole), rtol=0, atol=1e-7)
    assert len(weights(first)) != len(weights(whole)) or not torch.equal(
        weights(first), weights(whole))


def test_other_seeds_are_other_runs():
    runs = [gan.Trainer(gan.Recipe(0.5, stages=((8, 3),), seed=seed)) for seed in (0, 1)]
    assert not torch.equal(*map(weights, runs))


def test_a_generator_that_is_paid_for_drawing_alike_does():
    spreads = []
    for weight in (0.0, 100.0):
        trainer = gan.Trainer(gan.Recipe(0.5, stages=((8, 40),), spread_weight=weight))
        trainer.warm_up = 0
        for _ in range(40):
            trainer.advance()
        fake, _ = trainer.fake(torch.Generator().manual_seed(1))
        spreads.append(float(fake.detach().std(0).mean()))
    assert spreads[1] < 0.5 * spreads[0]


@pytest.mark.parametrize("size", [0, 24, 128])
def test_a_size_that_no_layer_has_is_refused(size):
    with pytest.raises(ValueError, match="size is"):
        gan.Generator(size)
