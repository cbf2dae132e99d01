/** Words that C99 to C23 and C++ keep, and names that the standard headers of generated code take. */
const reserved: ReadonlySet<string> = new Set(
  (
    'auto break case char const continue default do double else enum extern float for goto if inline int long ' +
    'register restrict return short signed sizeof static struct switch typedef union unsigned void volatile ' +
    'while _Bool _Complex _Imaginary _Alignas _Alignof _Atomic _Generic _Noreturn _Static_assert _Thread_local ' +
    'alignas alignof bool constexpr false nullptr static_assert thread_local true typeof typeof_unqual asm ' +
    'and and_eq bitand bitor catch class co_await co_return co_yield compl concept const_cast consteval ' +
    'constinit decltype delete dynamic_cast explicit export friend mutable namespace new noexcept not not_eq ' +
    'operator or or_eq private protected public reinterpret_cast requires static_cast template this throw try ' +
    'typeid typename using virtual wchar_t xor xor_eq ' +
    'main NULL offsetof ptrdiff_t size_t errno assert stdin stdout stderr unix linux ' +
    'memcpy memmove memset memcmp exp expf log logf sqrt sqrtf tanh tanhf erf erff pow powf abs labs floor ceil ' +
    'round rint INFINITY NAN'
  ).split(' '),
);

/**
 * A valid C identifier as near to the text as may be: other characters become underscores. It begins with a
 * letter, is no reserved word and has no two underscores in a row, which C++ keeps for itself.
 */
export function cIdentifier(text: string): string {
  let name = text
    .normalize('NFKD')
    .replace(/[^A-Za-z0-9_]+/g, '_')
    .replace(/_{2,}/g, '_')
    .replace(/^_+|_+$/g, '');
  if (name === '') name = 'x';
  if (/^[0-9]/.test(name)) name = `x${name}`;
  return reserved.has(name) || /^u?int(?:_\w+)?\d+_t$/.test(name) ? `${name}_` : name;
}

/** Hands out identifiers, each once: the second `conv` is `conv_2`. */
export class IdentifierTable {
  readonly #taken = new Set<string>();

  constructor(taken: Iterable<string> = []) {
    for (const name of taken) this.#taken.add(name);
  }

  has(name: string): boolean {
    return this.#taken.has(name);
  }

  /** A valid identifier that has not been given away yet. */
  unique(wanted: string): string {
    const base = cIdentifier(wanted);
    let name = base;
    for (let i = 2; this.#taken.has(name); i++) name = `${base.replace(/_$/, '')}_${i}`;
    this.#taken.add(name);
    return name;
  }
}
