import { isObject, type Json } from '../../packages/gateway/src/ir/json.ts';
import { malformed, type Reading } from './dialect.ts';

/** OpenAI's envelope, which its endpoints share. */
export function readOpenAiError(status: number, body: Json | undefined): Reading {
  const error = isObject(body) ? body.error : undefined;
  if (!isObject(error)) return malformed(`status ${status} without an error in OpenAI's envelope`);
  const { message, type, request_id: requestId } = error;
  if (typeof message !== 'string' || message === '') return malformed('the error has no message');
  if (typeof type !== 'string' || typeof requestId !== 'string') return malformed('the error lacks type or request_id');
  return { is: 'error', status, message };
}
