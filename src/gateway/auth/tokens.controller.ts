import type { IncomingMessage } from 'node:http';
import { Controller, Header, HttpCode, Inject, Post, Req } from '@nestjs/common';
import { RapportError, type TokenAnswer, TokenRequest } from '@rapport-live/protocol';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../gateway-options';
import { readBody } from '../request-body';
import { BrowserTokens } from './browser-tokens';
import { Caller } from './caller';
import { type Principal, requireScope } from './principal';

/** `POST /v1/tokens`: a backend that holds a key asks for a token that it hands to a browser (docs/protocol.md). */
@Controller('v1/tokens')
export class TokensController {
  constructor(
    private readonly tokens: BrowserTokens,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
  ) {}

  @Post()
  @HttpCode(201)
  @Header('cache-control', 'no-store')
  async issue(@Req() request: IncomingMessage, @Caller() caller: Principal): Promise<TokenAnswer> {
    const wanted = await readBody(request, TokenRequest, this.options);
    const { token, expiresAtMs } = this.tokens.issue(granted(wanted, caller), wanted.expiresInS);
    return { token, expiresAt: new Date(expiresAtMs).toISOString() };
  }
}

/** What the token may do: never more than the key. Throws RapportError `forbidden` or `invalid_request`. */
function granted({ scopes, sessionId, origin }: TokenRequest, caller: Principal): Principal {
  for (const scope of scopes) requireScope(caller, [scope], `A token with the scope ${scope}`);
  if (sessionId !== undefined && !scopes.includes('monitor')) {
    throw new RapportError('invalid_request', 'sessionId goes with the scope monitor.');
  }
  const origins = origin === undefined ? caller.origins : [originOf(origin)];
  if (origin !== undefined && caller.origins !== undefined && !caller.origins.includes(originOf(origin))) {
    throw new RapportError('forbidden', 'The key may not be shown from this origin, nor may a token of it.');
  }
  return {
    tenant: caller.tenant,
    ...(caller.id === undefined ? {} : { id: caller.id }),
    ...(caller.person === undefined ? {} : { person: caller.person }),
    scopes: new Set(scopes),
    ...(sessionId === undefined ? {} : { sessionId }),
    ...(origins === undefined ? {} : { origins }),
  };
}

/** As browsers send it. */
function originOf(url: string): string {
  const { origin } = new URL(url);
  if (origin === 'null') throw new RapportError('invalid_request', 'origin is none that a browser can send.');
  return origin;
}
