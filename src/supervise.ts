import { join } from 'node:path';
import { supervise } from './ops/supervisor/supervisor';

/** The service under its supervisor: what `npm start`, `npm run serve` and the container run. */
void supervise({ args: [join(__dirname, 'main.js'), '--supervised'] }).then((status) => process.exit(status));
