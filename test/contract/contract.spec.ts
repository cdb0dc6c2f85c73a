import fc from 'fast-check';
import { begin, commands, finish } from './commands';
import { ContractService } from './contract-service';
import { ReferenceModel } from './reference-model';

/** RAPPORT_CONTRACT_RUNS=20000 RAPPORT_CONTRACT_SEED=... for more, or for the same again. */
const RUNS = Number(process.env.RAPPORT_CONTRACT_RUNS ?? 100);
const SEED = process.env.RAPPORT_CONTRACT_SEED === undefined ? undefined : Number(process.env.RAPPORT_CONTRACT_SEED);
const MAX_COMMANDS = 24;

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
        { numRuns: RUNS, seed, endOnFailure: RUNS > 1000 },
      );
      const ms = performance.now() - beganMs;
      console.log(`${RUNS} sessions of up to ${MAX_COMMANDS} steps in ${Math.round(ms)} ms, seed ${seed}`);
    },
    Math.max(60_000, RUNS * 1000),
  );
});
