/** A name to read: TensorFlow Lite joins the names of all operators that it fused by semicolons. */
export function shortName(node: string): string {
  const [first = node, ...rest] = node.split(';');
  return rest.length > 0 ? `${first};…` : first;
}
