// The network beside the page, so that the page never waits for it. It is asked by messages
// {id, command, content} and answers each by {id, result} or {id, error}, one after the other.

import { Model } from './model.js';

const RUNTIME = './vendor/ort.wasm.bundle.min.mjs';
const ALPHA = 3; // of the first pixel: 0 on an opaque canvas only if that holds nothing

let runtime = null;
let model = null;

/** Load onnxruntime-web, once. */
async function loadRuntime() {
  try {
    runtime ??= await import(RUNTIME);
  } catch (error) {
    throw new Error(
      `onnxruntime-web is not beside the page (run \`python projects/browser/fetch.py\`): ${error.message}`,
    );
  }
  runtime.env.wasm.numThreads = 1; // more need headers that plain web servers do not send
  return runtime;
}

const COMMANDS = {
  /** Take another network: the content of an ONNX file, a buffer; gives what it says of itself. */
  async open(file) {
    const opened = await Model.open(await loadRuntime(), new Uint8Array(file));
    await model?.close();
    model = opened;
    return model.description;
  },
  /** Find the people in an ImageBitmap. */
  async predict(bitmap) {
    const { width, height } = bitmap;
    const canvas = new OffscreenCanvas(width, height);
    const context = canvas.getContext('2d', { alpha: false, willReadFrequently: true });
    context.drawImage(bitmap, 0, 0);
    bitmap.close();
    const image = context.getImageData(0, 0, width, height);
    if (!image.data[ALPHA]) {
      throw new Error(`a picture of ${width}x${height} pixels is more than this browser can draw`);
    }
    return model.predict(image);
  },
};

async function answer({ id, command, content }) {
  try {
    self.postMessage({ id, result: await COMMANDS[command](content) });
  } catch (error) {
    self.postMessage({ id, error: error?.message ?? String(error) }); // WebAssembly throws numbers
  }
}

let last = Promise.resolve();
self.onmessage = ({ data }) => {
  last = last.then(() => answer(data));
};
