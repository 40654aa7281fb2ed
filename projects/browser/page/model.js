// A network of mmpose_ae: an ONNX file that says how its pictures are made and its outputs decoded.

import { makeDecoder } from './decoding/decoding.js';
import { edgesOf, makeFrame, toImage, warp } from './frame.js';
import { readMetadata } from './metadata.js';

const ENTRY = 'mmpose_ae';
const FORMAT = 1;
const [IMAGES, SHOWN] = ['images', 'shown']; // names of inputs; few networks have the second

/** A network that finds the people in pictures. */
export class Model {
  /**
   * @param {object} runtime onnxruntime-web.
   * @param {object} session Of it.
   * @param {object} description What the file says of itself.
   */
  constructor(runtime, session, description) {
    this.runtime = runtime;
    this.session = session;
    this.description = description;
    this.decode = makeDecoder(description.decoding, description.grid, session.outputNames);
  }

  /**
   * Open a network, and try it.
   *
   * @param {object} runtime onnxruntime-web.
   * @param {Uint8Array} file Content of an ONNX file.
   * @returns {Promise<Model>}
   * @throws {Error} If it is none of mmpose_ae, or the page cannot decode it.
   */
  static async open(runtime, file) {
    const description = readDescription(file);
    const session = await runtime.InferenceSession.create(file, { executionProviders: ['wasm'] });
    try {
      const model = new Model(runtime, session, description);
      await model.predict(blank(description.input.size)); // what takes longer the first time
      return model;
    } catch (error) {
      await session.release();
      throw error;
    }
  }

  /**
   * Find the people in a picture.
   *
   * @param {{data: Uint8ClampedArray, width: number, height: number}} image RGBA.
   * @returns {Promise<{people: object[], times: {network: number, decoding: number}}>} People best
   *   first, in pixels of the picture, a keypoint being {x, y, score, filled}; milliseconds.
   */
  async predict(image) {
    const start = performance.now();
    const frame = makeFrame([image.width, image.height], this.description.input);
    const [width, height] = frame.size;
    const { Tensor } = this.runtime;
    const inputs = { [IMAGES]: new Tensor('uint8', warp(image, frame), [1, height, width, 3]) };
    if (this.session.inputNames.includes(SHOWN)) {
      inputs[SHOWN] = new Tensor('float32', Float32Array.from(edgesOf(frame)), [1, 4]);
    }
    const outputs = await this.session.run(inputs);
    const decoded = performance.now();
    const people = this.decode(outputs).map(({ score, keypoints }) => ({
      score,
      keypoints: keypoints.map((keypoint) => toImage(keypoint, frame)),
    }));
    const end = performance.now();
    return { people, times: { network: decoded - start, decoding: end - decoded } };
  }

  /** Give the memory of the network back. */
  async close() {
    await this.session.release();
  }
}

function blank([width, height]) {
  return { data: new Uint8ClampedArray(4 * width * height), width, height };
}

function readDescription(file) {
  const text = readMetadata(file).get(ENTRY);
  if (text === undefined) {
    throw new Error(`it has no entry ${ENTRY}: export it by \`mmpose-ae export\``);
  }
  const description = JSON.parse(text);
  if (!(description.format <= FORMAT)) {
    throw new Error(`it has format ${description.format}, and this page reads up to ${FORMAT}`);
  }
  return description;
}
