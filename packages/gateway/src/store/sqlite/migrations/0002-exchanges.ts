/** One row per exchange. Times are milliseconds since the epoch; `upstream_request_ids` is a JSON array of text. */
export const exchanges = `
  CREATE TABLE exchanges (
    request_id TEXT PRIMARY KEY,
    upstream_request_ids TEXT NOT NULL,
    received_at INTEGER NOT NULL,
    duration_ms INTEGER NOT NULL,
    caller TEXT NOT NULL,
    model_asked TEXT,
    model_served TEXT,
    deployment TEXT,
    dialect TEXT NOT NULL,
    lane TEXT,
    status INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    input_tokens INTEGER,
    cache_read_tokens INTEGER,
    cache_write_5m_tokens INTEGER,
    cache_write_1h_tokens INTEGER,
    output_tokens INTEGER,
    reasoning_tokens INTEGER,
    estimated INTEGER NOT NULL,
    cost_usd REAL,
    simulated INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX exchanges_by_time ON exchanges (received_at)
`;
