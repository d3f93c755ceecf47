import { GatewayError } from '../../errors/error.ts';
import type { Identify } from '../../policy/identify.ts';
import { listInputItems, noSuchResponse, readableResponse } from '../../protocols/openai-responses/stored.ts';
import type { ResponseStore, StoredResponse } from '../../store/ports.ts';
import { credentialOf } from '../credential.ts';
import { type PageHandler, type Visit, answer } from './page.ts';

type ResponsePageName =
  | 'response'
  | 'response-deletion'
  | 'response-input-items'
  | 'response-cancellation'
  | 'response-compaction';

const MOST_ITEMS = 100;

/** Answers of the Responses API that were kept: read again, listed, deleted. */
export function responsePages(identify: Identify, store: ResponseStore): Record<ResponsePageName, PageHandler> {
  const find = async ({ request, params }: Visit): Promise<StoredResponse> => {
    const { id: callerId } = identify(credentialOf(request.headers));
    const stored = await store.get(callerId, params.id ?? '');
    if (stored === undefined) throw noSuchResponse(params.id ?? '');
    return stored;
  };
  return {
    async response(visit) {
      const { response } = await find(visit);
      if (queryOf(visit).get('stream') === 'true') {
        throw new GatewayError(
          'unsupported',
          'A response that is complete is read whole here. Leave out "stream", or stream the answer when you create it.',
          { param: 'stream' },
        );
      }
      answer(visit.response, 200, readableResponse(response, queryOf(visit).getAll('include[]')));
    },
    async 'response-deletion'({ request, response, params }) {
      const { id: callerId } = identify(credentialOf(request.headers));
      const id = params.id ?? '';
      if (!(await store.delete(callerId, id))) throw noSuchResponse(id);
      answer(response, 200, { id, object: 'response', deleted: true });
    },
    async 'response-input-items'(visit) {
      const { input } = await find(visit);
      const query = queryOf(visit);
      const after = query.get('after');
      if (after !== null && !input.some(({ id }) => id === after)) {
        throw new GatewayError('invalid-request', `No input item of this response has the id "${after}".`, {
          param: 'after',
        });
      }
      const limit = Number(query.get('limit') ?? 20);
      const page = listInputItems(input, {
        order: query.get('order') === 'asc' ? 'asc' : 'desc',
        limit: Number.isInteger(limit) ? Math.min(Math.max(limit, 1), MOST_ITEMS) : 20,
        ...(after === null ? {} : { after }),
        include: query.getAll('include[]'),
      });
      answer(visit.response, 200, page);
    },
    'response-compaction'() {
      throw new GatewayError(
        'unsupported',
        'This gateway does not compact conversations. Ask a model for a summary at /v1/responses, and go on from that.',
      );
    },
    async 'response-cancellation'(visit) {
      await find(visit);
      throw new GatewayError(
        'invalid-request',
        'Only a response that was asked for with "background": true can be cancelled, and this gateway answers none in the background. To stop a running answer, close its connection.',
      );
    },
  };
}

function queryOf({ request }: Visit): URLSearchParams {
  return new URL(request.url ?? '/', 'http://gateway').searchParams;
}
