"""Mean and deviation of the tokens that a mask shows."""

import torch

from rapport_training.craft.statistics_pooling import LEAST_VARIANCE, StatisticsPooling, statistics


def test_statistics_are_those_of_the_tokens_that_are_shown() -> None:
    tokens = torch.randn(3, 9, 4, generator=torch.Generator().manual_seed(0))
    mask = torch.ones(3, 9)
    mask[1, 5:] = 0
    found = statistics(tokens, mask)
    for row, count in enumerate((9, 5, 9)):
        own = tokens[row, :count]
        expected = torch.cat([own.mean(0), own.std(0, unbiased=False)])
        assert torch.allclose(found[row], expected, atol=1e-4)


def test_what_stands_behind_the_mask_is_nothing() -> None:
    tokens = torch.randn(2, 6, 3)
    mask = torch.tensor([[1.0, 1, 1, 0, 0, 0]] * 2)
    other = tokens.clone()
    other[:, 3:] = 99
    assert torch.equal(statistics(tokens, mask), statistics(other, mask))


def test_a_row_without_tokens_gives_zeros_and_a_row_with_one_is_finite() -> None:
    pooling = StatisticsPooling(3, 5, 0.5).eval()
    tokens, mask = torch.randn(2, 4, 3), torch.tensor([[0.0, 0, 0, 0], [1.0, 0, 0, 0]])
    found = pooling(tokens, mask)
    assert not found[0].any() and torch.isfinite(found).all()
    assert torch.allclose(statistics(tokens, mask)[1, 3:], torch.tensor(LEAST_VARIANCE).sqrt().expand(3))


def test_standardised_statistics_of_the_training_rows_have_mean_0_and_deviation_1() -> None:
    found = 3 + 2 * torch.randn(500, 8, generator=torch.Generator().manual_seed(1))
    pooling = StatisticsPooling(4, 5, 0.0)
    pooling.standardise(found)
    x = (found - pooling.mean) * pooling.scale
    assert torch.allclose(x.mean(0), torch.zeros(8), atol=1e-5) and torch.allclose(x.std(0), torch.ones(8), atol=1e-5)
