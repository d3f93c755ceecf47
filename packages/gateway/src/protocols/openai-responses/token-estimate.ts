import type { JsonObject } from '../../ir/json.ts';
import { estimateTokens } from '../../ir/token-estimate.ts';
import { readRequest } from './read-request.ts';

/**
 * The answer of `POST /v1/responses/input_tokens`: an estimate that leans high, since Cortex counts no
 * tokens in advance. The body may lack a model; a `previous_response_id` must have been expanded.
 * @throws GatewayError `invalid-request` or `unsupported`, naming the field
 */
export function estimateInputTokens(body: JsonObject): JsonObject {
  const { request } = readRequest({ model: 'any', ...body });
  return { object: 'response.input_tokens', input_tokens: estimateTokens(request) };
}
