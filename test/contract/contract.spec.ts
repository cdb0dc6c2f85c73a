import fc from 'fast-check';
import { begin, commands, finish } from './commands';
import { ContractService } from './contract-service';
import { ReferenceModel } from './reference-model';

/** RAPPORT_CONTRACT_RUNS=2000 sessions, and with RAPPORT_CONTRACT_SEED the same again. Without, it is skipped: it takes its time. */
const RUNS = Number(process.env.RAPPORT_CONTRACT_RUNS ?? 0);
const SEED = process.env.RAPPORT_CONTRACT_SEED === undefined ? undefined : Number(process.env.RAPPORT_CONTRACT_SEED);
const MAX_COMMANDS = 24;

describe('the contract of a session', () => {
  let service: ContractService;
  beforeAll(async () => (service = await ContractService.start()));
  afterAll(() => service.close());

  (RUNS > 0 ? it : it.skip)(
    'holds whatever the network, the client and the process do',
    async () => {
      const seed = SEED ?? Date.now() % 0x7fffffff;
      const beganMs = performance.now();
      await fc.assert(
        fc.asyncProperty(commands(MAX_COMMANDS), async (steps) => {
          const model = new ReferenceModel();
          model.phase = 'up';
          const real = await begin(service);
          try {
            await fc.asyncModelRun(() => ({ model, real }), steps);
            await finish(model, real);
          } finally {
            real.session.abandon();
          }
        }),
        // A failing run is not made smaller unless it is asked for again by its seed: that can take very long.
        { numRuns: RUNS, seed, endOnFailure: SEED === undefined },
      );
      const ms = performance.now() - beganMs;
      console.log(`${RUNS} sessions of up to ${MAX_COMMANDS} steps in ${Math.round(ms)} ms, seed ${seed}`);
    },
    Math.max(120_000, RUNS * 2000),
  );
});
