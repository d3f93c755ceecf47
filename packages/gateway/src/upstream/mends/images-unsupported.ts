import { UNSEEN_IMAGE } from '../../ir/history-images.ts';
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
    replaceMessages(body, (message, index) =>
      replaceParts(message, (part, at) => {
        if (part.type !== 'image_url' && part.type !== 'input_image') return part;
        notes.push({ code: 'dropped', path: `messages[${index}].content[${at}]`, because: `${model} takes no images` });
        return { type: 'text', text: UNSEEN_IMAGE };
      }),
    );
    return notes;
  },
};
