import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Header, Inject, Req, Res } from '@nestjs/common';
import { RapportError } from '@rapport-live/protocol';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../../gateway-options';
import { Doorkeeper } from '../doorkeeper';
import { cookieOf, loginCookieName, setLoginCookie } from '../login-cookie';
import { OPENID_LOGIN, type OpenIdLogin } from './open-id';
import { People } from './people';

/** Where a browser is after it logged in, or did not: the page asks who it is. */
const HOME = '/';
const COOKIE = 'rapport_openid';
const COOKIE_AGE_S = 600;

/** `/v1/login/openid`: to the provider and back (docs/security.md). A browser comes here, never a page's script. */
@Controller('v1/login/openid')
export class OpenIdController {
  constructor(
    @Inject(OPENID_LOGIN) private readonly openId: OpenIdLogin | null,
    private readonly people: People,
    private readonly doorkeeper: Doorkeeper,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
  ) {}

  @Get()
  @Header('cache-control', 'no-store')
  async leave(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const { url, state } = await this.provider().begin();
    const isSecure = this.doorkeeper.isSecure(request);
    // Lax: it comes back from another site. It binds the answer to the browser that asked (RFC 6749, section 10.12).
    response.setHeader('set-cookie', bindingCookie(isSecure, state, COOKIE_AGE_S));
    redirect(response, url);
  }

  @Get('callback')
  @Header('cache-control', 'no-store')
  async comeBack(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const isSecure = this.doorkeeper.isSecure(request);
    const { url = '', headers } = request;
    const query = url.includes('?') ? url.slice(url.indexOf('?')) : '';
    const gone = bindingCookie(isSecure, '', 0);
    try {
      const person = await this.provider().finish(query, cookieOf(headers.cookie, COOKIE));
      const before = cookieOf(headers.cookie, loginCookieName(isSecure));
      if (before !== undefined) this.people.end(before);
      const { token } = this.people.begin(person);
      const kept = setLoginCookie(isSecure, token, Math.ceil(this.options.loginMaxMs / 1000));
      response.setHeader('set-cookie', [gone, kept]);
    } catch (error) {
      if (error instanceof RapportError && error.code === 'login_failed') {
        this.doorkeeper.failed(this.doorkeeper.addressOf(request));
      }
      response.setHeader('set-cookie', gone);
      throw error;
    }
    redirect(response, HOME);
  }

  private provider(): OpenIdLogin {
    if (this.openId !== null) return this.openId;
    throw new RapportError('unknown_path', 'No provider of OpenID Connect is set up.');
  }
}

function bindingCookie(isSecure: boolean, state: string, maxAgeS: number): string {
  const parts = [`${COOKIE}=${state}`, 'Path=/v1/login/openid', `Max-Age=${maxAgeS}`, 'HttpOnly', 'SameSite=Lax'];
  return [...parts, ...(isSecure ? ['Secure'] : [])].join('; ');
}

function redirect(response: ServerResponse, location: string): void {
  response.statusCode = 303;
  response.setHeader('location', location);
  response.end();
}
