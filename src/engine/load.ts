export async function loadEngine(): Promise<void> {
  await import('@tensorflow/tfjs-node');
}
