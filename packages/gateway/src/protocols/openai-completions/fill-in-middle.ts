/**
 * The marks with which editors tell a code model what stands before and after the cursor. A chat model
 * was not trained on them, so they are read here and told in words.
 */
interface Marks {
  prefix: string;
  suffix: string;
  middle: string;
}

/** Of StarCoder, Qwen and CodeGemma, DeepSeek, Code Llama. */
const MARKS: readonly Marks[] = [
  { prefix: '<fim_prefix>', suffix: '<fim_suffix>', middle: '<fim_middle>' },
  { prefix: '<fim-prefix>', suffix: '<fim-suffix>', middle: '<fim-middle>' },
  { prefix: '<|fim_prefix|>', suffix: '<|fim_suffix|>', middle: '<|fim_middle|>' },
  { prefix: '<｜fim▁begin｜>', suffix: '<｜fim▁hole｜>', middle: '<｜fim▁end｜>' },
  { prefix: '<PRE>', suffix: '<SUF>', middle: '<MID>' },
];

/** Codestral is told first what follows the cursor. */
const CODESTRAL = /^(?<context>[\s\S]*?)\[SUFFIX\](?<after>[\s\S]*?)\[PREFIX\](?<before>[\s\S]*)$/;

export interface Hole {
  /** Other files and whatever else stands before the marks; "" mostly. */
  context: string;
  before: string;
  after: string;
}

/** The hole that a prompt with such marks asks to fill; undefined for a prompt without them. */
export function readHole(prompt: string): Hole | undefined {
  for (const marks of MARKS) {
    const hole = readMarked(prompt, marks);
    if (hole !== undefined) return hole;
  }
  const { context, before, after } = CODESTRAL.exec(prompt)?.groups ?? {};
  return context === undefined || before === undefined || after === undefined ? undefined : { context, before, after };
}

/** The prompt must end with the mark of the middle: elsewhere such words are text about code models. */
function readMarked(prompt: string, { prefix, suffix, middle }: Marks): Hole | undefined {
  const text = prompt.trimEnd();
  if (!text.endsWith(middle)) return undefined;
  const begin = text.lastIndexOf(prefix);
  const hole = text.indexOf(suffix, begin);
  if (begin === -1 || hole === -1) return undefined;
  return {
    context: text.slice(0, begin),
    before: text.slice(begin + prefix.length, hole),
    after: text.slice(hole + suffix.length, -middle.length),
  };
}
