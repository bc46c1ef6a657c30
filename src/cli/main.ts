#!/usr/bin/env node
import { Command, CommanderError } from 'commander';
import { version } from '../environment.js';
import { messageOf, UserError } from '../errors.js';
import { registerCheck } from './commands/check.js';
import { registerConvert } from './commands/convert.js';
import { registerDoctor } from './commands/doctor.js';
import { registerEval } from './commands/eval.js';
import { registerExportWeights } from './commands/export-weights.js';
import { registerImport } from './commands/import.js';
import { registerPredict } from './commands/predict.js';
import { registerScore } from './commands/score.js';
import { registerSetup } from './commands/setup.js';
import { registerSummary } from './commands/summary.js';
import { registerTrain } from './commands/train.js';
import { registerView } from './commands/view.js';
import { collectGarbageAtOnce } from './garbage-collection.js';

// Every command imports what it needs inside its action: `atto --help` must not wait for the engine.
const program = new Command('atto')
  .description('Train, evaluate and run Mask R-CNN on TensorFlow, from TypeScript.')
  .version(version)
  .showHelpAfterError()
  .exitOverride();
registerTrain(program);
registerEval(program);
registerPredict(program);
registerView(program);
registerCheck(program);
registerConvert(program);
registerSummary(program);
registerSetup(program);
registerDoctor(program);
registerScore(program);
registerImport(program);
registerExportWeights(program);
program.addHelpText('after', '\nStart with: atto setup\nSet ATTO_DEBUG=1 to see where an error came from.');

collectGarbageAtOnce();
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = report(error);
}

/** Prints an error as the user should see it and gives the exit code: 2 for wrong usage or input, 1 for the rest. */
function report(error: unknown): number {
  // Commander has printed its message, or the help that was asked for.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  const debug = Boolean(process.env.ATTO_DEBUG);
  console.error(debug && error instanceof Error ? error.stack : `atto: ${messageOf(error)}`);
  return error instanceof UserError ? 2 : 1;
}
