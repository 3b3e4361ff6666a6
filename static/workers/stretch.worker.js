// @ts-check
/**
 * A passphrase becomes a key by Argon2id, which takes a second and 64 MiB: beside the start of
 * Python, and gone when it is done.
 */

import "./requests.js";
import { argon2id } from "../vendor/hashes.js";

/** @param {MessageEvent<import("./ciphers.js").Stretching>} event */
addEventListener("message", ({ data: { secret, salt, memory, passes, lanes } }) => {
  postMessage(argon2id(secret, salt, { t: passes, m: memory, p: lanes, dkLen: 32 }));
});
