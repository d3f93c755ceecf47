import { GatewayError } from '../../errors/error.ts';
import type { ExchangeDeps } from '../../exchange/deps.ts';
import { embed } from '../../exchange/embed.ts';
import { readBody } from '../body.ts';
import { credentialOf } from '../credential.ts';
import { parsePageBody } from './parse-body.ts';
import { type PageHandler, answer } from './page.ts';

/** `POST /v1/embeddings`. */
export function embeddingsPage(deps: ExchangeDeps): PageHandler {
  return async ({ request, response }) => {
    deps.identify(credentialOf(request.headers));
    deps.admit();
    const cancel = new AbortController();
    response.on('close', () => {
      if (!response.writableFinished)
        cancel.abort(new GatewayError('client-left', 'The client closed the connection.'));
    });
    const { answer: vectors, deployment } = await embed(parsePageBody(await readBody(request)), cancel.signal, deps);
    answer(response, 200, vectors, { 'x-couloir-model': deployment.model });
  };
}
