import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Header, HttpCode, Inject, Post, Req, Res } from '@nestjs/common';
import { type LoginAnswer, LoginRequest, type LoginWays, type Me, RapportError } from '@rapport-live/protocol';
import { CONFIG, type Config } from '../../../config/config';
import { GATEWAY_OPTIONS, type GatewayOptions } from '../../gateway-options';
import { readBody } from '../../request-body';
import type { Peer } from '../authenticator';
import { Doorkeeper } from '../doorkeeper';
import { cookieOf, loginCookieName, setLoginCookie } from '../login-cookie';
import { CurrentViewer, type Viewer } from '../viewer';
import { PasswordLogin } from './password-login';
import { type BegunLogin, People } from './people';

/** `/v1/login`, `/v1/logout`, `/v1/me`: people, as against keys (docs/security.md). */
@Controller('v1')
export class LoginController {
  constructor(
    private readonly byPassword: PasswordLogin,
    private readonly people: People,
    private readonly doorkeeper: Doorkeeper,
    @Inject(GATEWAY_OPTIONS) private readonly options: GatewayOptions,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  @Get('login')
  @Header('cache-control', 'no-store')
  async ways(@Req() request: IncomingMessage): Promise<LoginWays> {
    const { openId } = this.config;
    return {
      password: true,
      development: await this.byPassword.isDevelopment(this.peerOf(request)),
      ...(openId === undefined ? {} : { openId: { url: '/v1/login/openid', name: openId.name } }),
    };
  }

  @Post('login')
  @HttpCode(200)
  @Header('cache-control', 'no-store')
  async login(
    @Req() request: IncomingMessage,
    @Res({ passthrough: true }) response: ServerResponse,
  ): Promise<LoginAnswer> {
    const peer = this.peerOf(request);
    try {
      const begun = await this.byPassword.login(await readBody(request, LoginRequest, this.options), peer);
      return this.welcome(request, response, begun);
    } catch (error) {
      if (error instanceof RapportError && error.code === 'login_failed') this.doorkeeper.failed(peer.address);
      throw error;
    }
  }

  @Post('logout')
  @HttpCode(204)
  logout(@Req() request: IncomingMessage, @Res({ passthrough: true }) response: ServerResponse): void {
    const isSecure = this.doorkeeper.isSecure(request);
    this.endOf(request, isSecure);
    response.setHeader('set-cookie', setLoginCookie(isSecure));
  }

  @Get('me')
  @Header('cache-control', 'no-store')
  me(@CurrentViewer() viewer: Viewer): Me {
    return meOf(viewer);
  }

  /** Whoever was logged in with this browser is not any more: the token is a new one (against fixation). */
  private welcome(request: IncomingMessage, response: ServerResponse, begun: BegunLogin): LoginAnswer {
    const isSecure = this.doorkeeper.isSecure(request);
    this.endOf(request, isSecure);
    const { token, person, endsAtMs } = begun;
    const maxAgeS = Math.ceil(this.options.loginMaxMs / 1000);
    response.setHeader('set-cookie', setLoginCookie(isSecure, token, maxAgeS));
    return { ...meOf(person), expiresAt: new Date(endsAtMs).toISOString() };
  }

  private endOf({ headers }: IncomingMessage, isSecure: boolean): void {
    const token = cookieOf(headers.cookie, loginCookieName(isSecure));
    if (token !== undefined) this.people.end(token);
  }

  private peerOf(request: IncomingMessage): Peer {
    return { address: this.doorkeeper.addressOf(request), host: request.headers.host };
  }
}

const meOf = ({ userId, tenant, role, teams, seesNames }: Viewer): Me => ({
  ...{ userId, tenant, role, seesNames },
  teams: teams === 'all' ? teams : [...teams],
});
