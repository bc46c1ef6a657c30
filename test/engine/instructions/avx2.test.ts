import { runKernelTests } from './run.js';

await runKernelTests('avx2');
