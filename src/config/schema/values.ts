import { z } from 'zod';

/** Values that several parts of the schema have. */
export const fraction = z.number().min(0).max(1);
export const positive = z.number().positive();
export const count = z.int().positive();
export const seed = z.int().min(0).max(0x7fffffff);
