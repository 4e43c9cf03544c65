"""What somebody probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for the known word that `word` begins or resembles, or nothing."""
    words = list(known)
    begun = [candidate for candidate in words if word and candidate.startswith(word)]
    matches = begun or difflib.get_close_matches(word, words, n=1)
    return f"; did you mean '{matches[0]}'?" if matches else ""
