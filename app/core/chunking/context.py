"""What the embedding model is told about a chunk besides its text: title and heading path."""

from __future__ import annotations

from collections.abc import Callable, Sequence

CONTEXT_TOKENS = 48
"""Most tokens of a context. With chunks of 200 and two special tokens that is 250 of the 256
that the smallest model takes."""

_JOINT = " > "
_LONGEST = 1000


def context(
    title: str,
    headings: Sequence[str],
    count_tokens: Callable[[str], int],
    limit: int = CONTEXT_TOKENS,
) -> str:
    """Title and heading path in one line of `limit` tokens at most.

    What is said twice is left out; when it is too long, the headings between the title and the
    innermost one go first, from the outermost on, then the ends of the two that remain.

    >>> context("Guide", ["Guide", "Setup", "Windows"], lambda text: len(text.split()))
    'Guide > Setup > Windows'
    """
    parts: list[str] = []
    for part in (title, *headings):
        line = " ".join(part[:_LONGEST].split())
        if line and (not parts or line.casefold() != parts[-1].casefold()):
            parts.append(line)
    while len(parts) > 2 and count_tokens(_JOINT.join(parts)) > limit:
        del parts[1]
    if len(parts) == 2 and count_tokens(_JOINT.join(parts)) > limit:
        innermost = clip(parts[1], max(1, limit // 2), count_tokens)
        rest = limit - count_tokens(_JOINT + innermost)
        parts = [clip(parts[0], max(1, rest), count_tokens), innermost]
    return clip(_JOINT.join(parts), limit, count_tokens)


def embedding_text(context: str, body: str) -> str:
    """The text that is embedded for a chunk: its context on a line of its own, then its body."""
    return f"{context}\n{body}" if context else body


def clip(text: str, limit: int, count_tokens: Callable[[str], int]) -> str:
    """The longest beginning of `text`, in whole words where there are any, of `limit` tokens."""
    if count_tokens(text) <= limit:
        return text
    words = text.split()
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if count_tokens(" ".join(words[:middle])) <= limit:
            low = middle
        else:
            high = middle - 1
    if low:
        return " ".join(words[:low])
    word = words[0] if words else ""
    while word and count_tokens(word) > limit:
        word = word[: len(word) * 3 // 4]
    return word
