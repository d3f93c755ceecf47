import type { Model } from '@couloir/sdk';
import { useState } from 'react';
import { useModels } from '../admin.ts';
import { compact, UNKNOWN } from '../format.ts';
import { Empty } from '../parts/empty.tsx';
import { Loaded } from '../parts/loaded.tsx';

export function Models() {
  const query = useModels();
  const [wanted, setWanted] = useState('');
  return (
    <>
      <p className="hint">
        What clients can ask for. An alias without a vendor’s name is the one for Cursor. Prices are in US dollars per
        million tokens.
      </p>
      <div className="filters">
        <label>
          Find
          <input
            type="search"
            value={wanted}
            onChange={(event) => setWanted(event.target.value)}
            placeholder="Name or alias"
          />
        </label>
      </div>
      <Loaded query={query}>
        {({ models }) => {
          const found = models.filter((model) => isFound(model, wanted.trim().toLowerCase()));
          if (models.length === 0)
            return <Empty>No model is configured. Add one under “models” in couloir.yaml.</Empty>;
          if (found.length === 0) return <Empty>No model has “{wanted.trim()}” in its name.</Empty>;
          return <ModelTable models={found} />;
        }}
      </Loaded>
    </>
  );
}

function ModelTable({ models }: { models: readonly Model[] }) {
  return (
    <div className="table" role="region" aria-label="Models" tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col">Aliases</th>
            <th scope="col" className="number">
              Context
            </th>
            <th scope="col" className="number">
              Output
            </th>
            <th scope="col">Can</th>
            <th scope="col" className="number">
              Input $
            </th>
            <th scope="col" className="number">
              Cached $
            </th>
            <th scope="col" className="number">
              Output $
            </th>
          </tr>
        </thead>
        <tbody>
          {models.map((model) => (
            <tr key={model.name}>
              <th scope="row">
                {model.name}
                {model.upstreamModel !== model.name && <small>serves {model.upstreamModel}</small>}
              </th>
              <td className="text">{model.aliases.join(', ')}</td>
              <td className="number">{compact(model.contextWindow)}</td>
              <td className="number">{compact(model.maxOutputTokens)}</td>
              <td>{abilities(model)}</td>
              <td className="number">{model.price?.input ?? UNKNOWN}</td>
              <td className="number">{model.price?.cacheRead ?? UNKNOWN}</td>
              <td className="number">{model.price?.output ?? UNKNOWN}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** In the words of `couloir models`. */
function abilities({ kind, capabilities }: Model): string {
  if (kind === 'embedding') return 'embeddings';
  const { tools, vision, structuredOutput, reasoning } = capabilities;
  const words = [tools && 'tools', vision && 'vision', structuredOutput && 'json', reasoning && 'reasoning'];
  return words.filter((word) => word !== false).join(', ') || 'text';
}

function isFound({ name, aliases, upstreamModel }: Model, wanted: string): boolean {
  return [name, upstreamModel, ...aliases].some((text) => text.toLowerCase().includes(wanted));
}
