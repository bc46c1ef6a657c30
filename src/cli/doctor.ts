import type { Command } from 'commander';

/** `atto doctor`: says what is there and what is missing. */
export function registerDoctor(_program: Command): void {}
