"""Documents to chunks: structure first, sized in the tokens of the model that embeds them.

>>> from app.core.model import Document
>>> text = "Gold is heavy. It does not rust."
>>> chunks = chunk(Document("Gold", text, (), "text"), count_tokens=lambda text: len(text.split()))
>>> [text[part.start : part.end] for part in chunks]
['Gold is heavy. It does not rust.']
"""

from __future__ import annotations

from app.core.chunking.chunker import chunk
from app.core.chunking.context import CONTEXT_TOKENS, context, embedding_text

__all__ = ["CONTEXT_TOKENS", "chunk", "context", "embedding_text"]
