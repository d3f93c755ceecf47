import { GatewayError } from '../../errors/error.ts';
import { listInputItems, noSuchResponse, readableResponse } from '../../protocols/openai-responses/stored.ts';
import type { ResponseStore, StoredResponse } from '../../store/ports.ts';
import type { KeyedVisit } from './keyed-page.ts';
import { answer } from './page.ts';
import { queryOf, readLimit, wrongParameter } from './query.ts';

type ResponsePageName =
  | 'response'
  | 'response-deletion'
  | 'response-input-items'
  | 'response-cancellation'
  | 'response-compaction';

const MOST_ITEMS = 100;

/** Answers of the Responses API that were kept: read again, listed, deleted. */
export function responsePages(
  store: ResponseStore,
): Record<ResponsePageName, (visit: KeyedVisit) => void | Promise<void>> {
  const find = async ({ caller, params }: KeyedVisit): Promise<StoredResponse> => {
    const stored = await store.get(caller.id, params.id ?? '');
    if (stored === undefined) throw noSuchResponse(params.id ?? '');
    return stored;
  };
  return {
    async response(visit) {
      const { response } = await find(visit);
      const query = queryOf(visit.request);
      if (query.get('stream') === 'true') {
        throw new GatewayError(
          'unsupported',
          'A response that is complete is read whole here. Leave out "stream", or stream the answer when you create it.',
          { param: 'stream' },
        );
      }
      answer(visit.response, 200, readableResponse(response, includes(query)));
    },
    async 'response-deletion'({ caller, response, params }) {
      const id = params.id ?? '';
      if (!(await store.delete(caller.id, id))) throw noSuchResponse(id);
      answer(response, 200, { id, object: 'response', deleted: true });
    },
    async 'response-input-items'(visit) {
      const { input } = await find(visit);
      const query = queryOf(visit.request);
      const limit = readLimit(query, MOST_ITEMS);
      const after = query.get('after');
      if (after !== null && !input.some(({ id }) => id === after)) {
        throw wrongParameter('after', `must be the id of an input item of this response, which "${after}" is not`);
      }
      const page = listInputItems(input, {
        order: readOrder(query),
        ...(limit === undefined ? {} : { limit }),
        ...(after === null ? {} : { after }),
        include: includes(query),
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

/** As the official SDK writes it, and as a hand does. */
function includes(query: URLSearchParams): string[] {
  return [...query.getAll('include[]'), ...query.getAll('include')];
}

/** @throws GatewayError `invalid-request` */
function readOrder(query: URLSearchParams): 'asc' | 'desc' {
  const order = query.get('order') ?? 'desc';
  if (order !== 'asc' && order !== 'desc') throw wrongParameter('order', 'must be "asc" or "desc"');
  return order;
}
