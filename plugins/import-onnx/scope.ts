import type { GraphEditor, ModelSource, Tensor, Value } from 'match-compiler';
import type { Definition } from './model.ts';
import { readTensor } from './tensors.ts';

/** What the tensors of the file have become so far. Initializers are read when first needed. */
export class Scope {
  readonly editor: GraphEditor;
  readonly source: ModelSource;
  readonly #values = new Map<Definition, Value>();
  readonly #tensors = new Map<Definition, Tensor>();
  readonly #contents = new Map<Value, Tensor>();
  readonly #derived = new Set<Value>();
  readonly #forms = new Map<Definition, Map<string, Value>>();
  readonly #shared = new Map<string, Value>();
  readonly #reserved: ReadonlySet<string>;

  /** @param reserved tensor names of the file, which values made on the way must not take */
  constructor(editor: GraphEditor, source: ModelSource, reserved: ReadonlySet<string>) {
    this.editor = editor;
    this.source = source;
    this.#reserved = reserved;
  }

  define(definition: Definition, value: Value): void {
    this.#values.set(definition, value);
  }

  value(definition: Definition): Value {
    const known = this.#values.get(definition);
    if (known) return known;
    const tensor = this.constant(definition);
    if (!tensor) throw new Error(`tensor ${definition.name} was not made before it was read`);
    const value = this.editor.constant(definition.name, tensor);
    this.#values.set(definition, value);
    return value;
  }

  /** The elements, where they are known at import. */
  constant(definition: Definition): Tensor | undefined {
    const made = this.#values.get(definition);
    if (made) return made.constant;
    if (!definition.tensor) return undefined;
    const known = this.#tensors.get(definition);
    if (known) return known;
    const tensor = readTensor(definition.tensor, definition.name, this.source);
    this.#tensors.set(definition, tensor);
    return tensor;
  }

  /** The elements of a value that stays a node all the same, like a scalar behind DequantizeLinear. */
  noteContent(value: Value, tensor: Tensor): void {
    this.#contents.set(value, tensor);
  }

  /** The elements, also where the tensor stays a node. */
  content(definition: Definition): Tensor | undefined {
    const made = this.#values.get(definition);
    return this.constant(definition) ?? (made && this.#contents.get(made));
  }

  /** Another form of a tensor of the file (transposed, shifted); made once. */
  form(definition: Definition, form: string, make: () => Tensor): Value {
    const forms = this.#forms.get(definition) ?? new Map<string, Value>();
    this.#forms.set(definition, forms);
    const known = forms.get(form);
    if (known) return known;
    const value = this.editor.constant(this.freeName(`${definition.name}.${form}`), make());
    forms.set(form, value);
    return value;
  }

  /** A constant that many nodes share; the name says what it is. */
  shared(name: string, make: () => Tensor): Value {
    const known = this.#shared.get(name);
    if (known) return known;
    const value = this.editor.constant(this.freeName(name), make());
    this.#shared.set(name, value);
    return value;
  }

  /** A name that no tensor of the file has. */
  freeName(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.#reserved.has(name); i++) name = `${wanted}.${i}`;
    return name;
  }

  isTensorName(name: string): boolean {
    return this.#reserved.has(name);
  }

  /** Depends on constants alone, like a weight behind DequantizeLinear and Transpose. */
  isFixed(value: Value): boolean {
    return value.constant !== undefined || this.#derived.has(value);
  }

  markFixed(value: Value): void {
    this.#derived.add(value);
  }
}
