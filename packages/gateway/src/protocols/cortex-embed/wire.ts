/** Cortex's `inference:embed` on the wire. Types only: the sandbox shares them, and nothing else, with the gateway. */
export type EmbedRequest = { model: string; text: string[] };

export type EmbedAnswer = {
  object: 'list';
  /** Each vector is in a list of its own: docs/cortex-quirks.md#embed-nested-vectors */
  data: { object: 'embedding'; embedding: number[][]; index: number }[];
  model: string;
  usage: { total_tokens: number };
};
