/**
 * The models this sandbox plays, as Snowflake's own tables give them. The sandbox must not share the gateway's
 * catalogue: two readings of the same evidence check each other.
 */
export type ModelFamily = 'claude' | 'openai' | 'other';

export interface SandboxModel {
  name: string;
  family: ModelFamily;
  /** Prompt and completion together, in tokens. */
  contextWindow: number;
  /** The most completion tokens a request may ask for. */
  maxOutput: number;
  tools: boolean;
  vision: boolean;
  /** Which switch turns reasoning on: Claude's `adaptive` type, a token `budget`, either, or an OpenAI `effort`. */
  thinking: 'adaptive' | 'adaptive-or-budget' | 'budget' | 'effort' | 'none';
  /** Effort words it takes, weakest first. */
  efforts: readonly string[];
  /** False where an assistant message may not come last. */
  prefill: boolean;
  /** False where temperature, top_p and top_k are refused. */
  sampling: boolean;
  /** False where tools are refused unless `reasoning_effort` is `none`. */
  toolsWithReasoning: boolean;
  /** True where a limit of a few tokens is refused unless `reasoning_effort` is given. */
  tinyNeedsEffort: boolean;
}

const ADAPTIVE_EFFORTS = ['low', 'medium', 'high', 'xhigh', 'max'] as const;
const CLAUDE_4_6_EFFORTS = ['low', 'medium', 'high', 'max'] as const;
/** docs/cortex-quirks.md#openai-efforts */
const GPT_5_EFFORTS = ['minimal', 'low', 'medium', 'high'] as const;
const GPT_5_1_EFFORTS = ['none', 'low', 'medium', 'high'] as const;
const GPT_5_2_EFFORTS = [...GPT_5_1_EFFORTS, 'xhigh'] as const;

const CLAUDE = {
  family: 'claude',
  contextWindow: 200_000,
  maxOutput: 64_000,
  tools: true,
  vision: true,
  thinking: 'budget',
  efforts: ['low', 'medium', 'high'],
  prefill: true,
  sampling: true,
  toolsWithReasoning: true,
  tinyNeedsEffort: false,
} as const satisfies Omit<SandboxModel, 'name'>;

/** Claude 4.6: one million tokens of context, either kind of thinking, no prefill. */
const CLAUDE_4_6 = {
  ...CLAUDE,
  contextWindow: 1_000_000,
  thinking: 'adaptive-or-budget',
  efforts: CLAUDE_4_6_EFFORTS,
  prefill: false,
} as const;

/** Opus 4.7 and everything after it: adaptive thinking only, no sampling parameters. */
const CLAUDE_ADAPTIVE = { ...CLAUDE_4_6, thinking: 'adaptive', efforts: ADAPTIVE_EFFORTS, sampling: false } as const;

const OPUS = { maxOutput: 128_000 } as const;

const OPENAI = {
  family: 'openai',
  contextWindow: 272_000,
  maxOutput: 16_384,
  tools: true,
  vision: true,
  thinking: 'effort',
  efforts: GPT_5_EFFORTS,
  prefill: true,
  sampling: true,
  toolsWithReasoning: true,
  tinyNeedsEffort: false,
} as const satisfies Omit<SandboxModel, 'name'>;

const OPENAI_5_4 = { ...OPENAI, efforts: GPT_5_2_EFFORTS, contextWindow: 400_000, maxOutput: 128_000 } as const;
const OPENAI_5_6 = { ...OPENAI_5_4, toolsWithReasoning: false } as const;
const OPENAI_PLAIN = { ...OPENAI, contextWindow: 128_000, thinking: 'none', efforts: [] } as const;

const OTHER = {
  family: 'other',
  contextWindow: 128_000,
  maxOutput: 16_384,
  tools: false,
  vision: false,
  thinking: 'none',
  efforts: [],
  prefill: true,
  sampling: true,
  toolsWithReasoning: true,
  tinyNeedsEffort: false,
} as const satisfies Omit<SandboxModel, 'name'>;

const TABLE: Readonly<Record<string, Omit<SandboxModel, 'name'>>> = {
  'claude-opus-5-5': { ...CLAUDE_ADAPTIVE, ...OPUS },
  'claude-opus-5': { ...CLAUDE_ADAPTIVE, ...OPUS },
  'claude-opus-4-8': { ...CLAUDE_ADAPTIVE, ...OPUS },
  'claude-opus-4-7': { ...CLAUDE_ADAPTIVE, ...OPUS },
  'claude-opus-4-6': { ...CLAUDE_4_6, ...OPUS },
  'claude-opus-4-5': CLAUDE,
  'claude-fable-5-1': { ...CLAUDE_ADAPTIVE, ...OPUS },
  'claude-fable-5': { ...CLAUDE_ADAPTIVE, ...OPUS },
  'claude-sonnet-5': CLAUDE_ADAPTIVE,
  'claude-sonnet-4-6': CLAUDE_4_6,
  'claude-sonnet-4-5': CLAUDE,
  'claude-haiku-4-5': CLAUDE,
  'claude-4-sonnet': CLAUDE,
  'claude-4-opus': { ...CLAUDE, maxOutput: 32_000 },
  'claude-3-7-sonnet': CLAUDE,
  'claude-3-5-sonnet': { ...CLAUDE, maxOutput: 16_384, vision: false, thinking: 'none', efforts: [] },
  'openai-gpt-6-astra': OPENAI_5_6,
  'openai-gpt-5.6-luna': OPENAI_5_6,
  'openai-gpt-5.6-sol': OPENAI_5_6,
  'openai-gpt-5.6-terra': OPENAI_5_6,
  'openai-gpt-5.5': OPENAI_5_4,
  'openai-gpt-5.4': { ...OPENAI_5_4, tinyNeedsEffort: true },
  'openai-gpt-5.2': { ...OPENAI, efforts: GPT_5_2_EFFORTS, tinyNeedsEffort: true },
  'openai-gpt-5.1': { ...OPENAI, efforts: GPT_5_1_EFFORTS, tinyNeedsEffort: true },
  'openai-gpt-5': OPENAI,
  'openai-gpt-5-mini': OPENAI,
  'openai-gpt-5-nano': OPENAI,
  'openai-gpt-5-chat': OPENAI_PLAIN,
  'openai-gpt-4.1': { ...OPENAI_PLAIN, maxOutput: 32_768 },
  'openai-gpt-oss-120b': OTHER,
  'llama4-maverick': OTHER,
  'llama3.1-8b': OTHER,
  'llama3.1-70b': OTHER,
  'llama3.1-405b': OTHER,
  'snowflake-llama-3.3-70b': OTHER,
  'deepseek-r1': OTHER,
  'deepseek-v4-flash': OTHER,
  'glm-5.3': OTHER,
  'kimi-k3': OTHER,
  'mistral-7b': { ...OTHER, contextWindow: 32_000 },
  'mistral-large': { ...OTHER, contextWindow: 32_000 },
  'mistral-large2': OTHER,
};

/** Names that Snowflake lists for its SQL functions and does not serve over REST. */
const SQL_ONLY = [
  'claude-sonnet-5-5',
  'gemini-3.1-flash-lite',
  'gemini-3.1-pro',
  'gemini-3.5-flash',
  'gemini-3.7-flash',
  'gemini-3.8-flash',
  'grok-4.6',
  'llama3.3-70b',
  'mistral-large3',
  'mixtral-8x7b',
  'openai-gpt-5.4-mini',
  'openai-gpt-5.4-nano',
  'qwen3-32b',
  'qwen3-next-80b-a3b',
  'qwen3-vl-235b-a22b',
];

const FINE_TUNED = /^[A-Za-z_]\w*\.[A-Za-z_]\w*\.[A-Za-z_]\w*$/;

/** The model called `name`, a fine-tuned `database.schema.model` included; `unavailable` when REST does not serve it. */
export function findModel(name: string): SandboxModel | 'unavailable' | undefined {
  const row = Object.hasOwn(TABLE, name) ? TABLE[name] : undefined;
  if (row !== undefined) return { name, ...row };
  if (SQL_ONLY.includes(name)) return 'unavailable';
  return FINE_TUNED.test(name) ? { name, ...OTHER } : undefined;
}

/** Every name served, as `GET /api/v2/cortex/models` lists them. */
export const MODEL_NAMES: readonly string[] = Object.keys(TABLE);
