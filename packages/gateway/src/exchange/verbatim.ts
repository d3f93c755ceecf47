import { GatewayError } from '../errors/error.ts';
import { type Transducer, compose } from '../ir/transducer.ts';
import { formatSse } from '../kit/sse.ts';
import { classifyAnswer, withUpstreamId } from '../upstream/classify.ts';
import type { Part } from '../ir/request.ts';
import type { WriterOptions } from '../protocols/codec.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { notAnObject } from './client-request.ts';
import type { Exchange } from './exchange.ts';
import type { Lane, Observation } from './lanes.ts';
import { chatTap } from './taps/chat.ts';
import { messagesTap } from './taps/messages.ts';
import { wholeEvents } from './whole-events.ts';

/** Same dialect and nothing to mend: the bytes travel as they are both ways, and a tap listens. */
export function verbatimLane(
  x: Exchange,
  request: Pick<Lane, 'body' | 'headers' | 'notes'>,
  streams: boolean,
  deployment: Deployment,
  nameOf: string,
  remember: (thoughts: Part[]) => void,
): Lane {
  const seen: Observation = { content: false };
  const tap = deployment.dialect === 'anthropic-messages' ? messagesTap() : chatTap();

  function listen(options: WriterOptions): Transducer<Buffer, Buffer> {
    const fail = (failure: GatewayError): Buffer[] => {
      const error = withUpstreamId(failure, options.upstreamRequestId);
      seen.error = error;
      const told = x.dialect.codec.writeErrorEvents(error, x.requestId, options);
      return told.map((event) => Buffer.from(formatSse(event)));
    };
    return {
      push(block) {
        if (seen.error !== undefined) return [];
        const error = tap.block(block, seen);
        return error === undefined ? [block] : fail(classifyAnswer(500, {}, error, nameOf));
      },
      end() {
        if (seen.error !== undefined) return [];
        if (!tap.complete) return fail(cutOff(nameOf));
        remember(tap.thoughts());
        return [];
      },
    };
  }

  return {
    ...request,
    name: 'verbatim',
    streams,
    seen,
    stream: (options) => compose(wholeEvents(), listen(options)),
    message({ bytes, json }) {
      if (json === undefined) throw notAnObject(deployment.origin);
      tap.message(json, seen);
      remember(tap.thoughts());
      return bytes;
    },
  };
}

function cutOff(nameOf: string): GatewayError {
  return new GatewayError(
    'upstream-broken',
    `${nameOf} ended its stream before the answer was complete. Try again; what arrived so far may be cut off anywhere.`,
    { retry: 'same' },
  );
}
