import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

const src = path.join(import.meta.dirname, '..', 'src');

/** From the top down: a folder may import from its own and from lower ranks, never from the same or a higher one. */
const ranks: readonly (readonly string[])[] = [
  ['cli'],
  ['api'],
  ['tasks'],
  ['report'],
  ['training', 'drawing', 'complexity'],
  ['models'],
  ['heads'],
  ['roi'],
  ['rpn'],
  ['backbone', 'fpn'],
  ['weights', 'metrics'],
  ['nn'],
  ['engine'],
  ['config'],
  ['datasets'],
  ['geometry'],
];
/** Files beside the folders, which all may import. */
const shared = ['environment.ts', 'errors.ts', 'files.ts', 'nearest-name.ts', 'progress.ts', 'random.ts'];

interface Import {
  readonly from: string;
  readonly to: string;
}

const files = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll(path.sep, '/'))
  .filter((file) => file.endsWith('.ts'));
const sources = new Map(files.map((file) => [file, readFileSync(path.join(src, file), 'utf8')]));
const imports = [...sources].flatMap(([file, text]): Import[] => {
  return [...text.matchAll(/(?:from|import|import\()\s*'(\.[^']+)\.js'/g)].map(([, to]) => ({
    from: file,
    to: `${path.posix.join(path.posix.dirname(file), to)}.ts`,
  }));
});
const folderOf = (file: string): string => (file.includes('/') ? file.split('/')[0] : file);

test('every folder has a rank', () => {
  expect(imports.length).toBeGreaterThan(300);
  const known = [...ranks.flat(), ...shared].sort();
  expect([...new Set(files.map(folderOf))].sort()).toEqual(known);
});

test('arrows point down only', () => {
  const rank = (folder: string): number => ranks.findIndex((folders) => folders.includes(folder));
  const wrong = imports.filter(({ from, to }) => {
    const [above, below] = [folderOf(from), folderOf(to)];
    if (above === below) return false;
    return shared.includes(below) ? false : shared.includes(above) || rank(above) >= rank(below);
  });
  expect(wrong).toEqual([]);
});

test('geometry, metrics, data sets and the entries that compute nothing do without the engine', () => {
  const engine = /from '(@tensorflow\/[^']+|#tfjs-node)'/;
  const users = files.filter((file) => engine.test(sources.get(file) ?? ''));
  expect(users.length).toBeGreaterThan(10);
  const without =
    /^(geometry|metrics|datasets|config|complexity|drawing|report)\/|^(tasks\/(data|summarize|view)|api\/(evaluation|datasets|drawing|config))\.ts/;
  expect(users.filter((file) => without.test(file))).toEqual([]);

  // What they load when they run, directly or not; types are gone by then.
  const loaded = new Set(files.filter((file) => without.test(file)));
  const packages = new Set<string>();
  for (const file of loaded) {
    const text = readFileSync(path.join(src, file), 'utf8');
    for (const [, from] of text.matchAll(/^(?:import|export) (?!type )[^;]*from '([^']+)'/gm)) {
      if (!from.startsWith('.')) packages.add(from);
      else loaded.add(path.posix.join(path.posix.dirname(file), from).replace(/\.js$/, '.ts'));
    }
  }
  expect(loaded).toContain('nn/ops.ts');
  expect([...loaded].filter((file) => file.startsWith('engine/'))).toEqual([]);
  expect(packages).toContain('zod');
  expect([...packages].filter((name) => engine.test(`from '${name}'`))).toEqual([]);
});

test('no imports run in a circle, be they of types only or made at run time', () => {
  const targets = new Map(files.map((file): [string, Set<string>] => [file, new Set()]));
  for (const { from, to } of imports) targets.get(from)?.add(to);
  // A file that imports nothing that is left, or that nothing left imports, isn't in a circle.
  for (let before = Number.POSITIVE_INFINITY; targets.size < before; ) {
    before = targets.size;
    const imported = new Set([...targets.values()].flatMap((wanted) => [...wanted]));
    for (const [file, wanted] of targets) {
      if (!imported.has(file) || ![...wanted].some((to) => targets.has(to))) targets.delete(file);
    }
  }
  expect([...targets.keys()]).toEqual([]);
});

test('no two files export one name', () => {
  const declared =
    /^export (?:async )?(?:abstract )?(?:function\*?|class|const|let|interface|type|enum) (\w+)/gm;
  const places = new Map<string, string[]>();
  for (const [file, text] of sources) {
    // Declarations of an overloaded function share its name.
    for (const name of new Set(Array.from(text.matchAll(declared), ([, name]) => name))) {
      places.set(name, [...(places.get(name) ?? []), file]);
    }
  }
  expect(places.size).toBeGreaterThan(500);
  expect([...places].filter(([, own]) => own.length > 1)).toEqual([]);
});

test('no file is longer than 300 lines', () => {
  const long = [...sources].filter(([, text]) => text.trimEnd().split('\n').length > 300);
  expect(long.map(([file]) => file)).toEqual([]);
});
