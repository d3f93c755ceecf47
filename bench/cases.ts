/** What is asked: the sizes and shapes that coding agents send. */
export interface BenchCase {
  name: string;
  model: string;
  body: Buffer;
  concurrency: number;
}

/** One model of each lane: OpenAI's are mended, Claude's are translated to Cortex's Messages API. */
const MODELS = ['openai-gpt-5.2', 'claude-sonnet-4-6'];

const SHAPES = [
  { name: 'unary 2 KB', bytes: 2_000, stream: false, script: 'sandbox> say A short answer, as most are.' },
  { name: 'unary 200 KB', bytes: 200_000, stream: false, script: 'sandbox> say A short answer, as most are.' },
  { name: 'stream 200 events', bytes: 2_000, stream: true, script: 'sandbox> repeat 200 word' },
];

const LOADS = [1, 16];

const TOOL = {
  type: 'function',
  function: {
    name: 'read',
    description: 'Read a file.',
    parameters: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  },
};

export const CASES: BenchCase[] = MODELS.flatMap((model) =>
  SHAPES.flatMap(({ name, bytes, stream, script }) => {
    const body = Buffer.from(JSON.stringify({ model, stream, messages: conversation(bytes, script), tools: [TOOL] }));
    return LOADS.map((concurrency) => ({ name, model, body, concurrency }));
  }),
);

/** About `bytes` of history in turns of a few kilobytes, and the script as the newest turn. */
function conversation(bytes: number, script: string): { role: string; content: string }[] {
  const line = 'const answer = await request(url, { method: "POST", body }); // “quoted” and indented\n';
  const turn = line.repeat(Math.ceil(Math.min(bytes, 4_000) / line.length));
  const turns = Math.floor(bytes / turn.length / 2);
  const history = Array.from({ length: turns * 2 }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    content: turn,
  }));
  return [...history, { role: 'user', content: `${turn}\n${script}` }];
}
