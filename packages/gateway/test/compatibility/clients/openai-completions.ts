import OpenAI from 'openai';
import type { Client } from '../client.ts';
import { withVersion } from './version.ts';

export const openaiCompletionsPackage: Client = {
  name: `${withVersion('openai')}, completions`,
  lacks: [
    {
      features: ['tool loop', 'parallel tools', 'image', 'structured output', 'reasoning'],
      because: 'The protocol knows only a prompt and a text.',
    },
  ],
  async ask({ model, prompt, stream, signal, onPiece }, { url, key }) {
    const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: key, maxRetries: 0 });
    if (stream !== true) {
      const { choices } = await client.completions.create({ model, prompt });
      return { text: choices[0]!.text, pieces: 1 };
    }
    let text = '';
    let pieces = 0;
    for await (const { choices } of await client.completions.create({ model, prompt, stream }, { signal })) {
      if ((choices[0]?.text ?? '') === '') continue;
      text += choices[0]!.text;
      pieces += 1;
      onPiece?.();
    }
    return { text, pieces };
  },
};
