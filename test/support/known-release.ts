import { type Device, findRelease, type Release } from '../../src/engine/install/releases.js';

/** A release that atto must have. */
export function knownRelease(device: Device, machine: string): Release {
  const release = findRelease(device, machine);
  if (release === undefined) throw new Error(`no ${device} release for ${machine}`);
  return release;
}
