/** The version of the Messages API that Cortex documents, and the only one there has been. */
export const ANTHROPIC_VERSION = '2023-06-01';
