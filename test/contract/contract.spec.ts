import fc from 'fast-check';
import { ContractService } from './contract-service';
import { commands, MAX_COMMANDS, runOnce } from './run';

/** RAPPORT_CONTRACT_RUNS=2000 sessions, and with RAPPORT_CONTRACT_SEED the same again, made smaller. */
const RUNS = Number(process.env.RAPPORT_CONTRACT_RUNS ?? 200);
const SEED = process.env.RAPPORT_CONTRACT_SEED === undefined ? undefined : Number(process.env.RAPPORT_CONTRACT_SEED);

describe('the contract of a session', () => {
  let service: ContractService;
  beforeAll(async () => (service = await ContractService.start()));
  afterAll(() => service.close());

  it(
    'holds whatever the network, the client and the process do',
    async () => {
      const seed = SEED ?? Date.now() % 0x7fffffff;
      const beganMs = performance.now();
      await fc.assert(
        fc.asyncProperty(commands(), async (steps) => {
          await service.next();
          await runOnce(service, steps);
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
