import type { CacheMark } from '../../ir/request.ts';
import type { WireCacheControl } from './wire.ts';

/** The one kind of cache there is: five minutes, no ttl (docs/cortex-quirks.md#cache-five-minutes). */
export function cacheControl(mark: CacheMark | undefined): { cache_control?: WireCacheControl } {
  return mark === undefined ? {} : { cache_control: { type: 'ephemeral' } };
}
