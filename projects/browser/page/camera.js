// The camera: one stream at most, and nothing of it stays on after it was stopped.

/** A camera that shows its pictures one after the other. */
export class Camera {
  /**
   * @param {(bitmap: Promise<ImageBitmap>) => Promise<void>} show Called with a picture; the next one
   *   is taken when it is done.
   * @param {(on: boolean) => void} tell Called when the camera goes on or off.
   */
  constructor(show, tell) {
    this.show = show;
    this.tell = tell;
    this.stream = null;
  }

  get on() {
    return this.stream !== null;
  }

  /**
   * Show pictures until the camera is stopped.
   *
   * @throws {Error} If there is none, it may not be used, or it is taken away.
   */
  async start() {
    if (!navigator.mediaDevices) {
      throw new Error('browsers give it to pages of https and of this computer alone');
    }
    const stream = await navigator.mediaDevices.getUserMedia({ video: true });
    this.stop(); // what was started while the browser asked
    this.stream = stream;
    this.tell(true);
    try {
      const video = document.createElement('video');
      Object.assign(video, { muted: true, playsInline: true, srcObject: stream });
      await video.play();
      while (this.stream === stream) {
        if (!stream.active) throw new Error('it gives no more pictures');
        await this.show(createImageBitmap(video));
      }
    } finally {
      if (this.stream === stream) this.stop();
    }
  }

  /** Switch it off. */
  stop() {
    this.stream?.getTracks().forEach((track) => track.stop());
    this.stream = null;
    this.tell(false);
  }
}
