/**
 * A response keeps only what it added to the one it continues (`previous`); `links` counts how many it stands on, `items`
 * what their whole conversation holds, its own output included. Rows of before hold theirs whole.
 */
export const responseChains = `
  ALTER TABLE responses ADD COLUMN previous TEXT;
  ALTER TABLE responses ADD COLUMN links INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE responses ADD COLUMN items INTEGER NOT NULL DEFAULT 0;
  UPDATE responses SET items =
    coalesce(json_array_length(record, '$.input'), 0) + coalesce(json_array_length(record, '$.response.output'), 0);
  CREATE INDEX responses_by_previous ON responses (previous) WHERE previous IS NOT NULL
`;
