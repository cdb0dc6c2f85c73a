/** A script under the supervisor, as `dist/supervise.js` has the service: `node supervised.cjs SCRIPT`. */
const { supervise } = require('../../dist/ops/supervisor/supervisor.js');

void supervise({ args: [process.argv[2], '--supervised'] }).then((status) => process.exit(status));
