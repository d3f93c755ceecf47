/** The upstream's id when it is one of a message, else ours: clients and logs tell the kind of an id by its prefix. */
export function answerId(upstream: string | undefined, own: string): string {
  return upstream?.startsWith('msg_') === true ? upstream : own;
}
