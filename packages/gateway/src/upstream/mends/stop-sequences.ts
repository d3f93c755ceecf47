import type { JsonObject } from '../../ir/json.ts';
import type { Note } from '../../ir/note.ts';
import type { Transducer } from '../../ir/transducer.ts';
import { readStop } from '../../protocols/openai-chat/request.ts';
import { choicesOf, chunkLike, contentsOf, endsContent, hasText, isUsageChunk, leaveOut } from './chunk.ts';
import { type AnswerContext, type AnswerMend, type MendTarget, onCortex, type RequestMend } from './mend.ts';
import { createStopMatcher } from '../../kit/stop-matcher.ts';

/**
 * Claude and the open models ignore `stop` on Cortex and OpenAI's reasoning models refuse it, so the
 * gateway looks for the sequences itself. The rest of the answer is read for its token counts only.
 */
export const stopSequences: RequestMend & AnswerMend = {
  id: 'stop-sequences',
  since: '2026-09',
  evidence: 'docs/cortex-quirks.md#stop-ignored',
  applies: (target) => onCortex(target) && !honoursStop(target),
  request(body, _target, reading) {
    const notes: Note[] = [];
    reading.stop = readStop(body.stop, notes);
    delete body.stop;
    if (reading.stop.length === 0) return notes;
    return [
      ...notes,
      {
        code: 'simulated',
        path: 'stop',
        because: 'Cortex does not honour it here, so the gateway ends the text itself',
      },
    ];
  },
  heedsWords: ({ reading }) => reading.stop.length > 0,
  stream: (context) => (context.reading.stop.length === 0 ? undefined : watchForStop(context)),
  message(answer, { reading, findings }) {
    if (reading.stop.length === 0) return;
    for (const { choice, content } of contentsOf(answer)) {
      if (!hasText(content.content)) continue;
      const { text, matched } = createStopMatcher(reading.stop).push(content.content);
      if (matched === undefined) continue;
      findings.stopSequence = true;
      content.content = text;
      leaveOut(content, 'tool_calls');
      choice.finish_reason = 'stop';
    }
  },
};

function honoursStop({ capabilities }: MendTarget): boolean {
  return capabilities.family === 'openai' && capabilities.reasoning === 'none';
}

function watchForStop({ reading, findings }: AnswerContext): Transducer<JsonObject, JsonObject> {
  const matcher = createStopMatcher(reading.stop);
  let stopped = false;
  let latest: JsonObject | undefined;
  const release = (chunk: JsonObject): JsonObject[] => {
    const text = matcher.flush();
    return text === '' ? [] : [chunkLike(chunk, { content: text })];
  };
  return {
    push(chunk) {
      if (stopped) return isUsageChunk(chunk) ? [chunk] : [];
      if (choicesOf(chunk).length > 0) latest = chunk;
      const content = contentsOf(chunk)[0]?.content;
      if (content === undefined || !hasText(content.content)) {
        const interrupts = endsContent(chunk) || content?.tool_calls !== undefined;
        return interrupts ? [...release(latest ?? chunk), chunk] : [chunk];
      }
      const { text, matched } = matcher.push(content.content);
      content.content = text;
      if (matched === undefined) return endsContent(chunk) ? [...release(chunk), chunk] : [chunk];
      stopped = true;
      findings.stopSequence = true;
      leaveOut(content, 'tool_calls');
      for (const choice of choicesOf(chunk)) choice.finish_reason = null;
      return [chunk, chunkLike(chunk, {}, 'stop')];
    },
    end: () => (stopped || latest === undefined ? [] : release(latest)),
  };
}
