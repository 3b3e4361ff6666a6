// @ts-check
/**
 * A model that the user brings: which of the files is the graph, and what its other files say of
 * how it is to be run.
 *
 * Read where they are there, in the layout of sentence-transformers: `1_Pooling/config.json`,
 * `sentence_bert_config.json`, `config_sentence_transformers.json`, `tokenizer_config.json`,
 * `config.json`. What the user says goes before what the files say.
 */

import { FossickError } from "../../errors.js";
import { sha256 } from "../../vendor/hashes.js";
import { unzip } from "../unzip.js";
import { hex } from "./download.js";

/** @typedef {import("../../catalogue.js").Entry} Entry */
/** @typedef {import("../../catalogue.js").Own} Own */
/** @typedef {Map<string, Blob>} Files by path */

/** Graphs, best first; any other name comes after them. */
const GRAPHS = ["model_quantized.onnx", "model_int8.onnx", "model.onnx"];
const KEPT = ["config.json", "tokenizer.json", "tokenizer_config.json"];
/** Tokens that a text has at most where nothing else is said, and in any case. */
const MOST_TOKENS = 512;
/** A zip is unpacked in memory. */
const MOST_BYTES = 1 << 30;
const BLOCK = 1 << 22;

/**
 * @param {{ path: string, blob: Blob }[]} given files of a folder, or one zip archive
 * @param {Own} own
 * @returns {Promise<{ entry: Entry, blobs: Files }>} rejects with `model-unsuitable`
 */
export async function takeIn(given, own) {
  const { files, name } = await unpacked(given);
  const graph = chooseGraph([...files.keys()]);
  if (!graph) throw unsuitable("There is no .onnx file in it.");
  if (!files.has("tokenizer.json")) throw unsuitable("There is no tokenizer.json in it.");
  if ([...files.keys()].some((path) => path.startsWith(`${graph}_data`)))
    throw unsuitable("Its weights lie in a file of their own (.onnx_data).", "Export it in one.");
  const blobs = new Map([[graph, /** @type {Blob} */ (files.get(graph))]]);
  for (const path of KEPT) {
    const blob = files.get(path);
    if (blob) blobs.set(path, blob);
  }
  const told = await readSettings(files);
  const kept = [];
  for (const [path, blob] of blobs)
    kept.push({ path, bytes: blob.size, sha256: await digest(blob) });
  const title = own.name ?? name;
  /** @type {Entry} */
  const entry = {
    id: idOf(title),
    kind: own.kind ?? told.kind,
    title,
    description: "Added from files.",
    licence: "",
    homepage: "",
    languages: [],
    dim: 0,
    maxTokens: Math.min(own.maxTokens ?? told.maxTokens, MOST_TOKENS),
    pooling: own.pooling ?? told.pooling,
    prefixes: {
      query: own.queryPrefix ?? told.prefixes.query,
      passage: own.passagePrefix ?? told.prefixes.passage,
    },
    dtype: dtypeOf(graph),
    repository: "",
    revision: kept[0].sha256,
    files: kept,
    own: true,
    pinned: true,
  };
  return { entry, blobs };
}

/**
 * The files by path, without the folder that all of them are in.
 *
 * @param {{ path: string, blob: Blob }[]} given
 * @returns {Promise<{ files: Files, name: string }>}
 */
async function unpacked(given) {
  const [first] = given;
  const isZip = given.length === 1 && /\.zip$/i.test(first.path);
  /** @type {[string, Blob][]} */
  let all = given.map(({ path, blob }) => [path, blob]);
  if (isZip) {
    if (first.blob.size > MOST_BYTES)
      throw unsuitable("The archive is over 1 GB.", "Give the folder itself.");
    try {
      all = (await unzip(await first.blob.arrayBuffer())).map(([path, data]) => [
        path,
        new Blob([/** @type {Uint8Array<ArrayBuffer>} */ (data)]),
      ]);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw unsuitable(`The archive cannot be read: ${why}.`, "Pack it again, without a password.");
    }
  }
  // The tokenizer tells where the model lies: other things may be beside it.
  const tokenizer = all
    .map(([path]) => path)
    .filter((path) => path.split("/").at(-1) === "tokenizer.json")
    .sort((a, b) => a.length - b.length)[0];
  const top = tokenizer ? tokenizer.slice(0, -"tokenizer.json".length) : "";
  const inside = all.filter(([path]) => path.startsWith(top));
  const folder = top.split("/").at(-2) ?? (isZip ? first.path.replace(/\.zip$/i, "") : "");
  return {
    files: new Map(inside.map(([path, blob]) => [path.slice(top.length), blob])),
    name: folder || "Own model",
  };
}

/** @param {string[]} paths */
export function chooseGraph(paths) {
  const graphs = paths.filter((path) => path.endsWith(".onnx"));
  const rank = (/** @type {string} */ path) => {
    const at = GRAPHS.indexOf(path.split("/").at(-1) ?? "");
    return at < 0 ? GRAPHS.length : at;
  };
  return graphs.sort((a, b) => rank(a) - rank(b) || a.length - b.length || (a < b ? -1 : 1))[0];
}

/** @param {Files} files */
async function readSettings(files) {
  const read = (/** @type {string} */ path) => readJson(path, files.get(path));
  const [config, tokenizer, pooling, sentence, prompts] = await Promise.all([
    read("config.json"),
    read("tokenizer_config.json"),
    read("1_Pooling/config.json"),
    read("sentence_bert_config.json"),
    read("config_sentence_transformers.json"),
  ]);
  const limits = [
    sentence.max_seq_length,
    tokenizer.model_max_length,
    config.max_position_embeddings,
  ];
  return {
    kind: kindOf(config),
    pooling: poolingOf(pooling),
    // Tokenizers without a limit name one of some thirty digits.
    maxTokens: limits.find((one) => Number.isInteger(one) && one >= 8 && one < 1e6) ?? MOST_TOKENS,
    prefixes: {
      query: String(prompts.prompts?.query ?? ""),
      passage: String(prompts.prompts?.document ?? prompts.prompts?.passage ?? ""),
    },
  };
}

/** @param {any} config @returns {"embedder" | "reranker"} */
const kindOf = ({ architectures }) =>
  Array.isArray(architectures) &&
  architectures.some((one) => String(one).endsWith("ForSequenceClassification"))
    ? "reranker"
    : "embedder";

/** @param {any} settings of sentence-transformers @returns {import("../../models.js").Pooling} */
function poolingOf(settings) {
  if (settings.pooling_mode_cls_token) return "cls";
  return settings.pooling_mode_lasttoken ? "last" : "mean";
}

/** By the names that exporters give. @param {string} graph @returns {Entry["dtype"]} */
function dtypeOf(graph) {
  if (/(quantized|int8|uint8|q8)\w*\.onnx$/.test(graph)) return "q8";
  if (/fp16\.onnx$/.test(graph)) return "fp16";
  return /q4\w*\.onnx$/.test(graph) ? "q4" : "fp32";
}

/**
 * @param {string} path
 * @param {Blob | undefined} blob
 * @returns {Promise<any>}
 */
async function readJson(path, blob) {
  if (!blob) return {};
  try {
    const value = JSON.parse(await blob.text());
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    throw unsuitable(`${path} is no JSON.`);
  }
}

/**
 * The name as a folder and as a part of a vector space's name: `idOf("My model (v2)")` is
 * "My-model-v2".
 *
 * @param {string} title
 */
export function idOf(title) {
  const id = title
    .normalize("NFKD")
    .replace(/[^A-Za-z0-9._]+/g, "-")
    .replace(/^[-._]+|[-._]+$/g, "")
    .replace(/\.{2,}/g, ".")
    .replace(/-{2,}/g, "-")
    .slice(0, 64);
  return id || "own-model";
}

/** @param {Blob} blob */
async function digest(blob) {
  const hash = sha256.create();
  for (let at = 0; at < blob.size; at += BLOCK) {
    hash.update(new Uint8Array(await blob.slice(at, at + BLOCK).arrayBuffer()));
  }
  return hex(hash.digest());
}

/**
 * @param {string} why
 * @param {string} [hint]
 */
function unsuitable(why, hint = "Give the folder of a model, or a zip of it.") {
  return new FossickError("model-unsuitable", why, hint);
}
