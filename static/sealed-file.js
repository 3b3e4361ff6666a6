// @ts-check
/** What the beginning of a sealed exported file tells; its layout: app/storage/portable/sealed.py. */

const MAGIC = "fossick-sealed ";
/** Bytes of the first line, and of the lock behind it. */
const LINE = 17;
const SLOT = 1024;

/**
 * @param {Blob} file
 * @returns {Promise<boolean>} whether only a passphrase opens it
 */
export async function isSealedFile(file) {
  return (await file.slice(0, MAGIC.length).text()) === MAGIC;
}

/**
 * @param {Blob} file
 * @returns {Promise<Uint8Array>} what should be its lock
 */
export async function firstLock(file) {
  return new Uint8Array(await file.slice(LINE, LINE + SLOT).arrayBuffer());
}
