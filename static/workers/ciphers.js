// @ts-check
/**
 * What sealing asks of the browser: AES-256-GCM and HKDF-SHA256 by WebCrypto, Argon2id by
 * `@noble/hashes`. Python's `app.browser.ciphers` gives them the shape that the engine knows.
 *
 * No key can be read out again: that of a collection may be handed to the page, which keeps it in
 * memory for an engine that has to be started anew, and learns nothing by it.
 */

import { FossickError } from "../errors.js";
import { startWorker } from "../own-scripts.js";

/** @typedef {{ secret: Uint8Array, salt: Uint8Array, memory: number, passes: number, lanes: number }} Stretching */

/** Bytes of content in a block, and of its tag; as in app/storage/sealing/ciphers.py. */
const BLOCK = 65_536;
const TAG = 16;
/** KiB of memory that are spent on a lock before it has been proved. */
const MOST = 65_536;
const AES = { name: "AES-GCM", length: 256 };

/** The one failure that is an answer: something was not sealed with this key. */
const isForged = (/** @type {unknown} */ error) =>
  error instanceof DOMException && error.name === "OperationError";

function subtle() {
  if (globalThis.crypto?.subtle) return crypto.subtle;
  const hint = "Open the page over HTTPS, or on this machine.";
  throw new FossickError("storage-unavailable", "This page may not encrypt anything.", hint);
}

/** @param {number} block */
function nonceOf(block) {
  const nonce = new Uint8Array(12);
  new DataView(nonce.buffer).setUint32(8, block);
  return nonce;
}

export class Ciphers {
  constructor() {
    /** The last key of a collection that was made. @type {CryptoKey | null} */
    this.key = null;
    /** @type {{ wanted: Stretching, found: Promise<Uint8Array> } | null} */
    this.foreseen = null;
  }

  /**
   * @param {Uint8Array} secret
   * @param {Uint8Array} salt
   * @param {number} memory KiB
   * @param {number} passes
   * @param {number} lanes
   * @returns {Promise<Uint8Array>} 32 bytes
   */
  async stretch(secret, salt, memory, passes, lanes) {
    const wanted = { secret, salt, memory, passes, lanes };
    const { foreseen } = this;
    this.foreseen = null;
    if (foreseen && isSame(foreseen.wanted, wanted)) return foreseen.found;
    return stretched(wanted);
  }

  /**
   * Begin with what a lock will ask for, while Python starts; what comes of it is asked for by
   * Python, or never. What a lock says is proved and believed there alone.
   *
   * @param {Uint8Array | null} data of a lock, as it is kept
   * @param {string} passphrase
   */
  foresee(data, passphrase) {
    const [line] = new TextDecoder().decode(data ?? new Uint8Array()).split("\n");
    if (!line) return;
    const { memory, passes, lanes, salt: text } = JSON.parse(line);
    if (!(memory <= MOST && passes <= 4 && lanes === 1)) return;
    const secret = new TextEncoder().encode(passphrase.normalize("NFC"));
    const salt = Uint8Array.from(atob(text), (one) => one.charCodeAt(0));
    const wanted = { secret, salt, memory, passes, lanes };
    const found = stretched(wanted);
    found.catch(() => {}); // Told where it is asked for.
    this.foreseen = { wanted, found };
  }

  /** @param {Uint8Array} key */
  async cipher(key) {
    const use = /** @type {const} */ (["encrypt", "decrypt"]);
    return new Cipher(await subtle().importKey("raw", bytes(key), AES, false, use));
  }

  /** @param {Uint8Array} dataKey */
  async fileKeys(dataKey) {
    this.key = await subtle().importKey("raw", bytes(dataKey), "HKDF", false, ["deriveKey"]);
    return new FileKeys(this.key);
  }

  /** @param {CryptoKey} key of `fileKeys`, from before */
  fileKeysOf(key) {
    this.key = key;
    return new FileKeys(key);
  }
}

/**
 * @param {Stretching} wanted
 * @returns {Promise<Uint8Array>}
 */
function stretched(wanted) {
  const url = new URL("./stretch.worker.js", import.meta.url);
  const worker = startWorker(url, "fossick passphrase");
  /** @type {Promise<Uint8Array>} */
  const found = new Promise((resolve, reject) => {
    worker.onmessage = ({ data }) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      const hint = "Close other tabs, then try again.";
      const message = `The passphrase could not be tried: ${event.message ?? "no worker"}.`;
      reject(new FossickError("storage-unavailable", message, hint));
    };
  });
  worker.postMessage(wanted);
  return found.finally(() => worker.terminate());
}

/**
 * @param {Stretching} one
 * @param {Stretching} other
 */
function isSame(one, other) {
  const plain = (/** @type {Stretching} */ { secret, salt, ...rest }) =>
    JSON.stringify([[...secret], [...salt], rest]);
  return plain(one) === plain(other);
}

class FileKeys {
  /** @param {CryptoKey} key */
  constructor(key) {
    this.key = key;
  }

  /**
   * @param {Uint8Array} salt
   * @param {Uint8Array} info
   */
  async cipher(salt, info) {
    const how = { name: "HKDF", hash: "SHA-256", salt: bytes(salt), info: bytes(info) };
    const use = /** @type {const} */ (["encrypt", "decrypt"]);
    return new Cipher(await subtle().deriveKey(how, this.key, AES, false, use));
  }
}

class Cipher {
  /** @param {CryptoKey} key */
  constructor(key) {
    this.key = key;
  }

  /**
   * @param {Uint8Array} nonce
   * @param {Uint8Array} data
   * @param {Uint8Array} associated
   */
  async seal(nonce, data, associated) {
    const how = { name: AES.name, iv: bytes(nonce), additionalData: bytes(associated) };
    return new Uint8Array(await subtle().encrypt(how, this.key, bytes(data)));
  }

  /**
   * @param {Uint8Array} nonce
   * @param {Uint8Array} data
   * @param {Uint8Array} associated
   * @returns {Promise<Uint8Array | null>} null where it is not authentic
   */
  async open(nonce, data, associated) {
    const how = { name: AES.name, iv: bytes(nonce), additionalData: bytes(associated) };
    try {
      return new Uint8Array(await subtle().decrypt(how, this.key, bytes(data)));
    } catch (error) {
      if (isForged(error)) return null;
      throw error;
    }
  }

  /**
   * @param {Uint8Array} data
   * @param {number} first number of the first block
   * @returns {Promise<Uint8Array>}
   */
  async sealBlocks(data, first) {
    const sealed = new Uint8Array(data.length + TAG * Math.ceil(data.length / BLOCK));
    await eachBlock(data, BLOCK, async (block, number) => {
      const how = { name: AES.name, iv: nonceOf(first + number) };
      const one = await subtle().encrypt(how, this.key, block);
      sealed.set(new Uint8Array(one), number * (BLOCK + TAG));
    });
    return sealed;
  }

  /**
   * @param {Uint8Array} data
   * @param {number} first number of the first block
   * @returns {Promise<Uint8Array | number>} the number of the first block that is not authentic
   */
  async openBlocks(data, first) {
    const count = Math.ceil(data.length / (BLOCK + TAG));
    const opened = new Uint8Array(Math.max(data.length - TAG * count, 0));
    let forged = Number.POSITIVE_INFINITY;
    await eachBlock(data, BLOCK + TAG, async (block, number) => {
      try {
        const how = { name: AES.name, iv: nonceOf(first + number) };
        const one = await subtle().decrypt(how, this.key, block);
        opened.set(new Uint8Array(one), number * BLOCK);
      } catch (error) {
        if (!isForged(error)) throw error;
        forged = Math.min(forged, first + number);
      }
    });
    return Number.isFinite(forged) ? forged : opened;
  }
}

/**
 * @param {Uint8Array} data
 * @param {number} size
 * @param {(block: Uint8Array<ArrayBuffer>, number: number) => Promise<void>} work
 */
function eachBlock(data, size, work) {
  const works = [];
  for (let at = 0; at < data.length; at += size) {
    works.push(work(bytes(data.subarray(at, at + size)), at / size));
  }
  return Promise.all(works);
}

/** @param {Uint8Array} data that lies in no memory that is shared */
function bytes(data) {
  return /** @type {Uint8Array<ArrayBuffer>} */ (data);
}
