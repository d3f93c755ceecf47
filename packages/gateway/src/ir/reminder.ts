/** How a system message amid a conversation is told to a model that knows no such thing: the form Claude Code uses. */
const OPEN = '<system-reminder>\n';
const CLOSE = '\n</system-reminder>';

export function wrapReminder(text: string): string {
  return `${OPEN}${text}${CLOSE}`;
}

/** The inverse; text without the wrapping is returned as it is. */
export function unwrapReminder(text: string): string {
  return text.startsWith(OPEN) && text.endsWith(CLOSE) ? text.slice(OPEN.length, -CLOSE.length) : text;
}
