"""Text to terms: normalisation, tokens, stems, and the model's word pieces."""

from app.core.analysis.analyzer import Analyzer
from app.core.analysis.normalise import normalise
from app.core.analysis.words import Token

__all__ = ["Analyzer", "Token", "normalise"]
