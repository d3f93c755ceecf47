/** `POST /api/v2/cortex/inference:embed`. */
import { createHash } from 'node:crypto';
import type { JsonObject } from '../../ir/json.ts';
import type { EmbedAnswer, EmbedRequest } from '../../protocols/cortex-embed/wire.ts';
import { errorReply, type Refusal, refuse } from '../errors.ts';
import { answerFault } from '../faults.ts';
import { directivesOf, parseScript } from '../script/directives.ts';
import type { SandboxReply, SandboxWorld, Surface } from '../surface.ts';
import { countTokens } from '../tokens.ts';
import { refuseEmbed } from './embed-errors.ts';
import { type EmbedModel, findEmbedModel } from './embed-models.ts';
import { vectorOf } from './vector.ts';

/** docs/cortex-quirks.md#embed-limits */
const MAX_TEXTS = 1_280;
const MAX_CHARACTERS = 4_096;
/** The marks around a text count too: docs/cortex-quirks.md#embed-usage */
const MARK_TOKENS = 2;
/** What follows counts for nothing. */
const CONTEXT_TOKENS = 512;

export const embedSurface: Surface = ({ body, requestId }, world) => {
  const request = readEmbedRequest(body);
  if (request === undefined) return errorReply(refuse('payload-invalid'), requestId);
  const model = findEmbedModel(request.model);
  if (model === undefined) return errorReply(refuse('model-unknown', { model: request.model }), requestId);
  if (model === 'unavailable') return errorReply(refuse('model-unavailable', { model: request.model }), requestId);
  const refusal = checkLimits(request.text);
  if (refusal !== undefined) return errorReply(refusal, requestId);
  return scriptedFault(request, requestId, world) ?? { kind: 'json', status: 200, body: embed(request, model) };
};

/** docs/cortex-quirks.md#embed-text-field */
function readEmbedRequest({ model, text }: JsonObject): EmbedRequest | undefined {
  if (typeof model !== 'string' || !Array.isArray(text)) return undefined;
  const texts = text.filter((each) => typeof each === 'string');
  return texts.length === text.length ? { model, text: texts } : undefined;
}

function checkLimits(texts: string[]): Refusal | undefined {
  if (texts.length === 0) return refuseEmbed('no-texts');
  if (texts.length > MAX_TEXTS) return refuseEmbed('too-many-texts', { count: texts.length, limit: MAX_TEXTS });
  const index = texts.findIndex((text) => Array.from(text).length > MAX_CHARACTERS);
  return index === -1 ? undefined : refuseEmbed('text-too-long', { index, limit: MAX_CHARACTERS });
}

/** Texts are data and no conversation: of a script in them only its failures mean anything here. */
function scriptedFault(
  { model, text }: EmbedRequest,
  requestId: string,
  world: SandboxWorld,
): SandboxReply | undefined {
  const [script] = parseScript(text.flatMap(directivesOf));
  if (script === undefined || script.fails.length === 0) return undefined;
  let earlier = world.attempt(
    createHash('sha256')
      .update(JSON.stringify([model, text]))
      .digest('base64url'),
  );
  for (const { name, times } of script.fails) {
    if (earlier < times) return failAs(name, requestId);
    earlier -= times;
  }
  return undefined;
}

/** An answer without a stream cannot break off: what would is a 500. */
function failAs(name: string, requestId: string): SandboxReply {
  if (name === '503') return errorReply(refuseEmbed('timed-out'), requestId);
  const fault = answerFault(name, requestId);
  return typeof fault === 'object' ? fault : errorReply(refuse('internal-error'), requestId);
}

function embed({ text: texts }: EmbedRequest, { name, dimensions }: EmbedModel): EmbedAnswer {
  return {
    object: 'list',
    data: texts.map((text, index) => ({
      object: 'embedding',
      embedding: [vectorOf(name, text, dimensions)],
      index,
    })),
    model: name,
    usage: {
      total_tokens: texts.reduce((sum, text) => sum + Math.min(countTokens(text) + MARK_TOKENS, CONTEXT_TOKENS), 0),
    },
  };
}
