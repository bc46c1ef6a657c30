/** tfjs-core, by the one name under which all of src imports it: tensors, scopes and simple operations. */
export * as tf from '@tensorflow/tfjs-core';
