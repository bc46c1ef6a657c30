import { UserError } from '../errors.js';
import { modelTensors } from './checkpoint-parts.js';
import { type FileRanges, openedRanges } from './file-ranges.js';
import { foreignFiles } from './frameworks.js';
import { legacyMagic, readLegacyPth, readPth } from './pth.js';
import { readSafetensors } from './safetensors.js';
import type { TensorFile } from './tensor-file.js';

/** First bytes of a zip archive. */
const zipMagic = Uint8Array.of(0x50, 0x4b, 0x03, 0x04);

/** First bytes of HDF5. */
const hdf5Magic = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);

/** First byte of a pickle from protocol 2 on. */
const pickleMagic = Uint8Array.of(0x80);

/** Position of the JSON object in a safetensors file, behind its length. */
const headerStart = 8;
const brace = 0x7b;

/**
 * Opens a file of tensors: safetensors or PyTorch's `.pth`, told apart by their first bytes. A checkpoint shows the
 * tensors of its model alone ({@link modelTensors}). Only the file's description is read; tensors are read when asked
 * for, so a large file costs no memory.
 *
 * @throws UserError when the file is missing, damaged, or holds more than tensors
 */
export async function openTensors(file: string): Promise<TensorFile> {
  return openedRanges(file, async (ranges) => {
    const start = await ranges.read(0, Math.min(ranges.size, legacyMagic.length));
    return modelTensors(await readerFor(start, file)(ranges));
  });
}

/** @throws UserError for a file of another kind, such as the page that a failed download left */
function readerFor(start: Uint8Array, file: string): (ranges: FileRanges) => Promise<TensorFile> {
  const startsWith = (magic: Uint8Array): boolean => magic.every((byte, i) => start[i] === byte);
  if (startsWith(zipMagic)) return readPth;
  if (startsWith(legacyMagic)) return readLegacyPth;
  if (start.length > headerStart && start[headerStart] !== brace) {
    if (startsWith(hdf5Magic)) throw new UserError(`${file}: ${foreignFiles.keras}`);
    if (startsWith(pickleMagic)) throw new UserError(`${file}: ${foreignFiles.pickle}`);
    throw new UserError(`${file}: is neither a safetensors file nor one that torch.save wrote`);
  }
  return readSafetensors;
}
