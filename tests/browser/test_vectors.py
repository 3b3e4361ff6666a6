"""Vectors of a page's own: through the API, in memory, in OPFS and in IndexedDB."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from app.core.dense import pooling
from app.core.dense.batch_processor import BatchProcessor
from app.core.dense.vector_index import VectorIndex
from tests.browser.profiles import BARE, watched_page

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.browser.profiles import SharedProfiles

pytestmark = pytest.mark.browser


OPEN = """async (storage) => {
  const { Fossick } = await import(new URL("../fossick.js", location.href));
  window.fossick = await Fossick.open({ collection: "vectors", storage, embedder: "none" });
  window.plain = (found) => found && { ids: found.ids, scores: Array.from(found.scores) };
  window.random = (n, seed) => {
    let state = seed;
    return Float32Array.from({ length: n }, () => {
      state = (state * 48271) % 2147483647;
      return state / 2147483647 - 0.5;
    });
  };
  window.numbered = (n) => Array.from({ length: n }, (_, at) => `v${at}`);
  window.failure = (call) => call().then(
    () => "no failure", ({ name, code, message }) => `${name} ${code}: ${message}`);
  return fossick.info().storage;
}"""

RANDOM = """([n, seed]) => Array.from(random(n, seed))"""


def script(body: str) -> str:
    """A function of the page that runs this."""
    return f"async (given) => {{ {body} }}"


@pytest.fixture(scope="module")
def bare(profiles: SharedProfiles, site_server: str) -> Iterator[Page]:
    """A page with an open collection that is kept."""
    with profiles.lend() as context, watched_page(context) as page:
        page.goto(site_server + BARE)
        assert page.evaluate(OPEN, "opfs") == "opfs"
        yield page


@pytest.fixture
def run(bare: Page) -> Callable[..., Any]:
    """`run(body, given)`: what a function with this body gives in the page."""
    return lambda body, given=None: bare.evaluate(script(body), given)


@pytest.mark.parametrize(
    "options",
    [
        {"metric": "cosine"},
        {"metric": "dot", "dtype": "int4", "keepFloat32": True},
        {"metric": "euclidean", "dtype": "float32"},
        {"metric": "manhattan", "dtype": "int8"},
        {"dtype": "binary"},
        {"metric": "euclidean", "graph": "fast"},
    ],
)
def test_it_is_the_index_of_python(bare: Page, run: Callable[..., Any], options: Any) -> None:
    """The same hits and the same scores, to the last bit, as on the desktop."""
    n, dim = 500, 40
    rows = np.float32(bare.evaluate(RANDOM, [n * dim, 7])).reshape(n, dim)
    queries = np.float32(bare.evaluate(RANDOM, [3 * dim, 8])).reshape(3, dim)
    names = {"keepFloat32": "keep_float32"}
    here = VectorIndex(dim, **{names.get(key, key): value for key, value in options.items()})
    ids = [f"v{number}" for number in range(n)]
    here.add_batch(ids, rows)
    here.remove(ids[:50])
    found = run(
        """
        const index = await fossick.vectors({ dim: 40, ...given });
        await index.addBatch(numbered(500), random(500 * 40, 7));
        await index.remove(numbered(50));
        const queries = random(3 * 40, 8);
        const batch = await index.searchBatch(queries, { k: 7 });
        const one = await index.search(queries.subarray(40, 80), { k: 5, among: numbered(90) });
        const page = await index.page(Array.from(queries.subarray(0, 40)), { offset: 2, limit: 3 });
        const vector = Array.from(await index.get("v77"));
        const { count, removed, dim, metric, dtype, keepsFloat32 } = await index.stats();
        const audit = await index.audit();
        await index.close();
        return { batch: batch.map(plain), one: plain(one), page: plain(page), vector, audit,
            stats: [count, removed, dim, metric, dtype, keepsFloat32, index.metric, index.dtype] };
        """,
        options,
    )
    wanted = here.search_batch(queries, 7)
    assert [each["ids"] for each in found["batch"]] == [list(each.ids) for each in wanted]
    assert [each["scores"] for each in found["batch"]] == [each.scores.tolist() for each in wanted]
    assert found["one"]["ids"] == list(here.search(queries[1], 5, among=ids[:90]).ids)
    assert found["page"]["ids"] == list(here.page(queries[0], 2, 3).ids)
    assert found["vector"] == here.get("v77").tolist()
    stats = here.stats()
    assert found["stats"] == [
        *(450, 50, 40, stats.metric, stats.dtype, stats.keeps_float32),
        *(stats.metric, stats.dtype),
    ]
    assert found["audit"]["recall"] >= 0.99
    assert found["audit"]["queries"] == 5


BAD = [
    ("index.add('x', [1, 2])", "dimension-mismatch", r"\(n, 3\)"),
    ("index.addBatch(['x', 'y'], new Float32Array(8))", "dimension-mismatch", r"\(2, 4\)"),
    ("index.addBatch(['x', 'y'], new Float32Array(9).fill(1))", "bad-option", "3 vectors and 2 id"),
    ("index.search([1, 2, 3, 4])", "dimension-mismatch", r"\(1, 4\)"),
    ("index.search([1, 2, 3, 4, 5, 6])", "dimension-mismatch", r"\(1, 6\)"),
    ("index.searchBatch([1, 2, 3, 4])", "dimension-mismatch", r"\(n, 3\)"),
    ("index.page([1])", "dimension-mismatch", r"\(1,\)"),
    ("index.audit({ queries: [1] })", "dimension-mismatch", r"\(1, 1\)"),
    ("index.addBatch(['x', 'y'], [1, 2, 3, 1, NaN, 3])", "bad-option", "at 1 holds NaN"),
    ("index.add('x', [1, Infinity, 3])", "bad-option", "infinity"),
    ("index.add('x', [1, -Infinity, 3])", "bad-option", "infinity"),
    ("index.add('x', [1, 1e300, 3])", "bad-option", "infinity"),
    ("index.add('x', [1, 1e30, 3])", "bad-option", "longer"),
    ("index.add('x', [0, 0, 0])", "bad-option", "zeros"),
    ("index.search([NaN, 0, 0])", "bad-option", "query"),
    ("index.search([0, 0, 0])", "bad-option", "zeros"),
    ("index.search(null)", "bad-option", "numbers"),
    ("index.add('x', ['a', 'b', 'c'])", "bad-option", "NaN"),
    ("index.add('here', [1, 2, 3])", "bad-option", "already"),
    ("index.addBatch(['x', 'x'], [1, 2, 3, 1, 2, 3])", "bad-option", "already"),
    ("index.addBatch([7], [1, 2, 3])", "bad-option", "7 is no string"),
    ("index.search([1, 2, 3], { k: -1 })", "bad-option", "k is -1"),
    ("index.search([1, 2, 3], { k: 2.5 })", "bad-option", "2.5"),
    ("index.search([1, 2, 3], { k: '3' })", "bad-option", "'3'"),
    ("index.page([1, 2, 3], { offset: -1 })", "bad-option", "offset is -1"),
    ("index.get('x')", "not-found", "'x'"),
    ("index.addBatch(['x'], { length: 2 ** 28 + 1 })", "quota-exceeded", "memory"),
    ("fossick.vectors()", "bad-option", "dim"),
    ("fossick.vectors({ dim: 0 })", "bad-option", "dimension is 0"),
    ("fossick.vectors({ dim: 1e6 })", "bad-option", "16,384"),
    ("fossick.vectors({ dim: 2.5 })", "bad-option", "2.5"),
    ("fossick.vectors({ dim: '3' })", "bad-option", "no number"),
    ("fossick.vectors({ dim: 3, metric: 'hamming' })", "bad-option", "hamming"),
    ("fossick.vectors({ dim: 3, dtype: 'int3' })", "bad-option", "int3"),
    ("fossick.vectors({ dim: 3, dtype: 'binary', metric: 'dot' })", "bad-option", "Binary"),
    ("fossick.vectors({ dim: 3, graph: 'slow' })", "bad-option", "slow"),
    ("fossick.vectors({ dim: 3, graph: 'fast', metric: 'manhattan' })", "bad-option", "manhattan"),
    ("fossick.vectors({ dim: 3, graph: { ef: 3 } })", "bad-option", "no option 'ef'"),
    ("fossick.vectors({ dim: 3, graph: { M: 1 } })", "bad-option", "M is 1"),
    ("fossick.vectors({ dim: 3, graph: { M: '16' } })", "bad-option", "M is '16'"),
    ("fossick.vectors({ dim: 3, recall: 2 })", "bad-option", "recall is 2"),
    ("fossick.vectors({ name: 'not there' })", "bad-option", "no name"),
    ("fossick.vectors({ name: 'not-there' })", "not-found", "not-there"),
    ("fossick.deleteVectors('not-there')", "not-found", "not-there"),
]


def test_what_is_off_is_said(run: Callable[..., Any]) -> None:
    """Each mistake has its code and a sentence, and nothing has changed after it."""
    calls = ", ".join(f"() => {call}" for call, _, _ in BAD)
    said, count, ids = run(
        f"""
        const index = await fossick.vectors({{ dim: 3 }});
        await index.add("here", [1, 2, 2]);
        const said = [];
        for (const call of [{calls}]) said.push(await failure(async () => call()));
        const {{ ids }} = await index.search([1, 2, 2]);
        const {{ count }} = await index.stats();
        await index.close();
        return [said, count, ids];
        """
    )
    wrong = [
        (call, found)
        for (call, code, message), found in zip(BAD, said, strict=True)
        if not re.match(f"FossickError {code}: .*{message}", found)
    ]
    assert wrong == []
    assert (count, ids) == (1, ["here"])


def test_the_edges(run: Callable[..., Any]) -> None:
    """Empty, k of 0, k larger than the index, all filtered out, nothing to add or remove."""
    found = run(
        """
        const index = await fossick.vectors({ dim: 2, metric: "dot" });
        const out = [];
        const empty = async () => out.push(plain(await index.search([1, 0])).ids.length);
        await empty();
        await index.addBatch([], []);
        out.push(await index.remove([]), (await index.searchBatch([])).length);
        out.push(plain(await index.page([1, 0], { offset: 5 })).ids.length);
        await index.addBatch(["a", "b", "c"], [3, 0, 2, 0, 1, 0]);
        for (const options of [{ k: 0 }, { k: 1e6 }, { among: [] }, { among: ["x"] },
            { k: 1, among: new Set(["c", "x"]) }])
          out.push((await index.search([1, 0], options)).ids.join(""));
        await index.clear();
        await empty();
        await index.close();
        return out;
        """
    )
    assert found == [0, 0, 0, 0, "", "abc", "", "", "c", 0]


def test_operations_on_all_vectors(run: Callable[..., Any]) -> None:
    """What `BatchProcessor` says of the same vectors, without those that were removed."""
    found = run(
        """
        const index = await fossick.vectors({ dim: 6, metric: "dot", keepFloat32: true });
        const numbers = random(6 * 40, 11);
        for (let row = 0; row < 20; row += 1) numbers[6 * row] += 5;
        await index.addBatch(numbered(40), numbers);
        await index.remove(["v3", "v39"]);
        const list = (arrays) => arrays.map((array) => Array.from(array));
        const { count, ...each } = await index.statistics();
        const parts = await index.components(2, { seed: 3 });
        const { groups, inertia, converged } = await index.clusters(2, { seed: 1 });
        const some = await index.centroid({ among: ["v1", "v0"] });
        const said = [
          await failure(() => index.centroid({ among: ["v3"] })),
          await failure(() => index.clusters(0)),
          await failure(() => index.components(1.5)),
        ];
        const all = await index.centroid();
        await index.clear();
        said.push(await failure(() => index.statistics()));
        await index.close();
        return {
          numbers: Array.from(numbers), count, statistics: list(Object.values(each)),
          parts: list([parts.mean, parts.variances, parts.explained, ...parts.axes]),
          groups: groups.map(({ ids, centroid }) => [ids, Array.from(centroid)]),
          inertia, converged, all: Array.from(all), some: Array.from(some), said,
        };
        """
    )
    numbers = np.float32(found["numbers"]).reshape(40, 6)
    rows = np.delete(numbers, [3, 39], axis=0)
    ids = [f"v{n}" for n in range(40) if n not in {3, 39}]
    processor = BatchProcessor(6)
    stats = processor.statistics(rows)
    assert found["count"] == 38
    wanted = [stats.mean, stats.deviation, stats.minimum, stats.maximum]
    assert np.allclose(found["statistics"], wanted, atol=1e-6)
    parts = processor.components(rows, 2, seed=3)
    mean, variances, explained, *axes = found["parts"]
    assert np.allclose(mean, parts.mean, atol=1e-6)
    assert np.allclose([variances, explained], [parts.variances, parts.explained], atol=1e-5)
    assert np.allclose(axes, parts.axes, atol=1e-5)
    clusters = processor.clusters(rows, 2, seed=1)
    assert [one for one, _ in found["groups"]] == [
        [key for key, label in zip(ids, clusters.labels, strict=True) if label == group]
        for group in (0, 1)
    ]
    assert np.allclose([one for _, one in found["groups"]], clusters.centroids, atol=1e-6)
    assert found["inertia"] == pytest.approx(clusters.inertia, rel=1e-6)
    assert found["converged"] is clusters.converged
    assert np.allclose(found["all"], rows.mean(axis=0), atol=1e-6)
    assert np.allclose(found["some"], rows[:2].mean(axis=0), atol=1e-6)
    codes = [said.split(":")[0] for said in found["said"]]
    assert codes == ["FossickError not-found", *["FossickError bad-option"] * 3]


def test_from_tokens_to_texts(run: Callable[..., Any]) -> None:
    """Each pooling is that of `app.core.dense.pooling`; padding, whatever it holds, counts not."""
    found = run(
        """
        const index = await fossick.vectors({ dim: 5 });
        const tokens = random(2 * 3 * 5, 7);
        tokens.fill(NaN, 25);
        const mask = BigInt64Array.of(1n, 1n, 1n, 1n, 1n, 0n);
        const weights = [1, 2, 3, 1, 2, 3];
        const list = (arrays) => arrays.map((array) => Array.from(array));
        const out = {};
        for (const strategy of ["mean", "max", "sum", "cls", "last"])
          out[strategy] = list(await index.pool(tokens, { texts: 2, strategy, mask }));
        const weighing = { texts: 2, strategy: "weighted", mask, weights };
        out.weighted = list(await index.pool(tokens, weighing));
        out.alone = list(await index.pool(tokens.slice(0, 10)));
        out.unit = list(await index.normalise([3, 0, 4, 0, 0, 0, 0, 0, 0, 0]));
        const some = tokens.slice(0, 10);
        out.said = [
          await failure(() => index.pool(some.slice(1))),
          await failure(() => index.pool(some, { mask: [1, 1, 1] })),
          await failure(() => index.pool(some, { texts: 3 })),
          await failure(() => index.pool(some, { texts: 0 })),
          await failure(() => index.pool(some, { strategy: "median" })),
          await failure(() => index.pool(some, { strategy: "weighted" })),
          await failure(() => index.pool(some, { weights: [1, 2] })),
          await failure(() => index.normalise([1, 2])),
          await failure(() => index.normalise([1, 2, 3, 4, NaN])),
        ];
        await index.close();
        return { tokens: Array.from(tokens.subarray(0, 25)), ...out };
        """
    )
    tokens = np.float32([*found["tokens"], *[np.nan] * 5]).reshape(2, 3, 5)
    mask, weights = np.array([[1, 1, 1], [1, 1, 0]]), np.array([[1, 2, 3], [1, 2, 3]])
    ways = {
        "mean": pooling.mean,
        "max": pooling.maximum,
        "sum": pooling.total,
        "cls": pooling.cls,
        "last": pooling.last,
    }
    for name, way in ways.items():
        assert np.allclose(found[name], way(tokens, mask), atol=1e-6), name
    assert np.allclose(found["weighted"], pooling.weighted(tokens, mask, weights), atol=1e-6)
    assert np.allclose(found["alone"], tokens[:1, :2].mean(axis=1), atol=1e-6)
    assert np.allclose(found["unit"], [[0.6, 0, 0.8, 0, 0], [0] * 5])
    codes = [said.split(":")[0].removeprefix("FossickError ") for said in found["said"]]
    wrong, off = "dimension-mismatch", "bad-option"
    assert codes == [wrong, wrong, wrong, off, off, off, off, wrong, off]


def test_a_call_is_given_up(run: Callable[..., Any]) -> None:
    """Before it has begun it changes nothing; a change that has begun is done or not done."""
    said, after, begun = run(
        """
        const index = await fossick.vectors({ dim: 2 });
        await index.addBatch(["a", "b"], [1, 0, 0, 1]);
        const signal = AbortSignal.abort();
        const calls = [
          () => index.add("x", [1, 1], { signal }),
          () => index.addBatch(["x"], [1, 1], { signal }),
          () => index.remove("a", { signal }),
          () => index.clear({ signal }),
          () => index.get("a", { signal }),
          () => index.search([1, 0], { signal }),
          () => index.searchBatch([1, 0], { signal }),
          () => index.page([1, 0], { signal }),
          () => index.stats({ signal }),
          () => index.audit({ signal }),
          () => fossick.vectors({ dim: 2, signal }),
        ];
        const said = [];
        for (const call of calls) said.push(await failure(async () => call()));
        const late = new AbortController();
        const asked = failure(() => index.search([1, 0], { signal: late.signal }));
        late.abort();
        said.push(await asked);
        const after = (await index.search([1, 0])).ids;
        const other = new AbortController();
        const adding = failure(() => index.add("x", [1, 0.5], { signal: other.signal }));
        setTimeout(() => other.abort(), 3);
        const isDone = (await adding) === "no failure";
        const { count } = await index.stats();
        await index.close();
        return [said, after, [isDone, count]];
        """
    )
    assert len(said) == 12
    assert all(one.startswith("FossickError cancelled: ") for one in said)
    assert after == ["a", "b"]
    assert begun in ([True, 3], [False, 2])


def test_buffers_are_kept_or_given_away(run: Callable[..., Any]) -> None:
    """What the caller holds stays his, unless he says otherwise; views of a part always do."""
    found = run(
        """
        const index = await fossick.vectors({ dim: 2 });
        const kept = random(4, 1), given_ = random(4, 2), whole = random(8, 3);
        await index.addBatch(["a", "b"], kept);
        await index.addBatch(["c", "d"], given_, { transfer: true });
        await index.addBatch(["e", "f"], whole.subarray(2, 6), { transfer: true });
        const { scores } = await index.search(kept.subarray(0, 2));
        const { ids } = await index.search(whole.subarray(4, 6), { k: 1 });
        await index.close();
        return [kept.length, given_.length, whole.length, scores instanceof Float32Array, ids];
        """
    )
    assert found == [4, 0, 8, True, ["f"]]


@pytest.mark.parametrize("storage", ["opfs", "indexeddb"])
def test_under_a_name_it_is_there_again(page: Page, site_server: str, storage: str) -> None:
    """After a reload, in either store; then it can be deleted, and only then."""
    page.goto(site_server + BARE)
    assert page.evaluate(OPEN, storage) == storage
    before = page.evaluate(
        script(
            """
            await fossick.add([{ path: "a.txt", text: "gold" }]);
            const index = await fossick.vectors({ name: "faces", dim: 64, recall: 0.95 });
            await index.addBatch(numbered(6000), random(6000 * 64, 5));
            for (let n = 0; n < 5; n += 1) await index.add(`one ${n}`, random(64, 50 + n));
            await index.remove(["v3", "one 2"]);
            return plain(await index.search(random(64, 52), { k: 20 }));
            """
        )
    )
    page.reload()
    page.evaluate(OPEN, storage)
    after = page.evaluate(
        script(
            """
            const index = await fossick.vectors({ name: "faces" });
            const same = await fossick.vectors({ name: "faces", dim: 64 });
            const found = plain(await index.search(random(64, 52), { k: 20 }));
            const { count, dim } = await index.stats();
            const out = { found, count, dim, names: await fossick.vectorNames() };
            out.other = await failure(() => fossick.vectors({ name: "faces", dim: 65 }));
            out.open = await failure(() => fossick.deleteVectors("faces"));
            await index.close();
            out.closed = await failure(() => index.stats());
            out.shared = (await same.stats()).count;
            await same.close();
            await fossick.deleteVectors("faces");
            out.deleted = await failure(() => fossick.vectors({ name: "faces" }));
            out.left = await fossick.vectorNames();
            out.documents = (await fossick.stats()).documents;
            await fossick.close();
            out.ended = await failure(() => fossick.vectors({ dim: 3 }));
            return out;
            """
        )
    )
    assert after["found"] == before and len(before["ids"]) == 20
    assert (after["count"], after["dim"], after["shared"]) == (6003, 64, 6003)
    assert after["names"] == ["faces"] and after["left"] == []
    assert after["documents"] == 1
    codes = {"other": "dimension-mismatch", "open": "read-only", "closed": "closed"}
    codes |= {"deleted": "not-found", "ended": "closed"}
    for name, code in codes.items():
        assert after[name].startswith(f"FossickError {code}: "), after[name]


@pytest.mark.parametrize("storage", ["opfs", pytest.param("indexeddb", marks=pytest.mark.long)])
def test_float32_in_the_store(page: Page, site_server: str, storage: str) -> None:
    """Hits are those of float32 in memory, also after a reload; memory holds the codes alone."""
    n, dim = 3000, 24
    page.goto(site_server + BARE)
    assert page.evaluate(OPEN, storage) == storage
    rows = np.float32(page.evaluate(RANDOM, [n * dim, 6])).reshape(n, dim)
    queries = np.float32(page.evaluate(RANDOM, [5 * dim, 9])).reshape(5, dim)
    here = VectorIndex(dim, dtype="int4", keep_float32=True)
    here.add_batch([f"v{number}" for number in range(n)], rows)
    here.remove(["v5", "v6"])
    ask = """
        const found = (await index.searchBatch(random(24 * 5, 9), { k: 12 })).map(plain);
        const page = plain(await index.page(random(24, 9), { offset: 3, limit: 4 }));
        const vector = Array.from(await index.get("v77"));
        const { bytes, keepsFloat32 } = await index.stats();
        const { reference, recall } = await index.audit();
        const out = { found, page, vector, bytes, keepsFloat32, reference, recall };
    """
    made = """
        const index = await fossick.vectors(
          { name: "fine", dim: 24, dtype: "int4", keepFloat32: true });
        const rows = random(24 * 3000, 6);
        for (let at = 0; at < 3000; at += 1000)
          await index.addBatch(numbered(3000).slice(at, at + 1000),
            rows.subarray(24 * at, 24 * (at + 1000)));
        await index.remove(["v5", "v6"]);
    """
    answers = [page.evaluate(script(f"{made} {ask} return out;"))]
    page.reload()
    page.evaluate(OPEN, storage)
    again = 'const index = await fossick.vectors({ name: "fine" });'
    answers.append(page.evaluate(script(f"{again} {ask} await index.close(); return out;")))
    wanted = here.search_batch(queries, 12)
    for found in answers:
        assert [one["ids"] for one in found["found"]] == [list(one.ids) for one in wanted]
        assert [one["scores"] for one in found["found"]] == [one.scores.tolist() for one in wanted]
        assert found["page"]["ids"] == list(here.page(queries[0], 3, 4).ids)
        assert found["vector"] == here.get("v77").tolist()
        assert found["bytes"] < n * 4 * dim
        assert found["keepsFloat32"] is True
        assert (found["reference"], found["recall"] >= 0.99) == ("float32", True)


def test_a_graph_is_kept_as_well(run: Callable[..., Any]) -> None:
    """It is opened as it was built, with what was added since."""
    before, after, graph, removed = run(
        """
        const graphs = { graph: { M: 16, efConstruction: 100, efSearch: 96 } };
        const options = { name: "linked", dim: 16, metric: "euclidean", ...graphs };
        const queries = random(16 * 5, 9);
        let index = await fossick.vectors(options);
        await index.addBatch(numbered(1000), random(16 * 1000, 6));
        await index.addBatch(["more"], queries.subarray(0, 16));
        await index.remove(numbered(1000).slice(0, 100));
        const removed = [(await index.stats()).removed];
        await index.vacuum();
        removed.push((await index.stats()).removed);
        const found = async () => (await index.searchBatch(queries)).map(plain);
        const before = await found();
        await index.close();
        index = await fossick.vectors({ name: "linked" });
        const after = await found();
        const { graph } = await index.stats();
        await index.close();
        await fossick.deleteVectors("linked");
        return [before, after, graph, removed];
        """
    )
    assert before == after and before[0]["ids"][0] == "more"
    assert removed == [100, 0]
    assert graph == {"M": 16, "efConstruction": 100, "efSearch": 96, "seed": 0}


def test_another_tab_reads(context: BrowserContext, site_server: str) -> None:
    """One tab writes; here the vectors can be searched, and changes are refused whole."""
    pages = [context.new_page() for _ in range(2)]
    for number, page in enumerate(pages):
        page.goto(site_server + BARE)
        page.evaluate(OPEN, "opfs")
        if number == 0:
            page.evaluate(
                script(
                    "window.index = await fossick.vectors({ name: 'ours', dim: 2 });"
                    "await index.addBatch(['a', 'b'], [1, 0, 0, 1]);"
                )
            )
    found = pages[1].evaluate(
        script(
            """
            const index = await fossick.vectors({ name: "ours" });
            const out = [];
            for (const call of [() => index.add("c", [1, 1]), () => index.remove("a"),
                () => index.clear(), () => fossick.deleteVectors("ours"),
                () => fossick.vectors({ name: "theirs", dim: 2 })])
              out.push((await failure(call)).slice(0, 22));
            return [out, (await index.search([1, 0])).ids, (await index.stats()).count];
            """
        )
    )
    refused = "FossickError read-only"
    assert found == [[refused] * 3 + [refused] * 2, ["a", "b"], 2]


@pytest.mark.slow
def test_memory_that_cannot_be_had(run: Callable[..., Any]) -> None:
    """More than Python can have is asked for: an error, and what was there stays."""
    said, count, ids, after = run(
        """
        const index = await fossick.vectors({ dim: 1024, metric: "dot", dtype: "float32" });
        await index.add("here", random(1024, 1));
        const n = 2 ** 18;
        const add = async (name) => {
          const ids = Array.from({ length: n }, (_, at) => `${name}${at}`);
          await index.addBatch(ids, new Float32Array(n * 1024), { transfer: true });
        };
        let said = "no failure";
        for (let turn = 0; turn < 5 && said === "no failure"; turn += 1)
          said = await failure(() => add(turn));
        const { count } = await index.stats();
        const { ids } = await index.search(random(1024, 1), { k: 1 });
        await index.addBatch(numbered(100), random(100 * 1024, 2));
        const after = (await index.stats()).count;
        await index.close();
        return [said, count % n, ids, after - count];
        """
    )
    assert re.match("FossickError quota-exceeded: .*memory", said), said
    assert (count, ids, after) == (1, ["here"], 100)


def test_the_example_of_the_readme(run: Callable[..., Any], root: Path) -> None:
    """It does what it says."""
    text = (root / "README.md").read_text("utf-8")
    (block,) = re.findall(r"```js\n([^`]*fossick\.vectors[^`]*)```", text)
    told = re.search(r"// (\[.*\])", block)
    assert told
    ids, said = run(f"{block}; await index.close(); return [ids, {told[1]}];")
    assert ids == said == ["red", "pink"]
    run("await fossick.deleteVectors('colours')")
