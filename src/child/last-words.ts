const KEPT_CHARACTERS = 4_096;

/** The end of what a process says on stderr, in whole lines: a line whose beginning is lost could be the rest of a secret, which nobody would know for one. */
export class LastWords {
  #kept = '';
  #headIsLost = false;

  add(text: string): void {
    const all = this.#kept + text;
    this.#headIsLost ||= all.length > KEPT_CHARACTERS;
    this.#kept = all.slice(-KEPT_CHARACTERS);
  }

  get text(): string {
    if (!this.#headIsLost) return this.#kept;
    const end = this.#kept.indexOf('\n');
    return end < 0 ? '' : this.#kept.slice(end + 1);
  }
}
