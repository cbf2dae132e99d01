/** C sources are bundled as text: templates of kernels, support functions, files of the emitted project. */
declare module '*.c' {
  const text: string;
  export default text;
}
declare module '*.h' {
  const text: string;
  export default text;
}
declare module '*.mk' {
  const text: string;
  export default text;
}
