/** Tokens `t0`, `t1`, …: always the smallest that is free, so that repeated code repeats its tokens. */
export class TokenPool {
  readonly #taken: boolean[] = [];

  take(): string {
    const free = this.#taken.indexOf(false);
    const number = free < 0 ? this.#taken.length : free;
    this.#taken[number] = true;
    return `t${number}`;
  }

  release(token: string): void {
    this.#taken[Number(token.slice(1))] = false;
  }
}
