// `npm run setup` in a clone: builds what isn't built or is older than its source, then provides the engine.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const timeOf = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const sources = ['src', 'scripts'].flatMap((folder) =>
  readdirSync(path.join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath, entry.name)),
);
const newestSource = Math.max(...[...sources, path.join(root, 'package-lock.json')].map(timeOf));
// The vendored files are the last that a build writes.
const built = timeOf(path.join(root, 'dist', 'vendor', 'tfjs-node', 'LICENSE.md'));

try {
  if (built < newestSource)
    execFileSync('npm', ['run', '--silent', 'build'], { cwd: root, stdio: 'inherit' });
  const main = path.join(root, 'dist', 'cli', 'main.js');
  execFileSync(process.execPath, [main, 'setup', ...process.argv.slice(2)], { stdio: 'inherit' });
} catch (error) {
  // The program that failed has said why.
  process.exitCode = error.status ?? 1;
}
