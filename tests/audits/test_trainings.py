"""Intervals over trainings and cases: closed forms, invariances, pairs counted one by one."""

import numpy as np
import pytest
from scipy.stats import ttest_1samp, ttest_ind

from course_lib.audits import trainings
from course_lib.audits.trainings import Contrast, Group


def group(rng, trainings=4, beetles=30, rate=0.5, kept=True):
    return Group.of(rng.random((trainings, beetles, 2)) < rate, kept)


def test_a_contrast_turned_round_changes_its_sign_only():
    rng = np.random.default_rng(2)
    a, b = group(rng, rate=0.8), group(rng, 3, rate=0.3)
    for paired in (False, True):
        there, back = Contrast(a, b, paired), Contrast(b, a, paired)
        assert there.value()[0] == pytest.approx(-back.value()[0])
        (low, high), (wide, wider) = trainings.t_intervals(there)
        np.testing.assert_allclose(trainings.t_intervals(back)[0], (-high, -low))
        assert wide < low < there.value()[0] < high < wider


def test_t_is_welchs_where_cases_never_vary_and_students_over_cases_for_one_training():
    rng = np.random.default_rng(3)
    a, b = rng.random(5), rng.random(4)
    flat = [Group.of(x[:, None, None] * np.ones((len(x), 30, 2))) for x in (a, b)]
    low, high = ttest_ind(a, b, equal_var=False).confidence_interval(0.95)
    np.testing.assert_allclose(trainings.t_intervals(Contrast(*flat))[0], (low, high))
    one = group(rng, 1)
    low, high = ttest_1samp(one.values[0].mean(1), 0).confidence_interval(0.99)
    np.testing.assert_allclose(trainings.t_intervals(Contrast(one))[1], (low, high))


def test_chance_that_trainings_share_widens_the_interval():
    """The same starts serve every training: their luck is the cases', and doesn't average out."""
    rng = np.random.default_rng(9)
    luck = rng.random((1, 40, 2)) < 0.5
    alike = Group.of(np.repeat(luck, 5, axis=0) ^ (rng.random((5, 40, 2)) < 0.02))
    low, high = trainings.t_intervals(Contrast(alike))[0]
    alone = 2 * 1.96 * alike.values.mean((0, 2)).std() / 40**0.5
    assert high - low > 0.9 * alone > 3 * alike.rates().std()


def test_variances_are_those_of_the_analysis_of_variance():
    """Trainings, cases and both add independent normal effects: the interval's width is known."""
    rng, widths = np.random.default_rng(11), []
    for _ in range(60):
        x = (0.2 * rng.standard_normal((5, 1, 1)) + 0.5 * rng.standard_normal((1, 60, 1))
             + 0.8 * rng.standard_normal((5, 60, 1)))
        (low, high), = trainings.t_intervals(Contrast(Group.of(x)), levels=(0.6827,))
        widths.append(((high - low) / 2) ** 2)
    due = 0.2**2 / 5 + 0.5**2 / 60 + 0.8**2 / 300
    assert np.mean(widths) == pytest.approx(due, rel=0.25)  # t at one standard error: a little more


def test_influences_are_what_moving_an_answer_does():
    rng = np.random.default_rng(10)
    for paired in (False, True):
        a, b = (group(rng, n, 6, kept=rng.random((n, 6, 2)) < 0.8) for n in (3, 2))
        found = Contrast(a, b, paired).influences()
        for g, some in enumerate((a, b)):
            off = found[g] * Contrast(a, b, paired).first.values.shape[1]
            np.testing.assert_allclose(off.sum(1), 0, atol=1e-12)
            moved = Group(some.values + (np.arange(6) == 4)[:, None], some.kept)
            pair = [a, b]
            pair[g] = moved
            change = Contrast(*pair, paired).value() - Contrast(a, b, paired).value()
            step = Contrast(*pair, paired).influences()[g] - found[g]
            assert np.sign(change) == (1, -1)[g] and (np.sign(step[:, 4]) == (1, -1)[g]).all()


def test_pairs_from_the_same_pale_start_are_counted_one_by_one():
    rng = np.random.default_rng(4)
    a, b = (group(rng, n, 6, kept=rng.random((n, 6, 2)) < 0.6) for n in (3, 2))
    pairs = [[float(a.values[i, k, s]) - float(b.values[j, k, s])
              for k in range(6) for s in range(2) if a.kept[i, k, s] and b.kept[j, k, s]]
             for i in range(3) for j in range(2)]
    means = [np.mean(pair) for pair in pairs]
    assert Contrast(a, b, paired=True).value()[0] == pytest.approx(np.mean(means))
    full = [Group.of(g.values) for g in (a, b)]
    assert Contrast(*full, paired=True).value()[0] == pytest.approx(Contrast(*full).value()[0])
    # Weights say how often a training and a beetle are drawn.
    w, v, u = np.array([[2, 0, 1]]), np.array([[0, 2]]), np.array([[3, 0, 1, 0, 1, 1]])
    drawn = [g.values[np.repeat(np.arange(len(g.values)), n[0])][:, np.repeat(np.arange(6), u[0])]
             for g, n in zip(full, (w, v), strict=True)]
    for paired in (False, True):
        assert Contrast(*full, paired=paired).value([w, v], u)[0] == pytest.approx(
            drawn[0].mean() - drawn[1].mean())


def test_chance_in_the_answers_is_no_spread_of_trainings():
    rng = np.random.default_rng(5)
    alike = [group(rng, 5, 100, 0.3) for _ in range(40)]
    raw = np.mean([g.rates().std(ddof=1) for g in alike])
    assert raw > 0.025 and np.median([trainings.spread([g])[0] for g in alike]) < 0.5 * raw
    assert trainings.spread([group(rng, 1)])[1] == (0.0, np.inf)


def test_an_interval_that_leaves_out_any_training_holds_all_of_them():
    rng = np.random.default_rng(6)
    contrast = Contrast(group(rng, 4, rate=0.7), group(rng, 3))
    ends = [trainings.t_intervals(contrast.without(g, i))[0]
            for g, n in ((0, 4), (1, 3)) for i in range(n)]
    lows, highs = zip(*ends, strict=True)
    assert len(ends) == 7 and trainings.left_out(contrast) == (min(lows), max(highs))
    assert trainings.left_out(Contrast(group(rng, 3), group(rng, 1))) is None
    assert trainings.left_out(Contrast(group(rng, 2), group(rng, 2))) is None


def test_cases_that_never_vary_leave_the_trainings_scatter_to_the_bootstrap():
    rates = np.array([0.1, 0.4, 0.2, 0.6, 0.3])
    contrast = Contrast(Group.of(rates[:, None, None] * np.ones((5, 40, 2))))
    low, high = trainings.bootstrap(contrast, draws=20_000, rng=1)[0]
    drawn = rates[np.random.default_rng(2).integers(5, size=(20_000, 5))].mean(1)
    np.testing.assert_allclose((low, high), np.quantile(drawn, (0.025, 0.975)), atol=0.021)
    with pytest.raises(ValueError, match=r"shape of values is \(5,\)"):
        Group.of(rates)
