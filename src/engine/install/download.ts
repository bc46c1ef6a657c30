import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { UserError } from '../../errors.js';
import { lastLines, runProcess } from './processes.js';
import type { Wheel } from './releases.js';
import { noRoom } from './staging.js';

/** Needs of a download besides the wheel. */
export interface DownloadOptions {
  /** The Python whose pip downloads. Any version: the wheel isn't installed into it. */
  readonly python: string;
  readonly signal?: AbortSignal | undefined;
  /** Is told several times a second how many bytes of the wheel are there. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/**
 * Downloads a wheel with pip, by the user's own settings (index, proxy, certificates), and checks its hash. A download
 * that arrives damaged or breaks off is made a second time.
 *
 * @param folder an empty folder to work in, which must not hold anything else.
 * @returns the wheel's path in `folder`.
 * @throws UserError when there is no network, no such file on the index, no room, or the wrong file again.
 */
export async function downloadWheel(wheel: Wheel, folder: string, options: DownloadOptions): Promise<string> {
  const attempt = async () => {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    return tryDownload(wheel, folder, options);
  };
  const first = await attempt();
  if (typeof first === 'string') return first;
  const second = await attempt();
  if (typeof second === 'string') return second;
  throw new UserError(`The download of ${nameOf(wheel)} is damaged, twice. ${second.damage}\n${checkPip}`);
}

async function tryDownload(
  wheel: Wheel,
  folder: string,
  { python, signal, onBytes }: DownloadOptions,
): Promise<string | { readonly damage: string }> {
  const scratch = path.join(folder, 'pip');
  await mkdir(scratch);
  let seen = 0;
  const watch = setInterval(() => {
    seen = Math.max(seen, Math.min(bytesUnder(folder), wheel.bytes));
    onBytes?.(seen);
  }, 200);
  const { project, version, python: tag, abi, platform } = partsOf(wheel);
  const result = await runProcess(
    python,
    ['-m', 'pip', 'download', `${project}==${version}`, '--dest', folder]
      .concat(['--no-deps', '--no-cache-dir', '--only-binary', ':all:', '--platform', platform])
      .concat(['--implementation', tag.slice(0, 2), '--python-version', tag.slice(2), '--abi', abi]),
    {
      env: {
        ...process.env,
        // pip's own temporary files, so that the bytes can be counted and nothing is left elsewhere.
        TMPDIR: scratch,
        PIP_DISABLE_PIP_VERSION_CHECK: '1',
        PIP_NO_INPUT: '1',
        // Nothing gets installed, so a rule against installing outside of a virtual environment doesn't apply.
        PIP_REQUIRE_VIRTUALENV: '0',
      },
      signal,
    },
  ).finally(() => clearInterval(watch));
  if (!result.ok) return pipFailure(wheel, result.output);

  const file = (await readdir(folder)).find((name) => name.endsWith('.whl'));
  if (file === undefined) return { damage: 'pip reported success but left no file.' };
  const wheelPath = path.join(folder, file);
  onBytes?.(wheel.bytes);
  const hash = await sha256(wheelPath, signal);
  return hash === wheel.sha256 ? wheelPath : { damage: `Its SHA-256 is ${hash}, not ${wheel.sha256}.` };
}

/** Outcome of a failed pip: an error for the user, unless another attempt may do better. */
function pipFailure(wheel: Wheel, output: string): { readonly damage: string } {
  if (/No space left on device/i.test(output)) throw noRoom();
  const unreachable =
    /(Failed to establish a new connection[^')]*|NameResolutionError[^')]*|ConnectTimeout\w*|ReadTimeout\w*|ProxyError[^)]*|SSLError[^)]*)/;
  const reason = unreachable.exec(output)?.[0];
  if (reason !== undefined) {
    throw new UserError(
      `Can't download ${nameOf(wheel)}: the package index can't be reached (${reason}).\n${checkPip}`,
    );
  }
  const errors = output.split('\n').filter((line) => line.startsWith('ERROR'));
  const said = `pip said: ${errors.join('\n') || lastLines(output, 6)}`;
  if (/DO NOT MATCH THE HASHES|IncompleteRead|ConnectionResetError|ProtocolError/.test(output)) {
    return { damage: said };
  }
  throw new UserError(`Can't download ${nameOf(wheel)}. ${said}\n${checkPip}`);
}

const checkPip =
  "Check the network and pip's index and proxy (python3 -m pip config list), then run setup again.";

function nameOf(wheel: Wheel): string {
  const { project, version, platform } = partsOf(wheel);
  return `${project} ${version} (${platform})`;
}

/** Parts of a wheel's name: `project-version-python-abi-platform.whl`, with a dot between several platforms. */
function partsOf({ file }: Wheel) {
  const [name = '', version = '', python = '', abi = '', platforms = ''] = path.parse(file).name.split('-');
  return {
    project: name.replaceAll('_', '-'),
    version,
    python,
    abi,
    platform: platforms.split('.')[0] ?? '',
  };
}

async function sha256(file: string, signal: AbortSignal | undefined): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash, { signal });
  return hash.digest('hex');
}

function bytesUnder(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => statSync(path.join(entry.parentPath, entry.name)).size)
      .reduce((sum, bytes) => sum + bytes, 0);
  } catch {
    // pip moved a file in the meantime; the next count will see it.
    return 0;
  }
}
