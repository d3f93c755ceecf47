import { GatewayError } from '../../errors/error.ts';
import { replaceMessages, replaceParts } from './messages.ts';
import { onCortex, type RequestMend } from './mend.ts';

/** Cortex refuses sound and files, or for some families loses them without a word: that must not pass for an answer. */
export const mediaUnsupported: RequestMend = {
  id: 'media-unsupported',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#media-unsupported',
  applies: onCortex,
  request(body) {
    replaceMessages(body, (message, index) =>
      replaceParts(message, (part, at) => {
        if (part.type !== 'input_audio' && part.type !== 'file') return part;
        const what = part.type === 'file' ? 'a file' : 'audio';
        const path = `messages[${index}].content[${at}]`;
        throw new GatewayError(
          'unsupported',
          `"${path}" is ${what}, which this model does not take on Cortex. Send its content as text.`,
          {
            param: path,
          },
        );
      }),
    );
    return [];
  },
};
