import type { TensorFile } from './tensor-file.js';

/** Prefixes of a parameter's name in a checkpoint: of its value, its velocity and its average. */
export const checkpointPrefixes = { weight: '', velocity: 'velocity.', average: 'average.' } as const;

type CheckpointPart = keyof typeof checkpointPrefixes;

/** One part of a checkpoint under its parameters' names, as a file of its own. Closing it closes the checkpoint. */
export function checkpointPart(source: TensorFile, part: CheckpointPart): TensorFile {
  const prefix = checkpointPrefixes[part];
  const tensors = [...source.tensors].filter(([name]) => partOf(name) === part);
  return {
    file: source.file,
    metadata: source.metadata,
    tensors: new Map(tensors.map(([name, tensor]) => [name.slice(prefix.length), tensor])),
    read: (name) => source.read(prefix + name),
    close: () => source.close(),
  };
}

/**
 * Weights of the model in a file. Where a checkpoint holds an average of the weights, the model is the average:
 * validations and a run's weights file have it, too. Other files stay as they are.
 */
export function modelTensors(source: TensorFile): TensorFile {
  const isAveraged = [...source.tensors.keys()].some((name) => partOf(name) === 'average');
  return checkpointPart(source, isAveraged ? 'average' : 'weight');
}

function partOf(name: string): CheckpointPart {
  if (name.startsWith(checkpointPrefixes.velocity)) return 'velocity';
  return name.startsWith(checkpointPrefixes.average) ? 'average' : 'weight';
}
