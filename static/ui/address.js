// @ts-check
import { fileName } from "./format.js";

/** @typedef {import("../fossick.js").Address} Address */

/**
 * Where in the document a passage stands: `["page 3", "Panning › Tools"]`. A heading that is the
 * document's title is not said again, nor a sheet that its cells name.
 * @param {Address} [address]
 * @param {string} [title]
 * @param {string} [path]
 * @returns {string[]}
 */
export function place(address, title = "", path = "") {
  if (!address) return [];
  const out = [];
  if (address.page) out.push(span(pageWord(path), address.page, address.endPage));
  if (address.line) out.push(span("line", address.line, address.endLine));
  if (address.place) out.push(stretch(address.place, address.endPlace));
  const heading = headingPath(address, title);
  if (heading && !address.endPlace?.startsWith(`${heading}!`)) out.push(heading);
  return out;
}

const SLIDES = /\.(?:pptx?|pptm|ppsx?|potx?|odp|otp|fodp)$/iu;

/**
 * What the pages of a file are called.
 * @param {string} path
 */
export const pageWord = (path) => (SLIDES.test(path) ? "slide" : "page");

/**
 * From one place of a format to another; what cells of one sheet share is said once.
 * @param {string} first
 * @param {string} [last]
 */
function stretch(first, last) {
  if (!last || last === first) return first;
  if (last.startsWith(`${first}!`)) return last;
  const [sheet, cells] = parted(first);
  const [other, lastCells] = parted(last);
  if (sheet && sheet === other) {
    return `${sheet}!${cells.split(":")[0]}:${lastCells.split(":").at(-1)}`;
  }
  return `${first} – ${last}`;
}

/** @param {string} place */
function parted(place) {
  const at = place.lastIndexOf("!");
  return [place.slice(0, Math.max(at, 0)), place.slice(at + 1)];
}

/**
 * @param {Address} address
 * @param {string} [title]
 */
export function headingPath({ heading = [] }, title = "") {
  return heading.filter((part) => part && part !== title).join(" › ");
}

/**
 * @param {string} unit
 * @param {number} from
 * @param {number | undefined | null} to
 */
function span(unit, from, to) {
  return to && to !== from ? `${unit}s ${from}–${to}` : `${unit} ${from}`;
}

/**
 * The letters of a file's badge: `badge("a/b.tar.gz")` is "GZ", at most four.
 * @param {string} path
 */
export function badge(path) {
  const name = fileName(path);
  const dot = name.lastIndexOf(".");
  const extension = dot > 0 ? name.slice(dot + 1) : "";
  return /^\p{L}[\p{L}\p{N}+]{0,3}$/u.test(extension) ? extension.toUpperCase() : "TXT";
}

const CODE = new Set(
  "c h cc cpp cxx hpp cs go rs java kt kts scala swift m mm py pyi rb php pl pm lua r jl js mjs cjs jsx ts mts cts tsx vue svelte css scss less sql sh bash zsh fish ps1 bat asm s f f90 hs ml mli erl ex exs clj cljs lisp el vim zig nim dart groovy gradle cmake mk tcl v sv vhd proto toml yaml yml ini cfg conf json jsonl xml patch diff".split(
    " ",
  ),
);

const MARKDOWN = /\.(?:md|markdown|mdown|mkd|mdx|qmd|rmd)$/iu;

/**
 * Whether a path reads as Markdown.
 * @param {string} path
 */
export const isMarkdown = (path) => MARKDOWN.test(path);

/**
 * Whether a path reads as source code: shown in fixed width, with line numbers.
 * @param {string} path
 */
export function isCode(path) {
  const name = fileName(path).toLowerCase();
  return (
    CODE.has(name.slice(name.lastIndexOf(".") + 1)) || name === "makefile" || name === "dockerfile"
  );
}
