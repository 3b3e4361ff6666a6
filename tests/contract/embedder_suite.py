"""What every embedder must do, as plain coroutines that take one; no test framework needed."""

import numpy as np

TEXTS = ["gold in the river", "", "a" * 5000, "größe 大小 😀", "gold in the river", "\x00\n\t"]


async def gives_unit_rows(embedder):
    """float32, one row a text, of the dimension that it tells, each of length 1."""
    rows = await embedder.embed(TEXTS, "passage")
    assert rows.dtype == np.float32
    assert rows.shape == (len(TEXTS), embedder.info.dim)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-3)


async def keeps_the_order(embedder):
    """Row i belongs to text i, whatever batches were made of them."""
    rows = await embedder.embed(TEXTS, "passage")
    for text, row in zip(TEXTS, rows, strict=True):
        (alone,) = await embedder.embed([text], "passage")
        assert float(row @ alone) > 0.98


async def takes_no_texts(embedder):
    """No texts give a matrix without rows."""
    assert (await embedder.embed([], "passage")).shape == (0, embedder.info.dim)


async def near_texts_are_near(embedder):
    """A text is nearer to its like than to another."""
    one, like, other = await embedder.embed(
        ["gold mining in rivers", "gold mines in the river", "tax law reform"], "passage"
    )
    assert float(one @ like) > float(one @ other) + 0.2


async def tells_what_it_is(embedder):
    """Model, device and type are named."""
    info = embedder.info
    assert info.model and info.device and info.dtype and info.dim > 0 and info.max_tokens > 0


CHECKS = (gives_unit_rows, keeps_the_order, takes_no_texts, near_texts_are_near, tells_what_it_is)
