import type { EncodedHop, HopFailed } from '../../facts/encoded-fact';
import type { Hop } from '../../facts/stream-fact';
import type { HopEncoder } from './hop-encoder';

/**
 * Hops of one session to tokens: of the customer, and of the agent as a subject of its own while that is allowed. The agent
 * costs as much again, side by side in the same pool; the hop is done when both are.
 */
export class SubjectHops {
  private readonly customer: HopEncoder;
  /** Made when it is allowed, with nothing of what was heard before; gone when it is not. */
  private agent: HopEncoder | undefined;

  constructor(
    private readonly encoderOf: (party: 'customer' | 'agent') => HopEncoder,
    private readonly mayAssessAgent: (startMs: number) => boolean,
  ) {
    this.customer = encoderOf('customer');
  }

  async encode(hop: Hop): Promise<EncodedHop | HopFailed> {
    this.agent = this.agentAt(hop);
    if (this.agent === undefined) return this.customer.encode(hop);
    const [customer, agent] = await Promise.all([this.customer.encode(hop), this.agent.encode(hop)]);
    return { ...customer, agent };
  }

  /** A hop that there is no room to encode: its voices are kept for those that follow. */
  skip(hop: Hop): HopFailed {
    this.agent = this.agentAt(hop);
    const failed = this.customer.skip(hop);
    return this.agent === undefined ? failed : { ...failed, agent: this.agent.skip(hop) };
  }

  /** A hop that a step of shedding leaves out. */
  leaveOut(hop: Hop): HopFailed {
    this.agent = this.agentAt(hop);
    const failed = this.customer.leaveOut(hop);
    return this.agent === undefined ? failed : { ...failed, agent: this.agent.leaveOut(hop) };
  }

  private agentAt({ hopStartMs }: Hop): HopEncoder | undefined {
    return this.mayAssessAgent(hopStartMs) ? (this.agent ?? this.encoderOf('agent')) : undefined;
  }
}
