import type { ConfigDocument, Path } from '../document.ts';
import { pathText } from '../document.ts';
import type { Draft } from '../draft.ts';
import type { Interpolated } from '../interpolate.ts';
import { unsetText } from '../interpolate.ts';

/** Tells a draft what is wrong in its file, and where. */
export class Complaints {
  readonly #draft: Draft;
  readonly #document: ConfigDocument;
  readonly #interpolated: Interpolated;

  constructor(input: { draft: Draft; document: ConfigDocument; interpolated: Interpolated }) {
    this.#draft = input.draft;
    this.#document = input.document;
    this.#interpolated = input.interpolated;
  }

  /** Whether anything under `path` names a variable that is not set; if so, the model is recorded as incomplete. */
  isUnset(path: Path, modelName: string): boolean {
    const references = this.#interpolated.unset.filter((unset) =>
      path.every((step, index) => unset.path[index] === step),
    );
    for (const { path: at, name } of references) this.incomplete(at, modelName, unsetText(name));
    return references.length > 0;
  }

  incomplete(path: Path, modelName: string, message: string): undefined {
    this.#draft.incomplete.push({ place: this.#document.placeOf(path), path: pathText(path), message, modelName });
  }

  problem(path: Path, message: string): undefined {
    this.#draft.problems.push({ place: this.#document.placeOf(path), path: pathText(path), message });
  }
}
