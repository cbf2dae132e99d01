/** What one check of a target found. */
export interface TargetCheck {
  /** `module.pattern: what is checked`, or what of the target. */
  readonly name: string;
  readonly ok: boolean;
  /** What was done, or what is wrong and with which sample. */
  readonly message: string;
}

/** Faults of one check that are told; the others are counted. */
const mostFaults = 4;

/** Collects faults by check. A check without faults has passed. */
export class Findings {
  readonly #checks = new Map<
    string,
    { readonly faults: string[]; count: number; passed: number; text: string }
  >();

  /** Something was checked and holds; `text` says what, once for all of them. */
  pass(name: string, text: string, count = 1): void {
    const own = this.#own(name);
    own.passed += count;
    own.text = text;
  }

  fail(name: string, fault: string): void {
    const own = this.#own(name);
    own.count++;
    if (own.faults.length < mostFaults && !own.faults.includes(fault)) own.faults.push(fault);
  }

  /** Runs `body`; whatever it throws is a fault of the check. */
  guard(name: string, subject: string, body: () => void): void {
    try {
      body();
    } catch (error) {
      this.fail(name, `${subject}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }

  get failed(): boolean {
    return [...this.#checks.values()].some(({ count }) => count > 0);
  }

  hasFailed(name: string): boolean {
    return (this.#checks.get(name)?.count ?? 0) > 0;
  }

  /** In the order in which the checks were first heard of. */
  checks(): readonly TargetCheck[] {
    return [...this.#checks].map(([name, { faults, count, passed, text }]) => {
      const more = count > faults.length ? `; and ${count - faults.length} more` : '';
      return {
        name,
        ok: count === 0,
        message: count === 0 ? `${passed} ${text}` : `${faults.join('; ')}${more}`,
      };
    });
  }

  #own(name: string): { readonly faults: string[]; count: number; passed: number; text: string } {
    const known = this.#checks.get(name);
    if (known) return known;
    const own = { faults: [], count: 0, passed: 0, text: '' };
    this.#checks.set(name, own);
    return own;
  }
}
