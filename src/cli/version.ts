import { createRequire } from 'node:module';

const manifest: { version: string } = createRequire(import.meta.url)('../../package.json');

/** atto's version. */
export const { version } = manifest;
