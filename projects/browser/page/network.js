// The page's side of worker.js: commands as promises.

/** The network, in a thread of its own. */
export class Network {
  constructor() {
    this.worker = new Worker('worker.js', { type: 'module' });
    this.waiting = new Map();
    this.asked = 0;
    this.failure = null; // why the thread is not there
    this.worker.onmessage = ({ data: { id, result, error } }) => {
      const { resolve, reject } = this.waiting.get(id);
      this.waiting.delete(id);
      if (error === undefined) resolve(result);
      else reject(new Error(error));
    };
    this.worker.onerror = (event) => {
      this.failure = new Error(event.message || 'the network cannot be started');
      for (const { reject } of this.waiting.values()) reject(this.failure);
      this.waiting.clear();
    };
  }

  /**
   * Take another network.
   *
   * @param {ArrayBuffer} file Content of an ONNX file; it is gone afterwards.
   * @returns {Promise<object>} What it says of itself.
   */
  open(file) {
    return this.ask('open', file, [file]);
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

  ask(command, content, given = []) {
    if (this.failure) return Promise.reject(this.failure);
    this.asked += 1;
    const id = this.asked;
    this.worker.postMessage({ id, command, content }, given);
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }
}
