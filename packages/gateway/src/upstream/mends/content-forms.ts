import { isObject, type Json } from '../../ir/json.ts';
import { onCortex, type RequestMend } from './mend.ts';
import { replaceMessages } from './messages.ts';

/** Clients mix in the parts of the Responses API, and bare strings; chat has one form of each. */
export const contentForms: RequestMend = {
  id: 'content-forms',
  since: '2026-11',
  evidence: 'docs/cortex-quirks.md#content-forms',
  applies: onCortex,
  request(body) {
    replaceMessages(body, (message) =>
      Array.isArray(message.content) && message.content.some((part) => toChatForm(part) !== part)
        ? { ...message, content: message.content.map(toChatForm) }
        : message,
    );
    return [];
  },
};

function toChatForm(part: Json): Json {
  if (typeof part === 'string') return { type: 'text', text: part };
  if (!isObject(part)) return part;
  const { type, image_url: image, detail, ...rest } = part;
  if (type === 'input_text' || type === 'output_text') return { ...part, type: 'text' };
  if (type !== 'input_image' && !(type === 'image_url' && typeof image === 'string')) return part;
  if (isObject(image)) return { ...part, type: 'image_url' };
  return { ...rest, type: 'image_url', image_url: { url: image, ...(detail === undefined ? {} : { detail }) } };
}
