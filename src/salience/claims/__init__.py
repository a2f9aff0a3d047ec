"""Claims judged: what a text says of a conflict, held against what the record can bear."""

from salience.claims.file import CLAIMS_FILE, Claim, ClaimsFile, Part, Thresholds, read_claims
from salience.claims.judge import judge_claims
from salience.claims.verdict import PartVerdict, Verdict, write_verdicts

__all__ = [
    "CLAIMS_FILE",
    "Claim",
    "ClaimsFile",
    "Part",
    "PartVerdict",
    "Thresholds",
    "Verdict",
    "judge_claims",
    "read_claims",
    "write_verdicts",
]
