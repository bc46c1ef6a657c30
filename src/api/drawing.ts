/** Drawing: objects on images, and samples as the network sees them. */
export { type ViewOptions, viewSamples } from '../tasks/view.js';
