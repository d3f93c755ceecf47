import type { CacheMark } from '../../ir/request.ts';
import type { CacheControl } from './wire.ts';

/** The wire form of a mark. */
export function writeCacheMark(mark: CacheMark): CacheControl {
  return mark.ttl === undefined ? { type: 'ephemeral' } : { type: 'ephemeral', ttl: mark.ttl };
}
