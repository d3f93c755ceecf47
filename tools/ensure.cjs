// Runs before `npm start` and `npm test`, on whatever Node the machine has: it installs what the
// lockfile names (a current Node among it, see docs/decisions/0001-platform.md) and builds what is out
// of date. It may use nothing that an old Node lacks (12 is the measure) and nothing from node_modules.
'use strict';
var fs = require('fs');
var path = require('path');
var spawnSync = require('child_process').spawnSync;

var WINDOWS = process.platform === 'win32';
var OLDEST_NODE = 24;

process.chdir(path.join(__dirname, '..'));

// npm writes this file when it has finished, so it also tells a half-done installation from a whole one.
var installed = path.join('node_modules', '.package-lock.json');
if (modifiedAt('package-lock.json') > modifiedAt(installed)) {
  process.stderr.write('couloir: installing dependencies (once)\n');
  run('npm', ['ci', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'], WINDOWS);
}

var node = path.join('node_modules', '.bin', WINDOWS ? 'node.cmd' : 'node');
var ownNode = fs.existsSync(node);
if (!ownNode && Number(process.versions.node.split('.')[0]) < OLDEST_NODE) {
  fail(
    'npm has no Node for ' +
      process.platform +
      '-' +
      process.arch +
      ', and this one is ' +
      process.version +
      '. Install Node ' +
      OLDEST_NODE +
      ' or newer (https://nodejs.org), then try again.',
  );
}

var dist = path.join('packages', 'gateway', 'dist');
// The console's inputs are also in tools/build-console.ts.
var isStale =
  isNewer(
    [path.join('packages', 'gateway', 'src'), path.join('tools', 'build-gateway.ts'), installed],
    path.join(dist, 'couloir.js'),
  ) ||
  isNewer(
    [
      path.join('packages', 'console'),
      path.join('packages', 'sdk', 'src'),
      path.join('tools', 'build-console.ts'),
      installed,
    ],
    path.join(dist, 'console', 'index.html'),
  );
if (isStale) run(ownNode ? node : process.execPath, [path.join('tools', 'build.ts')], ownNode && WINDOWS);

function isNewer(inputs, output) {
  return Math.max.apply(null, inputs.map(newestIn)) > modifiedAt(output);
}

function modifiedAt(file) {
  try {
    return fs.statSync(file).mtimeMs;
  } catch (absent) {
    if (absent.code === 'ENOENT') return 0;
    throw absent;
  }
}

// Folders count too: their time tells of a file that was removed.
function newestIn(place) {
  var newest = modifiedAt(place);
  if (newest === 0 || !fs.statSync(place).isDirectory()) return newest;
  fs.readdirSync(place).forEach(function (name) {
    if (name === 'node_modules') return;
    newest = Math.max(newest, newestIn(path.join(place, name)));
  });
  return newest;
}

// Standard output stays free for the program that is about to start.
function run(command, args, shell) {
  var result = spawnSync(command, args, { stdio: ['ignore', 2, 2], shell: shell });
  if (result.status !== 0) {
    fail(
      '`' +
        command +
        ' ' +
        args.join(' ') +
        '` failed' +
        (result.error ? ' (' + result.error.message + ')' : '') +
        '; nothing was started.',
    );
  }
}

function fail(reason) {
  process.stderr.write('\ncouloir: ' + reason + '\n');
  process.exit(1);
}
