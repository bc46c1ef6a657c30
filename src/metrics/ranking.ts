/** The indices of the scores, highest first. Equal scores keep the order of `ties`, or without it their own. */
export function rankByScore(scores: ArrayLike<number>, ties?: ArrayLike<number>): Uint32Array {
  const ranking = new Uint32Array(scores.length);
  for (let i = 0; i < ranking.length; i++) ranking[i] = i;
  if (ties === undefined) return ranking.sort((a, b) => scores[b] - scores[a] || a - b);
  return ranking.sort((a, b) => scores[b] - scores[a] || ties[a] - ties[b]);
}
