/** What a client may want of a model, in the order of the page's columns. */
export const FEATURES = [
  'text',
  'stream',
  'tool loop',
  'parallel tools',
  'image',
  'structured output',
  'reasoning',
  'cancel',
] as const;

export type Feature = (typeof FEATURES)[number];

export interface Family {
  /** As the page calls it. */
  name: string;
  /** Stands for the family. */
  model: string;
  /** What models of the family cannot do on Cortex, and why. */
  lacks: Partial<Record<Feature, string>>;
  /** What is to be known of a feature that works. */
  remarks: Partial<Record<Feature, string>>;
}

const NO_TOOLS = 'Cortex gives models of this family no tools: the gateway leaves them out and says so.';

export const FAMILIES: readonly Family[] = [
  { name: 'Claude', model: 'claude-sonnet-4-6', lacks: {}, remarks: {} },
  {
    name: 'OpenAI',
    model: 'openai-gpt-5.2',
    lacks: {},
    remarks: { reasoning: 'Thoughts are counted, not told: so Cortex serves these models.' },
  },
  {
    name: 'other',
    model: 'llama3.1-70b',
    lacks: {
      'tool loop': NO_TOOLS,
      'parallel tools': NO_TOOLS,
      image: 'Models of this family see no images: they are told that one was there.',
      reasoning: 'Models of this family do not reason on demand.',
    },
    remarks: {
      'structured output': 'Asked for by an instruction. An answer that holds no JSON object becomes an error.',
    },
  },
];
