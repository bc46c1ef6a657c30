/** Our side of the bench: does on request what bench/peer.py does with torchvision, and says how long it took. */
import { createInterface } from 'node:readline';
import { collectGarbageAtOnce } from '../src/cli/garbage-collection.js';
import { loadEngine } from '../src/engine/load.js';
import { classifierWork } from './classifier-work.js';
import { detectorWork } from './detector-work.js';
import { loadingWork } from './loading-work.js';
import { startProfile } from './profile.js';
import type { Request, Run, Settings, Work } from './side.js';

// As the program does.
collectGarbageAtOnce();

let run: Run = () => 0;
let finish = (): void => {};

for await (const line of createInterface({ input: process.stdin })) {
  const request: Request = JSON.parse(line);
  console.log(JSON.stringify(await answer(request)));
}
// Threads that read photographs would go on.
process.exit();

async function answer(request: Request): Promise<object> {
  switch (request.kind) {
    case 'prepare':
      await prepare(request);
      return {};
    case 'run': {
      const start = performance.now();
      const result = await run();
      return { seconds: (performance.now() - start) / 1000, result };
    }
    case 'finish':
      finish();
      return { megabytes: process.resourceUsage().maxRSS / 1000 };
    case 'weights':
      throw new Error("torchvision's side makes the weights");
  }
}

async function prepare(request: Work & Settings): Promise<void> {
  if (request.work === 'load') {
    run = await loadingWork(request);
    return;
  }
  await loadEngine(request);
  if (request.profile) finish = startProfile();
  run = 'backbone' in request ? classifierWork(request) : await detectorWork(request);
}
