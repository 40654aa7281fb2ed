// What an ONNX file says of itself, which onnxruntime-web does not tell: the few fields of its
// protocol buffers that lead to the metadata.

const METADATA_PROPS = 14; // of ModelProto: a StringStringEntryProto each
const [KEY, VALUE] = [1, 2]; // of StringStringEntryProto
const FIXED_LENGTHS = { 1: 8, 5: 4 }; // bytes, by type of field
const [VARINT, BYTES] = [0, 2];

/**
 * Read the metadata of an ONNX file.
 *
 * @param {Uint8Array} file Its content.
 * @returns {Map<string, string>} Values by key.
 * @throws {Error} If it is no ONNX file, or a part of one.
 */
export function readMetadata(file) {
  const text = new TextDecoder();
  const entries = new Map();
  for (const [field, content] of readFields(file)) {
    if (field === METADATA_PROPS) {
      const entry = new Map(readFields(content));
      entries.set(text.decode(entry.get(KEY)), text.decode(entry.get(VALUE)));
    }
  }
  return entries;
}

/** The fields of a message: the number of each, and its content if that is bytes. */
function* readFields(message) {
  let at = 0;
  const skip = (length) => {
    at += length;
    if (!(at <= message.length)) throw new Error('it is no ONNX file, or a part of one');
  };
  const readVarint = () => {
    let value = 0;
    let scale = 1;
    do {
      skip(1);
      value += (message[at - 1] % 128) * scale;
      scale *= 128;
    } while (message[at - 1] >= 128);
    return value;
  };
  while (at < message.length) {
    const tag = readVarint();
    const type = tag % 8;
    if (type === VARINT) {
      readVarint();
    } else {
      const length = type === BYTES ? readVarint() : FIXED_LENGTHS[type];
      skip(length);
      if (type === BYTES) yield [Math.floor(tag / 8), message.subarray(at - length, at)];
    }
  }
}
