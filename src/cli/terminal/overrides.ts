import { existsSync } from 'node:fs';

/** Separates overrides, `key.path=value` each, from the other arguments of a command. A file of such a name is no override. */
export function separateOverrides(args: readonly string[]): { targets: string[]; overrides: string[] } {
  const isOverride = (arg: string): boolean => /^[\w.]+=/.test(arg) && !existsSync(arg);
  return {
    targets: args.filter((arg) => !isOverride(arg)),
    overrides: args.filter(isOverride),
  };
}
