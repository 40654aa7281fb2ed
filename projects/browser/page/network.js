// The page's side of worker.js: commands as promises.

/** The network, in a thread of its own. */
export class Network {
  constructor() {
    this.worker = new Worker('worker.js', { type: 'module' });
    this.waiting = new Map();
    this.asked = 0;
    this.worker.onmessage = ({ data: { id, result, error } }) => {
      const { resolve, reject } = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    };
    this.worker.onerror = (event) => {
      for (const { reject } of this.waiting.values()) {
        reject(new Error(event.message ?? 'the network cannot be started'));
      }
      this.waiting.clear();
    };
  }

  /**
   * Take another network.
   *
   * @param {Uint8Array} file Content of an ONNX file.
   * @returns {Promise<object>} What it says of itself.
   */
  open(file) {
    return this.ask('open', file);
  }

  /**
   * Find the people in a picture.
   *
   * @param {ImageBitmap} bitmap The picture.
   * @returns {Promise<{people: object[], times: object}>} See Model.predict.
   */
  predict(bitmap) {
    return this.ask('predict', bitmap);
  }

  ask(command, content) {
    this.asked += 1;
    const id = this.asked;
    this.worker.postMessage({ id, command, content });
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }
}
