// @ts-check
/**
 * How much room there is, whether the browser keeps what is stored, and whether it did: what was
 * indexed is noted where a browser that clears storage leaves it longest.
 */

/**
 * @typedef {object} Note
 * @property {number} documents
 * @property {string} storage
 * @property {string[]} folders that were remembered
 */
/** @typedef {import("./fossick.js").Room} Contract */

/** @type {Note} */
const NOTHING = { documents: 0, storage: "", folders: [] };

/** @param {string} collection */
const keyOf = (collection) => `fossick/${collection}`;

export class Room {
  /**
   * @param {string} collection
   * @param {() => void} changed
   */
  constructor(collection, changed) {
    this.collection = collection;
    this.changed = changed;
    this.quota = 0;
    /** @type {boolean | null} null while the browser has not been asked, or cannot be */
    this.persisted = null;
    /** @type {Contract["cleared"]} */
    this.cleared = null;
    /** Whether the collection lies where it can be cleared. */
    this.isKept = false;
    this.note = NOTHING;
    /** Whether names of folders are not for everybody: a sealed collection's. */
    this.secret = false;
  }

  /** @returns {Contract} */
  get info() {
    const { quota, persisted, cleared } = this;
    return { quota, persisted, cleared };
  }

  /**
   * The collection is open: was more in it when it was last seen?
   *
   * @param {string} storage
   * @param {{ generation: number, documents: number }} commit
   */
  opened(storage, { generation, documents }) {
    this.isKept = storage !== "memory";
    const before = this.recalled();
    this.note = { ...(before ?? NOTHING), storage };
    if (this.secret) this.keep({});
    // An index of which the user has removed everything is older than its first commit.
    const isNew = documents === 0 && generation <= 1;
    if (this.isKept && isNew && before?.documents && before.storage === storage)
      this.cleared = { documents: before.documents, folders: before.folders };
    else this.count(documents);
    void this.measure();
  }

  /** @param {number} documents that are indexed now */
  count(documents) {
    if (documents > 0) this.cleared = null;
    this.keep({ documents });
  }

  /** @param {string[]} folders that are remembered now */
  folders(folders) {
    this.keep({ folders });
  }

  /** @param {boolean} secret whether names of folders are left out of the note */
  veil(secret) {
    this.secret = secret;
    this.keep({});
  }

  /** The user knows that it was cleared. */
  accept() {
    this.cleared = null;
    this.keep({ documents: 0 });
    this.changed();
  }

  /** Files were added: what would be a pity to lose is there, so the browser is asked to keep it. */
  async ask() {
    if (!this.isKept || this.persisted || !navigator.storage?.persist) return;
    this.persisted = await navigator.storage.persist().catch(() => false);
    await this.measure();
  }

  async measure() {
    const { storage } = navigator;
    const { quota = 0 } = (await storage?.estimate?.().catch(() => null)) ?? {};
    const persisted = (await storage?.persisted?.().catch(() => false)) ?? false;
    this.quota = quota;
    if (persisted) this.persisted = true;
    this.changed();
  }

  /** @param {Partial<Note>} change */
  keep(change) {
    if (!this.isKept) return;
    const note = { ...this.note, ...change, ...(this.secret ? { folders: [] } : {}) };
    if (JSON.stringify(note) === JSON.stringify(this.note)) return;
    this.note = note;
    try {
      localStorage.setItem(keyOf(this.collection), JSON.stringify(note));
    } catch {
      // Forbidden, or full: then nothing is noticed.
    }
  }

  /** @returns {Note | null} */
  recalled() {
    try {
      const { documents, storage, folders } = JSON.parse(
        localStorage.getItem(keyOf(this.collection)) ?? "null",
      );
      return { documents: Number(documents), storage: String(storage), folders: [...folders] };
    } catch {
      return null;
    }
  }
}

/**
 * The collection is deleted because somebody wants it: nothing is missed.
 *
 * @param {string} collection
 */
export function forgetRoom(collection) {
  try {
    localStorage.removeItem(keyOf(collection));
  } catch {
    // There was no note either.
  }
}
