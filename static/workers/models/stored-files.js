// @ts-check
/** Answers the model library's requests from the files of a model that is kept on this device. */

import { FossickError } from "../../errors.js";
import { folderOf, modelFile } from "./shelf.js";

/** Where a sideloaded model came without them: enough for any encoder and any tokenizer.json. */
const STAND_INS = /** @type {Record<string, object>} */ ({
  "config.json": { model_type: "bert" },
  "tokenizer_config.json": { tokenizer_class: "PreTrainedTokenizer" },
});

/**
 * A `fetch` for `env.fetch` of the library. Whatever graph it asks for, it gets the one there is.
 *
 * @param {{ name: string, onnx?: string }} card
 * @returns {Promise<(url: string | URL) => Promise<Response>>} rejects with `model-missing`
 */
export async function storedFiles({ name, onnx = "" }) {
  const folder = await folderOf(name);
  if (!folder) {
    const hint = "Install it, or choose another one.";
    throw new FossickError("model-missing", `The model ${name} is not on this device.`, hint);
  }
  return async (url) => {
    const path = String(url).split(`/models/${name}/`)[1] ?? "";
    const file = await modelFile(folder, path.endsWith(".onnx") ? onnx : path);
    if (file) return new Response(file, { headers: { "content-length": String(file.size) } });
    const standIn = STAND_INS[path];
    return standIn ? Response.json(standIn) : new Response(null, { status: 404 });
  };
}
