import { join } from 'node:path';

/** The weights of the repository. */
export const MODELS_DIR = join(__dirname, '..', '..', 'models');
