/** Backbones of one's own: their registration, and the layers to build them from. */
export type { Backbone, Stage, StageSettings } from '../backbone/backbone.js';
export { type BackboneBuilder, registerBackbone } from '../backbone/build.js';
export * from '../nn/initializers.js';
export * from '../nn/layers.js';
export type { Ops } from '../nn/ops.js';
export type { Parameter, Scope } from '../nn/parameter.js';
