/** What a check finds, and what a check is. Each lives in a file of its own under `checks/`. */
export interface Finding {
  /** `warning` works now and should be looked at all the same; `skipped` could not be judged. */
  status: 'ok' | 'failed' | 'warning' | 'skipped';
  /** What of several it is about: a file, models by name. */
  subject?: string;
  /** Whole sentences, without secrets. */
  says: string;
  /** The exact command or SQL that mends it; `<…>` is for the reader to fill in. */
  remedy?: string;
}

export interface Check<Context> {
  id: string;
  title: string;
  /** Checks whose failure makes this one pointless: it is skipped then. */
  needs: readonly string[];
  run(context: Context): Promise<Finding[]>;
}
