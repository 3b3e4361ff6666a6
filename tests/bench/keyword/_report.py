"""The tables of the keyword measurement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import _harness as harness
import _texts as corpus
import numpy as np
from _queries import KINDS

from app.core.evaluation import evaluate, load_beir

Found = Mapping[str, Any]
NONE = "–"
LABELS = {
    "fossick-engine": "**Fossick**, engine",
    "fossick": "**Fossick**, add() and search()",
    "sqlite": "SQLite FTS5",
    "flexsearch": "FlexSearch",
    "flexsearch-forward": "FlexSearch, prefixes",
    "minisearch": "MiniSearch",
    "lunr": "lunr",
    "orama": "Orama",
}


def show(texts: corpus.Texts, rows: Mapping[str, Found], versions: Mapping[str, str]) -> None:
    """All tables of one collection."""
    ndcg = {name: _ndcg(texts, row) for name, row in rows.items()} if texts.judged else {}
    print("\nIndex\n")
    head = ["", "index s", "MB/s", "store s", "MB", "bytes/chunk", "load ms", "resident/chunk"]
    lines = [[_label(name, versions), *_index(texts, name, row)] for name, row in rows.items()]
    print(harness.table(head, lines))
    print("\nQueries, milliseconds\n")
    head = ["", "p50", "p95", "p99", *(["nDCG@10"] if ndcg else [])]
    lines = []
    for name, row in rows.items():
        more = [f"{ndcg[name]:.3f}" if ndcg.get(name) is not None else NONE] if ndcg else []
        for label, times in _times(name, row, "words"):
            lines.append([_label(name, versions) + label, *_percentiles(times, 50, 95, 99), *more])
    print(harness.table(head, lines))
    print("\nOther queries, milliseconds: p50 / p99, and how many found anything\n")
    kinds = KINDS[1:]
    lines = []
    for name, row in rows.items():
        for label, _ in _times(name, row, "words"):
            cells = [_other(name, row, kind, label) for kind in kinds]
            lines.append([_label(name, versions) + label, *cells])
    print(harness.table(["", *kinds], lines))
    for name, row in rows.items():
        for step in (row, row.get("change", {}), row.get("traced", {})):
            if "error" in step:
                print(f"\n{LABELS[name]} failed: {step['error']}")
        for kind, found in row.get("answers", {}).items():
            if found.get("thrown"):
                print(f"\n{LABELS[name]}, {kind}: {len(found['thrown'])} queries threw, ", end="")
                print(f"as {found['thrown'][0]!r}")
    if lines := _own_numbers(texts, rows):
        print("\nFossick's own numbers\n")
        print(harness.table(["", texts.name], lines))


def _label(name: str, versions: Mapping[str, str]) -> str:
    return f"{LABELS[name]} {versions[name]}" if name in versions else LABELS[name]


def _index(texts: corpus.Texts, name: str, row: Found) -> list[object]:
    n = len(texts.ids)
    if name == "fossick":
        report = row.get("report")
        seconds = report["seconds"] if report else None
        size = row["stats"]["bytes"] if report else None
        load = row["boot"]["open"] if "boot" in row else None
        return [*_speed(texts, seconds), "in it", *_size(size, n), _or_none(load), NONE]
    seconds = row["index_ms"] / 1000 if "index_ms" in row else None
    store = row["store_ms"] / 1000 if "store_ms" in row else None
    cells = [*_speed(texts, seconds), _or_none(store), *_size(row.get("bytes"), n)]
    resident: Any = NONE
    if "opened" in row.get("traced", {}):
        resident = round(row["traced"]["asked"] / n)
    elif "resident" in row:
        resident = round((row["resident"]["heap"] + row["used"]) / n)
    return [*cells, _or_none(row.get("load_ms")), resident]


def _speed(texts: corpus.Texts, seconds: float | None) -> list[object]:
    return [NONE, NONE] if seconds is None else [seconds, texts.bytes / 1e6 / seconds]


def _size(size: int | None, n: int) -> list[object]:
    return [NONE, NONE] if size is None else [size / 1e6, round(size / n)]


def _or_none(value: float | None) -> object:
    return NONE if value is None else value


def _times(name: str, row: Found, kind: str) -> list[tuple[str, Sequence[float]]]:
    """Times under the labels that a table shows them with."""
    found = row.get("answers", {}).get(kind)
    if not found:
        return [("", [])]
    if name == "fossick":
        return [(", engine time", found["engine"]), (", page time", found["times"])]
    return [("", found["times"])]


def _other(name: str, row: Found, kind: str, label: str) -> str:
    times = dict(_times(name, row, kind)).get(label)
    if not times:
        return NONE
    p50, p99 = _percentiles(times, 50, 99)
    return f"{p50} / {p99}, {corpus.share(row['answers'][kind]['hits'])}"


def _percentiles(times: Sequence[float], *which: int) -> list[str]:
    if not times:
        return [NONE] * len(which)
    return [f"{value:.2f}" for value in np.percentile(times, which)]


def _ndcg(texts: corpus.Texts, row: Found) -> float | None:
    found = row.get("answers", {}).get("words")
    if not found:
        return None
    run = {}
    for query, hits in zip(texts.judged, found["hits"], strict=True):
        ids = [hit if isinstance(hit, str) else texts.ids[hit] for hit in hits]
        run[query] = {document: 1.0 / rank for rank, document in enumerate(ids, start=1)}
    return evaluate(run, load_beir(harness.DATA / "eval" / "scifact").qrels)["ndcg@10"]


def _own_numbers(texts: corpus.Texts, rows: Mapping[str, Found]) -> list[list[object]]:
    """What is told of Fossick alone: a line a number."""
    lines: list[list[object]] = []
    engine, whole = rows.get("fossick-engine", {}), rows.get("fossick", {})
    for part, ms in engine.get("parts", {}).items():
        lines.append([f"engine: {part}, s", ms / 1000])
    if "open_ms" in engine:
        lines += [
            ["engine: reading the files, ms", engine["read_ms"]],
            ["engine: opening them, ms", engine["open_ms"]],
            ["engine: the first query, ms", engine["first_ms"]],
            ["engine: growth of the memory of WebAssembly, MB", engine["resident"]["wasm"] / 1e6],
        ]
    for when, name in (("opened", "after opening"), ("asked", "after all queries")):
        if when in engine.get("traced", {}):
            held = engine["traced"][when] / len(texts.ids)
            lines.append([f"engine: bytes a chunk that Python and NumPy hold {name}", round(held)])
    if "report" in whole:
        lines += [[f"add(): {part}, s", s] for part, s in whole["report"]["timings"].items() if s]
        lines += [
            ["add(): all of it for the page, s", whole["page_ms"] / 1000],
            ["add(): segments", whole["stats"]["segments"]],
            ["add(): forms", whole["stats"]["terms"]],
        ]
    if "boot" in whole:
        lines += [[f"opened again: {part}, ms", ms] for part, ms in whole["boot"].items()]
        lines.append(["opened again: the first search, ms", whole["first_ms"]])
        timings = whole["answers"]["words"]["timings"]
        for part in timings[0]:
            lines.append(
                [f"search(): {part}, p50 ms", float(np.median([t[part] for t in timings]))]
            )
    return lines + _changes(whole.get("change", {}))


def _changes(change: Found) -> list[list[object]]:
    if "add_ms" not in change:
        return []
    lines: list[list[object]] = [
        ["one document more: add(), ms", change["add_ms"]],
        ["one document more: in the engine, ms", 1000 * change["add_report"]["seconds"]],
        ["one document more: the next search, ms", change["search_after_add_ms"]],
        [f"{change['removed']:,} removed: remove(), ms", change["remove_ms"]],
        [f"{change['removed']:,} removed: the next search, ms", change["search_after_remove_ms"]],
        ["bytes before", change["before"]["bytes"]],
        ["bytes after removing", change["after_remove"]["bytes"]],
    ]
    if "vacuum_ms" in change:
        lines += [
            ["vacuum(), ms", change["vacuum_ms"]],
            ["bytes after vacuum()", change["after_vacuum"]["bytes"]],
        ]
    return lines


def show_million(texts: corpus.Texts, row: Found) -> None:
    """Ten copies of the texts."""
    n = 10 * len(texts.ids)
    if "error" in row:
        print(f"\n{n:,} chunks failed: {row['error']}")
        return
    print(f"\n{n:,} chunks, {row['segments']} segments, {row['bytes'] / 1e6:.0f} MB stored:")
    print(
        f"indexed in {row['index_ms'] / 1000:.0f} s, loaded in {row['load_ms']:.0f} ms "
        f"({row['read_ms']:.0f} reading, {row['open_ms']:.0f} opening), the memory of WebAssembly "
        f"grew by {row['resident']['wasm'] / 1e6:.0f} MB.\n"
    )
    lines = [[kind, *_percentiles(row["answers"][kind]["times"], 50, 95, 99)] for kind in KINDS]
    print(harness.table(["Fossick, engine, ms", "p50", "p95", "p99"], lines))


def without_hits(found: Any) -> Any:
    """The raw numbers without lists of hits, of which their number is left, and of timings."""
    if not isinstance(found, dict):
        return found
    return {
        name: [len(hits) for hits in value] if name == "hits" else without_hits(value)
        for name, value in found.items()
        if not (name == "timings" and isinstance(value, list))
    }
