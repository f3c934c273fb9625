/** When a lost session is opened again, and when that is given up: a server that keeps forgetting must not be asked for ever. */

/** How often with nothing from the server in between. */
const MOST_IN_A_ROW = 3;

export interface ReopeningActions {
  /** Opens the session again, with all that belonged to it. Rejects when the server refuses. */
  reopen(): Promise<void>;
  /** It cannot be opened again. */
  giveUp(reason: string): void;
}

export class Reopening {
  /** Sessions that have been opened again. */
  count = 0;
  readonly #actions: ReopeningActions;
  #inARow = 0;
  #underWay = false;

  constructor(actions: ReopeningActions) {
    this.#actions = actions;
  }

  /** The server has answered, or sent an event: a session works. */
  works(): void {
    if (!this.#underWay) this.#inARow = 0;
  }

  lost(): void {
    this.#inARow += 1;
    if (this.#underWay) this.#actions.giveUp('the server ended the session while it was being opened again');
    else if (this.#inARow > MOST_IN_A_ROW)
      this.#actions.giveUp(`the server ended the session ${this.#inARow} times and said nothing in between`);
    else void this.#again();
  }

  async #again(): Promise<void> {
    this.#underWay = true;
    try {
      await this.#actions.reopen();
      this.count += 1;
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.#actions.giveUp(`the server ended the session, and it could not be opened again: ${why}`);
    } finally {
      this.#underWay = false;
    }
  }
}
