/** How an exchange went. `attempts` is null on rows of before; `notes` is a JSON array. The index carries the paging. */
export const exchangeCourse = `
  ALTER TABLE exchanges ADD COLUMN attempts INTEGER;
  ALTER TABLE exchanges ADD COLUMN stream INTEGER;
  ALTER TABLE exchanges ADD COLUMN queued_ms INTEGER;
  ALTER TABLE exchanges ADD COLUMN first_content_ms INTEGER;
  ALTER TABLE exchanges ADD COLUMN overhead_us INTEGER;
  ALTER TABLE exchanges ADD COLUMN stop TEXT;
  ALTER TABLE exchanges ADD COLUMN notes TEXT;
  ALTER TABLE exchanges ADD COLUMN error TEXT;
  CREATE INDEX exchanges_in_order ON exchanges (received_at, request_id);
  DROP INDEX exchanges_by_time
`;
