// What was asked for last, of things that take their time: nothing older is done after it.

/** Things of one kind, each asked for at its time. */
export class Newest {
  constructor() {
    this.asked = 0;
  }

  /** Whether one was ever asked for. */
  get any() {
    return this.asked > 0;
  }

  /**
   * Do what is asked for now.
   *
   * @param {(isNewest: () => boolean) => Promise<void>} action It can see whether something newer
   *   was asked for meanwhile.
   * @throws {Error} Why it failed, if nothing newer was asked for.
   */
  async ask(action) {
    this.asked += 1;
    const own = this.asked;
    const isNewest = () => own === this.asked;
    try {
      await action(isNewest);
    } catch (error) {
      if (isNewest()) throw error;
    }
  }
}
