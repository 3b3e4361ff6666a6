// @ts-check
/** Turns what a browser hands over (drops, pickers, the clipboard) into sources for `add`. */

/**
 * @typedef {{ path: string, blob: Blob, modified?: number }} PathSource
 * @typedef {{ path: string, text: string, modified?: number }} TextSource
 * @typedef {File | FileSystemHandle | PathSource | TextSource} Source
 */

/** Folders that hold machinery, never a person's own text. */
const SKIPPED = new Set(["node_modules", "__pycache__", "__MACOSX"]);

/**
 * Whether a walk leaves this entry out: hidden files and folders, and machinery.
 * @param {string} name
 */
export function isSkipped(name) {
  return (
    name.startsWith(".") || SKIPPED.has(name) || name === "Thumbs.db" || name === "desktop.ini"
  );
}

/**
 * Files of an `<input type="file">`; those of a folder keep their path inside it.
 * @param {Iterable<File>} files
 * @returns {Source[]}
 */
export function fromInput(files) {
  const out = [];
  for (const file of files) {
    const path = file.webkitRelativePath;
    if (!path) out.push(file);
    else if (!path.split("/").some(isSkipped)) out.push(pathSource(path, file));
  }
  return out;
}

/**
 * Everything in a drop. Call it inside the event: the browser empties the transfer afterwards,
 * so the handles are asked for before anything is awaited.
 * @param {DataTransfer} transfer
 * @returns {Promise<Source[]>}
 */
export async function fromTransfer(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  if (items.length === 0) return [...transfer.files];
  const asked = items.map(askFor);
  const sources = await Promise.all(asked);
  return sources.flat();
}

/**
 * @param {DataTransferItem} item
 * @returns {Promise<Source[]>}
 */
async function askFor(item) {
  const file = item.getAsFile();
  const entry = item.webkitGetAsEntry?.() ?? null;
  // Chromium alone has handles, and TypeScript's DOM types do not; a folder then is walked lazily.
  const asked = /** @type {any} */ (item).getAsFileSystemHandle?.();
  if (asked) {
    try {
      const handle = await asked;
      if (handle) return [handle];
    } catch {
      // Some drops have no handle (from an archive or a mail program); the file itself is there.
    }
  }
  if (entry?.isDirectory) return fromEntry(entry, "");
  return file ? [file] : [];
}

/**
 * All files under a directory entry (browsers without handles), depth first.
 * @param {FileSystemEntry} entry
 * @param {string} parent path of the folder above, with its slash
 * @returns {Promise<Source[]>}
 */
async function fromEntry(entry, parent) {
  const path = parent + entry.name;
  if (parent && isSkipped(entry.name)) return [];
  if (entry.isFile) {
    try {
      return [pathSource(path, await fileOf(/** @type {FileSystemFileEntry} */ (entry)))];
    } catch {
      return []; // It vanished between the listing and now.
    }
  }
  const out = [];
  for (const child of await childrenOf(/** @type {FileSystemDirectoryEntry} */ (entry))) {
    out.push(...(await fromEntry(child, `${path}/`)));
  }
  return out;
}

/**
 * @param {FileSystemFileEntry} entry
 * @returns {Promise<File>}
 */
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

/**
 * `readEntries` gives at most a hundred at a time, and an empty batch at the end.
 * @param {FileSystemDirectoryEntry} directory
 */
async function childrenOf(directory) {
  const reader = directory.createReader();
  /** @type {FileSystemEntry[]} */
  const all = [];
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const batch = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (batch.length === 0) return all.sort((a, b) => (a.name < b.name ? -1 : 1));
    all.push(...batch);
  }
}

/**
 * @param {string} path
 * @param {File} file
 * @returns {PathSource}
 */
const pathSource = (path, file) => ({ path, blob: file, modified: file.lastModified });

/**
 * A note from pasted text, named by its first line.
 * @param {string} title
 * @param {string} text
 * @returns {TextSource}
 */
export function noteSource(title, text) {
  const safe = title
    .replace(/[\\/:*?"<>|\p{Cc}]+/gu, " ")
    .replace(/\s+/gu, " ")
    .trim()
    .slice(0, 80);
  return { path: `notes/${safe || "untitled"}.md`, text, modified: Date.now() };
}

/**
 * The first line that says something, at most 80 characters, without Markdown's heading signs.
 * @param {string} text
 */
export function titleOf(text) {
  const line = text.split(/\r?\n/u).find((part) => /[\p{L}\p{N}]/u.test(part)) ?? "";
  return line
    .replace(/^#+\s*/u, "")
    .trim()
    .slice(0, 80);
}
