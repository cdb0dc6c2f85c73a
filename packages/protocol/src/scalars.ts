import { z } from 'zod';

/** Milliseconds; see the field for which clock. */
export const ms = z.number().min(0);
/** A probability or share. */
export const unit = z.number().min(0).max(1);
export const count = z.number().int().min(0);
