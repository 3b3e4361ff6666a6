// @ts-check
/** What stands beside the text of a PDF: form fields, comments, links, outline, attached files. */

/** @typedef {[kind: "comment" | "field" | "link", name: string, text: string, page: number]} Note */
/** @typedef {[title: string, level: number, page: number]} Entry */
/** @typedef {[name: string, content: Uint8Array]} Attached */

/** Annotations that are hidden, or never shown on a screen. */
const UNSEEN = 2 | 32;
const DEEPEST = 20;

/**
 * @param {any} page of pdf.js
 * @param {number} most
 * @returns {Promise<Note[]>}
 */
export async function notesOf(page, most) {
  /** @type {any[]} */
  const annotations = await page.getAnnotations({ intent: "display" }).catch(() => []);
  /** @type {Note[]} */
  const notes = [];
  for (const one of annotations.slice(0, most)) {
    const note = one.annotationFlags & UNSEEN ? null : noteOf(one);
    if (note?.[1].trim()) notes.push([note[0], name(one), note[1].toWellFormed(), page.pageNumber]);
  }
  return notes;
}

/**
 * @param {any} one an annotation
 * @returns {[kind: Note[0], text: string] | null}
 */
function noteOf(one) {
  if (one.subtype === "Link") return one.url ? ["link", String(one.url)] : null;
  if (one.subtype === "Popup") return null; // It shows what another one says.
  if (one.subtype !== "Widget") return ["comment", one.contentsObj?.str ?? ""];
  if (one.password || one.pushButton || one.fieldType === "Sig") return null;
  if (one.fieldType !== "Btn") return ["field", [one.fieldValue ?? ""].flat().join(", ")];
  const value = String(one.fieldValue ?? "");
  const isOn = value !== "" && value !== "Off" && value === (one.exportValue ?? one.buttonValue);
  return ["field", isOn ? value : ""];
}

/** @param {any} one */
function name(one) {
  const said = one.subtype === "Widget" ? one.alternativeText || one.fieldName : one.titleObj?.str;
  return String(said ?? "").toWellFormed();
}

/**
 * @param {any} pdf of pdf.js
 * @param {number} most
 * @returns {Promise<Entry[]>} in its own order
 */
export async function outlineOf(pdf, most) {
  /** @type {Entry[]} */
  const entries = [];
  /** @param {any[]} items @param {number} level */
  const walk = async (items, level) => {
    for (const { title, dest, items: inner } of items) {
      if (entries.length >= most) return;
      entries.push([String(title ?? "").toWellFormed(), level, await pageOf(pdf, dest)]);
      if (level < DEEPEST) await walk(inner ?? [], level + 1);
    }
  };
  await walk((await pdf.getOutline().catch(() => null)) ?? [], 1);
  return entries;
}

/**
 * @param {any} pdf
 * @param {unknown} dest a destination, or the name of one
 * @returns {Promise<number>} from 1; 0 where it leads nowhere
 */
async function pageOf(pdf, dest) {
  try {
    const found = typeof dest === "string" ? await pdf.getDestination(dest) : dest;
    const target = /** @type {any} */ (found)?.[0];
    if (Number.isInteger(target)) return target + 1;
    return target ? (await pdf.getPageIndex(target)) + 1 : 0;
  } catch {
    return 0;
  }
}

/**
 * @param {any} pdf
 * @param {number} most one more than this is given
 * @returns {Promise<Attached[]>}
 */
export async function filesOf(pdf, most) {
  const found = Object.values((await pdf.getAttachments().catch(() => null)) ?? {});
  return found
    .filter(({ content }) => content?.length > 0)
    .slice(0, most + 1)
    .map(({ filename, content }) => [String(filename).toWellFormed(), content]);
}
