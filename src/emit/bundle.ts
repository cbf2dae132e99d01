/** One emitted file. */
export interface BundleFile {
  /** Path below the output folder, with forward slashes. */
  readonly path: string;
  readonly content: string | Uint8Array;
}

/** The files of one build, by path. Immutable: `withFile` gives the next one. */
export class Bundle {
  readonly files: ReadonlyMap<string, BundleFile>;
  constructor(files: Iterable<BundleFile> = []) {
    this.files = new Map([...files].map((file) => [file.path, file]));
  }

  /** @throws {RangeError} when the path is taken or leaves the output folder */
  withFile(file: BundleFile): Bundle {
    if (this.files.has(file.path)) throw new RangeError(`two files are named ${file.path}`);
    if (file.path.startsWith('/') || file.path.split('/').includes('..')) {
      throw new RangeError(`${file.path} is outside the output folder`);
    }
    return new Bundle([...this.files.values(), file]);
  }
}
