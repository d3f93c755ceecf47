/** What Claude demands of a conversation: who speaks first and last, and that nobody says nothing. */
import { type Block, type Message, type MessagesRequest, stringOf } from './messages-request.ts';
import { refuseMessages } from './messages-errors.ts';
import { firstRefusal, type Rule } from './rule.ts';

const BLOCK_ROLES: Record<string, Message['role']> = {
  tool_use: 'assistant',
  thinking: 'assistant',
  redacted_thinking: 'assistant',
  tool_result: 'user',
  image: 'user',
  document: 'user',
};

export const conversationRules: readonly Rule[] = [
  ({ messages }) => (messages[0]?.role === 'user' ? undefined : refuseMessages('first-role')),

  function blockRoles({ messages }) {
    return firstRefusal(messages, ({ role, blocks }, index) => {
      const misplaced = blocks.find(({ type }) => (BLOCK_ROLES[type] ?? role) !== role);
      if (misplaced === undefined) return undefined;
      return refuseMessages('block-role', { index, type: misplaced.type, role: BLOCK_ROLES[misplaced.type]! });
    });
  },

  function emptyContent({ messages }) {
    return firstRefusal(messages, ({ role, blocks }, index) => {
      const optional = role === 'assistant' && index === messages.length - 1;
      return blocks.length === 0 && !optional ? refuseMessages('empty-content', { index }) : undefined;
    });
  },

  /** docs/cortex-quirks.md#blank-text */
  function emptyText({ system, messages }) {
    return blankText(system, 'system') ?? firstRefusal(messages, ({ blocks }) => blankText(blocks, 'messages'));
  },

  /** docs/cortex-quirks.md#trailing-assistant */
  function lastMessage({ messages, tools }, model, { prefill, trailingAssistantWithTools }) {
    const last = messages.at(-1);
    if (last?.role !== 'assistant') return undefined;
    if (prefill === 'refuse' || (prefill === 'by-model' && !model.prefill)) return refuseMessages('prefill');
    if (tools.length > 0 && trailingAssistantWithTools === 'refuse') return refuseMessages('assistant-last-with-tools');
    return endsInSpace(last.blocks.at(-1)) ? refuseMessages('trailing-space') : undefined;
  },

  function images(request, model, { documentBlocks401 }) {
    const media = allBlocks(request).filter(({ type }) => type === 'image' || type === 'document');
    // docs/cortex-quirks.md#document-401
    if (documentBlocks401 && media.some(({ type }) => type === 'document')) return refuseMessages('document');
    const count = media.filter(({ type }) => type === 'image').length;
    if (count > 0 && !model.vision) return refuseMessages('image-unsupported');
    return count > MAX_IMAGES ? refuseMessages('image-count', { count }) : undefined;
  },

  /** docs/cortex-quirks.md#cache-marks */
  function cacheMarks(request) {
    const holders = [request.body, ...request.tools, ...allBlocks(request)];
    const count = holders.filter(({ cache_control: mark }) => mark !== undefined && mark !== null).length;
    return count > MAX_CACHE_MARKS ? refuseMessages('cache-marks', { count }) : undefined;
  },
];

const MAX_IMAGES = 20;
const MAX_CACHE_MARKS = 4;

/** Every block of the prompt, those inside tool results included. */
function allBlocks({ system, messages }: MessagesRequest): Block[] {
  const blocks = [...system, ...messages.flatMap((message) => message.blocks)];
  return blocks.flatMap((block) => (Array.isArray(block.content) ? [block, ...(block.content as Block[])] : [block]));
}

function blankText(blocks: Block[], where: 'system' | 'messages'): ReturnType<Rule> {
  const texts = blocks.filter(({ type }) => type === 'text').map(({ text }) => stringOf(text));
  if (texts.includes('')) return refuseMessages('empty-text', { where });
  return texts.some((text) => text.trim() === '') ? refuseMessages('blank-text', { where }) : undefined;
}

function endsInSpace(block: Block | undefined): boolean {
  return block?.type === 'text' && /\s$/.test(stringOf(block.text));
}
