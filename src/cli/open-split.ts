import { showProgress } from './terminal/progress.js';

/** Opens a split, shows how the generation of its images goes where there is one, and says what it has to say. */
export async function openSplit<Split extends { readonly notices: readonly string[] }>(
  open: (onGenerate: (done: number, total: number) => void) => Promise<Split>,
): Promise<Split> {
  const generating = showProgress('Generating images');
  const split = await open((done, total) => generating.show(done, total));
  generating.end();
  for (const notice of split.notices) console.error(notice);
  return split;
}
