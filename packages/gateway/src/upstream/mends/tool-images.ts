import { isObject, type Json, type JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import { onCortex, type RequestMend } from './mend.ts';

/** Images are the user's to show: those of tool results follow the results, which say so. */
export const toolImages: RequestMend = {
  id: 'tool-images',
  since: '2026-11',
  evidence: 'docs/cortex-quirks.md#tool-images',
  applies: (target) => onCortex(target) && target.capabilities.vision,
  request(body) {
    const { messages } = body;
    if (!Array.isArray(messages) || !messages.some(hasImages)) return [];
    const notes: Note[] = [];
    const told: Json[] = [];
    let shown: JsonObject[] = [];
    const show = () => {
      if (shown.length > 0)
        told.push({ role: 'user', content: shown.length > 1 ? shown.flatMap(labelled) : imagesOf(shown[0]!) });
      shown = [];
    };
    messages.forEach((message, index) => {
      if (!isObject(message) || message.role !== 'tool') show();
      told.push(hasImages(message) ? withoutImages(message) : message);
      if (!hasImages(message)) return;
      shown.push(message);
      const because = 'only messages of the user may hold images, so those of this result follow it';
      notes.push({ code: 'repaired', path: `messages[${index}]`, because, harmless: true });
    });
    show();
    body.messages = told;
    return notes;
  },
};

function hasImages(message: Json): message is JsonObject & { content: Json[] } {
  return isObject(message) && message.role === 'tool' && imagesOf(message).length > 0;
}

function imagesOf({ content }: JsonObject): JsonObject[] {
  return Array.isArray(content) ? content.filter(isObject).filter(isImage) : [];
}

function isImage(part: Json): boolean {
  return isObject(part) && (part.type === 'image_url' || part.type === 'input_image');
}

function labelled(result: JsonObject): JsonObject[] {
  return [
    { type: 'text', text: `From the result of tool call ${JSON.stringify(result.tool_call_id)}:` },
    ...imagesOf(result),
  ];
}

function withoutImages(message: JsonObject & { content: Json[] }): JsonObject {
  const rest = message.content.filter((part) => !isImage(part));
  return { ...message, content: rest.length > 0 ? rest : 'The result follows in the next message.' };
}
