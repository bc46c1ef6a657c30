import path from 'node:path';

/**
 * What to call networks in a table: their files' or folders' names without the path and the extension, or the whole paths
 * where names are alike. A run's weights file is called as the run.
 */
export function shortNames(files: readonly string[]): readonly string[] {
  const stems = files.map((file) => {
    const { dir, name } = path.parse(file);
    return name === 'weights' && dir !== '' ? path.basename(dir) : name;
  });
  return new Set(stems).size === stems.length ? stems : files;
}
