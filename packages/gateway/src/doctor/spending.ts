import { isObject, type JsonObject } from '../ir/json.ts';
import { findChatModel } from '../upstream/catalogue.ts';

/** What an examination cost. */
export interface Spent {
  calls: number;
  inputTokens: number;
  outputTokens: number;
  /** By the catalogue's prices; absent when a model that was called has none. */
  usd?: number;
  statements: number;
  /** Of those, the ones that a warehouse had to run for. */
  warehouseStatements: number;
}

export interface TokenCount {
  input: number;
  output: number;
}

/** Adds up what checks use. */
export class Spending {
  readonly #tokens: ({ model: string } & TokenCount)[] = [];
  #statements = 0;
  #warehouseStatements = 0;

  call(model: string, tokens: TokenCount): void {
    this.#tokens.push({ model, ...tokens });
  }

  statement({ warehouse = false } = {}): void {
    this.#statements += 1;
    if (warehouse) this.#warehouseStatements += 1;
  }

  total(): Spent {
    const costs = this.#tokens.map(costUsd);
    return {
      calls: this.#tokens.length,
      inputTokens: this.#tokens.reduce((sum, { input }) => sum + input, 0),
      outputTokens: this.#tokens.reduce((sum, { output }) => sum + output, 0),
      ...(costs.some((cost) => cost === undefined)
        ? {}
        : { usd: costs.reduce<number>((sum, cost) => sum + (cost ?? 0), 0) }),
      statements: this.#statements,
      warehouseStatements: this.#warehouseStatements,
    };
  }
}

function costUsd({ model, input, output }: { model: string } & TokenCount): number | undefined {
  const rates = findChatModel(model)?.price?.usdPerMillionTokens;
  return rates === undefined ? undefined : (input * rates.input + output * rates.output) / 1e6;
}

/** The counts of an answer, or of one event of a stream, in whatever dialect; what is not there counts as nothing. */
export function countTokens(body: JsonObject): TokenCount {
  const inner = isObject(body.message) ? body.message.usage : undefined;
  const usage = isObject(body.usage) ? body.usage : isObject(inner) ? inner : {};
  const number = (name: string): number => {
    const value = usage[name];
    return typeof value === 'number' ? value : 0;
  };
  const output = number('completion_tokens') || number('output_tokens');
  const cached = number('cache_read_input_tokens') + number('cache_creation_input_tokens');
  const input = number('prompt_tokens') || number('input_tokens') + cached || number('total_tokens') - output;
  return { input: Math.max(0, input), output };
}
