/**
 * `GET /api/v2/cortex/models`: a GET that wants a JSON body. Without one it answers 415 or 400
 * (docs/cortex-quirks.md#models-endpoint).
 */
import { isAllowed } from './account.ts';
import { errorReply, refuse } from './errors.ts';
import { saysJson } from './media-type.ts';
import { MODEL_NAMES } from './model-table.ts';
import { inferenceRegion } from './regions.ts';
import type { AccountSurface } from './account-surface.ts';

/** `{"models": [...]}` in the body asks which of those names are served; `{}` asks for all. */
export const modelsSurface: AccountSurface = ({ headers, body, bytes, requestId }, { account: { settings } }) => {
  if (!saysJson(headers)) return errorReply(refuse('media-type-missing'), requestId);
  if (bytes === 0) return errorReply(refuse('entity-required'), requestId);
  const wanted = body.models;
  if (wanted !== undefined && !Array.isArray(wanted)) return errorReply(refuse('payload-invalid'), requestId);
  const models = MODEL_NAMES.filter(
    (name) => wanted === undefined || wanted.length === 0 || wanted.includes(name),
  ).filter(
    (name) => isAllowed(name, settings) && inferenceRegion(name, settings.region, settings.crossRegion) !== undefined,
  );
  return { kind: 'json', status: 200, body: { models } };
};
