/**
 * Fossick: search a person's own files by words and by meaning, inside the page.
 *
 * ```js
 * import { Fossick } from "./static/fossick.js";
 * const fossick = await Fossick.open({ collection: "notes" });
 * await fossick.add(input.files, { onProgress: ({ done, total }) => console.log(done, total) });
 * const { hits } = await fossick.search("where did I put the gold");
 * ```
 *
 * Every call settles: with a value, or with a {@link FossickError} that has a stable `code`. The
 * module loads everything else relative to itself, so it works under any path of a site, with or
 * without cross-origin isolation.
 */

/** Codes of all failures; docs/errors.md says what each means. */
export type ErrorCode =
  | "internal"
  | "memory"
  | "empty"
  | "no-text"
  | "encrypted"
  | "damaged"
  | "too-large"
  | "unsupported"
  | "not-text"
  | "ignored"
  | "unreadable"
  | "bad-option"
  | "bad-query"
  | "dimension-mismatch"
  | "not-found"
  | "collection-exists"
  | "storage-damaged"
  | "storage-unavailable"
  | "index-version"
  | "quota-exceeded"
  | "read-only"
  | "locked"
  | "wrong-passphrase"
  | "model-missing"
  | "model-failed"
  | "model-unsuitable"
  | "download-failed"
  | "download-damaged"
  | "cancelled"
  | "closed"
  | "boot-failed";

/** A failure that can be told apart by `code`; `message` is for people, `hint` the way out. */
export class FossickError extends Error {
  constructor(code: ErrorCode, message: string, hint?: string);
  readonly code: ErrorCode;
  readonly hint: string;
}

/**
 * Where a collection is kept: the origin private file system, IndexedDB, or nowhere; or the
 * exported file that it is searched in.
 */
export type StorageKind = "opfs" | "indexeddb" | "memory" | "file";

/**
 * Which model makes the vectors.
 *
 * - `"auto"`: the bundled model, on WebGPU if there is a real GPU that computes rightly, else on
 *   WASM. What is added is found at once by static vectors, which those of the model replace in
 *   the background; they also serve, and after them hashed words, when the model cannot be used.
 * - `"transformer"`: the model alone, which adding waits for; without it search goes on by words.
 * - `"static"`: vectors of tokens from a table, added up: no network is run.
 * - `"hash"`: hashed words only. Instant, and matches only near-identical text.
 * - `"none"`: no vectors.
 * - an object: one model, by its id in {@link Fossick.models}, bundled or installed; on one device
 *   (`"webgpu"` falls through to WASM, also takes a GPU that is emulated on the processor); in one
 *   precision (of the bundled model: `"q8"`, int8, or `"fp32"` where the site has it).
 */
export type EmbedderOption =
  | "auto"
  | "transformer"
  | "static"
  | "hash"
  | "none"
  | { model?: string; device?: "auto" | "webgpu" | "wasm"; dtype?: ModelDtype };

/** How exact the numbers of a model are: int8 ("q8", "int8"), 4 bits, float16 or float32. */
export type ModelDtype = "q8" | "fp32" | "fp16" | "int8" | "q4";

/**
 * A model that the site knows of, or that the user has added.
 *
 * Its `state`: "bundled" with the site, "installed" on this device, "partial" where a download was
 * stopped or cut off, "available" from the hub.
 */
export interface Model {
  id: string;
  /** A reranker orders hits anew that were found by other means. */
  kind: "embedder" | "reranker";
  title: string;
  description: string;
  /** SPDX; "" where it is not known. */
  licence: string;
  homepage: string;
  /** BCP 47; "mul" where there are many. */
  languages: string[];
  /** Numbers in a vector. */
  dim: number;
  /** Tokens of a text that are read, special ones included. */
  maxTokens: number;
  dtype: ModelDtype;
  /** Whether the user has brought it. */
  own: boolean;
  /** Of all files; 0 for the bundled one. */
  bytes: number;
  state: "bundled" | "installed" | "partial" | "available";
  /** Bytes on this device. */
  downloaded: number;
  /**
   * Whether each of its files is compared with a SHA-256 that came with the site. Without, the
   * first download is trusted.
   */
  pinned: boolean;
}

export interface ModelOptions extends CallOptions {
  /** Phase "download", in bytes, then "check" while the model is tried out. */
  onProgress?: (progress: Progress) => void;
}

/** What is said of a model of one's own; left out, its files say it. */
export interface OwnModel {
  /** Default: the name of its folder. Its id is made of it. */
  name?: string;
  /** Default: "reranker" for a sequence classifier. */
  kind?: "embedder" | "reranker";
  /** How the vectors of tokens become that of a text: default "mean". */
  pooling?: "mean" | "cls" | "last";
  /** Put before queries. */
  queryPrefix?: string;
  /** Put before passages. */
  passagePrefix?: string;
  /** At most 512. */
  maxTokens?: number;
}

export interface OpenOptions {
  /** Name of the collection, default "default". Each has an index of its own. */
  collection?: string;
  /** Default "auto": the best that works, and {@link Info.storage} says which. */
  storage?: "auto" | "opfs" | "indexeddb" | "memory";
  /**
   * A file of {@link Fossick.export} that is searched where it lies, without import. Nothing of it
   * can be changed; `collection` is a name only.
   */
  from?: Blob;
  /**
   * Of `from`, if that file is sealed: without it opening fails with `locked`, with another one
   * with `wrong-passphrase`, for a file that is plain with `bad-option`.
   */
  filePassphrase?: string;
  /** In its place: the {@link Fossick.key} of an instance that had the same file open. */
  fileKey?: CryptoKey;
  /** Default "auto". */
  embedder?: EmbedderOption;
  /**
   * Whether a start may use the image of the interpreter that this device keeps, and make one.
   * Default true; false is for measuring.
   */
  snapshot?: boolean;
  /**
   * Opens a sealed collection, or seals a new one. Without it a sealed one fails with `locked`, a
   * wrong one with `wrong-passphrase`, one for a collection that is plain with `bad-option`.
   * Nobody can recover one that is forgotten.
   */
  passphrase?: string;
  /** In place of the passphrase: the {@link Fossick.key} of an instance that has been closed. */
  key?: CryptoKey;
  /** Minutes without use after which a sealed collection is locked; 0: never. Default 15. */
  lockAfter?: number;
  /** What readers keep to. */
  limits?: Limits;
  /** Told of the start (phase "boot") and of the model, which loads beside it (phase "model"). */
  onProgress?: (progress: Progress) => void;
  /** Gives up opening. */
  signal?: AbortSignal;
}

/**
 * How much of a file is read before it is refused as `too-large`. Whole numbers above 0; the
 * defaults suit a browser tab.
 */
export interface Limits {
  /** Bytes of a file of text, default 32 MiB. */
  textBytes?: number;
  /** Bytes of a file of any other kind, default 100 MiB. */
  fileBytes?: number;
  /** Bytes of an archive or a mailbox, default 2 GiB. */
  archiveBytes?: number;
  /** Bytes that all members of an archive have unpacked, default 4 GiB. */
  expandedBytes?: number;
  /** Bytes that one packed byte may become, default 200. */
  ratio?: number;
  /** Members of an archive, messages of a mailbox, default 100,000. */
  members?: number;
  /** Archives and mails inside of each other, and elements of XML times a hundred, default 5. */
  depth?: number;
  /** Pages, slides or sheets, default 20,000. */
  pages?: number;
  /** Characters of text that a document gives, default 50 million. */
  characters?: number;
  /** Cells of a workbook that hold something, default 2 million. */
  cells?: number;
  /**
   * Seconds without a sign of life, such as a page of a PDF or a member of an archive, after which
   * a reader is ended and its file counts as `damaged`; default 60.
   */
  seconds?: number;
}

export interface Progress {
  phase:
    | "boot"
    | "model"
    | "scan"
    | "index"
    | "commit"
    | "upgrade"
    | "verify"
    | "export"
    | "import"
    | "audit"
    | "download"
    | "check"
    | "offline";
  done: number;
  /** 0 where it is not known. */
  total: number;
  /** What is counted: "steps", "bytes", "files" or "passages". */
  unit?: string;
  /** Units a second so far. */
  rate?: number;
  /** Absent while it cannot be told. */
  secondsLeft?: number;
  /** What is being worked on. */
  path?: string;
  /** Passages that are ready so far. */
  chunks?: number;
  /** A name for the step. */
  message?: string;
  /** Whether it waits until {@link Fossick.pauseAdding} lets it go on. */
  paused?: boolean;
}

/** A file under a path of the caller's choosing. `modified`: a Date, or milliseconds since 1970. */
export type PathSource = { path: string; modified?: Date | number } & (
  | { blob: Blob; text?: undefined }
  | { text: string; blob?: undefined }
);

/**
 * One passage as it stands: it is not cut, and keeps its id. `vector` was made elsewhere; left
 * out, the embedder makes one. Vectors with a `model`, by its name in {@link Info.model}, are
 * searched like those that this model made here; without, only with query vectors of their length
 * that come with the search.
 */
export interface ChunkSource {
  id: string;
  title?: string;
  text: string;
  vector?: Float32Array;
  model?: string;
  metadata?: Record<string, string>;
}

/**
 * What lies at an address, http or https, as the page can fetch it: from its own site, and from
 * others where its policy and that site allow it (the policy of the Fossick app allows none). All
 * of `add` rejects with `unreadable` where one cannot be had. The document's path is the address
 * without its protocol.
 */
export interface AddressSource {
  url: string;
}

/**
 * What {@link Fossick.add} takes. Folders are walked, leaving out hidden entries and machinery
 * such as `node_modules`. A File counts under its `webkitRelativePath`, else its name.
 */
export type Source =
  | File
  | FileSystemFileHandle
  | FileSystemDirectoryHandle
  | FileSystemHandle
  | PathSource
  | AddressSource
  | ChunkSource;

export interface CallOptions {
  signal?: AbortSignal;
}

export interface AddOptions extends CallOptions {
  /** Phases "scan" (walking folders) and "index"; about ten times a second. */
  onProgress?: (progress: Progress) => void;
}

/**
 * What of a folder is left out, besides hidden entries and machinery such as `node_modules`;
 * {@link Fossick.unread} names it, with the code "ignored". Of a folder that is left out all is.
 */
export interface FolderRules {
  /**
   * Patterns as in .gitignore, from the folder on: `*.tmp`, `/drafts/`, `**\/build`. The last one
   * that names an entry counts; `!.notes` brings in what would be left out.
   */
  ignore?: string[];
  /** Default false: whether what the folder's .gitignore files name is left out. */
  gitignore?: boolean;
}

export interface FailedFile {
  path: string;
  code: ErrorCode;
  message: string;
  hint: string;
}

/** A file of which there is no document. */
export interface UnreadFile {
  path: string;
  size: number;
  /** Seconds since 1970. */
  modified?: number;
  /** SHA-256 in hex, empty where nothing could be read. */
  digest: string;
  /**
   * Why it was refused; "ignored" for a file or a folder that a rule has left out; empty for an
   * archive whose files were read.
   */
  code: ErrorCode | "";
  message: string;
  hint: string;
  /** Files inside of an archive. */
  members?: number;
}

/** A folder that is remembered and can be brought up to date. */
export interface Folder extends Required<FolderRules> {
  /** The first part of the paths of its files. */
  name: string;
  added: Date;
  /** When it was last brought up to date. */
  synced: Date | null;
  /** "granted": it can be read now. "prompt": the user has to be asked, by a click. */
  permission: "granted" | "prompt" | "denied";
  handle: FileSystemDirectoryHandle;
}

/** What became of the sources, counted in documents. */
export interface AddReport {
  added: number;
  /** Replaced a document of the same path. */
  updated: number;
  /** Unchanged since they were added. */
  skipped: number;
  /** Their files are no longer in an archive, or in a folder that is kept in step. */
  removed: number;
  /** Of those added: files that were elsewhere before, and keep their vectors. */
  moved: number;
  failed: FailedFile[];
  chunks: number;
  seconds: number;
  /** Seconds by part: read (waiting for files that are read and cut), analyse, embed, write, merge. */
  timings: Record<string, number>;
  /** Sentences for the user, such as that the model failed on the way. */
  notes: string[];
}

export type Mode = "hybrid" | "keyword" | "vector";

export type Sort = "relevance" | "date" | "name" | "size";
export type Facet = "type" | "folder" | "year" | "language" | "author";

/** A value that documents of a result have. */
export interface FacetValue {
  /** As a person writes it; a folder with all that it lies in. */
  value: string;
  /** Documents. */
  count: number;
  /** Put before the query, this leaves just these documents: `dir:"/My notes"`. */
  filter: string;
}

export interface SearchOptions extends CallOptions {
  /** Hits wanted, 1 to 1000, default 10. */
  k?: number;
  /** Default "hybrid": by words and by meaning. */
  mode?: Mode;
  /** Whether any word of the query is enough for a hit, the default, or all are needed. */
  operator?: "any" | "all";
  /** Only documents whose path has this prefix or matches this glob, or of these kinds. */
  filter?: { path?: string; type?: string | string[] };
  /** The best passage of each document only. */
  groupBy?: "document";
  /** Default "relevance"; any other is an order of everything that matches, ties by relevance. */
  sort?: Sort;
  /** Default: newest first, A to Z, largest first. What is unknown comes last either way. */
  order?: "asc" | "desc";
  /** What the documents that match are counted by: all of {@link Facet}, or some. */
  facets?: true | Facet[];
  /**
   * Default true: of passages that say nearly the same only the best is a hit, and names the
   * others ({@link Hit.nearCopies}). For hits by relevance.
   */
  collapse?: boolean;
  /**
   * 0, the default, to 1: how much it counts against a hit that it is like one before it, by
   * vectors, by words where there are none. Hits then stand in the order in which they were chosen
   * (maximal marginal relevance), their scores as they are. For hits by relevance.
   */
  diversity?: number;
  /** 0, the default, to 1: how much a document's being new adds to its score. */
  recency?: number;
  /**
   * Order the first twenty hits anew by a cross-encoder, which reads query and passage together:
   * true for the first reranker on this device, or the id of one. Default false. It takes seconds
   * where there is no GPU. Rejects with `model-missing` where none is installed; where it fails,
   * hits stay as they were, with a note. For hits by relevance.
   */
  rerank?: boolean | string;
  /** Whether hits tell what their scores are made of: {@link Hit.explanation}. */
  explain?: boolean;
  /** A query vector to search with instead of embedding the query. */
  vector?: Float32Array;
  /** The last word may still be being typed: it also matches as a prefix. */
  typing?: boolean;
  /** Default true: a word that no passage holds, or next to none, may be a typing error, see `corrected`. */
  correct?: boolean;
  /**
   * Default true: while the model loads, a search by meaning waits for it. With false it answers
   * at once without the model's vectors, and says so in `notes`.
   */
  waitForModel?: boolean;
}

/** Where a passage stands in its document. Pages and lines count from 1. */
export interface Address {
  page?: number;
  endPage?: number;
  line?: number;
  endLine?: number;
  /**
   * Where its first part stands in the words of the format, where pages and lines do not say it:
   * "Budget!A2:D2" in a workbook, "items[3].name" in JSON, "0:01:23" in subtitles, "cell 4" in a
   * notebook.
   */
  place?: string;
  /** The same of its last part. */
  endPlace?: string;
  /** From the outermost heading to the innermost. */
  heading: string[];
}

export interface LegResult {
  /** From 1. */
  rank: number;
  /** BM25 in the keyword leg, cosine in the vector leg, of no scale in "rerank". */
  score: number;
}

export interface Hit {
  id: string;
  documentId: string;
  path: string;
  title: string;
  text: string;
  score: number;
  /** From 1. */
  rank: number;
  /** Matched stretches of `text`, as offsets for `text.slice(start, end)`. */
  highlights: [start: number, end: number][];
  /** The stretch of `text`, some 240 characters, that shows the match best. */
  snippet: [start: number, end: number];
  address: Address;
  /** Offset of the passage in the document's text, in code points; see {@link utf16Offset}. */
  start: number;
  legs: { keyword?: LegResult; vector?: LegResult; rerank?: LegResult };
  /** Paths of documents with the very same content. */
  alsoAt: string[];
  /** Passages further down that say nearly the same, best first. */
  nearCopies: NearCopy[];
  metadata: Record<string, string>;
  /** Why `text` is empty, for people: what the index holds of it is damaged. */
  problem?: string;
  /** With the option `explain` only. */
  explanation?: Explanation;
}

/** A passage that says nearly the same as a hit. */
export interface NearCopy {
  id: string;
  documentId: string;
  path: string;
  title: string;
  address: Address;
  /** Paths of other documents with the very same content. */
  alsoAt: string[];
}

/** Why a hit has its score: the shares of its legs added up, times `recency`. */
export interface Explanation {
  /**
   * How the legs are joined: a convex combination of their scores, reciprocal rank fusion, or not
   * at all where there is only one.
   */
  fusion: "convex" | "rrf" | "none";
  legs: { keyword?: LegShare; vector?: LegShare };
  /** Factor for how new the document is; 1 without the option `recency`. */
  recency: number;
  /** The score of the keyword leg taken apart, where that has found the hit. */
  keyword?: KeywordScore;
}

export interface LegShare {
  weight: number;
  /**
   * "convex": the leg's score as a part of the most it could be; "rrf": 1 / (60 + rank); "none":
   * the leg's score.
   */
  value: number;
  /** weight * value */
  share: number;
}

/** A score by words: those of `terms`, of `coverage` and of `proximity` added up. */
export interface KeywordScore {
  score: number;
  /** What was scored; documents where hits are grouped by them. */
  unit: "passage" | "document";
  /** What of the query it holds, what adds most first. */
  terms: TermMatch[];
  /** Words and phrases of the query that it does not hold. */
  missing: string[];
  /** The frequency at which a word scores half of the most: low for a short text. */
  norm: number;
  /** How much of the query it holds, 0 to 1 by weight, and what it loses for the rest. */
  coverage: Adjustment;
  /** How near the words stand, 0 to 1, and what it gains by that. */
  proximity: Adjustment;
}

export interface Adjustment {
  share: number;
  score: number;
}

/** A word, pattern or phrase of the query that a hit holds. */
export interface TermMatch {
  /** As it was typed; a phrase in quotation marks. */
  text: string;
  kind: "word" | "phrase";
  /** The one field it was looked for in, "" for all. */
  field: "" | "body" | "headings" | "title" | "path";
  /** What stands for it in the hit, eight forms at most, the most frequent first. */
  forms: string[];
  /** Occurrences of these by field; of a phrase those of its words. */
  counts: Partial<Record<"body" | "headings" | "title" | "path", number>>;
  /** Occurrences weighed by field and by likeness, as BM25 takes them. */
  frequency: number;
  /** Passages, or documents, that hold it. */
  documentFrequency: number;
  idf: number;
  boost: number;
  /** boost * idf * frequency / (frequency + norm) */
  score: number;
}

/** Something in a query that was not taken as it may have been meant; it is searched anyway. */
export interface QueryProblem {
  /** Stable, for example "unclosed-quote". */
  code: string;
  message: string;
  hint: string;
  /** The place, as offsets for `query.slice(start, end)`. */
  start: number;
  end: number;
}

/** A word of a query that no passage holds, and what was searched for in its place. */
export interface Corrected {
  /** As it stands in the query: `query.slice(start, end)`. */
  from: string;
  /** Likeliest first; passages with any of them were found. */
  to: string[];
  start: number;
  end: number;
  /** Whether passages hold `from` itself, few; those come first. */
  known: boolean;
}

export interface SuggestOptions extends CallOptions {
  /** Completions wanted, 0 to 50, default 8. */
  limit?: number;
}

/** A query that may be meant. */
export interface Suggestion {
  /** The whole query. */
  text: string;
  /** What holds what is new in it; of several words the rarest counts. */
  count: number;
  /** What is counted: documents where the value of a filter is new. */
  unit: "passage" | "document";
  /** What is new, as offsets for `text.slice(start, end)`. */
  changed: [start: number, end: number][];
}

export interface Suggestions {
  /**
   * The query with its last word completed from the words of the collection, or the value of a
   * filter (`type:`, `lang:`, `dir:`, `author:`) from those it has. The likeliest first: the most
   * frequent, and beside other words those that stand together with them.
   */
  completions: Suggestion[];
  /**
   * "Did you mean": the query with words replaced that no passage holds, or next to none beside a
   * near word that is frequent. At most three, the likeliest first.
   */
  corrections: Suggestion[];
  /** Passages that hold the unfinished last word as it stands; 0 if there is none. */
  known: number;
  /** Milliseconds by part. */
  timings: Record<"parse" | "complete" | "correct" | "total", number>;
}

/** A part of the index that cannot be read. The rest is searched without it. */
export interface Damage {
  /**
   * "segment": its documents are not found. "vectors": its passages are found by words only.
   * "texts": documents are found and cannot be shown. "manifest": the last commit is lost, or one
   * of its two copies. {@link Fossick.check} alone finds these: "ledger", files that could not be
   * read are read again; "tuning", what audits have found is lost; "vector-index", one that has a
   * name is damaged.
   */
  kind: "segment" | "vectors" | "texts" | "manifest" | "ledger" | "tuning" | "vector-index";
  /** The file, and the part of it; "file" where all of it is missing. */
  file: string;
  part: string;
  message: string;
  /** The way out. */
  hint: string;
  /** How many suffer from it, where that is known. */
  documents?: number;
  chunks?: number;
}

export interface SearchResult {
  /** Best first. */
  hits: Hit[];
  /** Passages that matched at all. */
  total: number;
  /**
   * Milliseconds by part: parse, embed, keyword, vector, fuse (or sort), facets, fetch, total; and
   * rerank where that was asked for.
   */
  timings: Record<
    "parse" | "embed" | "keyword" | "vector" | "fuse" | "facets" | "fetch" | "total",
    number
  > & { rerank?: number };
  /** Sentences for the user. */
  notes: string[];
  /** What of the query could not be taken as it is written, by place. */
  problems: QueryProblem[];
  /** Words that were taken for typing errors, by place. */
  corrected: Corrected[];
  /** Documents that match; with `facets` or a `sort` only. */
  documents?: number;
  /** By each facet that was asked for: up to 20 values, those of most documents first. */
  facets?: Partial<Record<Facet, FacetValue[]>>;
  /** How many more values those facets have that were cut short. */
  moreFacets?: Partial<Record<Facet, number>>;
  /** What of the index could not be read, so that the result may lack something. */
  damage: Damage[];
}

/** A document, or one of its passages, with its text. */
export interface StoredDocument {
  id: string;
  documentId: string;
  path: string;
  title: string;
  /** "text", "markdown", "html", "pdf", "code", or "chunk" for a passage added as it stands. */
  kind: string;
  /** Pages are parted by a form feed. */
  text: string;
  /** Offsets in the document's text, in code points. */
  start: number;
  end: number;
  address: Address;
  metadata: Record<string, string>;
  size?: number;
  /** Seconds since 1970. */
  modified?: number;
}

export interface DocumentInfo {
  id: string;
  path: string;
  title: string;
  kind: string;
  size?: number;
  /** Seconds since 1970. */
  modified?: number;
  chunks: number;
  /** Model of its vectors; absent for a document that is found by words alone. */
  model?: string;
  state: string;
}

export interface Stats {
  documents: number;
  chunks: number;
  terms: number;
  /** Bytes in the store, vector indexes with a name included. */
  bytes: number;
  storage: StorageKind;
  /** How many chunks have a vector of each model. */
  models: { model: string; chunks: number }[];
  generation: number;
  segments: number;
  /** Model that new chunks get their vectors from. */
  embedder?: string;
  /** Documents that were removed and still take room; see {@link Fossick.vacuum}. */
  deleted: number;
  /** What cannot be read, as far as it is known; {@link Fossick.check} looks at everything. */
  damage: Damage[];
  /**
   * Paths of the documents to be added again because of it, as far as they can be told: the first
   * 1,000. Those of a folder that is kept in step come back when it is next brought up to date.
   */
  again: string[];
}

/** What a check has looked at, every byte of it, and what of it is damaged. */
export interface Checked {
  generation: number;
  files: number;
  bytes: number;
  segments: number;
  documents: number;
  chunks: number;
  /** Places in the lists of words, those of removed documents too. */
  postings: number;
  /** Passages that have a vector. */
  vectors: number;
  /** Passages that have none. */
  wordsOnly: number;
  seconds: number;
  damage: Damage[];
  /** Like {@link Stats.again}, all of them. */
  again: string[];
}

/** How much of a collection goes into a file, and where the file is written. */
export interface ExportOptions extends CallOptions {
  /** Only documents whose path this is, or which lie below it. Default "": all. */
  source?: string;
  /** False: without texts; passages are found and cannot be read. */
  text?: boolean;
  /** False: without words, so that passages are found by meaning only. */
  words?: boolean;
  /** False: without vectors, until they are made again. */
  vectors?: boolean;
  /**
   * "fossick", the default: the portable file. For other programs (docs/portable.md): "jsonl", a
   * line of JSON for each passage, with its vector, "parquet", the same as a table; "llm-md",
   * documents as Markdown that a language model can cite; "llm-zip", the same in files of bounded
   * size, with lists of what is where.
   */
  format?: ExportFormat;
  /**
   * The file to write, as `showSaveFilePicker` gives it. Left out, it is one of the browser's own,
   * which is there until the page is closed.
   */
  to?: FileSystemFileHandle;
  /**
   * Seals the file: all of it is encrypted, and only this passphrase opens it, whatever that of the
   * collection is. Of the portable file only: `bad-option` for other formats. Nobody can recover
   * one that is forgotten.
   */
  passphrase?: string;
  /** Anything of the page's own that {@link Fossick.import} gives back, as JSON. */
  settings?: Record<string, unknown>;
  /** Phase "export", in bytes, of other formats in documents. */
  onProgress?: (progress: Progress) => void;
}

export type ExportFormat = "fossick" | "jsonl" | "parquet" | "llm-md" | "llm-zip";

/** Something damaged that is not in a file. */
export interface LeftOut {
  what: "segment" | "documents" | "vectors" | "vector-index";
  name: string;
  message: string;
  documents: number;
  /** Of the documents, the first hundred, where they could be read. */
  paths: string[];
}

/** What an export has written. */
export interface Exported {
  /** Lies on the disk, where the browser can have it so. */
  file: File;
  documents: number;
  chunks: number;
  bytes: number;
  leftOut: LeftOut[];
}

export interface ImportOptions extends CallOptions {
  /** Default "default". */
  collection?: string;
  /** Default "auto". */
  storage?: "auto" | "opfs" | "indexeddb";
  /** Replace a collection that is not empty. Default false: "collection-exists". */
  overwrite?: boolean;
  /** Of the collection: a new one is sealed with it, a sealed one opened. */
  passphrase?: string;
  key?: CryptoKey;
  /** Of the file, if it is sealed: as in {@link OpenOptions}. */
  filePassphrase?: string;
  fileKey?: CryptoKey;
  /** Phase "import", in bytes. */
  onProgress?: (progress: Progress) => void;
}

/** What is in a collection after an import. */
export interface Imported {
  documents: number;
  chunks: number;
  bytes: number;
  /** Its name where it was exported. */
  collection: string;
  vectorIndexes: string[];
  /** Folders that were kept in step there; pick them again with {@link Fossick.addFolder}. */
  sources: string[];
  /** Those of {@link ExportOptions.settings}. */
  settings: Record<string, unknown>;
  /** What was damaged when the file was made. */
  leftOut: LeftOut[];
}

export interface AuditOptions extends CallOptions {
  /** Passages whose neighbours are looked for, 1 to 10,000, default 200. */
  sample?: number;
  /** Neighbours of each, 1 to 100, default 10. */
  k?: number;
  /** Phase "audit". */
  onProgress?: (progress: Progress) => void;
}

/** How much of what is there a search of vectors finds. */
export interface Audit {
  /** Of the k nearest to each query, the share that a search finds; 1 where there is nothing. */
  recall: number;
  /**
   * The ends of its 95 % confidence interval (Wilson's, for as many independent trials as the hits
   * are worth, since those of one query are missed together). 0 and 1 where there is nothing.
   */
  low: number;
  high: number;
  queries: number;
  k: number;
  /** Rows that a search for ten hits scores; absent where it scores all, and misses nothing. */
  candidates?: number;
  /** What the exact search beside it read: float32, or the codes where nothing else is kept. */
  reference: "float32" | "int8" | "int4" | "binary";
  /** The recall before candidates were added to reach the target; `recall` where none were. */
  before: number;
}

/** Of a collection: its passages stand for queries, and `reference` is "int8", as it keeps no more. */
export interface CollectionAudit extends Audit {
  /** Whose vectors were searched: those of most passages. Absent where there are none. */
  model?: string;
  /** How many there are. */
  vectors: number;
}

/** What a collection holds more than once, nearly or exactly. */
export interface Duplicates {
  /**
   * Versions: documents most of whose passages are near-copies of those of the first of them; most
   * versions first. `share` is how many, of the passages of the longer one.
   */
  documents: { id: string; path: string; title: string; share: number }[][];
  /**
   * The largest first: passages that say nearly the same as the first of them, by their words.
   * Files with the very same content count as well; `alsoAt` is empty.
   */
  groups: { passages: NearCopy[] }[];
  /** Groups that there are in all. */
  total: number;
  /** Passages in all of them that say nothing new: all but the first of each. */
  passages: number;
}

export interface CheckOptions extends CallOptions {
  /** Phase "verify", in bytes. */
  onProgress?: (progress: Progress) => void;
}

/** What a vacuum has taken out of the store. */
export interface Vacuumed {
  /** Removed documents of which nothing is left. */
  documents: number;
  /** By how much the store is smaller. */
  bytes: number;
}

/** What a repair has taken out of the collection. */
export interface Repaired {
  documents: number;
  /** Paths of those documents whose paths could be read: add them again. */
  removed: string[];
  /** What was found to be damaged. */
  damage: Damage[];
}

/** Passages for a language model; `text` cites them as [1], [2], ... */
export interface Context {
  text: string;
  tokens: number;
  sources: {
    number: number;
    id: string;
    documentId: string;
    path: string;
    title: string;
    address: Address;
    start: number;
    end: number;
  }[];
  notes: string[];
}

/** One vector, or several end to end, row by row. Numbers are float32. */
export type Vector = Float32Array | ArrayLike<number>;

export type Metric = "cosine" | "dot" | "euclidean" | "manhattan";
export type VectorDtype = "float32" | "int8" | "int4" | "binary";

export interface VectorOptions extends CallOptions {
  /**
   * Keeps the vectors in the store of the collection: every change is durable when its call
   * resolves, and `fossick.vectors({ name })` opens them again. Lower-case letters, digits,
   * underscore and hyphen, at most 64. Left out, they live in memory until `close`.
   */
  name?: string;
  /** Numbers in a vector, 1 to 16,384. May be left out where vectors of this name are kept. */
  dim?: number;
  /** Default "cosine", for which vectors need a length. */
  metric?: Metric;
  /**
   * What vectors are stored as, default "int8": a quarter of the bytes of float32. "int4" takes an
   * eighth; "binary" a thirty-second, and knows the cosine alone.
   */
  dtype?: VectorDtype;
  /**
   * Keep float32 beside int8 or int4, for the last word on the order of hits. With a `name` it
   * stays in the store, and a search reads the few vectors that may be among its hits. Default
   * false.
   */
  keepFloat32?: boolean;
  /** The share of the nearest ten that a search is to find, default 0.99; 1 scores every vector. */
  recall?: number;
  /**
   * Search a neighbour graph (HNSW) instead of all vectors: of int8, by every metric but
   * "manhattan". It is built as vectors are added, which takes far longer than a search saves
   * below some hundred thousand of them.
   */
  graph?: "fast" | "balanced" | "high-recall" | GraphOptions;
}

/** What a graph hangs on, beside the vectors and the order in which they are added. */
export interface GraphOptions {
  /** Links that a vector is given when it is put in, 2 to 128, default 16. */
  M?: number;
  /** Candidates that they are chosen from, default 200; more take longer to build. */
  efConstruction?: number;
  /** Candidates of a search for up to ten hits, default 160. */
  efSearch?: number;
  /** Of the levels, default 0. */
  seed?: number;
}

/** The nearest vectors, nearest first; equally near ones in the order of adding. */
export interface Neighbours {
  ids: string[];
  /** Similarities, falling; by "euclidean" and "manhattan" distances, rising. */
  scores: Float32Array;
}

export interface NeighbourOptions extends CallOptions {
  /** Wanted, 0 and up, default 10; as many come as there are. */
  k?: number;
  /** Only these ids, as far as they are there: k are found whenever k of them are. */
  among?: Iterable<string>;
}

export interface VectorStats {
  count: number;
  /** Removed vectors that still take room. */
  removed: number;
  dim: number;
  metric: Metric;
  dtype: VectorDtype;
  keepsFloat32: boolean;
  /** Of all arrays in memory; ids are not counted. */
  bytes: number;
  /** Of the bytes that the vectors take as float32 to these. */
  ratio: number;
  /** Rows that a search for ten hits scores; absent where it scores all, or none was made yet. */
  candidates?: number;
  /** Parameters of the graph, where there is one. */
  graph?: Required<GraphOptions>;
}

/** Of each dimension, as many numbers as a vector has. */
export interface VectorStatistics {
  count: number;
  mean: Float32Array;
  deviation: Float32Array;
  minimum: Float32Array;
  maximum: Float32Array;
}

/** Principal components. */
export interface VectorComponents {
  mean: Float32Array;
  /** Of length 1, at right angles. */
  axes: Float32Array[];
  /** Variance along each axis. */
  variances: Float32Array;
  /** The share of all variance along each axis, 0 to 1. */
  explained: Float32Array;
}

/** Vectors in groups, none of them empty. */
export interface VectorClusters {
  groups: { ids: string[]; centroid: Float32Array }[];
  /** Sum of the squared distances of all vectors to the centroids of their groups. */
  inertia: number;
  /** Whether no vector changed its group in the end. */
  converged: boolean;
}

/** Of {@link VectorIndex.pool}. */
export interface PoolingOptions {
  /** How many there are; 1 if it is left out. */
  texts?: number;
  /** "mean" if it is left out; "cls" takes the first token's, "last" the last one's. */
  strategy?: "mean" | "max" | "sum" | "weighted" | "cls" | "last";
  /** One for each token: 0 for padding, as a tokenizer's attention mask has it. */
  mask?: ArrayLike<number> | ArrayLike<bigint>;
  /** One for each token, from 0; for "weighted", and only for that. */
  weights?: Vector;
}

/**
 * Vectors of one length under ids, searched exactly or nearly so: for embeddings of your own.
 *
 * ```js
 * const index = await fossick.vectors({ dim: 3 });
 * await index.addBatch(["x", "y"], new Float32Array([1, 0, 0, 0, 2, 0]));
 * const { ids } = await index.search([0, 1, 1], { k: 2 }); // ["y", "x"]
 * ```
 *
 * Calls reject with "dimension-mismatch" for vectors of another length, "not-found" for an id that
 * is not there, "bad-option" for all else that is off, such as NaN or an id that is there already,
 * and "quota-exceeded" where memory or the device is full. A call that fails changes nothing.
 * With a `signal` that is aborted a call rejects with "cancelled"; one that changes vectors does so
 * only until the engine has begun with it, and is finished then.
 */
export interface VectorIndex {
  /** "" for one in memory. */
  readonly name: string;
  readonly dim: number;
  readonly metric: Metric;
  readonly dtype: VectorDtype;

  add(id: string, vector: Vector, options?: CallOptions): Promise<void>;

  /**
   * Add vectors, one for each id, end to end: all of them or none. They are copied once and sent;
   * with `transfer` the Float32Array is given away and is empty afterwards, which saves the copy
   * if it has its buffer for itself.
   */
  addBatch(
    ids: Iterable<string> | ArrayLike<string>,
    vectors: Vector,
    options?: CallOptions & { transfer?: boolean },
  ): Promise<void>;

  /** Take vectors out; answers how many there were. */
  remove(ids: string | Iterable<string>, options?: CallOptions): Promise<number>;

  /** A vector as it is stored: of length 1 for the cosine, rounded by its dtype. */
  get(id: string, options?: CallOptions): Promise<Float32Array>;

  search(query: Vector, options?: NeighbourOptions): Promise<Neighbours>;

  /** The same for queries end to end; the vectors are read once for several. */
  searchBatch(queries: Vector, options?: NeighbourOptions): Promise<Neighbours[]>;

  /** The nearest from rank `offset` (default 0) on, `limit` of them (default 10) at most. */
  page(
    query: Vector,
    options?: CallOptions & { offset?: number; limit?: number },
  ): Promise<Neighbours>;

  stats(options?: CallOptions): Promise<VectorStats>;

  /** Let go of what vectors that were taken out still occupy; happens by itself once most are. */
  vacuum(options?: CallOptions): Promise<void>;

  /** Take all vectors out. */
  clear(options?: CallOptions): Promise<void>;

  /**
   * The recall of searches beside exact ones, over the queries given, else those asked last, else
   * some vectors. Exact is by float32 where that is kept, else by the codes. Below the target,
   * searches look at more candidates from now on.
   */
  audit(options?: CallOptions & { queries?: Vector; k?: number }): Promise<Audit>;

  /**
   * Mean, standard deviation, least and largest value of each dimension. This and what follows is
   * of the vectors as memory holds them, and rejects with "bad-option" where there are none.
   */
  statistics(options?: CallOptions): Promise<VectorStatistics>;

  /** The mean of all vectors, or of those with these ids; "not-found" for one that is not there. */
  centroid(options?: CallOptions & { among?: Iterable<string> }): Promise<Float32Array>;

  /** The `m` directions in which the vectors differ most, most first; the same for a `seed`. */
  components(m: number, options?: CallOptions & { seed?: number }): Promise<VectorComponents>;

  /** The vectors in `k` groups of near ones (k-means); the same for a `seed`. */
  clusters(k: number, options?: CallOptions & { seed?: number }): Promise<VectorClusters>;

  /**
   * From vectors of tokens to one for each text: those of all tokens end to end, texts padded to
   * the same number of them. Rejects with "dimension-mismatch" where the sizes do not fit.
   */
  pool(tokens: Vector, options?: CallOptions & PoolingOptions): Promise<Float32Array[]>;

  /** Vectors end to end, each scaled to length 1; one of zeros stays as it is. */
  normalise(vectors: Vector, options?: CallOptions): Promise<Float32Array[]>;

  /** Let go of the memory. What has a name stays in the store. */
  close(): Promise<void>;
}

/** A text's vector. */
export interface Embedding {
  /** Name of the vector space; vectors of different ones cannot be compared. */
  model: string;
  dim: number;
  /** Of the text, by the vocabulary of the bundled model. */
  tokens: number;
  /** Of length 1. */
  vector: Float32Array;
}

/** Whom the page and its workers have asked for something. */
export interface NetworkReport {
  /** Files of the site itself; `bytes` came over the network rather than from this device. */
  site: { requests: number; bytes: number };
  /** Hosts other than the site's: the hub, where a model was fetched, or what the policy stopped:
   * `blocked` addresses. */
  others: { origin: string; requests: number; bytes: number; blocked: number }[];
}

/** The room that the browser gives to this site, and whether it keeps what is in it. */
export interface Room {
  /** Bytes that the site may take in all; 0 where the browser does not say. */
  quota: number;
  /**
   * Whether the browser keeps what is stored until the user deletes it. It is asked to when files
   * were first added; false where it may clear all when the device runs short of space, null
   * before it was asked.
   */
  persisted: boolean | null;
  /**
   * What the browser, or its user, has cleared since the collection was last open here: documents
   * that were indexed, and names of folders that were remembered. Null where nothing is missing,
   * as after {@link Fossick.delete}, and as soon as there are documents again.
   */
  cleared: { documents: number; folders: string[] } | null;
}

/** What is in use right now. */
export interface Info {
  version: string;
  /**
   * Versions of fossick, python, numpy and pyodide; `kernels` is what the hot loops of search run
   * on, "wasm" or "numpy".
   */
  versions: Record<string, string>;
  collection: string;
  storage: StorageKind | "";
  /**
   * False while another tab writes this collection. This one follows its commits and hands it all
   * changes, and writes itself from when the other has gone.
   */
  writable: boolean;
  /** Whether only a passphrase opens what is stored, or the file that is open. */
  sealed: boolean;
  room: Room;
  /** Whether the page is cross-origin isolated: ONNX Runtime then uses several threads. */
  isolated: boolean;
  /** Of the model: "fallback" is hashed words, "none" words alone. */
  state: "loading" | "ready" | "fallback" | "none";
  /** Name of the vector space that new text goes to. */
  model: string | null;
  dim: number;
  dtype: string;
  /** "" while the model loads. */
  device: "webgpu" | "wasm" | "numpy" | "none" | "";
  /** Name of the GPU, where one is used. */
  adapter: string;
  /**
   * What runs the model: "encoder (relaxed SIMD)" or "encoder (plain SIMD)", Fossick's own, or
   * "onnxruntime"; "" where none runs.
   */
  runtime: string;
  /** Threads of the model: workers of the encoder, or threads of ONNX Runtime. */
  threads: number;
  modelMilliseconds: number;
  /** Of the model, measured as it goes; 0 before. */
  tokensPerSecond: number;
  /** Devices that were given up, and why. */
  left: { device: string; reason: string }[];
  /** Vectors of the model that are on their way into the collection; null when all are there. */
  upgrade: { done: number; total: number; secondsLeft?: number; paused: boolean } | null;
  /** Whether the interpreter started plainly or from the image that this device keeps. */
  start: "plain" | "image" | "";
  /** Milliseconds of the start by step. */
  boot: Record<string, number>;
}

/** Detail of a "status" event: what is in use, and a sentence if there is something to say. */
export type Status = Info & { note: string };

export interface FossickEventMap {
  /** Something in {@link Info} has changed. */
  status: CustomEvent<Status>;
  /** Searches see another commit from now on, made here or by another tab. */
  commit: CustomEvent<{ generation: number; documents: number }>;
  /** Of the start and of the model. */
  progress: CustomEvent<Progress>;
  /** The engine has stopped for good; all calls fail from now on. */
  error: CustomEvent<FossickError>;
  /** The collection was locked, here or in another tab; this instance is at its end. */
  locked: Event;
}

/** An open collection. */
export class Fossick extends EventTarget {
  private constructor();

  /**
   * Start the engine and open a collection. Resolves when words can be searched; the model goes
   * on loading beside it. Rejects with `boot-failed`, `bad-option` or a code of the storage.
   */
  static open(options?: OpenOptions): Promise<Fossick>;

  /**
   * Delete a collection (default "default") with its index; the files that were added to it are
   * untouched. Needs no engine, so that an index that cannot be opened (`storage-damaged`,
   * `index-version`) can be begun anew. Resolves also if there is none; rejects with `read-only`
   * while the collection is open, here or in another tab.
   */
  static delete(collection?: string): Promise<void>;

  /**
   * What was asked of the network since this module was loaded, by the page and by all workers of
   * Fossick in this browser. Noted where the requests are made, by the browser.
   */
  static network(): NetworkReport;

  /**
   * Make a collection of a file that {@link Fossick.export}, or `python -m app export`, has written.
   * Every byte is checked; until all is there the collection holds what it held. Rejects with
   * "unsupported" or "damaged" for files that cannot be used, "index-version", "collection-exists",
   * "read-only" while the collection is open, here or in another tab, "quota-exceeded", "locked" or
   * "wrong-passphrase" for a sealed file or collection.
   */
  static import(file: Blob, options?: ImportOptions): Promise<Imported>;

  /** Whether a file that was exported is sealed, so that `filePassphrase` is needed. */
  static isSealed(file: Blob): Promise<boolean>;

  /** The models of the catalogue, and those that were added. Fetches nothing from the hub. */
  static models(): Promise<Model[]>;

  /**
   * Fetch a model of the catalogue from the hub onto this device, for all collections: verified,
   * then tried out. This and nothing else leaves the origin. Aborted or cut off, it goes on where
   * it was with the next call. Rejects with `download-failed`, `download-damaged`,
   * `quota-exceeded`, `model-unsuitable`, `cancelled`, `not-found`, or `read-only` while another
   * tab does the same.
   */
  static installModel(id: string, options?: ModelOptions): Promise<Model>;

  /**
   * Put a model of one's own on this device: a folder, its files, or a zip of it, with an ONNX
   * graph in one file and `tokenizer.json`. It is tried out first. Rejects with
   * `model-unsuitable`, and with `bad-option` where there is one of that name.
   */
  static addModel(
    source: File | Iterable<File> | ArrayLike<File> | FileSystemDirectoryHandle,
    options?: OwnModel & ModelOptions,
  ): Promise<Model>;

  /** Take a model, or what has come of it, off this device. `read-only` while it is installed. */
  static removeModel(id: string): Promise<void>;

  /**
   * Index sources. A document of the same path is replaced, unchanged ones are skipped, and a
   * file that cannot be read is listed in `failed` while the others go on. What was committed
   * before a cancel or a failure stays. Rules hold for folders and for files of theirs;
   * .gitignore files are looked at in folders that come as handles.
   */
  add(
    sources: Iterable<Source> | ArrayLike<Source>,
    options?: AddOptions & FolderRules,
  ): Promise<AddReport>;

  /** The best passages for a query. */
  search(query: string, options?: SearchOptions): Promise<SearchResult>;

  /**
   * What a query may become while it is typed. Knows the words of the collection and nothing of
   * earlier queries; never waits for a model.
   */
  suggest(text: string, options?: SuggestOptions): Promise<Suggestions>;

  /** Remove documents by path or id; answers how many there were. */
  remove(ids: string | Iterable<string>, options?: CallOptions): Promise<number>;

  /** A document, or one of its passages, by id. Rejects with `not-found`. */
  get(id: string): Promise<StoredDocument>;

  /** The best passages for a query, packed into a budget of tokens (default 2000). */
  context(query: string, options?: CallOptions & { maxTokens?: number }): Promise<Context>;

  /** All documents, in order of path. */
  documents(): Promise<DocumentInfo[]>;

  /** Files that are no documents, and why, in order of path; archives are among them. */
  unread(): Promise<UnreadFile[]>;

  /**
   * Read files again that were refused, although they have not changed: from the remembered folder
   * that they lie in, or as they were given to {@link Fossick.add} through this instance. A file
   * inside of an archive or a mail comes with that. `missing` are those that are not at hand.
   */
  retry(
    paths: string[],
    options?: AddOptions,
  ): Promise<{ reports: AddReport[]; missing: string[] }>;

  /**
   * Folders that are remembered, in order of name. The browser may want to be asked anew before
   * they can be read: see `permission`.
   */
  folders(): Promise<Folder[]>;

  /**
   * Remember a folder, and add what is in it. The paths of its files begin with its name, followed
   * by a number where another folder has that name already. The rules are remembered with it; a
   * folder that is remembered already gets those that are given, and what they leave out goes.
   */
  addFolder(
    handle: FileSystemDirectoryHandle,
    options?: AddOptions & FolderRules,
  ): Promise<AddReport>;

  /**
   * Bring remembered folders up to date: what has changed is read, what is gone is removed, what
   * has moved keeps its vectors. Those that may not be read are left as they are, unless `ask` is
   * true and the user allows it; that takes a click.
   *
   * With `changed`, paths of files and folders as they are called on disk, below the name of their
   * remembered folder, nothing else is looked at: for those who know, as by a FileSystemObserver.
   */
  syncFolders(
    options?: AddOptions & { names?: string[]; changed?: string[]; ask?: boolean },
  ): Promise<AddReport>;

  /**
   * The file behind a document's path, where it lies in a remembered folder that may be read, or
   * was given to {@link Fossick.add} through this instance; else null. With `unpack` also what
   * lies in an archive or a mail that is at hand; that takes as long as unpacking does.
   */
  file(path: string, options?: { unpack?: boolean }): Promise<File | null>;

  /** Forget a folder and remove its documents; with `keep` they stay, and `null` comes back. */
  forgetFolder(name: string, options?: AddOptions & { keep?: boolean }): Promise<AddReport | null>;

  stats(): Promise<Stats>;

  /**
   * Measure what searches by meaning find of the nearest passages. Below 99 % they look at more
   * candidates from now on, which is kept with the collection.
   *
   * It is the plan that is measured, for `k` hits: {@link Fossick.search} asks it for a hundred
   * candidates at least, and so finds more of the first ten. On the other hand real questions are
   * further from their answers than passages are from each other.
   */
  audit(options?: AuditOptions): Promise<CollectionAudit>;

  /**
   * The largest groups of passages that say nearly the same, 100 unless told otherwise. Of 100,000
   * passages it takes some seconds, while searches are answered.
   */
  duplicates(options?: CallOptions & { limit?: number }): Promise<Duplicates>;

  /**
   * Write the collection, or a portion of it, as one file: the commit that is there now, whatever
   * is added meanwhile. Nothing that was removed is in it. What is damaged is left out and told.
   * The file is plain, also where the collection is sealed, but for one with a `passphrase`.
   */
  export(options?: ExportOptions): Promise<Exported>;

  /**
   * Take what was removed out of the store, texts and vectors too; nothing of it is left on the
   * device afterwards. The same happens by and by as documents are added, and at once to a part
   * of the index of which 30 % are removed.
   */
  vacuum(options?: CallOptions): Promise<Vacuumed>;

  /**
   * Resolves when every passage has a vector of the best model that works, which goes on in the
   * background by itself; see {@link Info.upgrade}. Rejects where that cannot be written.
   */
  upgraded(): Promise<void>;

  /** Holds that work up, or with `false` lets it go on. What is added is found all the same. */
  pauseUpgrade(paused?: boolean): Promise<void>;

  /**
   * Has all adding commit what was read and wait, those calls too that come later, or with `false`
   * go on. Everything else works meanwhile; a call that waits can be cancelled. It holds for what
   * this tab's engine does, not for what another tab does for this one.
   */
  pauseAdding(paused?: boolean): Promise<void>;

  /**
   * Read every byte that the collection keeps: is it as it was written, do words and vectors speak
   * of passages that are there, does every passage have its text? Searches and additions go on
   * meanwhile. Documents of which something is damaged count as changed afterwards: the next
   * {@link add} or {@link syncFolders} that meets their files reads them again.
   */
  check(options?: CheckOptions): Promise<Checked>;

  /**
   * Look at everything as {@link check} does, and take what is damaged out of the collection:
   * nothing of its documents is damaged afterwards. Adding the files again brings them back, before
   * as well as after.
   */
  repair(options?: CheckOptions): Promise<Repaired>;

  /**
   * Encrypt everything that is stored with a passphrase, where it lies; needs room for a second
   * copy. Calls under way are stopped as by {@link Fossick.close}, later ones wait. A kill leaves
   * the collection plain or sealed, whole. No other tab may have it open: `read-only`. What was
   * plain before may be left on the device's disk where the browser has deleted it.
   */
  seal(passphrase: string): Promise<void>;

  /** The other way. `wrong-passphrase` leaves it sealed and open. */
  unseal(passphrase: string): Promise<void>;

  /**
   * Have another passphrase open it from now on; only the locks are written anew. `read-only`
   * where another tab writes.
   */
  changePassphrase(old: string, fresh: string): Promise<void>;

  /**
   * Lock a sealed collection in all tabs, a sealed file in this one: finish the commit under way, forget the key, end all
   * workers. Calls fail with `locked` from now on; open it again with its passphrase.
   */
  lock(): Promise<void>;

  /** Minutes without use after which it is locked by itself in this tab; 0: never. */
  lockAfter(minutes: number): void;

  /**
   * What opens a sealed collection again without its passphrase, as long as this page lives; null
   * where it is plain or locked. Of a sealed file, see `from`, it is the `fileKey`. It cannot be read, only used, and should be stored nowhere.
   */
  readonly key: CryptoKey | null;

  /** Somebody is there: the time without use begins anew. Every call but counts does so too. */
  used(): void;

  /**
   * Vectors of texts, as passages get them, by the best model that works; waits for one that is
   * still loading. `model-missing` where there is none.
   */
  embed(texts: string | Iterable<string>, options?: CallOptions): Promise<Embedding[]>;

  /**
   * Try the model again that has failed, on each device in turn; nothing happens while it works.
   * Resolves when it is ready, and fails with `model-failed` when it fails again.
   */
  retryModel(): Promise<Info>;

  /**
   * Open an index for vectors of your own, or make one. Rejects with `not-found` for a name that
   * nothing is kept under, without a `dim`; with `dimension-mismatch` or `bad-option` for options
   * that are not those of what is kept.
   */
  vectors(options?: VectorOptions): Promise<VectorIndex>;

  /** Names of the vector indexes that are kept in the store of this collection, sorted. */
  vectorNames(): Promise<string[]>;

  /** What was cleared is known: {@link Room.cleared} does not tell of it any more. */
  acceptCleared(): void;

  /** Delete a vector index that is kept, also a damaged one. `read-only` while it is open here. */
  deleteVectors(name: string): Promise<void>;

  /** What is in use right now; needs no answer from the engine. */
  info(): Info;

  /** Finish the commit under way, stop the rest, end all workers. Calls fail from now on. */
  close(): Promise<void>;

  addEventListener<K extends keyof FossickEventMap>(
    type: K,
    listener: (event: FossickEventMap[K]) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
  addEventListener(
    type: string,
    listener: EventListenerOrEventListenerObject | null,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** A run of text on a drawn page. Shares of the page hold at any size. */
export interface PdfText {
  text: string;
  /** Whether a line ends behind it. */
  endsLine: boolean;
  /** Of its upper left corner: a share of the page's width. */
  left: number;
  /** A share of the page's height. */
  top: number;
  /** Font size: a share of the page's width. */
  size: number;
  /** How much wider it is set than in `family`; 0 where that is unknown. */
  stretch: number;
  /** Degrees, clockwise. */
  angle: number;
  family: "serif" | "sans-serif" | "monospace";
}

export interface PdfPage {
  /** From 1. */
  number: number;
  /** As the document counts, such as "iv"; "" where it does not. */
  label: string;
  /** The page as it looks; yours to close. At most 12 million pixels. */
  image: ImageBitmap;
  /** In points, as the page is shown. */
  width: number;
  height: number;
  /** In the order of the document's drawing, which need not be that of reading. */
  texts: PdfText[];
}

/**
 * Pages of a PDF, drawn by pdf.js in a worker of its own: no script of the document runs, none of
 * its fonts reaches the browser, and one that takes too long to open, or to draw a page, is given
 * up.
 *
 * ```js
 * const pdf = await PdfDocument.open(await fossick.file(hit.path));
 * const { image, texts } = await pdf.page(hit.address.page, { width: 1200 });
 * pdf.close();
 * ```
 *
 * Rejects with `encrypted`, `damaged`, `unreadable` (the file has changed or gone), `not-found`
 * for a page that is not there, `cancelled` where another page was asked for meanwhile, and
 * `closed`.
 */
export class PdfDocument {
  private constructor();
  /** `patience` in milliseconds, default 20,000. */
  static open(file: Blob, options?: { patience?: number }): Promise<PdfDocument>;
  readonly pages: number;
  readonly labels: readonly string[];
  /** `width` in pixels, default 1000; fewer where the page would be too large for a canvas. */
  page(number: number, options?: { width?: number }): Promise<PdfPage>;
  close(): void;
}

/**
 * An offset in code points, as an offset for `text.slice`.
 *
 * ```js
 * const document = await fossick.get(hit.documentId);
 * const start = utf16Offset(document.text, hit.start);
 * ```
 */
export function utf16Offset(text: string, codePoints: number): number;
