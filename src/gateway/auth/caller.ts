import type { IncomingMessage } from 'node:http';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Principal } from './principal';

const callers = new WeakMap<IncomingMessage, Principal>();

/** Called by the guard alone. */
export function rememberCaller(request: IncomingMessage, principal: Principal): void {
  callers.set(request, principal);
}

/** Who asks, as the guard found out. */
export function callerOf(context: ExecutionContext): Principal {
  const caller = callers.get(context.switchToHttp().getRequest<IncomingMessage>());
  if (caller === undefined) throw new Error('A handler wants to know its caller, but the endpoint is open.');
  return caller;
}

/** The parameter of a handler that says who asks. */
export const Caller = createParamDecorator((_data: unknown, context: ExecutionContext): Principal => callerOf(context));
