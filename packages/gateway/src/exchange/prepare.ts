import { GatewayError } from '../errors/error.ts';
import { lowerFreeform } from '../ir/freeform.ts';
import type { GenerateRequest, Part } from '../ir/request.ts';
import type { Note } from '../ir/note.ts';
import { spliceMessages } from '../upstream/splices/index.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { readClientRequest } from './client-request.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { type Lane, chooseLane } from './lanes.ts';
import { mendedLane } from './mended.ts';
import type { RequestHead } from './peek.ts';
import { spliceFields } from './splice.ts';
import { translatedLane } from './translated.ts';
import { verbatimLane } from './verbatim.ts';
import { ANTHROPIC_VERSION } from '../protocols/anthropic-messages/version.ts';

/** Makes the request for one deployment. @throws GatewayError for what is wrong with it, before anything is sent */
export async function prepareLane(
  x: Exchange,
  head: RequestHead,
  deployment: Deployment,
  prompt: number,
  d: ExchangeDeps,
): Promise<Lane> {
  if (deployment.dialect === 'cortex-embed') throw notAChatModel(head.model);
  const name = chooseLane(x.dialect.name, deployment);
  if (name === 'verbatim' && x.withoutThoughts !== true && !needsOtherThoughts(x, head, deployment, d)) {
    const request = keepBytes(x, head, deployment);
    if (request !== 'translate') {
      const remember = (thoughts: Part[]) => d.memory.remember(x.caller!.id, deployment.model, thoughts);
      const lane = verbatimLane(x, request, head.stream, deployment, d.nameOf(deployment), remember);
      return checkDropped(lane, deployment, d);
    }
  }
  const read = await readClientRequest(x, deployment, head.variant, prompt, d);
  const lane =
    name === 'mended' && !hasFreeformTools(read.request)
      ? mendedLane(read, deployment, d.settings.disabledMends)
      : translatedLane(x, read, deployment, d);
  return checkDropped(lane, deployment, d);
}

/** The history lacks thoughts that can be put back, or has some that would be refused: the translation sees to both. */
function needsOtherThoughts(x: Exchange, head: RequestHead, deployment: Deployment, { memory }: ExchangeDeps): boolean {
  return lacksThoughts(x.body!, head, deployment) || memory.refused.areIn(x.caller!.id, deployment.model, x.body!);
}

/**
 * A Messages client that gets thinking, answers tool calls and has sent no signed thought back: some
 * never do. The translation puts back what is remembered.
 */
function lacksThoughts(body: Buffer, { spans, variant }: RequestHead, { defaults }: Deployment): boolean {
  const thinks = spans.has('thinking') || 'thinking' in variant || 'thinking' in defaults;
  return thinks && body.includes('"tool_result"') && !body.includes('"signature"');
}

/** Cortex's chart knows functions only: freeform tools are lowered, which needs the translation back. */
function hasFreeformTools(request: GenerateRequest): boolean {
  return lowerFreeform(request).request !== request;
}

function notAChatModel(model: string): GatewayError {
  return new GatewayError(
    'invalid-request',
    `The model "${model}" makes embeddings. Ask it at /v1/embeddings, or choose a chat model here.`,
    { param: 'model' },
  );
}

/** The client's bytes with what the deployment needs put in, and what Cortex refuses taken out; or the word that this is not enough. */
function keepBytes(
  x: Exchange,
  head: RequestHead,
  deployment: Deployment,
): Pick<Lane, 'body' | 'headers' | 'notes'> | 'translate' {
  const { model, defaults, provider, capabilities } = deployment;
  const added = { ...defaults, ...head.variant };
  if (deployment.dialect === 'anthropic-messages' && provider === 'cortex') {
    const body = spliceFields(x.body!, head.spans, {}, added);
    return spliceMessages(body, { model, capabilities, headers: x.headers }, body === x.body ? head.tree : undefined);
  }
  const body = spliceFields(x.body!, head.spans, { model }, added);
  if (deployment.dialect !== 'anthropic-messages') return { body, headers: {}, notes: [] };
  return { body, headers: passedHeaders(x.headers), notes: [] };
}

/** What the Messages API reads from headers, as the client sent it. */
function passedHeaders(headers: Exchange['headers']): Record<string, string> {
  const names = ['anthropic-version', 'anthropic-beta'];
  return {
    'anthropic-version': ANTHROPIC_VERSION,
    ...Object.fromEntries(names.flatMap((name) => (typeof headers[name] === 'string' ? [[name, headers[name]]] : []))),
  };
}

function checkDropped(lane: Lane, deployment: Deployment, d: ExchangeDeps): Lane {
  if (!(deployment.dropParams ?? d.settings.dropParams)) refuseDropped(lane.notes);
  return lane;
}

/** `drop_params: false`: what the upstream cannot honour is an error instead of a note, unless the answer is the same without it. */
function refuseDropped(notes: Note[]): void {
  const lost = notes.filter((note) => note.code === 'dropped' && note.harmless !== true);
  if (lost.length === 0) return;
  const list = lost.map(({ path, because }) => `"${path}" (${because})`).join('; ');
  throw new GatewayError(
    'unsupported',
    `This model cannot honour ${list}. Leave it out, or set drop_params: true to have it dropped.`,
    { param: lost[0]!.path },
  );
}
