import fc from 'fast-check';
import { ContractService } from './contract-service';
import { commands, MAX_COMMANDS, runOnce } from './run';

/**
 * RAPPORT_CONTRACT_RUNS=2000 sessions; by default the same 200. RAPPORT_CONTRACT_SEED=random tries others, and with the seed
 * that it prints they come again, and what fails is made smaller.
 */
const { RAPPORT_CONTRACT_RUNS = '200', RAPPORT_CONTRACT_SEED = '1' } = process.env;
const RUNS = Number(RAPPORT_CONTRACT_RUNS);
const isRandom = RAPPORT_CONTRACT_SEED === 'random';
const SEED = isRandom ? Date.now() % 0x7fffffff : Number(RAPPORT_CONTRACT_SEED);
/** A failing run is not made smaller unless it is asked for again by its seed: that can take very long. */
const endOnFailure = isRandom || process.env.RAPPORT_CONTRACT_SEED === undefined;

describe('the contract of a session', () => {
  let service: ContractService;
  beforeAll(async () => (service = await ContractService.start()));
  afterAll(() => service.close());

  it(
    'holds whatever the network, the client and the process do',
    async () => {
      const beganMs = performance.now();
      await fc.assert(
        fc.asyncProperty(commands(), async (steps) => {
          await service.next();
          await runOnce(service, steps);
        }),
        { numRuns: RUNS, seed: SEED, endOnFailure },
      );
      const ms = performance.now() - beganMs;
      console.log(`${RUNS} sessions of up to ${MAX_COMMANDS} steps in ${Math.round(ms)} ms, seed ${SEED}`);
    },
    Math.max(120_000, RUNS * 2000),
  );
});
