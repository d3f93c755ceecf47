import type { Part, Turn } from '../../src/ir/request.ts';
import { signThought } from '../../src/sandbox/script/signature.ts';

/** The arbitrary seals replaced by the sandbox's own, as if these thoughts had been its. */
export function signed(turns: Turn[], model: string): Turn[] {
  const sign = (part: Part): Part =>
    part.kind === 'thinking' && part.seal?.issuer === 'anthropic'
      ? { ...part, seal: { ...part.seal, data: signThought(model, part.text) } }
      : part;
  return turns.map((turn) => ({ ...turn, parts: turn.parts.map(sign) }));
}
