import { runKernelTests } from './run.js';

await runKernelTests('plain');
