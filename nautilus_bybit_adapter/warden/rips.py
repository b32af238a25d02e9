"""Vietoris-Rips persistence of the points of a book: a look at a recording, too slow for a decision.

Needs GUDHI, the extra ``topology`` of this package. In dimension 0 it says nothing that is not cheaper to have: of
prices it is their sorted gaps, of points in the plane the edges of their minimum spanning tree.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

_DIMENSIONS = (1, 2)


class RipsBar(NamedTuple):
    """A component (dimension 0) or a loop (dimension 1) from the distance it appears at to that it ends at."""

    dimension: int
    birth: float
    death: float


def rips_persistence(points: ArrayLike, *, loops: bool = False) -> list[RipsBar]:
    """Return the Vietoris-Rips persistence of points, bars of no length left out.

    Parameters
    ----------
    points : array of float64, shape (n,) or (n, d)
        Prices, or rows such as price and log size in units that may be compared; n at least 1.
    loops : bool, default False
        Whether to add dimension 1. Its cost grows with the third power of n: 40 points take milliseconds.

    Returns
    -------
    list of RipsBar
        Sorted; the component that never ends has death ``inf``.

    Raises
    ------
    ImportError
        If GUDHI is not installed.
    ValueError
        If `points` has another shape, no rows, or a number that is not finite.

    """
    try:
        import gudhi  # noqa: PLC0415  (an optional extra)
    except ImportError as missing:
        raise ImportError(
            "Vietoris-Rips persistence needs GUDHI; install bybit-nt-community[topology]"
        ) from missing
    table = np.asarray(points, dtype=np.float64)
    if table.ndim not in _DIMENSIONS or table.shape[0] == 0:
        raise ValueError(f"points has shape {table.shape}; it must be (n,) or (n, d) with n at least 1")
    if not np.isfinite(table).all():
        raise ValueError("points holds a number that is not finite; every coordinate must be")
    rows: Sequence[Sequence[float]] = table.reshape(table.shape[0], -1).tolist()
    # One dimension more than is asked for: a loop ends when what fills it appears.
    tree = gudhi.RipsComplex(points=rows).create_simplex_tree(max_dimension=2 if loops else 1)
    bars = tree.persistence(min_persistence=0.0, persistence_dim_max=True)
    return sorted(
        RipsBar(dimension, float(birth), float(death))
        for dimension, (birth, death) in bars
        if dimension <= int(loops)
    )
