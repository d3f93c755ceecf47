/**
 * `node tools/build.ts` builds what runs: the program, and the console when its sources are newer than it.
 * `node tools/build.ts sdk [folder]` writes the SDK as it is published.
 */
import { buildConsole } from './build-console.ts';
import { buildGateway } from './build-gateway.ts';
import { buildSdk } from './build-sdk.ts';

const [what, folder] = process.argv.slice(2);

if (what === undefined) {
  await buildGateway();
  await buildConsole();
} else if (what === 'sdk') {
  await buildSdk(folder);
} else {
  console.error(
    `There is no "${what}" to build. Without an argument the program and its console are built, with "sdk" the SDK.`,
  );
  process.exitCode = 2;
}
