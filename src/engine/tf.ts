import * as tf from '@tensorflow/tfjs-core';

/** The one instance of tfjs-core that the whole project uses. */
export { tf };
