"""What annotations call arrays, their shapes, and seeds."""

from typing import TYPE_CHECKING, TypeAlias, TypeVar

import numpy as np

if TYPE_CHECKING:
    import torch

__all__ = ["Array", "Seed", "Shape"]

#: NumPy or PyTorch; within one signature always the same of the two.
Array = TypeVar("Array", np.ndarray, "torch.Tensor")
Shape: TypeAlias = tuple[int, ...]  #: of an array
Seed: TypeAlias = int | np.random.Generator  #: of random numbers
