import { onCortex, type RequestMend } from './mend.ts';

/** OpenAI models refuse an empty list of tools, and a tool choice without tools; clients send both. */
export const toolsEmpty: RequestMend = {
  id: 'tools-empty',
  since: '2026-05',
  evidence: 'docs/cortex-quirks.md#tools-empty',
  applies: onCortex,
  request(body) {
    if (Array.isArray(body.tools) && body.tools.length > 0) return [];
    const alone = (['tool_choice', 'parallel_tool_calls'] as const).filter((field) => body[field] !== undefined);
    for (const field of ['tools', 'functions', 'function_call', ...alone]) delete body[field];
    return alone.map((path) => ({ code: 'dropped', path, because: 'the request offers no tools', harmless: true }));
  },
};
