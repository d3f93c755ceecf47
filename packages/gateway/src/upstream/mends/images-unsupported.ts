import type { Note } from '../../ir/note.ts';
import { replaceMessages, replaceParts } from './messages.ts';
import { onCortex, type RequestMend } from './mend.ts';

/** A model without eyes refuses the whole request over one image, also over an old one: it is told that one was there. */
export const imagesUnsupported: RequestMend = {
  id: 'images-unsupported',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#images-unsupported',
  applies: (target) => onCortex(target) && !target.capabilities.vision,
  request(body, { model }) {
    const notes: Note[] = [];
    replaceMessages(body, (message, path) =>
      replaceParts(message, path, (part, partPath) => {
        if (part.type !== 'image_url' && part.type !== 'input_image') return part;
        notes.push({ code: 'dropped', path: partPath, because: `${model} takes no images` });
        return { type: 'text', text: '[An image was here. This model cannot see images.]' };
      }),
    );
    return notes;
  },
};
