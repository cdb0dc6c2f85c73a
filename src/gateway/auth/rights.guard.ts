import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { RapportError } from '@rapport-live/protocol';
import type { Request } from 'express';
import { rememberCaller } from './caller';
import { requestCredential } from './credential';
import type { Doorkeeper } from './doorkeeper';
import { endpointRule, requireEndpointRight } from './rights';

/** Every HTTP request comes past here before its body is read. Without a rule for the endpoint nobody gets in. */
export class RightsGuard implements CanActivate {
  constructor(private readonly doorkeeper: Doorkeeper) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    if (context.getType() !== 'http') return true; // messages: RapportWsAdapter, by the same table
    const request = context.switchToHttp().getRequest<Request>();
    const path = (request.route as { path: string }).path;
    const rule = endpointRule(request.method, path);
    if (rule === 'open') return true;
    if (rule === undefined) throw new RapportError('forbidden', `${request.method} ${path} is open to nobody.`);
    const address = this.doorkeeper.addressOf(request);
    this.doorkeeper.knock(address);
    if (rule === 'login') {
      this.doorkeeper.requireOwnPage(request, false);
      return true;
    }
    const credential = requestCredential(request, this.doorkeeper.isSecure(request));
    const principal = await this.doorkeeper.identify(request, credential, address);
    requireEndpointRight(principal, request.method, path);
    rememberCaller(request, principal);
    return true;
  }
}
