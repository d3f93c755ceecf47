// The clients of the matrix, in the order of the page.
import type { Client } from './client.ts';
import { aiPackages } from './clients/ai-sdk.ts';
import { anthropicPackage } from './clients/anthropic-messages.ts';
import { cursorSamples } from './clients/cursor.ts';
import { openaiChatPackage } from './clients/openai-chat.ts';
import { openaiCompletionsPackage } from './clients/openai-completions.ts';
import { openaiResponsesPackage } from './clients/openai-responses.ts';

export const PACKAGES: readonly Client[] = [
  openaiChatPackage,
  openaiResponsesPackage,
  openaiCompletionsPackage,
  anthropicPackage,
  ...aiPackages,
];

export const CURSOR_BODIES: readonly Client[] = cursorSamples;
