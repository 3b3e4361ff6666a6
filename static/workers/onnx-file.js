// @ts-check
/**
 * What of an ONNX file the encoder needs: its nodes and its tensors, in place. The fields and their
 * numbers are those of onnx.proto, the encoding that of protocol buffers.
 */

/** @typedef {{ type: string, inputs: string[], ints: Record<string, number>, floats: Record<string, number> }} GraphNode */
/** @typedef {{ type: number, dims: number[], data: Uint8Array }} TensorBytes */

const MODEL_GRAPH = 7;
const GRAPH = { node: 1, initializer: 5 };
const NODE = { input: 1, type: 4, attribute: 5 };
const ATTRIBUTE = { name: 1, float: 2, int: 3 };
const TENSOR = { dims: 1, type: 2, float: 4, int32: 5, name: 8, raw: 9 };
const WIRE = { varint: 0, eight: 1, bytes: 2, four: 5 };
const INT8_TYPES = [2, 3];

const utf8 = new TextDecoder();

/**
 * @param {Uint8Array} file
 * @returns {{ nodes: GraphNode[], tensors: Map<string, TensorBytes> }}
 * @throws {RangeError} when the bytes are no protocol buffer
 */
export function readOnnx(file) {
  /** @type {GraphNode[]} */
  const nodes = [];
  /** @type {Map<string, TensorBytes>} */
  const tensors = new Map();
  for (const [field, graph] of fields(file)) {
    if (field !== MODEL_GRAPH) continue;
    for (const [kind, value] of fields(bytes(graph))) {
      if (kind === GRAPH.node) nodes.push(readNode(bytes(value)));
      if (kind === GRAPH.initializer) {
        const { name, ...tensor } = readTensor(bytes(value));
        tensors.set(name, tensor);
      }
    }
  }
  return { nodes, tensors };
}

/** @param {Uint8Array} message */
function readNode(message) {
  /** @type {GraphNode} */
  const node = { type: "", inputs: [], ints: {}, floats: {} };
  for (const [field, value] of fields(message)) {
    if (field === NODE.input) node.inputs.push(utf8.decode(bytes(value)));
    if (field === NODE.type) node.type = utf8.decode(bytes(value));
    if (field === NODE.attribute) readAttribute(bytes(value), node);
  }
  return node;
}

/**
 * @param {Uint8Array} message
 * @param {GraphNode} node
 */
function readAttribute(message, node) {
  const found = new Map(fields(message));
  const name = utf8.decode(bytes(found.get(ATTRIBUTE.name) ?? new Uint8Array()));
  const [int, float] = [found.get(ATTRIBUTE.int), found.get(ATTRIBUTE.float)];
  if (typeof int === "number") node.ints[name] = int;
  if (float instanceof Uint8Array && float.length === 4) node.floats[name] = floatOf(float);
}

/** @param {Uint8Array} message */
function readTensor(message) {
  /** @type {{ name: string } & TensorBytes} */
  const tensor = { name: "", type: 0, dims: [], data: new Uint8Array() };
  for (const [field, value] of fields(message)) {
    if (field === TENSOR.dims) tensor.dims.push(...numbers(value));
    if (field === TENSOR.type) tensor.type = Number(value);
    if (field === TENSOR.name) tensor.name = utf8.decode(bytes(value));
    if (field === TENSOR.raw) tensor.data = bytes(value);
    // Small tensors may stand as lists of numbers.
    if (field === TENSOR.float) tensor.data = Uint8Array.of(...tensor.data, ...bytes(value));
    if (field === TENSOR.int32 && INT8_TYPES.includes(tensor.type)) {
      tensor.data = Uint8Array.of(...tensor.data, ...numbers(value));
    }
  }
  return tensor;
}

/**
 * Number and value of each field of a message.
 *
 * @param {Uint8Array} message
 * @returns {Generator<[number, number | Uint8Array]>}
 */
function* fields(message) {
  const reader = { message, at: 0 };
  while (reader.at < message.length) {
    const key = varint(reader);
    const wire = key % 8;
    const field = (key - wire) / 8;
    if (wire === WIRE.varint) yield [field, varint(reader)];
    else if (wire === WIRE.bytes) yield [field, take(reader, varint(reader))];
    else if (wire === WIRE.four) yield [field, take(reader, 4)];
    else if (wire === WIRE.eight) yield [field, take(reader, 8)];
    else throw new RangeError(`no wire type ${wire}`);
  }
}

/** @typedef {{ message: Uint8Array, at: number }} Reader */

/** @param {Reader} reader */
function varint(reader) {
  let value = 0;
  for (let scale = 1; ; scale *= 128) {
    const byte = reader.message[reader.at];
    if (byte === undefined) throw new RangeError("the file ends in the middle");
    reader.at += 1;
    value += (byte & 127) * scale;
    if (byte < 128) return value;
  }
}

/**
 * @param {Reader} reader
 * @param {number} length
 */
function take(reader, length) {
  const end = reader.at + length;
  if (end > reader.message.length) throw new RangeError("the file ends in the middle");
  const part = reader.message.subarray(reader.at, end);
  reader.at = end;
  return part;
}

/**
 * A repeated number, packed or not.
 *
 * @param {number | Uint8Array} value
 */
function numbers(value) {
  if (typeof value === "number") return [value];
  const reader = { message: value, at: 0 };
  const found = [];
  while (reader.at < value.length) found.push(varint(reader));
  return found;
}

/**
 * @param {number | Uint8Array} value
 * @returns {Uint8Array}
 */
function bytes(value) {
  if (value instanceof Uint8Array) return value;
  throw new RangeError("a number where bytes should be");
}

/** @param {Uint8Array} four */
const floatOf = (four) => new DataView(four.buffer, four.byteOffset).getFloat32(0, true);
