#!/usr/bin/env node
const LEAST_NODE = 24;

if (Number.parseInt(process.versions.node, 10) < LEAST_NODE) {
  process.stderr.write(
    `couloir needs Node ${LEAST_NODE} or newer, and this is ${process.versions.node}. In a clone, \`npm start\` brings its own.\n`,
  );
  process.exit(1);
}

await import('../dist/couloir.js');
