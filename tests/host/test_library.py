"""Thirty files of five types, end to end: each question finds its file first."""

from app.host import opening
from app.host.files import sources
from app.host.model_files import BUNDLED_MODEL
from tests.engine.helpers import run
from tests.fixtures import library
from tests.host.test_cli import needs_model

pytestmark = needs_model


def test_library(tmp_path):
    """In words of the file and in a paraphrase without a word of it, in hybrid mode."""
    folder = tmp_path / "library"
    library.write_library(folder)

    async def test():
        async with opening.collection(
            tmp_path / "index", embedder="transformer", model=BUNDLED_MODEL
        ) as (collection, _):
            report = await collection.add(sources([folder]).sources)
            assert (report.added, report.failed) == (30, ())
            missed = []
            for question in library.QUESTIONS:
                for text in (question.words, question.paraphrase):
                    result = await collection.search(text)
                    if not result.hits[0].path.endswith(question.path):
                        missed.append((text, result.hits[0].path))
            assert missed == []

    run(test())
