// Runs before `npm start` and `npm test`, on whatever Node the machine has: it installs what the
// lockfile names (a current Node among it, see docs/decisions) and builds what is out of date.
// It may use nothing that an old Node lacks and nothing from node_modules.
'use strict';
var fs = require('fs');
var path = require('path');
var spawnSync = require('child_process').spawnSync;

var root = path.join(__dirname, '..');
process.chdir(root);

function modifiedAt(file) {
  try {
    return fs.statSync(file).mtimeMs;
  } catch (_absent) {
    return 0;
  }
}

function newestUnder(folder) {
  var newest = 0;
  fs.readdirSync(folder).forEach(function (name) {
    var file = path.join(folder, name);
    var stat = fs.statSync(file);
    newest = Math.max(newest, stat.isDirectory() ? newestUnder(file) : stat.mtimeMs);
  });
  return newest;
}

function run(command, args) {
  var result = spawnSync(command, args, { stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (result.status !== 0) {
    process.stderr.write('\ncouloir: `' + command + ' ' + args.join(' ') + '` failed; nothing was started.\n');
    process.exit(result.status || 1);
  }
}

var marker = path.join('node_modules', '.couloir-installed');
if (modifiedAt('package-lock.json') > modifiedAt(marker)) {
  process.stderr.write('couloir: installing dependencies (once)\n');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  fs.writeFileSync(marker, '');
}

var bundle = path.join('packages', 'gateway', 'dist', 'couloir.js');
var sources = Math.max(
  newestUnder(path.join('packages', 'gateway', 'src')),
  modifiedAt(path.join('tools', 'build.ts')),
);
if (sources > modifiedAt(bundle)) {
  // npm puts node_modules/.bin first on PATH only when that folder existed; name the binary to be sure.
  var node = path.join('node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
  run(fs.existsSync(node) ? node : process.execPath, [path.join('tools', 'build.ts')]);
}
