import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { after, before, test } from "node:test";
import { download } from "../../static/workers/models/download.js";

const DATA = Buffer.from("gold in the river ".repeat(100));
const SHA = createHash("sha256").update(DATA).digest("hex");
let answer = (_request, _response) => {};
let asked = [];
let server;
let url;

before(async () => {
  server = createServer((request, response) => {
    asked.push(request.headers.range ?? "");
    answer(request, response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${server.address().port}/model.onnx`;
});
after(() => server.close());

/** A file in memory, as a synchronous access handle has it. */
class MemoryFile {
  bytes = Buffer.alloc(0);
  getSize = () => this.bytes.length;
  truncate(size) {
    this.bytes = this.bytes.subarray(0, size);
  }
  read(block, { at }) {
    return this.bytes.copy(block, 0, at);
  }
  write(block, { at }) {
    this.bytes = Buffer.concat([this.bytes.subarray(0, at), block]);
    return block.length;
  }
  flush() {}
}

const ranged = (data) => (request, response) => {
  const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from >= data.length) return response.writeHead(416).end();
  response.writeHead(from ? 206 : 200).end(data.subarray(from));
};

async function fetched(handle, file = {}) {
  asked = [];
  const { signal } = new AbortController();
  const whole = { path: "model.onnx", bytes: DATA.length, sha256: SHA, ...file };
  return download({ url, file: whole, handle, signal, onBytes: () => {} });
}

test("a piece from before is gone on with", async () => {
  answer = ranged(DATA);
  const handle = new MemoryFile();
  handle.write(DATA.subarray(0, 700), { at: 0 });
  assert.equal(await fetched(handle), SHA);
  assert.deepEqual(asked, ["bytes=700-"]);
  assert.deepEqual(handle.bytes, DATA);
});

test("a file that is shorter than it should be is refused, and not asked for for ever", async () => {
  answer = ranged(DATA.subarray(0, 900));
  const handle = new MemoryFile();
  await assert.rejects(fetched(handle), { code: "download-damaged" });
  assert.deepEqual(asked, ["", "bytes=900-"]);
  assert.equal(handle.getSize(), 0);
});

test("a longer one is refused as well", async () => {
  answer = ranged(Buffer.concat([DATA, DATA]));
  await assert.rejects(fetched(new MemoryFile()), { code: "download-damaged" });
});

test("without a known hash nothing from before is kept, and what comes is named", async () => {
  answer = ranged(DATA);
  const handle = new MemoryFile();
  handle.write(Buffer.from("old"), { at: 0 });
  assert.equal(await fetched(handle, { bytes: null, sha256: null }), SHA);
  assert.deepEqual([asked, handle.bytes], [[""], DATA]);
});
