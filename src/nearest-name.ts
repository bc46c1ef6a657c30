import { distance } from 'fastest-levenshtein';

/** Most likely candidate for a misspelled name; undefined when none is close. */
export function nearestName(name: string, candidates: readonly string[]): string | undefined {
  const ranked = candidates
    .map((candidate) => ({
      candidate,
      edits: distance(name.toLowerCase(), candidate.toLowerCase()),
    }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked.at(0);
  return best && best.edits <= Math.max(2, name.length / 3) ? best.candidate : undefined;
}
