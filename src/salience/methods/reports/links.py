"""Which sources can be compared: those that tell of the same items, or of items that a third connects."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from salience.methods.cells import IntArray

# In `item_component`: no account; accounts, but only "at least" by sources that tell no number.
NONE, UNLINKED = -2, -1


@dataclass(frozen=True, slots=True)
class Links:
    """Which biases and items hang together, and how many accounts each bias has."""

    bias_component: IntArray
    item_component: IntArray
    accounts: IntArray
    shared: IntArray


def link(item: IntArray, bias: IntArray, one_sided: npt.NDArray[np.bool_], items: int, biases: int) -> Links:
    """Link through numbers and ranges; what is only "at least" so many hangs on who says it."""
    number = ~one_sided
    of_bias, of_item = link_labels(item[number], bias[number], items, biases)
    pairs = np.unique(np.stack([item[number], bias[number]]), axis=1)
    tellers = np.bincount(pairs[0], minlength=items)
    shared = np.bincount(bias[number & (tellers[item] > 1)], minlength=biases)
    of_item[tellers == 0] = NONE
    for k in np.flatnonzero(one_sided & (tellers[item] == 0)):
        of_item[item[k]] = of_bias[bias[k]] if bias[k] in pairs[1] else max(of_item[item[k]], UNLINKED)
    return Links(of_bias, of_item, np.bincount(bias, minlength=biases), shared)


def link_labels(item: IntArray, bias: IntArray, items: int, biases: int) -> tuple[IntArray, IntArray]:
    """Return for each bias and each item which of the parts it is in that shared items hold together."""
    size = biases + items
    graph = coo_array((np.ones(len(item)), (bias, biases + item)), shape=(size, size))
    label = connected_components(graph, directed=False)[1].astype(np.intp)
    return label[:biases], label[biases:]
