/** The mends in the order in which they work, and the three ways to have them do it. */
import { GatewayError } from '../../errors/error.ts';
import type { StreamEvent } from '../../ir/event.ts';
import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Transducer } from '../../ir/transducer.ts';
import type { SseEvent } from '../../kit/sse.ts';
import type { ReaderOptions } from '../../protocols/codec.ts';
import { choiceIndex } from './choice-index.ts';
import { contentBlank } from './content-blank.ts';
import { contentEmptyArray } from './content-empty-array.ts';
import { contentForms } from './content-forms.ts';
import { createdZero } from './created-zero.ts';
import { developerRole } from './developer-role.ts';
import { dropRefusedFields } from './drop-refused-fields.ts';
import { effortTinyBudget } from './effort-tiny-budget.ts';
import { effortWithTools } from './effort-with-tools.ts';
import { fillerChunks } from './filler-chunks.ts';
import { finishReasonEmpty } from './finish-reason-empty.ts';
import { idEmpty } from './id-empty.ts';
import { imagesUnsupported } from './images-unsupported.ts';
import { includeUsage } from './include-usage.ts';
import { jsonOutput } from './json-output.ts';
import { legacyFunctions } from './legacy-functions.ts';
import { maxTokensRenamed } from './max-tokens-renamed.ts';
import { mediaUnsupported } from './media-unsupported.ts';
import type { AnswerContext, AnswerMend, Mend, MendOptions, MendReading, MendTarget, RequestMend } from './mend.ts';
import { modelEcho } from './model-echo.ts';
import { noArgumentCalls } from './no-argument-calls.ts';
import { oneChoice } from './one-choice.ts';
import { clientOutlet, readerOutlet } from './outlets.ts';
import { parallelHistory } from './parallel-history.ts';
import { reasoningContent } from './reasoning-content.ts';
import { reasoningForms } from './reasoning-forms.ts';
import { resultsAdjacent } from './results-adjacent.ts';
import { roleFirst } from './role-first.ts';
import { samplingRefused } from './sampling-refused.ts';
import { stopSequences } from './stop-sequences.ts';
import { isFailure } from '../../protocols/answer-error.ts';
import { mendEvents, readFailure } from './stream.ts';
import { temperatureRange } from './temperature-range.ts';
import { toolFragments } from './tool-fragments.ts';
import { toolForms } from './tool-forms.ts';
import { toolImages } from './tool-images.ts';
import { toolIndexZero } from './tool-index-zero.ts';
import { toolNames } from './tool-names.ts';
import { toolStrict } from './tool-strict.ts';
import { toolsEmpty } from './tools-empty.ts';
import { toolsUnsupported } from './tools-unsupported.ts';
import { topLogprobsAlone } from './top-logprobs-alone.ts';
import { usageLast } from './usage-last.ts';
import { zeroStructs } from './zero-structs.ts';

const REQUEST_MENDS: readonly RequestMend[] = [
  legacyFunctions,
  toolForms,
  toolNames,
  resultsAdjacent,
  contentForms,
  mediaUnsupported,
  imagesUnsupported,
  toolImages,
  toolsEmpty,
  toolsUnsupported,
  toolStrict,
  contentEmptyArray,
  parallelHistory,
  developerRole,
  jsonOutput,
  maxTokensRenamed,
  samplingRefused,
  temperatureRange,
  topLogprobsAlone,
  reasoningForms,
  effortWithTools,
  effortTinyBudget,
  stopSequences,
  oneChoice,
  includeUsage,
  dropRefusedFields,
];

/** First what is wrong with single objects, then what needs the course of the answer, then what the client may not see. */
const ANSWER_MENDS: readonly AnswerMend[] = [
  zeroStructs,
  idEmpty,
  createdZero,
  modelEcho,
  choiceIndex,
  usageLast,
  reasoningContent,
  toolIndexZero,
  toolFragments,
  toolNames,
  stopSequences,
  noArgumentCalls,
  contentBlank,
  finishReasonEmpty,
  jsonOutput,
  roleFirst,
  fillerChunks,
  includeUsage,
  legacyFunctions,
];

/** Every mend there is, for the operator's list and for checking `mends.disable`. */
export function listMends(): Mend[] {
  return [...new Set<Mend>([...REQUEST_MENDS, ...ANSWER_MENDS])];
}

export interface MendedRequest {
  body: JsonObject;
  notes: Note[];
  /** Must be handed to `mendStream` or `mendMessage`: what was asked decides how the answer is mended. */
  reading: MendReading;
}

/**
 * The body as the upstream takes it. The one given is left as it is.
 * @throws GatewayError `unsupported` for content that cannot be sent and must not be lost
 */
export function mendRequest(body: JsonObject, target: MendTarget): MendedRequest {
  const mended: JsonObject = { ...body, model: target.model };
  const reading: MendReading = { stop: [], legacyFunctions: false, choices: 1 };
  const notes = REQUEST_MENDS.filter((mend) => isActive(mend, target)).flatMap((mend) =>
    mend.request(mended, target, reading),
  );
  // A copy, because V8 writes an object that fields were deleted from, and all that it holds, at half the speed.
  return { body: { ...mended }, notes, reading };
}

/** Upstream events in, a legal chat stream out, also when the upstream fails or is cut. */
export function mendStream(target: MendTarget, options: MendOptions): Transducer<SseEvent, SseEvent> {
  return mendEvents(activeMends(target), options, clientOutlet(options.requestId));
}

/** The same, read at once: what is mended is not written as text to be parsed again. */
export function mendAndRead(
  target: MendTarget,
  options: MendOptions,
  reading: ReaderOptions,
): Transducer<SseEvent, StreamEvent> {
  return mendEvents(activeMends(target), options, readerOutlet(reading));
}

/**
 * Edits a whole answer in place, and returns it.
 * @throws GatewayError when the answer is an error in the clothes of a 200, or no answer at all
 */
export function mendMessage(body: JsonObject, target: MendTarget, options: MendOptions): JsonObject {
  if (isFailure(body)) throw readFailure(body, JSON.stringify(body));
  if (!Array.isArray(body.choices)) {
    throw new GatewayError('upstream-broken', 'The model sent an answer without "choices". Try again.', {
      retry: 'same',
    });
  }
  const context: AnswerContext = { ...options, findings: {} };
  for (const mend of activeMends(target)) {
    mend.edit?.(context)?.(body);
    mend.message?.(body, context);
  }
  return body;
}

function activeMends(target: MendTarget): AnswerMend[] {
  return ANSWER_MENDS.filter((mend) => isActive(mend, target));
}

function isActive(mend: Mend, target: MendTarget): boolean {
  return mend.applies(target) && !target.disabledMends.includes(mend.id);
}
