/** The upstream's id when it is one of a chat completion, else ours: clients and logs tell the kind of an id by its prefix. */
export function chooseId(upstream: string | undefined, own: string): string {
  return upstream?.startsWith('chatcmpl-') === true ? upstream : own;
}
