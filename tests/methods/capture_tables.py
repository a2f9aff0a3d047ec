"""Published capture tables: who else is on which list, as numbers with their source.

Kosovo 1999, killings, lists EXH, ABA, OSCE, HRW: Ball, Betts, Scheuren, Dudukovich & Asher (2002), as distributed with
the R package LCMCR. UK 2013, potential victims of trafficking, lists LA, NG, PFNCA, GO, GP: Silverman (2014), Home
Office. Netherlands 2010-15, lists IO, K, P, R, Z: Silverman (2020), J. R. Stat. Soc. A 183. The last two as distributed
with the R package SparseMSE. ARTIFICIAL: Chan, Silverman & Vincent (2021), J. Am. Stat. Assoc. 116.
"""

import numpy as np


def _table(lists, cells):
    """Read 'AB': 3, meaning three records on lists A and B alone."""
    patterns = np.array([[letter in name for letter in lists] for name in cells])
    return patterns, np.array(list(cells.values()))


KOSOVO = _table(
    "EAOH",
    {"E": 1131, "A": 845, "EA": 177, "O": 936, "EO": 228, "AO": 217, "EAO": 181, "H": 306, "EH": 106, "AH": 31,
     "EAH": 18, "OH": 123, "EOH": 42, "AOH": 32, "EAOH": 27},
)  # fmt: skip
UK = _table(
    "LNPOG",
    {"L": 54, "N": 463, "P": 995, "O": 695, "G": 316, "LN": 15, "LP": 19, "LO": 3, "NP": 62, "NO": 19, "NG": 1,
     "PO": 76, "PG": 11, "OG": 8, "LNP": 1, "LNO": 1, "NPO": 4, "LNPO": 1},
)  # fmt: skip
DUTCH = _table(
    "IKPRZ",
    {"I": 756, "K": 1299, "P": 4466, "R": 650, "Z": 632, "IK": 1, "IP": 81, "IR": 5, "IZ": 73, "KP": 44, "KZ": 4,
     "PR": 82, "PZ": 125, "RZ": 2, "IPR": 2, "IPZ": 11, "PRZ": 1},
)  # fmt: skip
ARTIFICIAL = _table("ABC", {"A": 40, "B": 30, "C": 20, "AB": 6})
