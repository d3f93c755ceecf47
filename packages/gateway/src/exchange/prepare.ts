import { GatewayError } from '../errors/error.ts';
import type { Note } from '../ir/note.ts';
import { anthropicMessages } from '../protocols/anthropic-messages/index.ts';
import type { Deployment } from '../upstream/deployment.ts';
import { readClientRequest } from './client-request.ts';
import type { ExchangeDeps } from './deps.ts';
import type { Exchange } from './exchange.ts';
import { type Lane, chooseLane } from './lanes.ts';
import { mendedLane } from './mended.ts';
import type { RequestHead } from './peek.ts';
import { translatedLane } from './translated.ts';
import { verbatimLane } from './verbatim.ts';

/** Makes the request for one deployment. @throws GatewayError for what is wrong with it, before anything is sent */
export async function prepareLane(
  x: Exchange,
  head: RequestHead,
  deployment: Deployment,
  d: ExchangeDeps,
): Promise<Lane> {
  const name = chooseLane(x.dialect.name, deployment);
  if (name === 'verbatim') return verbatimLane(x, head, deployment);
  const read = await readClientRequest(x, deployment.defaults, d.fetchImage);
  const lane =
    name === 'mended'
      ? mendedLane(read, deployment, d.settings.disabledMends)
      : translatedLane(x, read, deployment, anthropicMessages, d);
  if (!(deployment.dropParams ?? d.settings.dropParams)) refuseDropped(lane.notes);
  return lane;
}

/** `drop_params: false`: what the upstream cannot honour is an error instead of a note, unless the answer is the same without it. */
function refuseDropped(notes: Note[]): void {
  const lost = notes.filter((note) => note.code === 'dropped' && note.harmless !== true);
  if (lost.length === 0) return;
  const list = lost.map(({ path, because }) => `"${path}" (${because})`).join('; ');
  throw new GatewayError(
    'unsupported',
    `This model cannot honour ${list}. Leave it out, or set drop_params: true to have it dropped.`,
    { param: lost[0]!.path },
  );
}
