/** Answers of the Responses API that the client asked to be stored. Bodies are JSON text. */
export const responses = `
  CREATE TABLE responses (
    id TEXT PRIMARY KEY,
    caller TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    record TEXT NOT NULL
  ) STRICT;
  CREATE INDEX responses_by_expiry ON responses (expires_at)
`;
