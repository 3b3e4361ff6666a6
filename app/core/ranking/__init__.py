"""Several rankings to one: top-k selection and fusion."""

from app.core.ranking.diversity import mmr
from app.core.ranking.fusion import RRF_K, Fused, convex, reciprocal, rrf
from app.core.ranking.recency import recency
from app.core.selection import top_k as topk

__all__ = ["RRF_K", "Fused", "convex", "mmr", "recency", "reciprocal", "rrf", "topk"]
